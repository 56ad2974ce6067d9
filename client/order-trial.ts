import { chooseHost } from '../database/choose-host.ts'
import type { Database } from '../database/connect.ts'
import { findOpenRun, type OpenedRun, openRun } from '../database/date-runs.ts'
import type { SelectedAb } from '../database/order-selection.ts'
import { absToTry, type RegisteredAb } from '../database/plan.ts'
import { dateStatuses } from '../database/status.ts'
import { leftOutReason } from '../domain/certification.ts'
import { PreconditionError } from '../domain/failure.ts'
import type { Instrument } from '../domain/instrument.ts'
import { sampleOf } from '../domain/trial.ts'
import type { Settings } from '../settings/settings.ts'
import { notRegistered } from './place.ts'
import { groupedReasons, someNames } from './registration-summary.ts'

export interface TrialRequest {
  readonly instrument: Instrument
  readonly date: string
  /** So many blocks, spread over the settings; null: all. */
  readonly sample: number | null
  readonly leaveOutMissing: boolean
}

/**
 * Opens a trial of a date: blocks that are executable once the instrument file is certified, whether they have had their attempt or not.
 *
 * @throws PreconditionError when the date is not registered, when products of it wait for the archive, or when no block can be tried
 */
export async function orderTrial(database: Database, settings: Settings, request: TrialRequest): Promise<OpenedRun> {
  const { date, leaveOutMissing } = request
  const { instrument } = request.instrument
  const [status] = await dateStatuses(database, instrument, date)
  if (status === undefined) throw notRegistered({ instrument, date })
  const open = await findOpenRun(database, instrument, date)
  if (open !== null) return { opened: false, ...open }
  if (status.pendingIdps > 0) {
    throw new PreconditionError(
      `${status.pendingIdps} IDPs of ${instrument} ${date} wait for the archive: \`phoenix resume ${instrument} ${date}\` brings them in, then it can be tried`,
    )
  }
  return openRun(database, {
    instrument,
    date,
    host: await chooseHost(database, { instrument, date }, settings.host),
    order: { kind: 'run', orderedBy: settings.operator, trial: true, leaveOutMissing },
    abNames: await abNamesToTry(database, request),
  })
}

/** @throws PreconditionError that tells why, when there is none */
export async function abNamesToTry(
  database: Database,
  { instrument: file, date, sample }: TrialRequest,
): Promise<readonly string[]> {
  const abs = await absToTry(database, file.instrument, { date })
  return chosen(file, abs, sample, `${file.instrument} ${date}`)
}

/**
 * Of the blocks of an order over many dates those that can be tried, or a sample of them all.
 * @throws PreconditionError that tells why, when there is none
 */
export async function selectedToTry(
  database: Database,
  file: Instrument,
  selected: readonly SelectedAb[],
  sample: number | null,
): Promise<readonly SelectedAb[]> {
  const abs = await absToTry(database, file.instrument, { abNames: selected.map(({ abName }) => abName) })
  const abNames = new Set(chosen(file, abs, sample, file.instrument))
  return selected.filter(({ abName }) => abNames.has(abName))
}

/** Names of the blocks that are executable once the file is certified, or of a sample of them; `of` names them all for a person. */
function chosen(file: Instrument, abs: readonly RegisteredAb[], sample: number | null, of: string): readonly string[] {
  const certified = { ...file, status: 'certified' as const }
  const judged = abs.map((registered) => ({ registered, leftOut: leftOutReason(registered.ab, certified) }))
  const candidates = judged.filter(({ leftOut }) => leftOut === null).map(({ registered }) => candidateOf(registered))
  if (candidates.length === 0) {
    const leftOut = judged.map(({ registered, leftOut: why }) => {
      return { name: registered.abName, code: why?.code ?? '', reason: why?.text ?? '' }
    })
    const reasons = groupedReasons(leftOut).map(({ reason, abNames }) => `${reason} (${someNames(abNames)})`)
    const why = reasons.length === 0 ? 'none is readable and has all its calibrations' : reasons.join('; ')
    throw new PreconditionError(`no AB of ${of} can be tried: ${why}`)
  }
  return sampleOf(candidates, sample ?? candidates.length).map(({ abName }) => abName)
}

/** The values that a block asks of its raw name the setting well enough. */
function candidateOf({ abName, ab }: RegisteredAb) {
  return { abName, setting: [ab.rawType, ...ab.rawMatchKeys.map(({ value }) => value)].join(' ') }
}
