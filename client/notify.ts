import type { Command } from 'commander'
import { lastTold, recentMessages } from '../database/notifications.ts'
import { PreconditionError } from '../domain/failure.ts'
import { DIGEST_CAUSE } from '../notify/digest-message.ts'
import type { Message } from '../notify/message.ts'
import { composeDigest } from '../notify/notifier.ts'
import { send } from '../notify/send.ts'
import { clockTime } from './clock-time.ts'
import { type CarryOut, withRecord } from './context.ts'
import { example, JSON_OPTION } from './example.ts'
import { EXIT } from './exit-code.ts'
import { wholeNumber } from './whole-number.ts'

/** `phoenix notify test|digest|list`: what people outside are told, by the command of PHOENIX_NOTIFY_COMMAND. */
export function addNotify(program: Command, carryOut: CarryOut): void {
  const notify = program
    .command('notify')
    .description(
      'what people outside are told: try the command (test), see the digest (digest) and what was told (list)',
    )
  notify.helpCommand(false)

  notify
    .command('test')
    .description('give a test message to the command of PHOENIX_NOTIFY_COMMAND; exit code 1 if it fails')
    .option(...JSON_OPTION)
    .addHelpText('after', example('phoenix notify test'))
    .action((options: { json?: boolean }) =>
      carryOut(options, async ({ settings, output }) => {
        const { command } = settings.notify
        if (command === null) {
          throw new PreconditionError(
            'no command is set: PHOENIX_NOTIFY_COMMAND names a program that reads JSON, such as `/usr/local/bin/phoenix-mail ops@example.org`',
          )
        }
        const message = testMessage(settings.operator, settings.host)
        await send(command, message)
        output.result({ command, message }, () => output.say(`${command.join(' ')} took the test message`))
        return EXIT.fine
      }),
    )

  notify
    .command('digest')
    .description('the digest as it would be sent now; nothing is sent')
    .option(...JSON_OPTION)
    .addHelpText('after', example('phoenix notify digest'))
    .action((options: { json?: boolean }) =>
      carryOut(options, ({ settings, output }) =>
        withRecord(settings, async (database) => {
          const last = (await lastTold(database)).find(({ cause }) => cause === DIGEST_CAUSE)?.at ?? null
          const message = await composeDigest(database, last, settings.notify.silentNights, new Date())
          output.result(message, () => {
            output.heading(message.subject)
            output.text(message.text)
          })
          return EXIT.fine
        }),
      ),
    )

  notify
    .command('list')
    .description('messages, newest first: when each was made and sent, and what the command said when it failed')
    .option('--limit <number>', 'so many', wholeNumber(1, 10_000), 20)
    .option(...JSON_OPTION)
    .addHelpText('after', example('phoenix notify list --limit 5'))
    .action((options: { limit: number; json?: boolean }) =>
      carryOut(options, ({ settings, output }) =>
        withRecord(settings, async (database) => {
          const messages = await recentMessages(database, options.limit)
          output.result(messages, () => {
            output.table(
              [
                { title: 'made', text: ({ createdAt }) => clockTime(createdAt) },
                { title: 'sent', text: ({ sentAt }) => (sentAt === null ? 'no' : clockTime(sentAt)) },
                { title: 'tries', text: ({ tries }) => String(tries), align: 'right' },
                {
                  title: 'subject',
                  text: ({ message, problem }) => [message.subject, problem].filter(Boolean).join('; '),
                },
              ],
              messages,
            )
            if (settings.notify.command === null) output.say('PHOENIX_NOTIFY_COMMAND is not set: nothing is sent')
          })
          return EXIT.fine
        }),
      ),
    )
}

function testMessage(operator: string, host: string): Message {
  const text = `A test by ${operator} on ${host}. Nothing is wrong.\n`
  return { kind: 'test', cause: 'test', subject: 'phoenix: test', text, at: new Date().toISOString(), data: {} }
}
