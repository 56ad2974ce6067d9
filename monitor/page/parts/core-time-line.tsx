import type { CoreSpan } from '../../../database/date-view.ts'
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
  const ends = spans.map(({ endedAt }) => Date.parse(endedAt ?? now))
  const [begin, end] = [Math.min(...spans.map(({ startedAt }) => Date.parse(startedAt))), Math.max(...ends)]
  const span = Math.max(1, end - begin)
  const hosts = [...new Set(spans.map(({ host }) => host))].toSorted()
  return (
    <div>
      {hosts.map((host) => {
        const lanes = lanesOf(
          spans.filter((other) => other.host === host),
          now,
        )
        const busy = lanes.flat().reduce((sum, { from, to }) => sum + to - from, 0)
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
                  {lane.map(({ from, to, span: { abName, endedAs } }) => {
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

interface Placed {
  readonly from: number
  readonly to: number
  readonly span: Span
}

/** Each span goes into the first lane that is free when it begins. */
function lanesOf(spans: readonly Span[], now: string): readonly (readonly Placed[])[] {
  const lanes: Placed[][] = []
  const placed = spans
    .map((span) => ({ from: Date.parse(span.startedAt), to: Date.parse(span.endedAt ?? now), span }))
    .toSorted((a, b) => a.from - b.from)
  for (const next of placed) {
    const free = lanes.find((lane) => (lane.at(-1)?.to ?? 0) <= next.from)
    if (free === undefined) lanes.push([next])
    else free.push(next)
  }
  return lanes
}
