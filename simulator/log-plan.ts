import { PreconditionError } from '../domain/failure.ts'
import { observingDateOf } from '../domain/observing-date.ts'
import { blockWith } from './blocks.ts'
import { type CalibrationEpoch, type CalibrationFile, calibrationsAt } from './calibrations.ts'
import type { Technique } from './frame-header.ts'
import { momentOf } from './instant.ts'
import type { PlannedBlock } from './night-plan.ts'
import { type Exposure, type Observation, someLight } from './observation.ts'
import type { LoggedExposure, LoggedFlats } from './observing-log.ts'
import { randomFrom } from './random.ts'
import { type SettingName, settingNames, setUpOf } from './set-up.ts'

/** Which night to make, of which logs. */
export interface LogNight {
  /** Observing night, `2016-05-09`. */
  readonly date: string
  readonly seed: number
  readonly science: readonly LoggedExposure[]
  readonly flats: readonly LoggedFlats[]
  /** So many frames get pixels of their own, the others repeat them; all of them when null. */
  readonly exposures: number | null
}

/** A block of a real night. A repeated frame has the light of the frame whose pixels it has. */
export interface LoggedBlock extends PlannedBlock {
  readonly pixelsOf: string
}

/** Flats further away in time than this do not serve an exposure: its calibration is only promised. */
const nearDays = 3
const nightBeginsUtHour = 12
const dayMilliseconds = 86_400_000

/**
 * A real observing night on paper: names, times, exposure times, programmes, targets and settings are those of the log; every exposure has
 * the flat closest to it in time. What the log does not tell is invented: binning (of the red arm every third template is not binned),
 * the absorption cell (every fourth), light, and the calibrations beside the flats, which were taken when the flat was.
 * @throws PreconditionError for a date that the log does not have, or a setting that the simulator does not know
 */
export function planLogNight({ date, seed, science, flats, exposures }: LogNight): LoggedBlock[] {
  const rows = science
    .filter(({ start }) => observingDateOf(start, nightBeginsUtHour) === date)
    .toSorted((a, b) => a.start.getTime() - b.start.getTime())
  if (rows.length === 0) throw new PreconditionError(noSuchNight(date, science))
  const templates = [...new Set(rows.map(({ template }) => template))]
  const observations = rows.map((row) => observationOf(row, templates.indexOf(row.template), date, seed))
  const made = madeOf(observations, exposures)
  const epochs = epochsOf(flats)
  return observations.map((observation, index) => {
    const source = made[index] ?? observation
    const repeated = { ...observation, light: source.light }
    const calibrations = nearest(observation, epochs)
    const variation = calibrations === null ? 'virtual flat' : 'ordinary'
    const listed =
      calibrations ?? calibrationsAt(observation.setting, observation.binning, epochOf(momentOf(date, 20), 'A'))
    const planned = {
      block: blockWith(date, repeated, variation, listed),
      observation: repeated,
      pixelsOf: source.dpId,
    }
    return calibrations === null
      ? {
          ...planned,
          calibrations: [],
          raw: 'none',
          expectation: { expect: 'left-out', reason: 'virtual calibration' },
        }
      : { ...planned, calibrations, raw: 'star', expectation: { expect: 'processed' } }
  })
}

function observationOf(row: LoggedExposure, template: number, date: string, seed: number): Observation {
  const setting = settingNames.find((name) => name === row.setting)
  if (setting === undefined) {
    const known = settingNames.join(', ')
    throw new PreconditionError(`${row.dpId}: the simulator has no setting ${row.setting} nm, it has ${known}`)
  }
  return {
    dpId: row.dpId,
    ...exposureOf(setting, template),
    start: row.start,
    exposureSeconds: row.exposureSeconds,
    object: row.object,
    raDegrees: row.raDegrees,
    decDegrees: row.decDegrees,
    programId: row.programId,
    observationId: 200_200_001 + template,
    light: someLight(randomFrom(`${seed}/UVES/${date}/${row.dpId}`)),
  }
}

