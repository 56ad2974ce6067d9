import { structuredPatch } from 'diff'

/** A line that only one of two texts has: `-` the older, `+` the newer. */
export interface ChangedLine {
  readonly sign: '-' | '+'
  /** Its number in its own text, from 1. */
  readonly line: number
  readonly text: string
}

/** Beyond so many changed lines a difference tells a person nothing any more, and takes long to find. */
const MOST_CHANGES = 1000

/** The lines in which two texts differ, in their order; null when nearly everything does. */
export function lineDifference(older: string, newer: string): readonly ChangedLine[] | null {
  const patch = structuredPatch('', '', older, newer, '', '', { context: 0, maxEditLength: MOST_CHANGES })
  if (patch === undefined) return null
  return patch.hunks.flatMap(({ lines, oldStart, newStart }) => {
    const next = { '-': oldStart, '+': newStart }
    return lines.flatMap((line): ChangedLine[] => {
      const sign = line.startsWith('-') ? '-' : line.startsWith('+') ? '+' : null
      // The library's remark on a missing end of line bears neither sign.
      if (sign === null) return []
      return [{ sign, line: next[sign]++, text: line.slice(1) }]
    })
  })
}
