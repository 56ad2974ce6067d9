import type { PixelColumn } from './decimated.ts'
import { type Frame, yOf } from './frame.ts'

/** Text for SVG: markup escaped, control characters left out. */
export function escaped(text: string): string {
  return text
    .replace(/\p{Cc}/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

interface TextStyle {
  readonly x: number
  readonly y: number
  readonly size: number
  readonly colour?: string
  readonly anchor?: 'start' | 'middle' | 'end'
  readonly isBold?: boolean
  /** Degrees, around (x, y). */
  readonly turned?: number
}

export function text(content: string, { x, y, size, colour, anchor, isBold, turned }: TextStyle): string {
  const attributes = [
    `x="${pixel(x)}" y="${pixel(y)}" font-size="${size}" fill="${colour ?? '#222222'}"`,
    anchor === undefined ? '' : ` text-anchor="${anchor}"`,
    isBold === true ? ' font-weight="bold"' : '',
    turned === undefined ? '' : ` transform="rotate(${turned} ${pixel(x)} ${pixel(y)})"`,
  ]
  return `<text ${attributes.join('')}>${escaped(content)}</text>`
}

export function line(from: readonly [number, number], to: readonly [number, number], colour: string): string {
  const [x1, y1, x2, y2] = [...from, ...to].map(pixel)
  return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${colour}"/>`
}

/** A filled band between two values of each column; one polygon for each run of neighbouring columns. */
export function polygons(
  columns: readonly PixelColumn[],
  frame: Frame,
  band: (column: PixelColumn) => readonly [low: number, high: number],
  colour: string,
): string {
  return runs(columns)
    .map((run) => {
      // Each column reaches over its whole pixel, so that a lonely one is seen too.
      const edge = (which: 0 | 1) =>
        run.flatMap((column) => {
          const y = pixel(yOf(frame, band(column)[which]))
          return [`${column.x},${y}`, `${column.x + 1},${y}`]
        })
      return `<polygon fill="${colour}" points="${[...edge(1), ...edge(0).toReversed()].join(' ')}"/>`
    })
    .join('\n')
}

/** A line through the middle of each column, broken where columns are missing. */
export function polylines(
  columns: readonly PixelColumn[],
  frame: Frame,
  value: (column: PixelColumn) => number,
  colour: string,
): string {
  return runs(columns)
    .map((run) => {
      const points = run.map((column) => `${column.x + 0.5},${pixel(yOf(frame, value(column)))}`)
      return `<polyline fill="none" stroke="${colour}" stroke-width="1" points="${points.join(' ')}"/>`
    })
    .join('\n')
}

/** Coordinates to a tenth of a pixel keep the file small. */
export function pixel(value: number): string {
  return String(Number(value.toFixed(1)))
}

function runs(columns: readonly PixelColumn[]): PixelColumn[][] {
  const found: PixelColumn[][] = []
  for (const column of columns) {
    const last = found.at(-1)
    if (last !== undefined && last.at(-1)?.x === column.x - 1) last.push(column)
    else found.push([column])
  }
  return found
}
