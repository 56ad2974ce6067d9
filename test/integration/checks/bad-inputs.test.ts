import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isGencalib } from '../../../domain/file-name.ts'
import { writeAssociationBlock } from '../../../domain/write-association-block.ts'
import type { Hdu } from '../../../fits/hdu.ts'
import { type BadInput, refused, takenForGood } from './bad-inputs.ts'
import { install, type Installation, type Verdict } from './installation.ts'
import { bytesOf, DATE, exposure } from './night.ts'
import { ofTwoChips } from './red-inputs.ts'

const rows: readonly BadInput[] = [...takenForGood, ...refused, ...ofTwoChips]
const blockNames: string[] = []
let installation: Installation
let verdicts: ReadonlyMap<string, Verdict>

beforeAll(async () => {
  installation = await install()
  const dateOf = (index: number) => {
    // A broken calibration ends the whole date: such a row has a date of its own.
    return rows[index]?.expected.state === 'error' ? `2027-01-${String(10 + (index % 20))}` : DATE
  }
  const blocks = new Map<string, Map<string, string>>()
  for (const [index, row] of rows.entries()) {
    const { name, text } = lay(row, index, dateOf(index))
    blockNames.push(name)
    const ofDate = blocks.get(dateOf(index)) ?? new Map<string, string>()
    blocks.set(dateOf(index), ofDate.set(name, text))
  }
  const results: (readonly [string, Verdict])[] = []
  for (const [date, ofDate] of blocks) results.push(...(await installation.process(date, ofDate)))
  verdicts = new Map(results)
}, 600_000)
afterAll(() => installation.close())

describe.each([
  ['an input that the recipe takes for good', takenForGood, 0],
  ['an input at which the recipe fails', refused, takenForGood.length],
  ['an input with two chips', ofTwoChips, takenForGood.length + refused.length],
] as const)('%s', (_title, list, first) => {
  test.each(list.map((row, index) => ({ ...row, index: first + index })))('$name', ({ expected, index }) => {
    const verdict = verdicts.get(blockNames[index] ?? '')
    expect(verdict?.state).toBe(expected.state)
    expect(verdict?.cause).toMatch(expected.cause)
    expect(verdict?.kind).toBe('kind' in expected ? expected.kind : null)
    expect(verdict?.started).toBe('kind' in expected && expected.kind !== 'input')
  })
})

test('causes are for people: no path, no stack, one line', () => {
  for (const { cause } of verdicts.values()) {
    expect(cause).not.toMatch(/\n|phoenix-checks-|\bat \w+ \(|undefined|NaN|\[object/)
  }
})

/** Puts the row's files into the archive, each changed one under a name of its own, and gives its block. */
function lay(row: BadInput, index: number, date: string): { name: string; text: string } {
  const good = exposure(row.setting ?? 437)
  const {
    block: changes = {},
    text = (same: string) => same,
    raw,
    rawBytes,
    calibrations,
    calibrationBytes,
  } = row.mutate(good)
  const number = String(index).padStart(3, '0')
  const fileName = good.raw.fileName.replace(/\d{3}\.fits$/, `${number}.fits`)
  const bytes = bytesOf(raw ?? good.raw.hdus)
  if (rawBytes !== null) installation.put('raw', fileName, (rawBytes ?? ((same) => same))(bytes))

  for (const { fileName: shared, hdus } of good.calibrations.values()) putOnce(shared, hdus)
  const changed = new Map<string, Uint8Array>()
  for (const [category, hdus] of Object.entries(calibrations ?? {})) changed.set(category, bytesOf(hdus))
  if (calibrationBytes !== undefined) {
    const [category, change] = calibrationBytes
    changed.set(category, change(bytesOf(good.calibrations.get(category)?.hdus ?? [])))
  }
  const block = { ...good.block, ...changes }
  const rawFiles = block.rawFiles.map((file, i) => (i === 0 ? { ...file, fileName } : file))
  const name = fileName.replace('.fits', '.ab')
  const listed = block.calibrations.map((file) => {
    const content = changed.get(file.category)
    if (content === undefined) return file
    const ownName = file.fileName.replace('.fits', `_${number}.fits`)
    put(ownName, content)
    return { ...file, fileName: ownName }
  })
  return { name, text: text(writeAssociationBlock({ ...block, name, date, rawFiles, calibrations: listed })) }
}

const present = new Set<string>()
function putOnce(fileName: string, hdus: readonly Hdu[]): void {
  if (!present.has(fileName)) put(fileName, bytesOf(hdus))
  present.add(fileName)
}

function put(fileName: string, bytes: Uint8Array): void {
  installation.put(isGencalib(fileName, 'UVES') ? 'gencalib' : 'mcalib', fileName, bytes)
}
