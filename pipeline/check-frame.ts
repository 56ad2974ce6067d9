import { type HduOnDisk, readHeaders, verifyChecksums } from '../fits/file.ts'
import { FitsError } from '../fits/fits-error.ts'

/** What a look at a frame's bytes found, before any recipe sees it. */
export interface FrameCheck {
  readonly headers: readonly HduOnDisk[]
  /** Why the bytes cannot be trusted; null when they can. The same damage gives the same words. */
  readonly damage: string | null
  /** CHECKSUM absent, or wrong while DATASUM is right: headers are edited on the way, which harms nothing. */
  readonly warnings: readonly string[]
}

/**
 * Structure and sums of a FITS file. Recipes do not verify DATASUM (random pixels end with exit code 0), so the check must be ours.
 * Throws InfrastructureError when the file cannot be read at all.
 */
export async function checkFrame(path: string): Promise<FrameCheck> {
  try {
    const headers = await readHeaders(path)
    const sums = await verifyChecksums(path)
    const wrong = sums.find(({ datasum }) => datasum === 'wrong')
    const damage =
      wrong === undefined
        ? null
        : `DATASUM of HDU ${wrong.hdu} is wrong: the data give ${wrong.computedDatasum}, the header says otherwise`
    return {
      headers,
      damage,
      warnings: sums
        .filter(({ checksum }) => checksum !== 'right')
        .map(({ hdu, checksum, datasum }) => `HDU ${hdu}: CHECKSUM ${checksum}, DATASUM ${datasum}`),
    }
  } catch (error) {
    if (!(error instanceof FitsError)) throw error
    return { headers: [], damage: `not a whole FITS file: ${withoutPath(error.message, path)}`, warnings: [] }
  }
}

/** The folder differs from run to run; the damage of a file does not. */
function withoutPath(message: string, path: string): string {
  return message.replaceAll(`${path}: `, '').replaceAll(path, 'the file')
}
