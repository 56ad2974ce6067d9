import { checkedDateRange, isInRange } from '../domain/date-range.ts'
import { PreconditionError } from '../domain/failure.ts'
import { isObservingDate } from '../domain/observing-date.ts'
import { namesIn, namesOfBlocks } from './read-blocks.ts'
import { join } from 'node:path'

export interface DatesToRegister {
  /** Oldest first, each once. */
  readonly dates: readonly string[]
  /** Names of folders that are no date, where all were asked for. */
  readonly ignored: readonly string[]
  /** Whether a date belongs to what was asked for, though it may have no folder. */
  readonly isAskedFor: (date: string) => boolean
}

/**
 * The dates that an operator means: those that were named, those of a range that the folder of the instrument holds, or all that it holds.
 *
 * @throws PreconditionError when nothing, or both, was named, when a date has no folder, and when a range holds none
 */
export async function datesToRegister(
  folder: string,
  texts: readonly string[],
  all: boolean,
): Promise<DatesToRegister> {
  if (all === texts.length > 0) {
    throw new PreconditionError('name dates (2026-03-01), ranges of dates (2026-03-01..2026-03-31), or --all')
  }
  const ranges = texts.map((text) => ({ text, range: checkedDateRange(text) }))
  const held = all || ranges.some(({ range: { first, last } }) => first !== last) ? await namesIn(folder) : []
  if (all) {
    const ignored = held.filter((name) => !isObservingDate(name)).toSorted()
    return { dates: held.filter(isObservingDate).toSorted(), ignored, isAskedFor: () => true }
  }
  const dates = new Set<string>()
  for (const { text, range } of ranges) {
    const wanted =
      range.first === range.last
        ? [range.first]
        : held.filter((name) => isObservingDate(name) && isInRange(name, range))
    if (wanted.length === 0) throw new PreconditionError(`${folder} holds no date of ${text}`)
    for (const date of wanted) dates.add(date)
  }
  // Before the first of them is written it is known that each has its folder.
  for (const date of dates) await namesOfBlocks(join(folder, date))
  const isAskedFor = (date: string) => ranges.some(({ range }) => isInRange(date, range))
  return { dates: [...dates].toSorted(), ignored: [], isAskedFor }
}
