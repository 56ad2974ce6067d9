import { join } from 'node:path'
import type { AssociationBlock } from '../domain/association-block.ts'
import { PreconditionError } from '../domain/failure.ts'
import { checkedObservingDate } from '../domain/observing-date.ts'
import { isoMilliseconds, mjdOf, momentOf, secondsLater } from './instant.ts'
import { type NacoCategory, nacoField, type NacoFrame } from './naco-frames.ts'
import type { NightFile } from './night-file.ts'
import type { Expectation } from './night-plan.ts'
import { randomFrom } from './random.ts'
import { type OnProgress, placeInArchive, writeNight } from './write-night.ts'

export interface SimulateNacoNight {
  readonly date: string
  readonly seed: number
  /** Gets `archive/`, `ab/`, `truth/` and `night.json`. */
  readonly folder: string
  /** Jitter sequences that can be processed, beside the five that cannot. */
  readonly executable: number
  readonly onProgress?: OnProgress
}

export interface SimulatedNacoNight {
  readonly request: {
    readonly instrument: 'NACO'
    readonly date: string
    readonly seed: number
    readonly executable: number
  }
  readonly blocks: readonly ({
    readonly name: string
    readonly setting: string
    readonly raw: 'star' | 'zero' | 'none'
  } & Expectation)[]
}

interface Sequence {
  readonly raw: 'star' | 'zero' | 'none'
  readonly variation: 'ordinary' | 'virtual flat' | 'no dark' | 'polarimetry' | 'one frame'
  readonly expectation: Expectation
}

const framesOfSequence = 5
/** Of a sequence: the next begins when the last frame of this one has been read out. */
const slotSeconds = 240
const mostSequences = 100

/** First line of the recipe's errors for frames of zeros (naco_img_jitter 4.4.11). */
const zeroRawError = 'Data not found at cpl_apertures_extract_mask'

const ordinary: Sequence = { raw: 'star', variation: 'ordinary', expectation: { expect: 'processed' } }
const extras: readonly Sequence[] = [
  { raw: 'none', variation: 'virtual flat', expectation: { expect: 'left-out', reason: 'virtual calibration' } },
  { raw: 'none', variation: 'no dark', expectation: { expect: 'left-out', reason: 'calibration missing' } },
  { raw: 'none', variation: 'polarimetry', expectation: { expect: 'left-out', reason: 'mode not certified' } },
  {
    raw: 'star',
    variation: 'one frame',
    expectation: { expect: 'failed', kind: 'input', causeContains: '1 raw frames, naco_img_jitter takes 3 to 200' },
  },
  {
    raw: 'zero',
    variation: 'ordinary',
    expectation: { expect: 'failed', kind: 'recipe', causeContains: zeroRawError },
  },
]

/**
 * A synthetic night of NACO as files: jitter sequences of five small frames, each sequence one block.
 * @throws PreconditionError for an impossible request, or where the folder holds another night
 */
export async function simulateNacoNight(options: SimulateNacoNight): Promise<SimulatedNacoNight> {
  const { date, seed, executable, folder, onProgress } = options
  checkedObservingDate(date)
  if (!Number.isInteger(executable) || executable < 0 || executable > mostSequences) {
    throw new PreconditionError(`executable: ${executable} sequences cannot be simulated, choose 0 to ${mostSequences}`)
  }
  const sequences = [...Array.from({ length: executable }, () => ordinary), ...extras]
  const planned = sequences.map((sequence, index) => {
    const frames = framesOf(date, seed, index, sequence.variation === 'one frame' ? 1 : framesOfSequence)
    return { ...sequence, frames, block: blockOf(date, frames, sequence) }
  })
  const night: SimulatedNacoNight = {
    request: { instrument: 'NACO', date, seed, executable },
    blocks: planned.map(({ block, raw, expectation }) => ({ name: block.name, setting: 'Ks', raw, ...expectation })),
  }
  const raws = planned
    .filter(({ raw }) => raw !== 'none')
    .flatMap(({ frames, raw }) =>
      frames.map((frame): NightFile => {
        const path = placeInArchive(folder, 'raw', `${frame.dpId}.fits`)
        return { kind: 'NACO', path, file: { what: 'raw', frame, lit: raw === 'star' } }
      }),
    )
  const masters = mastersOf(date).map((master): NightFile => {
    return {
      kind: 'NACO',
      path: placeInArchive(folder, 'mcalib', master.fileName),
      file: { what: 'master', ...master },
    }
  })
  const truths = planned
    .filter(({ raw }) => raw === 'star')
    .flatMap(({ frames }) => frames.slice(0, 1))
    .map((frame): NightFile => {
      return { kind: 'NACO', path: join(folder, 'truth', `${frame.dpId}.fits`), file: { what: 'truth', frame } }
    })
  const blocks = planned.map(({ block }) => block)
  await writeNight(
    { night, instrument: 'NACO', date, blocks, files: [...raws, ...masters, ...truths] },
    seed,
    folder,
    onProgress,
  )
  return night
}

