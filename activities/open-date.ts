import type { DateRun } from '../database/date-runs.ts'
import type { OrderKind } from '../domain/order.ts'
import type { Orchestration } from './dependencies.ts'

/** An open run, as the workflow that starts its date has to know it. */
export interface OpenDate {
  readonly instrument: string
  readonly date: string
  readonly runNumber: number
  readonly kind: OrderKind
  /** Address of the date in the monitor; null when none runs. */
  readonly page: string | null
}

export function openDate(run: DateRun, datePage: Orchestration['datePage']): OpenDate {
  const { instrument, date, runNumber, kind } = run
  return { instrument, date, runNumber, kind, page: datePage({ instrument, date }) }
}
