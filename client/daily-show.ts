import { readdir } from 'node:fs/promises'
import type { Command } from 'commander'
import type { Database } from '../database/connect.ts'
import { dailyDates, openDailyRunsOf } from '../database/daily.ts'
import { type DailySwitch, dailySwitches } from '../database/daily-instruments.ts'
import { isOpen, nextOpening } from '../domain/night-window.ts'
import type { Settings } from '../settings/settings.ts'
import { type CarryOut, type CommandContext, withRecord, withTemporal } from './context.ts'
import type { InstrumentSchedule, ScheduleState } from './daily-schedules.ts'
import { example, JSON_OPTION } from './example.ts'
import { EXIT } from './exit-code.ts'
import { dailyConfiguration, wantedDaily } from './keep-daily.ts'

/** `phoenix daily`: of every instrument whether daily processing is on, what it would take, and how its Schedule stands. */
export function addDailyShow(daily: Command, carryOut: CarryOut): void {
  daily
    .command('show', { isDefault: true })
    .description('instruments with daily processing: on or off, what is taken next and when, drift of the Schedules')
    .option(...JSON_OPTION)
    .addHelpText('after', example('phoenix daily', 'phoenix daily show --json'))
    .action((options: { json?: boolean }) =>
      carryOut(options, async ({ settings, output }) => {
        const rows = await withRecord(settings, (database) => readDaily(settings, database))
        const { window, dailyNights: nights } = settings
        output.result({ window, nights, instruments: rows }, () => show(settings, rows, output))
        return EXIT.fine
      }),
    )
}

interface DailyRow {
  readonly instrument: string
  readonly turned: DailySwitch | null
  readonly schedule: ScheduleState | 'Temporal is away' | 'none'
  readonly next: Date | null
  readonly openRuns: number
  /** What would be taken now, if the window were open. */
  readonly abs: number
  readonly dates: readonly string[]
}

async function readDaily(settings: Settings, database: Database): Promise<readonly DailyRow[]> {
  const { window, dailyNights: nights } = settings
  const files = (await readdir(settings.instrumentDir)).filter((name) => name.endsWith('.yaml'))
  const switches = new Map((await dailySwitches(database)).map((turned) => [turned.instrument, turned]))
  const schedules = await withTemporal(settings, async (temporal) => {
    const wanted = await wantedDaily(database, dailyConfiguration(settings))
    return temporal === null ? null : await temporal.dailySchedules.look(wanted, window)
  })
  const instruments = new Set([...files.map((name) => name.slice(0, -5).toUpperCase()), ...switches.keys()])
  for (const { instrument } of schedules ?? []) instruments.add(instrument)
  const rows: DailyRow[] = []
  for (const instrument of [...instruments].toSorted()) {
    const dates = await dailyDates(database, instrument, { window, nights }, new Date())
    const there = schedules?.find((schedule) => schedule.instrument === instrument)
    rows.push({
      instrument,
      turned: switches.get(instrument) ?? null,
      schedule: scheduleState(schedules, there),
      next: there?.next ?? null,
      openRuns: (await openDailyRunsOf(database, instrument)).length,
      abs: dates.reduce((sum, { abNames }) => sum + abNames.length, 0),
      dates: dates.map(({ date }) => date),
    })
  }
  return rows
}

function scheduleState(
  schedules: readonly InstrumentSchedule[] | null,
  there: InstrumentSchedule | undefined,
): DailyRow['schedule'] {
  if (schedules === null) return 'Temporal is away'
  return there?.state ?? 'none'
}

/** What a state of a Schedule means for a person. The orchestration worker mends it within a minute. */
const MEANING: Partial<Record<DailyRow['schedule'], string>> = {
  missing: 'missing (drift)',
  differs: 'differs from the configuration (drift)',
  paused: 'paused in the Temporal UI: counts as off',
  'not wanted': 'there, but not wanted (drift)',
}

function show(settings: Settings, rows: readonly DailyRow[], output: CommandContext['output']): void {
  output.say(dailyTime(settings, new Date()))
  output.table(
    [
      { title: 'instrument', text: ({ instrument }) => instrument },
      { title: 'daily', text: ({ turned }) => switchText(turned) },
      { title: 'Schedule', text: ({ schedule }) => MEANING[schedule] ?? schedule },
      { title: 'fires next', text: ({ next }) => next?.toISOString() ?? '' },
      { title: 'open runs', text: ({ openRuns }) => String(openRuns), align: 'right' },
      { title: 'takes next', text: ({ abs, dates }) => (abs === 0 ? '' : `${abs} ABs of ${dates.join(', ')}`) },
    ],
    rows,
  )
}

function switchText(turned: DailySwitch | null): string {
  if (turned === null) return 'off'
  const why = turned.reason === '' ? '' : `: ${turned.reason}`
  return `${turned.active ? 'on' : 'off'} by ${turned.changedBy} since ${turned.changedAt.toISOString()}${why}`
}

/** When daily processing works, and what it takes, in a line. */
export function dailyTime({ window, dailyNights }: Settings, now: Date): string {
  const nights = dailyNights === 1 ? 'night' : `${dailyNights} nights`
  const takes = `it takes executable ABs that were registered during the last ${nights} and were never attempted`
  if (window === null) return `no window is set, recipes start at any time; ${takes}`
  const opens = isOpen(window, now) ? 'is open' : `opens at ${nextOpening(window, now).toISOString()}`
  return `window ${window.start}-${window.end} ${window.timeZone} ${opens}; ${takes}`
}
