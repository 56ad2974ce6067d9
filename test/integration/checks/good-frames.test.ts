import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeAssociationBlock } from '../../../domain/write-association-block.ts'
import type { SettingName } from '../../../simulator/uves-blue.ts'
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
    const { block, raw, calibrations } = exposure(setting, { fluxElectronsPerAngstrom: brightness[light] })
    const fileName = raw.fileName.replace(/\d{3}\.fits$/, `${String(index).padStart(3, '0')}.fits`)
    installation.put('raw', fileName, bytesOf(raw.hdus))
    for (const file of calibrations.values()) {
      installation.put(file.fileName.startsWith('G') ? 'gencalib' : 'mcalib', file.fileName, bytesOf(file.hdus))
    }
    const name = fileName.replace('.fits', '.ab')
    const unfluxed = block.calibrations.filter(({ category }) => !/RESPONSE|EXTCOEFF/.test(category))
    blocks.set(
      name,
      writeAssociationBlock({
        ...block,
        name,
        rawFiles: [{ fileName, tag: block.rawType }],
        calibrations: flux ? block.calibrations : unfluxed,
      }),
    )
  }
  verdicts = await installation.process(DATE, blocks)
}, 240_000)
afterAll(() => installation.close())

test.each(rows.map((row, index) => ({ ...row, index })))(
  '$setting nm, $light, flux calibration $flux: no false alarm',
  ({ index, light }) => {
    const verdict = [...verdicts.values()][index]
    expect(verdict).toMatchObject({ state: 'processed', cause: '' })
    const scored = (name: string) => verdict?.scores.find((score) => score.name === name)
    expect(scored('association')).toMatchObject({ score: 0, value: 0 })
    expect(scored('signal to noise')?.score).toBe(light === 'faint' ? 1 : 0)
    expect(scored('saturated pixels')?.score).toBe(light === 'saturated' ? 1 : 0)
    expect(scored('order centre')).toMatchObject({ score: null, value: expect.any(Number) })
    expect(scored('wavelength rms')).toMatchObject({ score: null, value: null })
    if (light === 'reference') {
      expect(scored('signal to noise')?.value).toBeGreaterThan(45)
      expect(scored('signal to noise')?.value).toBeLessThan(49)
      expect(verdict?.warnings).toBe(0)
    }
  },
)
