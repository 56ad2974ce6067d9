import type { Light } from './light.ts'
import type { Random } from './random.ts'
import { type Chip, largestAdu } from './set-up.ts'

/** Pixels of a raw image, columns and rows. */
export function rawShape({ prescanPixels, crossPixels, overscanPixels, dispersionPixels }: Chip): [number, number] {
  return [prescanPixels + crossPixels + overscanPixels, dispersionPixels]
}

/**
 * What the CCD reads out: photon noise, bias, read noise, digitised, with pre- and overscan. Row by row as in the file;
 * the chip lies otherwise than in the rotated frame: raw y = rows + 1 - x', raw x = prescan + y' (turned) or prescan + columns + 1 - y'
 * (flipped). Counts in ADU, 0 to 65535.
 */
export function readOut(chip: Chip, light: Light, random: Random): Uint16Array {
  const { crossPixels, dispersionPixels, prescanPixels } = chip
  const [rawColumns, rawRows] = rawShape(chip)
  const [first, step] = chip.readOut === 'turned' ? [0, 1] : [crossPixels - 1, -1]
  const adu = new Uint16Array(rawColumns * rawRows)
  const readNoiseAdu = chip.readNoiseElectrons * chip.gainAduPerElectron
  let index = 0
  for (let row = 0; row < rawRows; row++) {
    const column = (dispersionPixels - 1 - row) * crossPixels
    for (let x = 0; x < rawColumns; x++) {
      const place = x - prescanPixels
      const lit = place >= 0 && place < crossPixels
      const electrons = lit ? random.poisson((light[column + first + step * place] ?? 0) * chip.electronsPerAdu) : 0
      const signal = electrons * chip.gainAduPerElectron + chip.biasLevelAdu + random.normal() * readNoiseAdu
      adu[index++] = Math.min(largestAdu, Math.max(0, Math.round(signal)))
    }
  }
  return adu
}

/** The same light as the pipeline turns it: rows of pixels along dispersion, lowest y' first. */
export function rotated({ crossPixels, dispersionPixels }: Chip, light: Light): Float32Array {
  const image = new Float32Array(crossPixels * dispersionPixels)
  for (let row = 0; row < crossPixels; row++) {
    for (let column = 0; column < dispersionPixels; column++) {
      image[row * dispersionPixels + column] = light[column * crossPixels + row] ?? 0
    }
  }
  return image
}
