import type { RegisteredBlock } from '../database/registration.ts'
import { isOpenRun } from '../domain/date-run.ts'
import type { ChangedLine } from '../domain/line-difference.ts'
import type { Output } from './output.ts'
import type { RegisteredDate } from './register-date.ts'
import { groupedReasons, ofAllDates, type PromisedFile, type ReasonGroup, someNames } from './registration-summary.ts'
import type { Column } from './table.ts'

/** More than these a person does not read; `--json` has all. */
export const MOST_SHOWN = 20

/** What became of the dates, for a person: counts, reasons, calibrations that are waited for, differences. */
export function showRegistration(instrument: string, dates: readonly RegisteredDate[], output: Output): void {
  const [only] = dates
  if (dates.length === 1 && only !== undefined) {
    output.heading(`${instrument} ${only.date}: ${countsOf(dates)}`)
  } else {
    output.heading(`${instrument}, ${dates.length} dates: ${countsOf(dates)}`)
    output.table(dateColumns, dates)
  }
  const reasons = groupedReasons(dates.flatMap(({ leftOut }) => leftOut))
  output.table(reasonColumns, reasons.slice(0, MOST_SHOWN))
  sayRest(output, reasons.length, 'reasons')
  const promised = ofAllDates(dates.flatMap((date) => date.promised))
  output.table(promisedColumns, promised.slice(0, MOST_SHOWN))
  sayRest(output, promised.length, 'promised calibrations')
  if (dates.length === 1) output.say(changesOf(dates))
  const changed = dates.flatMap(({ blocks }) => blocks.filter(({ difference }) => difference !== undefined))
  for (const block of changed.slice(0, MOST_SHOWN)) showChange(block, output)
  sayRest(output, changed.length, 'changed ABs')
  for (const { date, late } of dates) {
    if (late === null) continue
    const { abNames, runNumber, runState } = late
    const run = `run ${runNumber} is ${isOpenRun(runState) ? 'open' : runState}`
    output.say(`${instrument} ${date}: ${abNames.length} ABs wait for a run, alone (${run}): ${someNames(abNames)}`)
  }
}

function countsOf(dates: readonly RegisteredDate[]): string {
  const sum = (of: (date: RegisteredDate) => number) => dates.reduce((total, date) => total + of(date), 0)
  const executable = sum((date) => date.executable)
  const leftOut = sum((date) => date.leftOut.length)
  const waiting = sum(waitingOf)
  const ofThem = waiting === 0 ? '' : `, ${waiting} of them ${waiting === 1 ? 'waits' : 'wait'} for calibrations`
  return `${executable + leftOut} ABs, ${executable} executable, ${leftOut} left out${ofThem}`
}

function waitingOf({ leftOut }: RegisteredDate): number {
  return leftOut.filter(({ code }) => code === 'virtual calibration').length
}

function changesOf(dates: readonly RegisteredDate[]): string {
  const counts = new Map<string, number>()
  for (const { as } of dates.flatMap(({ blocks }) => blocks)) counts.set(as, (counts.get(as) ?? 0) + 1)
  return counts.size === 0 ? 'no ABs' : [...counts].map(([as, count]) => `${count} ${as}`).join(', ')
}

function showChange({ name, as, detail, difference }: RegisteredBlock, output: Output): void {
  const how = as === 'changed' && detail !== '' ? ', left out' : ''
  output.say(`${name} has ${as}${how}${detail === '' ? '' : `: ${detail}`}`)
  for (const line of differenceLines(difference ?? null)) output.say(`  ${line}`)
}

/** `-14 MCALIB VIRTUAL ...`, `+14 MCALIB REAL ...`: sign, number of the line, and the line. */
export function differenceLines(difference: readonly ChangedLine[] | null): readonly string[] {
  if (difference === null) return ['nearly every line differs']
  return difference.map(
    ({ sign, line, text }) => `${sign}${line} ${text.replaceAll('\r', '␍').replaceAll(/\p{Cc}/gu, ' ')}`,
  )
}

function sayRest(output: Output, count: number, what: string): void {
  if (count > MOST_SHOWN) output.say(`and ${count - MOST_SHOWN} more ${what}: --json has all`)
}

const dateColumns: readonly Column<RegisteredDate>[] = [
  { title: 'date', text: ({ date }) => date },
  { title: 'ABs', text: ({ executable, leftOut }) => String(executable + leftOut.length), align: 'right' },
  { title: 'executable', text: ({ executable }) => String(executable), align: 'right' },
  { title: 'left out', text: ({ leftOut }) => String(leftOut.length), align: 'right' },
  { title: 'wait for calibrations', text: (date) => String(waitingOf(date)), align: 'right' },
  { title: 'refused', text: ({ refused }) => String(refused.length), align: 'right' },
  { title: 'registered', text: (date) => changesOf([date]) },
]

const reasonColumns: readonly Column<ReasonGroup>[] = [
  { title: 'left out', text: ({ abNames }) => String(abNames.length), align: 'right' },
  { title: 'code', text: ({ code }) => code },
  { title: 'ABs', text: ({ abNames }) => someNames(abNames) },
  { title: 'reason', text: ({ reason }) => reason },
]

const promisedColumns: readonly Column<PromisedFile>[] = [
  { title: 'waiting', text: ({ abNames }) => String(abNames.length), align: 'right' },
  { title: 'for the calibration', text: ({ fileName }) => fileName },
  { title: 'category', text: ({ category }) => category },
  { title: 'ABs', text: ({ abNames }) => someNames(abNames) },
]
