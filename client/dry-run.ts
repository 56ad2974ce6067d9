import type { Database } from '../database/connect.ts'
import { findOpenRun } from '../database/date-runs.ts'
import { absWithoutAnswer } from '../database/plan.ts'
import { abStatuses, dateStatuses } from '../database/status.ts'
import { calibrationList } from '../domain/calibration-list.ts'
import { loadInstrument } from '../settings/instruments.ts'
import type { CommandContext } from './context.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import { notRegistered } from './place.ts'

/** What a run of the date would do. Writes nothing and starts nothing. */
export async function dryRun(
  { settings, output }: CommandContext,
  database: Database,
  place: { readonly instrument: string; readonly date: string },
): Promise<ExitCode> {
  const { instrument, date } = place
  const [status] = await dateStatuses(database, instrument, date)
  if (status === undefined) throw notRegistered(place)
  const open = await findOpenRun(database, instrument, date)
  const toProcess = await absWithoutAnswer(database, instrument, date)
  const leftOut = (await abStatuses(database, instrument, date)).filter(({ state }) => state === 'left out')
  const { mcalibs, gencalibs } = calibrationList(
    toProcess.map(({ ab }) => ab),
    await loadInstrument(settings.instrumentDir, instrument),
  )
  const value = {
    instrument,
    date,
    openRun: open?.openRun ?? null,
    toProcess: toProcess.map(({ abName, ab }) => ({ abName, recipe: ab.recipe, rawType: ab.rawType })),
    leftOut: leftOut.map(({ abName, leftOutCode, cause }) => ({ abName, code: leftOutCode, reason: cause })),
    mcalibs,
    gencalibs,
    pendingIdps: status.pendingIdps,
  }
  output.result(value, () => {
    output.heading(
      `${instrument} ${date}, dry run: ${toProcess.length} ABs would be processed, ${leftOut.length} are left out`,
    )
    output.table(
      [
        { title: 'would run', text: ({ abName }) => abName },
        { title: 'raw type', text: ({ rawType }) => rawType },
        { title: 'recipe', text: ({ recipe }) => recipe },
      ],
      value.toProcess,
    )
    output.table(
      [
        { title: 'left out', text: ({ abName }) => abName },
        { title: 'code', text: ({ code }) => code ?? '' },
        { title: 'reason', text: ({ reason }) => reason ?? '' },
      ],
      value.leftOut,
    )
    output.say(`${mcalibs.length} mcalibs would be downloaded, ${gencalibs.length} gencalibs must be on the host`)
    if (status.pendingIdps > 0) output.say(`${status.pendingIdps} IDPs of an earlier run would be ingested first`)
    if (open !== null) {
      output.say(
        `run ${open.openRun.runNumber} is open (${open.openRun.state}), ordered by ${open.orderedBy}: a run would be refused`,
      )
    }
  })
  return EXIT.fine
}
