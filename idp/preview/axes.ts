import { type Frame, xOf, yOf } from './frame.ts'
import { line, pixel, text } from './markup.ts'
import { label, ticks } from './ticks.ts'

const colour = '#666666'
const grid = '#eeeeee'

/** Frame, grid, tick labels and names of both axes. */
export function axes(frame: Frame, fluxUnit: string): string {
  const { left, top, width, height } = frame
  const [right, bottom] = [left + width, top + height]
  const waves = ticks(frame.firstWave, frame.lastWave, 9).map((wave) => ({ x: xOf(frame, wave), name: label(wave) }))
  const fluxes = ticks(frame.lowestFlux, frame.highestFlux, 5).map((flux) => ({
    y: yOf(frame, flux),
    name: label(flux),
  }))
  return [
    ...waves.map(({ x }) => line([x, top], [x, bottom], grid)),
    ...fluxes.map(({ y }) => line([left, y], [right, y], grid)),
    ...waves.map(({ x, name }) => text(name, { x, y: bottom + 15, size: 11, anchor: 'middle', colour })),
    ...fluxes.map(({ y, name }) => text(name, { x: left - 6, y: y + 4, size: 11, anchor: 'end', colour })),
    `<rect x="${left}" y="${top}" width="${width}" height="${pixel(height)}" fill="none" stroke="#999999"/>`,
    text('wavelength in air, Å', { x: right, y: bottom + 30, size: 11, anchor: 'end', colour }),
    text(fluxUnit, { x: 16, y: top + height / 2, size: 11, anchor: 'middle', turned: -90, colour }),
  ].join('\n')
}
