import { isoMilliseconds, mjdOf, momentOf, secondsLater } from './instant.ts'
import { type Random, randomFrom } from './random.ts'
import { siderealSeconds } from './sky.ts'
import type { ScienceLight } from './light.ts'
import { referenceStar } from './spectra.ts'
import type { Technique } from './frame-header.ts'
import type { Binning, SettingName } from './set-up.ts'

/** One science exposure of the night: when, of what, under which programme. */
export interface Observation {
  /** `UVES.2026-03-02T03:36:00.000`: archive name without `.fits`. */
  readonly dpId: string
  readonly setting: SettingName
  readonly binning: Binning
  readonly technique: Technique
  readonly start: Date
  readonly exposureSeconds: number
  readonly object: string
  readonly raDegrees: number
  readonly decDegrees: number
  readonly programId: string
  readonly observationId: number
  readonly light: ScienceLight
}

/** Hours UT of the following day between which exposures start. */
const firstHour = 24 + 10 / 60
const lastHour = 24 + 9
/** Jitter of the start (20 s), of the second arm (11 s) and read-out (25 s). */
const overheadSeconds = 56
const programs = ['116.28K9.001', '117.23ZU.002', '60.A-9022(A)', '117.240P.003'] as const

/** At most so many exposures fit between the first and the last hour. */
export const mostObservations = 400

/** What the instrument does in one arm. */
export interface Exposure {
  readonly setting: SettingName
  readonly binning: Binning
  readonly technique: Technique
}

/**
 * The exposures of a night in order of time: in each slot those that run in parallel, one for each arm, on the same target. The arms are
 * not in step: the second starts some seconds after the first. The first exposure of each set-up is the reference exposure (1200 s where
 * it fits, 60000 electrons per Angstrom); the others differ in length, brightness, colour and velocity.
 */
export function observationsOf(date: string, seed: number, slots: readonly (readonly Exposure[])[]): Observation[] {
  const slotSeconds = ((lastHour - firstHour) * 3600) / slots.length
  const seen = new Set<string>()
  return slots.flatMap((exposures, i) => {
    const random = randomFrom(`${seed}/UVES/${date}/observation ${i + 1}`)
    const seconds = i * slotSeconds + random.uniform() * 20
    const isReference = exposures.some((exposure) => !seen.has(JSON.stringify(exposure)))
    for (const exposure of exposures) seen.add(JSON.stringify(exposure))
    const wished = isReference ? 1200 : random.pick([600, 750, 900, 1200, 1500])
    const exposureSeconds = Math.min(wished, Math.floor(slotSeconds) - overheadSeconds)
    const common = {
      exposureSeconds,
      ...target(mjdOf(momentOf(date, firstHour + seconds / 3600)), random),
      programId: random.pick(programs),
      observationId: 200123456 + i * 3,
      light: isReference ? referenceLight : someLight(random),
    }
    return exposures.map((exposure, arm) => {
      const behind = arm === 0 ? 0 : 1 + 10 * random.uniform()
      const start = secondsLater(momentOf(date, firstHour), Math.round((seconds + behind) * 1000) / 1000)
      return { dpId: `UVES.${isoMilliseconds(start)}`, ...exposure, start, ...common }
    })
  })
}

export const referenceLight: ScienceLight = {
  star: referenceStar,
  fluxElectronsPerAngstrom: 60000,
  skyElectronsPerAngstromPerPixel: 120,
}

/** Not much brighter than the reference: above a signal to noise of 70 the pipeline's errors are 10 % too large. */
export function someLight(random: Random): ScienceLight {
  return {
    star: {
      slope: round(-1.4 + 1.4 * random.uniform(), 2),
      radialVelocityKilometresPerSecond: round(-120 + 240 * random.uniform(), 1),
      lineStrength: round(0.8 + 0.3 * random.uniform(), 2),
    },
    fluxElectronsPerAngstrom: Math.round(45000 + 50000 * random.uniform()),
    skyElectronsPerAngstromPerPixel: Math.round(60 + 90 * random.uniform()),
  }
}

/** Somewhere near the meridian, so that altitude and airmass are those of a sensible observation. */
function target(mjd: number, random: Random): { object: string; raDegrees: number; decDegrees: number } {
  const meridian = siderealSeconds(mjd) / 240
  const raDegrees = round((meridian - 20 + 40 * random.uniform() + 360) % 360, 6)
  const decDegrees = round(-60 + 60 * random.uniform(), 6)
  const hours = Math.floor(raDegrees / 15)
  const minutes = Math.floor((raDegrees / 15 - hours) * 60)
  const degrees = Math.floor(-decDegrees)
  const arcminutes = Math.floor((-decDegrees - degrees) * 60)
  return { object: `SIM-J${two(hours)}${two(minutes)}-${two(degrees)}${two(arcminutes)}`, raDegrees, decDegrees }
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}

function round(value: number, decimals: number): number {
  return Math.round(value * 10 ** decimals) / 10 ** decimals
}
