import { useMemo } from 'preact/hooks'
import uPlot from 'uplot'
import type { Trend } from '../../../database/qc1-trend.ts'
import { go } from '../router.ts'
import type { Wire } from '../wire.ts'
import { limitsOf } from './limits.ts'
import { markPath } from './marks.ts'
import { type Colours, Plot, SERIES_COLOURS } from './plot.tsx'

type WireTrend = Wire<Trend>

const MJD_OF_1970 = 40_587
const NEAR_PIXELS = 20
const MARK_RADIUS_PIXELS = 3.5

/** Values over time, a colour and a mark for each setting, with the limits that the newest values were held against. */
export function TrendPlot({ instrument, trend }: { instrument: string; trend: WireTrend }) {
  const settings = useMemo(
    () => [...new Set(trend.points.map(({ setting }) => setting ?? 'unknown'))].toSorted(),
    [trend],
  )
  const limits = settings.length === 1 ? limitsOf(trend.points.at(-1)?.limit ?? null) : fixedLimits(trend)
  const data = useMemo((): uPlot.AlignedData => {
    const times = trend.points.map(({ mjdObs, date }) =>
      mjdObs === null ? Date.parse(date) / 1000 : (mjdObs - MJD_OF_1970) * 86_400,
    )
    const values = settings.map((name) =>
      trend.points.map(({ setting, value }) => ((setting ?? 'unknown') === name ? value : null)),
    )
    return [times, ...values]
  }, [trend])
  const options = (colours: Colours): Omit<uPlot.Options, 'width' | 'height'> => ({
    legend: { show: false },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
    scales: { y: { range: (_, low, high) => rangeOf(low, high, limits) } },
    cursor: { y: false, drag: { x: true, y: false } },
    axes: [
      { size: 32, space: 90, values: (_, times) => timesInWords(times) },
      { label: trend.unit ?? '', labelSize: trend.unit === null ? 0 : 22, size: 64 },
    ],
    series: [
      {},
      ...settings.map((_, index) => {
        const colour = colours.series[index % colours.series.length] ?? colours.ink
        return {
          stroke: colour,
          paths: () => null,
          points: { show: true, paths: marksOf(index), fill: colour, stroke: colour },
        }
      }),
    ],
    hooks: {
      draw: [(plot) => drawLimits(plot, limits, colours.bad)],
      ready: [
        (plot) =>
          plot.over.addEventListener('click', () => {
            const name = nearest(plot, trend)
            if (name !== null) go(`/abs/${instrument}/${name}`)
          }),
      ],
    },
  })
  return (
    <>
      <Plot
        label={`${trend.name} of ${trend.points.length} exposures over time`}
        height={320}
        data={data}
        options={options}
      />
      {settings.length > 1 ? <Legend settings={settings} /> : null}
    </>
  )
}

function Legend({ settings }: { settings: readonly string[] }) {
  return (
    <ul class="marks" aria-label="settings">
      {settings.map((name, index) => (
        <li>
          <svg width="12" height="12" viewBox="-1.2 -1.2 2.4 2.4" aria-hidden="true">
            <path d={markPath(index)} fill={`var(--${SERIES_COLOURS[index % SERIES_COLOURS.length]})`} />
          </svg>{' '}
          {name}
        </li>
      ))}
    </ul>
  )
}

/** Draws the points of a series (from 0, uPlot counts from 1) with its mark. */
function marksOf(series: number): uPlot.Series.Points.PathBuilder {
  return (plot, seriesIndex, first, last) => {
    const marks = new Path2D()
    const radius = MARK_RADIUS_PIXELS * devicePixelRatio
    for (let index = first; index <= last; index += 1) {
      const value = plot.data[seriesIndex]?.[index]
      if (value === null || value === undefined) continue
      const x = plot.valToPos(plot.data[0][index] ?? 0, 'x', true)
      marks.addPath(new Path2D(markPath(series, x, plot.valToPos(value, 'y', true), radius)))
    }
    return { fill: marks }
  }
}

/** As an observing log writes them: days alone where the ticks are days apart, else with the time. */
function timesInWords(times: readonly number[]): string[] {
  const step = (times[1] ?? 0) - (times[0] ?? 0)
  return times.map((time) => {
    const text = new Date(time * 1000).toISOString()
    return step >= 86_400 ? text.slice(0, 10) : `${text.slice(5, 10)} ${text.slice(11, 16)}`
  })
}

/** Limits that all values share. */
function fixedLimits({ points }: WireTrend): readonly number[] {
  const texts = new Set(points.map(({ limit }) => limit))
  return texts.size === 1 ? limitsOf(points[0]?.limit ?? null) : []
}

function rangeOf(low: number | null, high: number | null, limits: readonly number[]): [number, number] {
  const all = [low, high, ...limits].filter((value) => value !== null)
  if (all.length === 0) return [0, 1]
  const [least, most] = [Math.min(...all), Math.max(...all)]
  const margin = (most - least || Math.abs(most) || 1) * 0.08
  return [least - margin, most + margin]
}

function drawLimits(plot: uPlot, limits: readonly number[], colour: string): void {
  const { ctx, bbox } = plot
  ctx.save()
  ctx.strokeStyle = colour
  ctx.setLineDash([6, 4])
  for (const limit of limits) {
    const y = plot.valToPos(limit, 'y', true)
    ctx.beginPath()
    ctx.moveTo(bbox.left, y)
    ctx.lineTo(bbox.left + bbox.width, y)
    ctx.stroke()
  }
  ctx.restore()
}

/** The block whose value lies nearest to the pointer, if one lies near. */
function nearest(plot: uPlot, { points }: WireTrend): string | null {
  const { left = -1, top = -1 } = plot.cursor
  let best: { name: string; distance: number } | null = null
  for (const [index, { abName, value }] of points.entries()) {
    const x = plot.valToPos(plot.data[0][index] ?? 0, 'x')
    const distance = Math.hypot(x - left, plot.valToPos(value, 'y') - top)
    if (distance < (best?.distance ?? NEAR_PIXELS)) best = { name: abName, distance }
  }
  return best?.name ?? null
}
