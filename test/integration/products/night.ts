import { createHash } from 'node:crypto'
import { appendFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { AssociationBlock } from '../../../domain/association-block.ts'
import type { IdpSection } from '../../../domain/idp-section.ts'
import type { Instrument } from '../../../domain/instrument.ts'
import { writeAssociationBlock } from '../../../domain/write-association-block.ts'
import { double } from '../../../fits/card.ts'
import { readFits } from '../../../fits/file.ts'
import { calibrationHdus } from '../../../simulator/calibration-frames.ts'
import { armName, calibrationsFor } from '../../../simulator/calibrations.ts'
import { mjdOf, momentOf } from '../../../simulator/instant.ts'
import { simulateNight } from '../../../simulator/night.ts'
import { planNight } from '../../../simulator/night-plan.ts'
import type { SettingName } from '../../../simulator/set-up.ts'
import type { Installation } from '../checks/installation.ts'
import { bytesOf, DATE, withCards } from '../checks/night.ts'

type Response = 'none' | 'valid' | 'expired' | 'across the breakpoint'

/** One exposure of the night, and what response its block lists. */
export interface Exposure {
  readonly setting: SettingName
  readonly response: Response
  readonly block: AssociationBlock
  /** File with the injected spectrum. */
  readonly truth: string
}

const SEED = 5
const SETTINGS: readonly SettingName[] = [346, 390, 437, 390]
/** Half of them have a response. */
export const RESPONSES: readonly Response[] = [
  'none',
  'valid',
  'none',
  'expired',
  'none',
  'valid',
  'none',
  'across the breakpoint',
]
/** Beginning of the day on which the throughput of this night's instrument changed. */
const BREAKPOINT = '2026-01-15'
const EXPIRED = '2025-01-10'
const BEFORE_THE_BREAKPOINT = '2026-01-10'
const CALIBRATION_OF_FLUX = ['MASTER_RESPONSE_BLUE', 'EXTCOEFF_TABLE']

/** Lays the night into the archive, and one exposure more whose raw has its coordinates for 1950, which no rule of an input forbids. */
export async function layNight(
  installation: Installation,
): Promise<{ readonly exposures: readonly Exposure[]; readonly wrongEquinox: AssociationBlock }> {
  const folder = dirname(installation.archive)
  const plan = { executable: RESPONSES.length + 1, settings: SETTINGS, withExtras: false }
  const { request } = await simulateNight({ instrument: 'UVES', date: DATE, seed: SEED, folder, plan })
  const exposures = planNight(request).map(({ block, observation: { dpId, setting } }, index): Exposure => {
    const exposure = {
      setting,
      response: RESPONSES[index] ?? 'none',
      block,
      truth: join(folder, 'truth', `${dpId}.fits`),
    }
    if (exposure.response === 'expired') return withResponse(installation, exposure, EXPIRED)
    if (exposure.response === 'across the breakpoint') {
      return withResponse(installation, exposure, BEFORE_THE_BREAKPOINT)
    }
    return exposure
  })
  const last = exposures.pop()
  if (last === undefined) throw new Error('a night without exposures')
  const fileName = last.block.name.replace(/ab$/, 'fits')
  const raw = await readFits(join(installation.archive, 'raw', fileName))
  putListed(installation, 'raw', fileName, bytesOf(withCards(raw, [double('EQUINOX', 1950)])))
  return { exposures, wrongEquinox: last.block }
}

/** Its block with a response of the night given and the table of extinction, both in the archive. */
export function withResponse(installation: Installation, exposure: Exposure, night: string): Exposure {
  const { block, setting } = exposure
  const start = momentOf(night, 15)
  const fileName = `UV_MRSP_${night.slice(2).replaceAll('-', '')}A_${armName('BLUE', setting)}_2x2.fits`
  const category = 'MASTER_RESPONSE_BLUE'
  const file = { fileName, kind: 'MASTER_RESPONSE', category, chip: 'BLUE', setting, binning: 2, start } as const
  putListed(installation, 'mcalib', fileName, bytesOf(calibrationHdus(file, SEED)))
  const extinction = calibrationsFor(DATE, 390).filter((file) => file.category === 'EXTCOEFF_TABLE')
  const calibrations = [
    ...block.calibrations.filter((file) => !CALIBRATION_OF_FLUX.includes(file.category)),
    { flag: 'REAL' as const, fileName, category, distanceDays: Number((mjdOf(start) - block.mjdObs).toFixed(3)) },
    ...extinction.map((file) => {
      return { flag: 'REAL' as const, fileName: file.fileName, category: file.category, distanceDays: null }
    }),
  ]
  return { ...exposure, block: { ...block, calibrations } }
}

/** As the directory of association blocks has them. */
export function textsOf(blocks: readonly AssociationBlock[]): ReadonlyMap<string, string> {
  return new Map(blocks.map((block) => [block.name, writeAssociationBlock(block)]))
}

/** The instrument of this night, with the observatory's choice of the flux calibration. */
export function instrumentOfTheNight(
  instrument: Instrument,
  fluxCase: IdpSection['fluxCalibration']['case'],
): Instrument {
  const { idp } = instrument
  if (idp === undefined) throw new Error('the instrument file does not say how products become IDPs')
  const { breakpoints } = idp.fluxCalibration
  const dates = (arm: string) => [...(breakpoints[arm] ?? []), BREAKPOINT]
  const later = Object.fromEntries(Object.keys(idp.arms).map((arm) => [arm, dates(arm)]))
  const fluxCalibration = { ...idp.fluxCalibration, case: fluxCase, breakpoints: later }
  return { ...instrument, idp: { ...idp, fluxCalibration } }
}

/** In a room of the archive with its sum in the list; a later line counts. */
function putListed(installation: Installation, room: 'raw' | 'mcalib', fileName: string, bytes: Uint8Array): void {
  installation.put(room, fileName, bytes)
  const sum = createHash('sha256').update(bytes).digest('hex')
  appendFileSync(join(installation.archive, room, 'SHA256SUMS'), `${sum}  ${fileName}\n`)
}
