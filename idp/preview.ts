import { axes } from './preview/axes.ts'
import { decimated } from './preview/decimated.ts'
import { factsText } from './preview/facts-text.ts'
import { type Frame, plotFrame } from './preview/frame.ts'
import { escaped, polygons, polylines } from './preview/markup.ts'
import { signalToNoiseBars } from './preview/signal-to-noise-bars.ts'

export { previewPng } from './preview/png.ts'
export { readPreview } from './preview/read-preview.ts'

/** One spectrum as its picture shows it. */
export interface PreviewSpectrum {
  /** Angstrom, ascending. */
  readonly wave: ArrayLike<number>
  readonly flux: ArrayLike<number>
  readonly error: ArrayLike<number>
  /** Samples with another value than 0 are not drawn. */
  readonly quality: ArrayLike<number>
  /** From the bluest order on; the strip is left out where it is empty. */
  readonly signalToNoisePerOrder: readonly number[]
  readonly facts: PreviewFacts
}

export interface PreviewFacts {
  readonly object: string
  readonly instrument: string
  /** `BLUE437d2`. */
  readonly setting: string
  readonly exposureSeconds: number
  readonly signalToNoise: number
  /** Start of the exposure, `2026-03-02T03:36:00` UT. */
  readonly startedAt: string
  readonly program: string
  readonly isFluxCalibrated: boolean
  /** For people: `ADU`. */
  readonly fluxUnit: string
}

/** The size in pixels for which it is made; as SVG it scales. */
export const previewSize = { width: 900, height: 360 } as const

/**
 * A picture of the spectrum as SVG that stands alone (no script, no style sheet, no image): per pixel column the range of the flux,
 * the range with its errors and the median, below it the signal to noise of each order, above it what the exposure is.
 */
export function previewSvg(spectrum: PreviewSpectrum): string {
  const { facts, signalToNoisePerOrder } = spectrum
  const { width, height } = previewSize
  const frame = plotFrame(spectrum, signalToNoisePerOrder.length > 0)
  const columns = decimated(spectrum, frame)
  const description = `Spectrum of ${facts.object}, ${facts.instrument} ${facts.setting}`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="DejaVu Sans, Verdana, sans-serif" role="img">`,
    `<title>${escaped(description)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    factsText(facts),
    axes(frame, facts.fluxUnit),
    clip(frame),
    '<g clip-path="url(#plot)">',
    polygons(columns, frame, ({ lowestWithError, highestWithError }) => [lowestWithError, highestWithError], '#d6e4f0'),
    polygons(columns, frame, ({ lowest, highest }) => [lowest, highest], '#7fa8cc'),
    polylines(columns, frame, ({ middle }) => middle, '#12395b'),
    '</g>',
    signalToNoiseBars(signalToNoisePerOrder, frame),
    '</svg>',
    '',
  ].join('\n')
}

function clip({ left, top, width, height }: Frame): string {
  return `<clipPath id="plot"><rect x="${left}" y="${top}" width="${width}" height="${height}"/></clipPath>`
}
