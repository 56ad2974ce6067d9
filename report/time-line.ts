import { html } from 'hono/html'
import { coreLanes } from '../domain/core-lanes.ts'

export interface NamedSpan {
  readonly name: string
  readonly host: string
  readonly startedAt: Date
  /** null while it lasts. */
  readonly endedAt: Date | null
  /** Class of the style sheet: how it ended. */
  readonly kind: string
}

const WIDTH = 960
const LABEL = 110
const LANE = 16
const AXIS = 18

/** Cores over time as a picture: what ran where and when, gaps visible. Null when nothing ran. */
export function timeLine(spans: readonly NamedSpan[], now: Date) {
  const times = spans.map(({ startedAt, endedAt, ...span }) => {
    return { ...span, beginMilliseconds: startedAt.getTime(), endMilliseconds: (endedAt ?? now).getTime() }
  })
  const first = Math.min(...times.map(({ beginMilliseconds }) => beginMilliseconds))
  const last = Math.max(...times.map(({ endMilliseconds }) => endMilliseconds))
  if (!Number.isFinite(first) || last <= first) return null
  const x = (time: number) => LABEL + ((time - first) / (last - first)) * (WIDTH - LABEL - 1)
  const lanes = coreLanes(times)
  const height = lanes.length * LANE + AXIS
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((part) => first + part * (last - first))
  const lane = ({ host, times: inLane }: (typeof lanes)[number], row: number) => {
    const y = row * LANE
    const bars = inLane.map(({ name, kind, beginMilliseconds, endMilliseconds }) => {
      const [from, to] = [x(beginMilliseconds), x(endMilliseconds)]
      const seconds = (endMilliseconds - beginMilliseconds) / 1000
      return html`<rect class="${kind}" x="${from.toFixed(1)}" y="${y + 2}" width="${Math.max(1, to - from).toFixed(1)}" height="${LANE - 4}"><title>${name}: ${kind}, ${seconds.toFixed(1)} s</title></rect>`
    })
    return html`<text x="0" y="${y + LANE - 4}">${host}</text>${bars}`
  }
  const tick = (time: number, index: number) => {
    const anchor = index === 0 ? 'start' : index === ticks.length - 1 ? 'end' : 'middle'
    return html`<line x1="${x(time).toFixed(1)}" x2="${x(time).toFixed(1)}" y1="0" y2="${height - AXIS}"/><text x="${x(time).toFixed(1)}" y="${height - 4}" text-anchor="${anchor}">${new Date(time).toISOString().slice(11, 19)}</text>`
  }
  return html`<svg class="time-line" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Cores over time">${ticks.map(tick)}${lanes.map(lane)}</svg>`
}
