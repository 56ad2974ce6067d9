import type { Alert } from '../domain/alerts.ts'

/** What the operator's command gets on its standard input, as JSON. */
export interface Message {
  readonly kind: Alert | 'digest' | 'test'
  /** Messages of one cause are at least an hour apart. */
  readonly cause: string
  readonly subject: string
  /** Plain text for people, lines ended by \n. */
  readonly text: string
  readonly at: string
  /** The same for programs. */
  readonly data: unknown
}

/** Text of a header, a log or a file name as part of one line: nothing in it breaks the line or moves a cursor. */
export function plain(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\p{Cc}\p{Cf}]/gu, '\u{fffd}')
}
