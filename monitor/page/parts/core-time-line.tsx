import type { CoreSpan } from '../../../database/date-view.ts'
import { coreLanes } from '../../../domain/core-lanes.ts'
import { duration, time } from '../format.ts'
import type { Wire } from '../wire.ts'

type Span = Wire<CoreSpan>

interface Props {
  readonly instrument: string
  readonly spans: readonly Span[]
  /** Moment of now, to which a running recipe reaches. */
  readonly now: string
}

const WIDTH = 1000
const LANE = 16
const TITLE = 14

/** What ran where and when: one lane for each core of a host; what is empty was not used. */
export function CoreTimeLine({ instrument, spans, now }: Props) {
  if (spans.length === 0) return <p class="faint">no recipe has been started</p>
  const times = spans.map((span) => ({
    ...span,
    beginMilliseconds: Date.parse(span.startedAt),
    endMilliseconds: Date.parse(span.endedAt ?? now),
  }))
  const begin = Math.min(...times.map(({ beginMilliseconds }) => beginMilliseconds))
  const span = Math.max(1, Math.max(...times.map(({ endMilliseconds }) => endMilliseconds)) - begin)
  const allLanes = coreLanes(times)
  return (
    <div>
      {[...new Set(allLanes.map(({ host }) => host))].map((host) => {
        const lanes = allLanes.filter((lane) => lane.host === host).map((lane) => lane.times)
        const busy = lanes.flat().reduce((sum, taken) => sum + taken.endMilliseconds - taken.beginMilliseconds, 0)
        const height = lanes.length * LANE + TITLE
        return (
          <figure class="lanes">
            <figcaption>
              {host}: {lanes.length} {lanes.length === 1 ? 'core' : 'cores'} used, busy{' '}
              {((100 * busy) / (lanes.length * span)).toFixed(0)} % of {duration(span / 1000)}
            </figcaption>
            <svg
              viewBox={`0 0 ${WIDTH} ${height}`}
              preserveAspectRatio="none"
              height={height}
              role="group"
              aria-label={`time line of ${host}`}
            >
              {lanes.map((lane, index) => (
                <g>
                  <rect class="lane" x="0" y={index * LANE + 2} width={WIDTH} height={LANE - 4} />
                  {lane.map(({ beginMilliseconds: from, endMilliseconds: to, abName, endedAs }) => {
                    const x = ((from - begin) / span) * WIDTH
                    const width = Math.max(1.5, ((to - from) / span) * WIDTH - 1)
                    const words = `${abName}: ${endedAs ?? 'running'}, ${duration((to - from) / 1000)} from ${time(new Date(from).toISOString())}`
                    return (
                      <a href={`/abs/${instrument}/${abName}`} aria-label={words} tabIndex={-1}>
                        <rect
                          class={`span ${lookOf(endedAs)}`}
                          x={x}
                          y={index * LANE + (endedAs === 'processed' ? 3 : 1)}
                          width={width}
                          height={LANE - (endedAs === 'processed' ? 6 : 2)}
                        >
                          <title>{words}</title>
                        </rect>
                      </a>
                    )
                  })}
                </g>
              ))}
            </svg>
            <div class="times" aria-hidden="true">
              {[0, 0.25, 0.5, 0.75, 1].map((part) => (
                <span>{time(new Date(begin + part * span).toISOString())}</span>
              ))}
            </div>
          </figure>
        )
      })}
      <p class="faint">
        <span class="key fine" /> processed <span class="key bad tall" /> failed <span class="key busy tall" /> running{' '}
        <span class="key odd tall" /> without an end or not attempted; an empty lane is an idle core
      </p>
    </div>
  )
}

function lookOf(endedAs: Span['endedAs']): string {
  if (endedAs === 'processed') return 'fine'
  if (endedAs === null) return 'busy'
  return endedAs === 'failed' ? 'bad' : 'odd'
}
