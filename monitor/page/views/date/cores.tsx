import { useEffect, useState } from 'preact/hooks'
import type { RunReport } from '../../../../database/report.ts'
import { CoreTimeLine } from '../../parts/core-time-line.tsx'
import type { Wire } from '../../wire.ts'
import type { RestOfDate } from './rest-of-date.ts'

/** Of the newest run that has started a recipe. */
export function Cores({ instrument, rest, isOpen }: { instrument: string; rest: RestOfDate; isOpen: boolean }) {
  const withSpans = rest.runs.filter((run) => spansOf(rest, run).length > 0)
  const [chosen, choose] = useState<number | null>(null)
  const run = withSpans.find(({ runNumber }) => runNumber === chosen) ?? withSpans.at(-1)
  const now = useNow(isOpen)
  return (
    <section>
      <h2>Cores</h2>
      {withSpans.length < 2 ? null : (
        <label>
          run{' '}
          <select value={run?.runNumber} onChange={(event) => choose(Number(event.currentTarget.value))}>
            {withSpans.map(({ runNumber }) => (
              <option value={runNumber}>{runNumber}</option>
            ))}
          </select>
        </label>
      )}
      <CoreTimeLine instrument={instrument} spans={run === undefined ? [] : spansOf(rest, run)} now={now} />
    </section>
  )
}

function spansOf({ coreSpans }: RestOfDate, { startedAt, endedAt }: Wire<RunReport>): RestOfDate['coreSpans'] {
  return coreSpans.filter((span) => span.startedAt >= startedAt && (endedAt === null || span.startedAt <= endedAt))
}

/** The clock, once a second while it is wanted. */
function useNow(isWanted: boolean): string {
  const [now, setNow] = useState(() => new Date().toISOString())
  useEffect(() => {
    if (!isWanted) return
    const timer = setInterval(() => setNow(new Date().toISOString()), 1000)
    return () => clearInterval(timer)
  }, [isWanted])
  return now
}
