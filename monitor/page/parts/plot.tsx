import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'

interface Props {
  readonly label: string
  readonly height: number
  readonly data: uPlot.AlignedData
  readonly options: (colours: Colours) => Omit<uPlot.Options, 'width' | 'height'>
}

/** Names of the colours that tell series apart, in style.css. */
export const SERIES_COLOURS = ['series-1', 'series-2', 'series-3', 'series-4', 'series-5', 'series-6'] as const

/** Colours of style.css as a canvas needs them. */
export interface Colours {
  readonly ink: string
  readonly faint: string
  readonly line: string
  readonly accent: string
  readonly band: string
  readonly range: string
  readonly second: string
  readonly bad: string
  readonly series: readonly string[]
}

/** A plot as wide as its place. It is drawn anew when its data, the width or the colour scheme change. */
export function Plot({ label, height, data, options }: Props) {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = place.current
    if (element === null) return
    let plot: uPlot | null = null
    const draw = () => {
      plot?.destroy()
      const colours = coloursOf(element)
      const axis = { stroke: colours.faint, grid: { stroke: colours.line, width: 1 }, ticks: { stroke: colours.line } }
      const wanted = options(colours)
      const axes = (wanted.axes ?? [{}, {}]).map((given) => ({
        ...axis,
        font: '12px system-ui',
        labelFont: '12px system-ui',
        ...given,
      }))
      plot = new uPlot({ ...wanted, axes, width: Math.max(200, element.clientWidth), height }, data, element)
    }
    draw()
    const scheme = matchMedia('(prefers-color-scheme: dark)')
    scheme.addEventListener('change', draw)
    let width = element.clientWidth
    const resized = new ResizeObserver(() => {
      if (element.clientWidth === width) return
      width = element.clientWidth
      plot?.setSize({ width: Math.max(200, width), height })
    })
    resized.observe(element)
    return () => {
      resized.disconnect()
      scheme.removeEventListener('change', draw)
      plot?.destroy()
    }
  }, [data, height])
  return <div ref={place} class="plot" role="img" aria-label={label} />
}

function coloursOf(element: Element): Colours {
  const style = getComputedStyle(element)
  const of = (name: string) => style.getPropertyValue(`--${name}`).trim()
  return {
    ink: of('ink'),
    faint: of('faint'),
    line: of('line'),
    accent: of('accent'),
    band: of('band'),
    range: of('range'),
    second: of('second'),
    bad: of('bad'),
    series: SERIES_COLOURS.map(of),
  }
}
