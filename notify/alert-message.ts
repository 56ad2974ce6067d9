import type { DueAlert } from '../domain/alerts.ts'
import { type Message, plain } from './message.ts'

const SHOWN_EVENTS = 20

/** One message about all events of a cause. */
export function alertMessage({ cause, kind, instrument, events }: DueAlert, at: Date): Message {
  const [first] = events
  const where = [instrument, events.length === 1 ? first.date : null].filter((part) => part !== null).join(' ')
  const subject = `phoenix: ${kind}${where === '' ? '' : ` ${where}`}${events.length === 1 ? '' : ` (${events.length} times)`}`
  const lines = events
    .slice(-SHOWN_EVENTS)
    .map(
      (event) =>
        `${event.at.toISOString()} ${[event.instrument, event.date].filter(Boolean).join(' ')}: ${plain(event.message)}`,
    )
  const more = events.length > SHOWN_EVENTS ? [`and ${events.length - SHOWN_EVENTS} more before these`] : []
  return {
    kind,
    cause,
    subject,
    text: [...lines, ...more, '', ADVICE[kind], ''].join('\n'),
    at: at.toISOString(),
    data: { events },
  }
}

const ADVICE: Record<DueAlert['kind'], string> = {
  'date blocked': 'The archive refuses; the products wait on disk. When it is back: phoenix resume INSTRUMENT DATE.',
  'date in error':
    'No AB was attempted. phoenix report INSTRUMENT DATE has the full list; run again when it is mended.',
  'archive held': 'The archive does not let us in. Mend the token, then: phoenix resume archive/NAME.',
  'systematic failure':
    'Nothing starts in its scope until: phoenix resume (with --retry-cause: those ABs are tried again).',
  'campaign done': 'phoenix report campaign/NUMBER has what became of it.',
}
