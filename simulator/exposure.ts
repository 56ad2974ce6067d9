import type { Light } from './light.ts'
import type { Random } from './random.ts'
import { detector } from './uves-blue.ts'

const { crossPixels, dispersionPixels, prescanPixels, overscanPixels } = detector
export const rawColumns = prescanPixels + crossPixels + overscanPixels
export const rawRows = dispersionPixels

/**
 * What the CCD reads out: photon noise, bias, read noise, digitised, with pre- and overscan. Row by row as in the file;
 * the chip is turned against the rotated frame (raw x = 25 + y', raw y = 1501 - x'). Counts in ADU, 0 to 65535.
 */
export function readOut(light: Light, random: Random): Uint16Array {
  const adu = new Uint16Array(rawColumns * rawRows)
  const readNoiseAdu = detector.readNoiseElectrons * detector.gainAduPerElectron
  let index = 0
  for (let row = 0; row < rawRows; row++) {
    const column = (dispersionPixels - 1 - row) * crossPixels - prescanPixels
    for (let x = 0; x < rawColumns; x++) {
      const lit = x >= prescanPixels && x < prescanPixels + crossPixels
      const electrons = lit ? random.poisson((light[column + x] ?? 0) * detector.electronsPerAdu) : 0
      const signal = electrons * detector.gainAduPerElectron + detector.biasLevelAdu + random.normal() * readNoiseAdu
      adu[index++] = Math.min(detector.largestAdu, Math.max(0, Math.round(signal)))
    }
  }
  return adu
}

/** The same light as the pipeline turns it: rows of 1500 pixels along dispersion, lowest y' first. */
export function rotated(light: Light): Float32Array {
  const image = new Float32Array(crossPixels * dispersionPixels)
  for (let row = 0; row < crossPixels; row++) {
    for (let column = 0; column < dispersionPixels; column++) {
      image[row * dispersionPixels + column] = light[column * crossPixels + row] ?? 0
    }
  }
  return image
}