function exposureOf(setting: SettingName, template: number): Exposure {
  const isUnbinned = setUpOf(setting).arm === 'RED' && template % 3 === 1
  const technique: Technique = template % 4 === 2 ? 'ECHELLE,ABSORPTION-CELL' : 'ECHELLE'
  return { setting, binning: isUnbinned ? 1 : 2, technique }
}

/**
 * The frame whose pixels each observation has: of every set-up the first, then of every set-up the second, ... until there are so many;
 * all others repeat those of their set-up in turn.
 */
function madeOf(observations: readonly Observation[], exposures: number | null): Observation[] {
  if (exposures === null) return [...observations]
  const key = ({ setting, binning }: Observation) => `${setting} ${binning}`
  const bySetUp = new Map<string, Observation[]>()
  for (const each of observations) bySetUp.set(key(each), [...(bySetUp.get(key(each)) ?? []), each])
  if (exposures < bySetUp.size) {
    throw new PreconditionError(
      `exposures: ${exposures} frames are too few for the ${bySetUp.size} set-ups of the night, which need one each`,
    )
  }
  const turns = [...bySetUp.values()].flatMap((group) => group.map((observation, turn) => ({ observation, turn })))
  const chosen = new Set(
    turns
      .toSorted((a, b) => a.turn - b.turn)
      .slice(0, exposures)
      .map(({ observation }) => observation),
  )
  const sources = new Map([...bySetUp].map(([setUp, group]) => [setUp, group.filter((each) => chosen.has(each))]))
  const count = new Map<string, number>()
  return observations.map((observation) => {
    if (chosen.has(observation)) return observation
    const ofSetUp = sources.get(key(observation)) ?? []
    const turn = count.get(key(observation)) ?? 0
    count.set(key(observation), turn + 1)
    return ofSetUp[turn % ofSetUp.length] ?? observation
  })
}

interface Epoch {
  readonly setting: number
  readonly start: Date
  /** Of the flats of one setting and day the first gets A. */
  readonly letter: string
}

function epochsOf(flats: readonly LoggedFlats[]): Epoch[] {
  const earlier = new Map<string, number>()
  return flats
    .toSorted((a, b) => a.start.getTime() - b.start.getTime())
    .map(({ start, setting }) => {
      const key = `${start.toISOString().slice(0, 10)} ${setting}`
      const number = earlier.get(key) ?? 0
      earlier.set(key, number + 1)
      return { setting, start, letter: String.fromCharCode('A'.charCodeAt(0) + number) }
    })
}

/** Calibrations of the flat closest to the middle of the exposure; null where the log has none near. */
function nearest(
  { setting, binning, start, exposureSeconds }: Observation,
  epochs: readonly Epoch[],
): CalibrationFile[] | null {
  const middle = start.getTime() + exposureSeconds * 500
  let best: Epoch | null = null
  let distance = nearDays * dayMilliseconds
  for (const epoch of epochs) {
    const away = Math.abs(epoch.start.getTime() - middle)
    if (epoch.setting !== setting || away > distance) continue
    best = epoch
    distance = away
  }
  return best === null ? null : calibrationsAt(setting, binning, epochOf(best.start, best.letter))
}

/** The other calibrations are of the day of the flat, the bias of the hour before the first of them. */
function epochOf(flat: Date, letter: string): CalibrationEpoch {
  return { flat, letter, bias: new Date(Date.parse(`${flat.toISOString().slice(0, 10)}T08:30:00Z`)) }
}

function noSuchNight(date: string, science: readonly LoggedExposure[]): string {
  const nights = new Set(science.map(({ start }) => observingDateOf(start, nightBeginsUtHour)))
  const sorted = [...nights].toSorted()
  const near = sorted.toSorted(
    (a, b) => Math.abs(Date.parse(a) - Date.parse(date)) - Math.abs(Date.parse(b) - Date.parse(date)),
  )
  return `the log has no exposures of the night ${date}: it has ${sorted.length} nights from ${sorted[0]} to ${sorted.at(-1)}, the nearest is ${near[0]}`
}
