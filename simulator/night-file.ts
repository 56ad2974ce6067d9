import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { InfrastructureError } from '../domain/failure.ts'
import { formatFits, readFits } from '../fits/file.ts'
import { type Hdu, paddedByteLength } from '../fits/hdu.ts'
import { calibrationHdus } from './calibration-frames.ts'
import type { CalibrationFile } from './calibrations.ts'
import { type NacoFile, nacoHdus } from './naco-frames.ts'
import type { Observation } from './observation.ts'
import { randomFrom } from './random.ts'
import { repeatedFrame, scienceFrame } from './science-frame.ts'
import { truthHdus } from './truth.ts'

/** One FITS file of the night. */
export type NightFile = { readonly path: string } & (
  | { readonly kind: 'raw'; readonly observation: Observation; readonly content: 'star' | 'zero' | 'damaged' }
  | { readonly kind: 'repeated raw'; readonly observation: Observation; readonly source: string }
  | { readonly kind: 'calibration'; readonly file: CalibrationFile }
  | { readonly kind: 'truth'; readonly observation: Observation }
  | { readonly kind: 'NACO'; readonly file: NacoFile }
)

const damagedBytes = 4096

/**
 * Computes and writes the file; the same file and seed give the same bytes.
 * @returns SHA-256 of what is on disk, in hexadecimal
 * @throws InfrastructureError if the disk does not take it
 */
export async function makeNightFile(file: NightFile, seed: number): Promise<string> {
  const hdus = await hdusOf(file, seed)
  const bytes = formatFits(hdus, { checksum: true })
  if (file.kind === 'raw' && file.content === 'damaged') damage(bytes, hdus, `${seed}/${file.observation.dpId}/damage`)
  try {
    await writeFile(file.path, bytes)
  } catch (error) {
    throw new InfrastructureError(`cannot write ${file.path}: ${String(error)}`, { cause: error })
  }
  return createHash('sha256').update(bytes).digest('hex')
}

async function hdusOf(file: NightFile, seed: number): Promise<readonly Hdu[]> {
  switch (file.kind) {
    case 'raw':
      return scienceFrame(file.observation, seed, file.content !== 'zero')
    case 'repeated raw':
      return repeatedFrame(file.observation, await readFits(file.source))
    case 'calibration':
      return calibrationHdus(file.file, seed)
    case 'truth':
      return truthHdus(file.observation)
    case 'NACO':
      return nacoHdus(file.file, seed)
  }
}

/** Random bytes in the pixels of the last image, behind the back of DATASUM: nothing but the checksum tells, the recipe would succeed. */
function damage(bytes: Uint8Array, hdus: readonly Hdu[], seed: string): void {
  const dataBytes = hdus.at(-1)?.data.byteLength ?? 0
  const dataStart = bytes.byteLength - paddedByteLength(dataBytes)
  const random = randomFrom(seed)
  const first = dataStart + random.integer(dataBytes >> 2, dataBytes >> 1)
  for (let i = first; i < first + damagedBytes; i++) bytes[i] = random.integer(0, 255)
}
