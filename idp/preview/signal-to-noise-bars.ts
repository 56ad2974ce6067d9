import type { Frame } from './frame.ts'
import { pixel, text } from './markup.ts'

const top = 304
const height = 34
const colour = '#666666'

/** A strip of bars, one for each order from the bluest on, with the scale of the highest and the numbers of first and last. */
export function signalToNoiseBars(perOrder: readonly number[], frame: Frame): string {
  if (perOrder.length === 0) return ''
  const { left, width } = frame
  const bottom = top + height
  const highest = Math.max(...perOrder.filter(Number.isFinite), 1)
  const scale = (0.9 * height) / highest
  const step = width / perOrder.length
  const bars = perOrder.map((value, i) => {
    // Not measured, or nothing but noise: a bar of no height.
    const size = Number.isFinite(value) && value > 0 ? value * scale : 0
    const place = `x="${pixel(left + i * step + 1)}" y="${pixel(bottom - size)}" width="${pixel(Math.max(step - 2, 1))}"`
    return `<rect ${place} height="${pixel(size)}" fill="#9db58a"/>`
  })
  return [
    ...bars,
    `<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="none" stroke="#cccccc"/>`,
    text(String(Math.round(highest)), { x: left - 6, y: bottom - 0.9 * height + 5, size: 11, anchor: 'end', colour }),
    text('0', { x: left - 6, y: bottom + 2, size: 11, anchor: 'end', colour }),
    text('S/N', { x: 16, y: top + height / 2, size: 11, anchor: 'middle', turned: -90, colour }),
    text('1', { x: left + step / 2, y: bottom + 14, size: 11, anchor: 'middle', colour }),
    text(String(perOrder.length), { x: left + width - step / 2, y: bottom + 14, size: 11, anchor: 'middle', colour }),
    text('orders, from the bluest', { x: left + width / 2, y: bottom + 14, size: 11, anchor: 'middle', colour }),
  ].join('\n')
}
