import { setTimeout as delay } from 'node:timers/promises'
import type { Command } from 'commander'
import type { Database } from '../database/connect.ts'
import { latestEventId, type NewsItem, newsSince } from '../database/news.ts'
import { overview } from '../database/overview.ts'
import { isConnectionLost } from './failure-line.ts'
import { type CarryOut, type CommandContext, withRecord } from './context.ts'
import { example, JSON_OPTION } from './example.ts'
import { EXIT } from './exit-code.ts'
import { untilInterrupted } from './interrupt.ts'
import { newsLine } from './news-line.ts'
import { watchLines } from './watch-screen.ts'

const LOOK_EVERY_MS = 1_000
const KEPT_NEWS = 200

/** `phoenix watch`: what goes on, live; on a terminal the whole screen, in a pipe a line for everything that happens. */
export function addWatch(program: Command, carryOut: CarryOut): void {
  program
    .command('watch')
    .description(
      'what goes on, live, until Ctrl-C: a full screen on a terminal, a line for each thing that happens in a pipe',
    )
    .option(...JSON_OPTION)
    .addHelpText('after', example('phoenix watch', 'phoenix watch | grep failed', 'phoenix watch --json'))
    .action((options: { json?: boolean }) =>
      carryOut(options, (context) =>
        withRecord(context.settings, async (database) => {
          await untilInterrupted((interrupted) => watch(context, database, interrupted))
          return EXIT.fine
        }),
      ),
    )
}

/** Looks every second until `interrupted`. The database may be away meanwhile. */
export async function watch(
  { output }: Pick<CommandContext, 'output'>,
  database: Database,
  interrupted: AbortSignal,
): Promise<void> {
  const screen = output.screen()
  let seen = { eventId: await latestEventId(database), at: new Date() }
  let news: readonly NewsItem[] = []
  let away = false
  try {
    while (!interrupted.aborted) {
      try {
        const fresh = await newsSince(database, seen)
        seen = fresh.seen
        news = [...news, ...fresh.items].slice(-KEPT_NEWS)
        if (away) output.say('the database is back')
        away = false
        if (screen === null) for (const item of fresh.items) output.item(item, newsLine(item))
        else screen.draw(watchLines(await overview(database, new Date(), []), news, screen))
      } catch (error) {
        if (!isConnectionLost(error)) throw error
        if (!away) output.say('the database is away')
        away = true
      }
      await delay(LOOK_EVERY_MS, undefined, { signal: interrupted }).catch((error: unknown) => {
        if (!interrupted.aborted) throw error
      })
    }
  } finally {
    screen?.close()
  }
}
