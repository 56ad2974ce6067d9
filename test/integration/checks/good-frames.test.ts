import { afterAll, beforeAll, expect, test } from 'vitest'
import { isGencalib } from '../../../domain/file-name.ts'
import { writeAssociationBlock } from '../../../domain/write-association-block.ts'
import type { SettingName } from '../../../simulator/set-up.ts'
import { bytesOf, DATE, exposure } from './night.ts'
import { install, type Installation, type Verdict } from './installation.ts'

/** Electrons per Angstrom: S/N 0.3, 47 (the reference), 150, and a star that saturates the detector. */
const brightness = { faint: 130, reference: 60_000, bright: 2e6, saturated: 4e7 } as const
type Brightness = keyof typeof brightness

interface Good {
  readonly setting: SettingName
  readonly light: Brightness
  readonly flux?: boolean
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
]

let installation: Installation
let verdicts: ReadonlyMap<string, Verdict>

beforeAll(async () => {
  installation = await install()
  const blocks = new Map<string, string>()
  for (const [index, { setting, light, flux = true }] of rows.entries()) {
    const source = { fluxElectronsPerAngstrom: brightness[light] }
    const { block, raw, calibrations } = exposure(setting, source, index)
    installation.put('raw', raw.fileName, bytesOf(raw.hdus))
    for (const { fileName, hdus } of calibrations.values()) {
      installation.put(isGencalib(fileName, 'UVES') ? 'gencalib' : 'mcalib', fileName, bytesOf(hdus))
    }
    const unfluxed = block.calibrations.filter(({ category }) => !/RESPONSE|EXTCOEFF/.test(category))
    const listed = flux ? block.calibrations : unfluxed
    blocks.set(block.name, writeAssociationBlock({ ...block, calibrations: listed }))
  }
  verdicts = await installation.process(DATE, blocks)
}, 240_000)
afterAll(() => installation.close())

const cases = rows.map((row, index) => ({ ...row, index }))
const scoreOf = (index: number, name: string) =>
  [...verdicts.values()][index]?.scores.find((score) => score.name === name)

test.each(cases)('$setting nm, $light, flux calibration $flux: no false alarm', ({ index, light }) => {
  expect([...verdicts.values()][index]).toMatchObject({ state: 'processed', kind: null, cause: '' })
  expect(scoreOf(index, 'association')).toMatchObject({ score: 0, value: 0 })
  expect(scoreOf(index, 'signal to noise')?.score).toBe(light === 'faint' ? 1 : 0)
  expect(scoreOf(index, 'saturated pixels')?.score).toBe(light === 'saturated' ? 1 : 0)
  expect(scoreOf(index, 'order centre')).toMatchObject({ score: null, value: expect.any(Number) })
  expect(scoreOf(index, 'wavelength rms')).toMatchObject({ score: null, value: null })
})

test.each(cases.filter(({ light }) => light === 'reference'))(
  '$setting nm, reference exposure: all scores fine or not scored',
  ({ index }) => {
    expect([...verdicts.values()][index]?.warnings).toBe(0)
    expect([...verdicts.values()][index]?.scores.filter(({ score }) => score === 1)).toEqual([])
    expect(scoreOf(index, 'signal to noise')?.value).toBeGreaterThan(45)
    expect(scoreOf(index, 'signal to noise')?.value).toBeLessThan(49)
  },
)
