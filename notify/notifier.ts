import type { Logger } from 'pino'
import type { Database } from '../database/connect.ts'
import { readDigest } from '../database/digest.ts'
import { beat } from '../database/heartbeats.ts'
import { alertEvents, keepMessages, lastTold, markFailed, markSent, takeUnsent } from '../database/notifications.ts'
import { dueAlerts } from '../domain/alerts.ts'
import { isDigestDue } from '../domain/digest-time.ts'
import { InfrastructureError } from '../domain/failure.ts'
import type { NotifySettings } from '../settings/settings.ts'
import { alertMessage } from './alert-message.ts'
import { DIGEST_CAUSE, digestMessage } from './digest-message.ts'
import type { Message } from './message.ts'
import { send } from './send.ts'

const EVERY_MS = 60_000
const DAY_MS = 86_400_000

/** Tells people outside what is due, now and every minute, and the record that the orchestration is alive. Returns the function that ends it. */
export function startNotifier(database: Database, settings: NotifySettings, log: Logger): () => void {
  const timer = setInterval(look, EVERY_MS)
  look()
  return () => clearInterval(timer)

  function look(): void {
    tellWhatIsDue(database, settings, new Date())
      .then((problems) => {
        for (const problem of problems) log.warn({ problem }, 'notification not sent: tried again')
      })
      .catch((error: unknown) => log.warn({ err: error }, 'notifier: looks again in a minute'))
  }
}

/** One look: composes what is due, then sends what has not been sent. Returns the problems of commands that failed. */
export async function tellWhatIsDue(
  database: Database,
  settings: NotifySettings,
  now: Date,
): Promise<readonly string[]> {
  await beat(database, 'orchestration')
  await keepMessages(database, now, async (transaction) => {
    const told = await lastTold(transaction)
    const alerts = dueAlerts(await alertEvents(transaction, new Date(now.getTime() - DAY_MS)), told, now)
    const messages = alerts.map((alert) => {
      const throughEvent = Math.max(...alert.events.map(({ eventId }) => eventId))
      return { cause: alert.cause, throughEvent, message: alertMessage(alert, now) }
    })
    const lastDigest = told.find(({ cause }) => cause === DIGEST_CAUSE)?.at ?? null
    if (settings.digestAt === null || !isDigestDue(settings.digestAt, lastDigest, now)) return messages
    const digest = await composeDigest(transaction, lastDigest, settings.silentNights, now)
    return [...messages, { cause: DIGEST_CAUSE, throughEvent: 0, message: digest }]
  })
  return settings.command === null ? [] : sendAll(database, settings.command, now)
}

/** The digest of the time since the last one, at most the last day's when there was none. */
export async function composeDigest(
  database: Database,
  last: Date | null,
  silentNights: number,
  now: Date,
): Promise<Message> {
  const since = last ?? new Date(now.getTime() - DAY_MS)
  return digestMessage({ since, at: now, silentNights, ...(await readDigest(database, since)) })
}

async function sendAll(database: Database, command: readonly [string, ...string[]], now: Date): Promise<string[]> {
  const problems: string[] = []
  for (;;) {
    const unsent = await takeUnsent(database, now)
    if (unsent === null) return problems
    try {
      await send(command, unsent.message)
      await markSent(database, unsent.notificationId)
    } catch (error) {
      if (!(error instanceof InfrastructureError)) throw error
      await markFailed(database, unsent.notificationId, error.message)
      problems.push(error.message)
    }
  }
}
