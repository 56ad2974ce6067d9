import type { Coverage } from '../domain/instrument.ts'
import { readHdu } from '../fits/file.ts'
import { numbersOf, readTable } from '../fits/table.ts'

/** A file that a recipe gets. */
export interface GivenFile {
  readonly fileName: string
  readonly category: string
  readonly path: string
}

/** What the order and line tables of a block promise of its product. */
export interface ExpectedCoverage {
  readonly orders: number
  /** According to the line table; null when it does not tell. */
  readonly ordersOfLines: number | null
  /** Wavelengths of the first and last arc line, Angstrom. */
  readonly firstAngstrom: number
  readonly lastAngstrom: number
}

/**
 * Reads what the calibrations promise; null when the block has no such calibration.
 * Throws FitsError when a table is not as the instrument file says.
 */
export async function expectedCoverage(rules: Coverage, files: readonly GivenFile[]): Promise<ExpectedCoverage | null> {
  const orders = await rangeOf(rules.orders, files)
  const lines = await rangeOf(rules.lines, files)
  if (orders === null || lines === null) return null
  return {
    orders: orders.largest - orders.smallest + 1,
    ordersOfLines: await ordersOfLines(rules.lines, files),
    firstAngstrom: lines.smallest,
    lastAngstrom: lines.largest,
  }
}

async function rangeOf(
  { category, hdu, column }: Pick<Coverage['lines'], 'category' | 'hdu' | 'column'>,
  files: readonly GivenFile[],
): Promise<{ smallest: number; largest: number } | null> {
  const file = files.find((candidate) => candidate.category === category)
  if (file === undefined) return null
  const values = numbersOf(readTable(await readHdu(file.path, hdu), [column]), column)
  let [smallest, largest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of values) {
    smallest = Math.min(smallest, Number(value))
    largest = Math.max(largest, Number(value))
  }
  return { smallest, largest }
}

/** `FABSORD 127` and `LABSORD 106` among the HISTORY cards: 22 orders. */
async function ordersOfLines(
  { category, hdu, orderHistory }: Coverage['lines'],
  files: readonly GivenFile[],
): Promise<number | null> {
  const file = files.find((candidate) => candidate.category === category)
  if (file === undefined || orderHistory === undefined) return null
  const texts = (await readHdu(file.path, hdu)).header.texts('HISTORY').map((text) => text.trim().split(/\s+/))
  const [first, last] = orderHistory.map((word) => Number(texts.find(([found]) => found === word)?.[1]))
  const orders = Math.abs((first ?? Number.NaN) - (last ?? Number.NaN)) + 1
  return Number.isNaN(orders) ? null : orders
}
