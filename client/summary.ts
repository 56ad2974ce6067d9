import type { AbStatus, DateStatus } from '../database/status.ts'
import type { Output } from './output.ts'

/** Table of a date at the end of a run: every block with its state, time and cause. */
export function showSummary(output: Output, status: DateStatus | undefined, abs: readonly AbStatus[]): void {
  output.table(
    [
      { title: 'AB', text: ({ abName }) => abName },
      { title: 'state', text: ({ state }) => state },
      { title: 'seconds', text: ({ wallSeconds }) => wallSeconds?.toFixed(1) ?? '', align: 'right' },
      { title: 'cause', text: ({ cause, leftOutCode }) => [leftOutCode, cause].filter(Boolean).join(': ') },
    ],
    abs,
  )
  if (status === undefined || status.run === null) return
  const { runNumber, state, problems, startedAt, endedAt } = status.run
  const seconds = endedAt === null ? '' : ` after ${((endedAt.getTime() - startedAt.getTime()) / 1000).toFixed(1)} s`
  output.heading(`${status.instrument} ${status.date}: run ${runNumber} ${state}${seconds}, ${countsOf(status)}`)
  for (const problem of problems) output.warn(problem)
}

/** `12 processed, 2 failed, 5 left out`: in the order in which a block lives. */
export function countsOf({ abs }: Pick<DateStatus, 'abs'>): string {
  const order = ['pending', 'running', 'processed', 'failed', 'interrupted', 'left out', 'withdrawn'] as const
  const counts = order.flatMap((state) => (abs[state] === undefined ? [] : [`${abs[state]} ${state}`]))
  return counts.length === 0 ? 'no ABs' : counts.join(', ')
}
