import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Card, double, string } from '../../../fits/card.ts'
import { isGencalib } from '../../../domain/file-name.ts'
import { writeAssociationBlock } from '../../../domain/write-association-block.ts'
import type { Technique } from '../../../simulator/frame-header.ts'
import { type SettingName, setUpOf } from '../../../simulator/set-up.ts'
import { bytesOf, DATE, exposure, withCards } from './night.ts'
import { install, type Installation, type Verdict } from './installation.ts'

/** Electrons per Angstrom: S/N 0.3, 47 (the reference), 150, and a star that saturates the detector. */
const brightness = { faint: 130, reference: 60_000, bright: 2e6, saturated: 4e7 } as const
type Brightness = keyof typeof brightness

interface Good {
  readonly setting: SettingName
  readonly light: Brightness
  readonly flux?: boolean
  readonly technique?: Technique
  /** In the raw and all its calibrations alike. */
  readonly cards?: readonly Card[]
}
const rows: readonly Good[] = [
  ...([346, 390, 437] as const).flatMap((setting) => [
    { setting, light: 'faint' as const },
    { setting, light: 'reference' as const },
    { setting, light: 'bright' as const },
  ]),
  { setting: 390, light: 'reference', flux: false },
  { setting: 390, light: 'faint', flux: false },
  { setting: 437, light: 'saturated' },
  { setting: 437, light: 'reference', technique: 'ECHELLE,ABSORPTION-CELL' },
  // A set-up that nobody has thought of: its calibrations agree with it, that is all that counts.
  {
    setting: 437,
    light: 'reference',
    cards: [double('ESO INS GRAT1 WLEN', 440.5), double('ESO INS SLIT2 WID', 0.7), string('ESO INS MODE', 'BLUE')],
  },
  { setting: 760, light: 'reference' },
  { setting: 760, light: 'faint' },
  { setting: 760, light: 'saturated', flux: false },
]

let installation: Installation
let verdicts: ReadonlyMap<string, Verdict>

beforeAll(async () => {
  installation = await install()
  const blocks = new Map<string, string>()
  for (const [index, { setting, light: source, flux = true, technique = 'ECHELLE', cards = [] }] of rows.entries()) {
    const light = { fluxElectronsPerAngstrom: brightness[source] }
    const { block, raw, calibrations } = exposure(setting, { light, later: index, technique })
    installation.put('raw', raw.fileName, bytesOf(withCards(raw.hdus, cards)))
    const nameOf = (fileName: string) => (cards.length === 0 ? fileName : `OTHER_${fileName}`)
    for (const { fileName, hdus } of calibrations.values()) {
      const room = isGencalib(fileName, 'UVES') ? 'gencalib' : 'mcalib'
      installation.put(room, nameOf(fileName), bytesOf(withCards(hdus, cards)))
    }
    const unfluxed = block.calibrations.filter(({ category }) => !/RESPONSE|EXTCOEFF/.test(category))
    const listed = (flux ? block.calibrations : unfluxed).map((file) => ({ ...file, fileName: nameOf(file.fileName) }))
    const rawMatchKeys = cards.length === 0 ? block.rawMatchKeys : []
    blocks.set(block.name, writeAssociationBlock({ ...block, calibrations: listed, rawMatchKeys }))
  }
  verdicts = await installation.process(DATE, blocks)
}, 600_000)
afterAll(() => installation.close())

const cases = rows.map((row, index) => ({ ...row, index }))
const scoreOf = (index: number, name: string) =>
  [...verdicts.values()][index]?.scores.find((score) => score.name === name)
/** The score of each chip: in the red arm its name has the chip at its end. */
const chipScores = (index: number, name: string) => {
  const { chips } = setUpOf(rows[index]?.setting ?? 437)
  return chips.map((chip) => scoreOf(index, chips.length === 1 ? name : `${name} ${chip.name}`))
}
const ofEveryChip = (index: number, score: object) =>
  setUpOf(rows[index]?.setting ?? 437).chips.map(() => expect.objectContaining(score))

test.each(cases)('$setting nm, $light, flux calibration $flux: no false alarm', ({ index, light }) => {
  expect([...verdicts.values()][index]).toMatchObject({ state: 'processed', kind: null, cause: '' })
  expect(scoreOf(index, 'association')).toMatchObject({ score: 0, value: 0 })
  const everyChip = (score: object) => ofEveryChip(index, score)
  expect(chipScores(index, 'signal to noise')).toEqual(everyChip({ score: light === 'faint' ? 1 : 0 }))
  expect(chipScores(index, 'saturated pixels')).toEqual(everyChip({ score: light === 'saturated' ? 1 : 0 }))
  expect(chipScores(index, 'order centre')).toEqual(everyChip({ score: null, value: expect.any(Number) }))
  expect(chipScores(index, 'wavelength rms')).toEqual(everyChip({ score: null, value: null }))
  expect(scoreOf(index, 'pipeline warnings')).toBeDefined()
})

test.each(cases.filter(({ light }) => light === 'reference'))(
  '$setting nm, reference exposure: all scores fine or not scored',
  ({ index }) => {
    expect([...verdicts.values()][index]?.warnings).toBe(0)
    expect([...verdicts.values()][index]?.scores.filter(({ score }) => score === 1)).toEqual([])
    const { arm } = setUpOf(rows[index]?.setting ?? 437)
    for (const score of chipScores(index, 'signal to noise')) {
      // Median over the orders: in the red arm the chips differ by some per cent.
      expect(score?.value).toBeGreaterThan(arm === 'BLUE' ? 45 : 37)
      expect(score?.value).toBeLessThan(arm === 'BLUE' ? 49 : 44)
    }
  },
)
