import { type Card, double, integer, string } from '../fits/card.ts'
import type { Hdu } from '../fits/hdu.ts'
import { emptyPrimaryHdu, imageHdu } from '../fits/image.ts'
import { tableHdu } from '../fits/table.ts'
import { isoMilliseconds, mjdOf, secondsSinceMidnight } from './instant.ts'
import { type Random, randomFrom } from './random.ts'

/** A star in the field: place in pixels of the first frame of the sequence, the first pixel being 1, and counts of one frame. */
export interface NacoStar {
  readonly x: number
  readonly y: number
  readonly fluxAdu: number
}

/** One frame of a jitter sequence: the same field, moved by some pixels. */
export interface NacoFrame {
  readonly dpId: string
  readonly start: Date
  readonly exposureSeconds: number
  readonly object: string
  readonly raDegrees: number
  readonly decDegrees: number
  readonly programId: string
  readonly observationId: number
  readonly number: number
  readonly frames: number
  readonly offsetPixels: readonly [number, number]
  readonly stars: readonly NacoStar[]
}

export type NacoFile =
  | { readonly what: 'raw'; readonly frame: NacoFrame; readonly lit: boolean }
  | { readonly what: 'master'; readonly category: NacoCategory; readonly fileName: string; readonly start: Date }
  | { readonly what: 'truth'; readonly frame: NacoFrame }

export type NacoCategory = 'MASTER_IMG_FLAT' | 'NACO_IMG_DARK_AVG' | 'MASTER_IMG_FLAT_BADPIX'

/** A window of the detector. Its values are invented, but of the size of the real ones. */
export const nacoDetector = { pixels: 256, skyAdu: 200, darkAdu: 20, readNoiseAdu: 3, starSigmaPixels: 2 } as const

const { pixels } = nacoDetector
const shape = [pixels, pixels]

/** The HDUs of one file of the night, as `naco_img_jitter` reads them. */
export function nacoHdus(file: NacoFile, seed: number): Hdu[] {
  switch (file.what) {
    case 'raw':
      return [imageHdu({ header: rawCards(file.frame), data: file.lit ? exposed(file.frame, seed) : dark(0), shape })]
    case 'master':
      return [imageHdu({ header: masterCards(file.category, file.start), data: master(file.category), shape })]
    case 'truth':
      return [
        emptyPrimaryHdu([string('OBJECT', file.frame.object), string('ARCFILE', `${file.frame.dpId}.fits`)]),
        tableHdu({
          name: 'TRUTH',
          columns: [
            { name: 'X', format: '1D', unit: 'pixel', values: file.frame.stars.map(({ x }) => x) },
            { name: 'Y', format: '1D', unit: 'pixel', values: file.frame.stars.map(({ y }) => y) },
            { name: 'FLUX', format: '1D', unit: 'adu', values: file.frame.stars.map(({ fluxAdu }) => fluxAdu) },
          ],
        }),
      ]
  }
}

function exposed({ dpId, stars, offsetPixels: [dx, dy] }: NacoFrame, seed: number): Float32Array {
  const random = randomFrom(`${seed}/${dpId}`)
  const { skyAdu, darkAdu, readNoiseAdu, starSigmaPixels } = nacoDetector
  const light = new Float64Array(pixels * pixels).fill(skyAdu)
  const peak = 1 / (2 * Math.PI * starSigmaPixels ** 2)
  for (const { x, y, fluxAdu } of stars) {
    eachPixel((column, row, index) => {
      const distance = (column - x - dx) ** 2 + (row - y - dy) ** 2
      light[index] = (light[index] ?? 0) + fluxAdu * peak * Math.exp(-0.5 * (distance / starSigmaPixels ** 2))
    })
  }
  const image = new Float32Array(pixels * pixels)
  eachPixel((column, row, index) => {
    const photons = random.poisson((light[index] ?? 0) * response(column, row))
    image[index] = photons + darkAdu + readNoiseAdu * random.normal()
  })
  return image
}

function master(category: NacoCategory): Float32Array {
  switch (category) {
    case 'NACO_IMG_DARK_AVG':
      return dark(nacoDetector.darkAdu)
    case 'MASTER_IMG_FLAT_BADPIX':
      return dark(0)
    case 'MASTER_IMG_FLAT': {
      const flat = dark(1)
      eachPixel((column, row, index) => {
        flat[index] = response(column, row)
      })
      return flat
    }
  }
}

