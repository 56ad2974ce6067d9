import type { NewsItem } from '../database/news.ts'
import { clockTime } from './clock-time.ts'

/** `2026-11-27 02:11:00Z UVES 2026-03-01 failed UVES....ab: no object found`. */
export function newsLine({ at, instrument, date, what, abName, message, who }: NewsItem): string {
  const place = [instrument, date].filter((part) => part !== null).join(' ')
  const text = [abName, message].filter((part) => part !== null && part !== '').join(': ')
  return [clockTime(at), place, what, text, who === null ? '' : `(${who})`].filter((part) => part !== '').join('  ')
}
