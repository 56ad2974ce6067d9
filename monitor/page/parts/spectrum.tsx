import { useMemo, useState } from 'preact/hooks'
import uPlot from 'uplot'
import type { SpectrumWindow } from '../../../idp/spectrum-window.ts'
import { useDocument } from '../data.ts'
import { number } from '../format.ts'
import type { Wire } from '../wire.ts'
import { type Colours, Plot } from './plot.tsx'

type Part = Wire<SpectrumWindow>

const COLUMNS = 1100

interface Props {
  readonly name: string
  /** An older one to hold it against. */
  readonly other: string | null
}

/** The spectrum of an IDP: median and extremes of every column, the band of the errors; drag to zoom, twice click for all of it. */
export function Spectrum({ name, other }: Props) {
  const [part, setPart] = useState<{ from: number; to: number } | null>(null)
  const query = `columns=${COLUMNS}${part === null ? '' : `&from=${part.from}&to=${part.to}`}`
  const main = useDocument<Part>(`/api/archive/idps/${name}/spectrum?${query}`)
  const second = useDocument<Part>(other === null ? null : `/api/archive/idps/${other}/spectrum?${query}`)
  const data = useMemo(
    () => dataOf(main.document, other === null ? null : second.document),
    [main.document, second.document, other],
  )
  if (main.error !== null) return <p class="trouble">{main.error}</p>
  if (main.document === null) return <p class="faint">reading the spectrum</p>
  const { firstWave, lastWave, from, to, facts } = main.document
  const move = (middle: number, width: number) => {
    const half = Math.max(0.5, Math.min(width, lastWave - firstWave) / 2)
    const centre = Math.min(Math.max(middle, firstWave + half), lastWave - half)
    setPart(half * 2 >= lastWave - firstWave ? null : { from: centre - half, to: centre + half })
  }
  const [middle, width] = [(from + to) / 2, to - from]
  const options = (colours: Colours) =>
    plotOptions(
      colours,
      { fluxUnit: facts.fluxUnit, hasOther: data.length > 6 },
      (a, b) => move((a + b) / 2, b - a),
      () => setPart(null),
    )
  return (
    <div>
      <div class="tools" role="group" aria-label="part of the spectrum">
        <span>
          {number(from, 6)} to {number(to, 6)} Å
        </span>
        <button aria-label="zoom in" onClick={() => move(middle, width / 2)}>
          +
        </button>
        <button aria-label="zoom out" onClick={() => move(middle, width * 2)}>
          −
        </button>
        <button aria-label="towards the blue" onClick={() => move(middle - width / 2, width)}>
          ←
        </button>
        <button aria-label="towards the red" onClick={() => move(middle + width / 2, width)}>
          →
        </button>
        <button onClick={() => setPart(null)}>whole</button>
        <span class="faint">
          dark: median, pale: extremes, palest: with errors{other === null ? '' : '; dashed: the older one'}
        </span>
      </div>
      {second.error === null ? null : <p class="trouble">{second.error}</p>}
      <Plot
        label={`spectrum of ${facts.object}, ${number(from, 6)} to ${number(to, 6)} Ångström`}
        height={300}
        data={data}
        options={options}
      />
    </div>
  )
}

function dataOf(main: Part | null, other: Part | null): uPlot.AlignedData {
  if (main === null) return [[], [], [], [], [], []]
  const own: uPlot.AlignedData = [
    [...main.wave],
    [...main.lowestWithError],
    [...main.highestWithError],
    [...main.lowest],
    [...main.highest],
    [...main.middle],
  ]
  if (other === null) return own
  return uPlot.join([own, [[...other.wave], [...other.middle]]])
}

function plotOptions(
  colours: Colours,
  { fluxUnit, hasOther }: { fluxUnit: string; hasOther: boolean },
  zoom: (from: number, to: number) => void,
  whole: () => void,
): Omit<uPlot.Options, 'width' | 'height'> {
  const edge = { stroke: 'transparent', width: 0, points: { show: false } }
  return {
    legend: { show: false },
    scales: { x: { time: false }, y: { range: (plot) => rangeOf(plot.data) } },
    cursor: { drag: { x: true, y: false, setScale: false }, bind: { dblclick: () => () => (whole(), null) } },
    axes: [
      { label: 'wavelength, Å', labelSize: 22, size: 32, values: (_, waves) => waves.map(String) },
      { label: fluxUnit, labelSize: 22, size: 64 },
    ],
    series: [
      {},
      edge,
      edge,
      edge,
      edge,
      { stroke: colours.ink, width: 1, points: { show: false } },
      ...(hasOther
        ? [{ stroke: colours.second, width: 1, dash: [4, 3], spanGaps: true, points: { show: false } }]
        : []),
    ],
    bands: [
      { series: [2, 1], fill: colours.band },
      { series: [4, 3], fill: colours.range },
    ],
    hooks: {
      setSelect: [
        (plot) => {
          const { left, width } = plot.select
          if (width > 4) zoom(plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x'))
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
        },
      ],
    },
  }
}

/** A spike reaches beyond the frame instead of pressing the spectrum flat: so many of the columns may. */
const OUTSIDE_SHARE = 0.005

/** Zero flux is always in sight, so that heights can be compared. */
function rangeOf([, lowest = [], highest = []]: uPlot.AlignedData): [number, number] {
  const low = sorted(lowest)
  const high = sorted(highest)
  const least = Math.min(0, low[Math.floor(low.length * OUTSIDE_SHARE)] ?? 0)
  const most = Math.max(0, high[Math.ceil(high.length * (1 - OUTSIDE_SHARE)) - 1] ?? 1)
  const margin = 0.06 * (most - least || 1)
  return [least === 0 ? 0 : least - margin, most + margin]
}

function sorted(values: uPlot.AlignedData[number]): number[] {
  return Array.from(values)
    .filter((value) => typeof value === 'number')
    .toSorted((a, b) => a - b)
}
