import { expect } from 'vitest'
import { observingDateOf } from '../../../domain/observing-date.ts'
import { planLogNight } from '../../../simulator/log-plan.ts'
import { readCalibrationLog, readScienceLog } from '../../../simulator/observing-log.ts'
import { Rig } from './rig.ts'

const science = await readScienceLog('simulator/logs/uves-science-log.csv')
const flats = await readCalibrationLog('simulator/logs/uves-calibration-log.csv')

/** The night of the log planned, registered and run with a recipe that does nothing: every exposure has its answer, as the log counts them. */
export async function expectNullNight(date: string, cores: number): Promise<number> {
  const rows = science.filter(({ start }) => observingDateOf(start, 12) === date)
  const plan = planLogNight({ date, seed: 1, science, flats, exposures: null })
  const rig = await Rig.start({ executable: 0, cores, night: { date, plan } })
  try {
    expect(await rig.end(await rig.order())).toBe('done')
    expect(rig.starts().toSorted()).toEqual(rows.map(({ dpId }) => dpId).toSorted())
    expect(new Set(await rig.abStates())).toEqual(new Set(['processed']))
    expect(await rig.idpStates()).toEqual(rows.map(() => 'live'))
    const attempts = await rig.database.selectFrom('attempt').select(['ab_name', 'setting']).execute()
    const settings = attempts.map(({ setting }) => Number(/ (\d+)\b/.exec(setting ?? '')?.[1]))
    expect(counted(settings)).toEqual(counted(rows.map(({ setting }) => setting)))
    return rows.length
  } finally {
    await rig.close()
  }
}

function counted(values: readonly number[]): Readonly<Record<number, number>> {
  const counts: Record<number, number> = {}
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1
  return counts
}