function framesOf(date: string, seed: number, index: number, frames: number): NacoFrame[] {
  const random = randomFrom(`${seed}/NACO/${date}/sequence ${index + 1}`)
  const begin = secondsLater(momentOf(date, 24.5), index * slotSeconds)
  const stars = nacoField(random)
  const [raDegrees, decDegrees] = [100 + index * 0.25, -30]
  return Array.from({ length: frames }, (_, i) => {
    const start = secondsLater(begin, i * 20)
    const jitter = () => random.integer(-20, 20)
    return {
      dpId: `NACO.${isoMilliseconds(start)}`,
      start,
      exposureSeconds: 10,
      object: `SIM-FIELD-${index + 1}`,
      raDegrees,
      decDegrees,
      programId: '60.A-9026(A)',
      observationId: 300000000 + index,
      number: i + 1,
      frames,
      offsetPixels: i === 0 ? [0, 0] : [jitter(), jitter()],
      stars,
    }
  })
}

function mastersOf(date: string): { category: NacoCategory; fileName: string; start: Date }[] {
  const day = date.slice(2).replaceAll('-', '')
  const master = (code: string, category: NacoCategory, hour: number) => {
    return { category, fileName: `NC_${code}_${day}A_Ks_S27.fits`, start: momentOf(date, hour) }
  }
  return [
    master('MFLT', 'MASTER_IMG_FLAT', 21),
    master('MDRK', 'NACO_IMG_DARK_AVG', 20),
    master('MBPM', 'MASTER_IMG_FLAT_BADPIX', 21),
  ]
}

function blockOf(date: string, frames: readonly NacoFrame[], { variation }: Sequence): AssociationBlock {
  const [first] = frames
  if (first === undefined) throw new RangeError('a sequence without frames')
  const tag = variation === 'polarimetry' ? 'POL_JITTER_OBJ' : 'IM_JITTER_OBJ'
  const isIncomplete = variation === 'virtual flat' || variation === 'no dark'
  return {
    name: `${first.dpId}.ab`,
    instrument: 'NACO',
    date,
    dprCategory: 'SCIENCE',
    rawType: tag,
    recipe: 'naco_img_jitter',
    drsType: 'CPL',
    completeness: isIncomplete ? 'INCOMPLETE' : 'COMPLETE',
    processStatus: 'CREATED',
    mjdObs: mjdOf(first.start),
    productRootName: `NC_SIMG_${first.observationId}_${first.dpId.replace('NACO.', '')}`,
    programId: first.programId,
    observationId: String(first.observationId),
    releaseDate: null,
    rawFiles: frames.map(({ dpId }) => ({ fileName: `${dpId}.fits`, tag })),
    calibrations: mastersOf(date)
      .filter(({ category }) => variation !== 'no dark' || category !== 'NACO_IMG_DARK_AVG')
      .map(({ category, fileName, start }) => {
        const flag = variation === 'virtual flat' && category === 'MASTER_IMG_FLAT' ? 'VIRTUAL' : 'REAL'
        return { flag, fileName, category, distanceDays: Math.round((mjdOf(start) - mjdOf(first.start)) * 1000) / 1000 }
      }),
    rawMatchKeys: [
      { keyword: 'INS.OPTI6.NAME', value: 'Ks' },
      { keyword: 'INS.OPTI7.NAME', value: 'S27' },
    ],
    recipeParameters: [],
    otherQualifiers: [],
  }
}