function dark(level: number): Float32Array {
  return new Float32Array(pixels * pixels).fill(level)
}

/** Relative sensitivity of a pixel. */
function response(column: number, row: number): number {
  return 1 + 0.05 * Math.sin(column / 30) + 0.02 * Math.cos(row / 17)
}

function eachPixel(work: (column: number, row: number, index: number) => void): void {
  for (let row = 1; row <= pixels; row++) {
    for (let column = 1; column <= pixels; column++) work(column, row, (row - 1) * pixels + column - 1)
  }
}

/** Types matter: an offset written as an integer ends the recipe with exit code 20. */
function rawCards(frame: NacoFrame): Card[] {
  return [
    ...identity(frame.start),
    string('OBJECT', frame.object),
    double('RA', frame.raDegrees, '[deg] right ascension (J2000)'),
    double('DEC', frame.decDegrees, '[deg] declination (J2000)'),
    double('EXPTIME', frame.exposureSeconds, '[s] exposure time'),
    string('ARCFILE', `${frame.dpId}.fits`),
    string('ESO DPR CATG', 'SCIENCE'),
    string('ESO DPR TYPE', 'OBJECT'),
    string('ESO DPR TECH', 'IMAGE,JITTER'),
    integer('ESO OBS ID', frame.observationId),
    string('ESO OBS PROG ID', frame.programId),
    string('ESO TPL ID', 'NACO_img_obs_AutoJitter'),
    integer('ESO TPL EXPNO', frame.number),
    integer('ESO TPL NEXP', frame.frames),
    double('ESO SEQ CUMOFFSETX', frame.offsetPixels[0], '[pixel] from the first frame'),
    double('ESO SEQ CUMOFFSETY', frame.offsetPixels[1], '[pixel] from the first frame'),
    double('ESO DET DIT', frame.exposureSeconds, '[s] single integration'),
    integer('ESO DET NDIT', 1),
    ...instrumentCards,
  ]
}

function masterCards(category: NacoCategory, start: Date): Card[] {
  return [
    ...identity(start),
    ...instrumentCards,
    string('ESO PRO CATG', category),
    string('ESO PRO TYPE', 'REDUCED'),
    string('ESO PRO REC1 ID', 'simulate'),
    string('ESO PRO REC1 PIPE ID', 'naco/4.4.11'),
  ]
}

function identity(start: Date): Card[] {
  return [
    string('ORIGIN', 'ESO'),
    string('TELESCOP', 'ESO-VLT-U1'),
    string('INSTRUME', 'NAOS+CONICA'),
    double('MJD-OBS', mjdOf(start), '[d] start of the exposure'),
    string('DATE-OBS', isoMilliseconds(start)),
    double('UTC', secondsSinceMidnight(start), '[s] start of the exposure'),
  ]
}

const instrumentCards: readonly Card[] = [
  string('ESO DET MODE NAME', 'HighDynamic'),
  integer('ESO DET WIN NX', pixels),
  integer('ESO DET WIN NY', pixels),
  double('ESO INS PIXSCALE', 0.02715, '[arcsec] per pixel'),
  string('ESO INS OPTI3 NAME', 'empty'),
  string('ESO INS OPTI4 ID', 'empty'),
  string('ESO INS OPTI4 NAME', 'clear'),
  string('ESO INS OPTI5 ID', 'empty'),
  string('ESO INS OPTI5 NAME', 'empty'),
  string('ESO INS OPTI6 ID', 'Ks'),
  string('ESO INS OPTI6 NAME', 'Ks'),
  string('ESO INS OPTI7 NAME', 'S27'),
]

/** Five to eight stars that stay in the window and apart from each other, wherever the jitter moves them. */
export function nacoField(random: Random): NacoStar[] {
  const wanted = random.integer(5, 8)
  const stars: NacoStar[] = []
  for (let attempt = 0; attempt < 500 && stars.length < wanted; attempt++) {
    const [x, y] = [50 + random.uniform() * (pixels - 100), 50 + random.uniform() * (pixels - 100)]
    const fluxAdu = Math.round(40_000 + 60_000 * random.uniform())
    if (stars.every((star) => Math.hypot(star.x - x, star.y - y) > 25)) stars.push({ x, y, fluxAdu })
  }
  return stars
}
