import { html } from 'hono/html'
import { coreLanes, type Span } from './core-lanes.ts'

export interface NamedSpan extends Span {
  readonly name: string
  /** Class of the style sheet: how it ended. */
  readonly kind: string
}

const WIDTH = 960
const LABEL = 110
const LANE = 16
const AXIS = 18

/** Cores over time as a picture: what ran where and when, gaps visible. Null when nothing ran. */
export function timeLine(spans: readonly NamedSpan[], now: Date) {
  const first = Math.min(...spans.map(({ startedAt }) => startedAt.getTime()))
  const last = Math.max(...spans.map(({ endedAt }) => (endedAt ?? now).getTime()))
  if (!Number.isFinite(first) || last <= first) return null
  const x = (time: number) => LABEL + ((time - first) / (last - first)) * (WIDTH - LABEL - 1)
  const lanes = coreLanes(spans)
  const height = lanes.length * LANE + AXIS
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((part) => first + part * (last - first))
  const lane = ({ host, spans: inLane }: (typeof lanes)[number], row: number) => {
    const y = row * LANE
    const bars = inLane.map(({ name, kind, startedAt, endedAt }) => {
      const [from, to] = [x(startedAt.getTime()), x((endedAt ?? now).getTime())]
      const seconds = ((endedAt ?? now).getTime() - startedAt.getTime()) / 1000
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
