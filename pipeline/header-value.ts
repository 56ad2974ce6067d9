import type { HduOnDisk } from '../fits/file.ts'
import { Header } from '../fits/header.ts'

/** A value of any type as text, without blanks around it; undefined when the keyword is absent or has no value. */
export function valueText(header: Header, keyword: string): string | undefined {
  const value = header.get(keyword)?.value
  if (value === null || value === undefined || !('value' in value)) return undefined
  return String(value.value).trim()
}

/** A value as a number; NaN when it is absent or text. */
export function valueNumber(header: Header, keyword: string): number {
  const text = valueText(header, keyword)
  return text === undefined || text === '' ? Number.NaN : Number(text)
}

/** Numbers agree within a relative tolerance, whatever their type in the header; text agrees but for blanks at its ends. */
export function sameValue(found: string | undefined, expected: string, tolerance = 1e-6): boolean {
  if (found === undefined) return false
  const [a, b] = [Number(found), Number(expected)]
  if (found.trim() !== '' && expected.trim() !== '' && Number.isFinite(a) && Number.isFinite(b)) {
    return Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b), 1e-300)
  }
  return found.trim() === expected.trim()
}

/** All cards of a file as one header: what the primary lacks may stand in an extension, as with detectors of several chips. */
export function wholeHeader(hdus: readonly HduOnDisk[]): Header {
  const [first, ...others] = hdus
  return first !== undefined && others.length === 0
    ? first.header
    : new Header(hdus.flatMap(({ header }) => header.cards))
}
