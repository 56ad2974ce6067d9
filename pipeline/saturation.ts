import { readFits, readHdu } from '../fits/file.ts'
import { readImage } from '../fits/image.ts'

/** Pixels of a raw at or above a limit, in ADU: of all its images, or of the one in the HDU given. */
export async function saturatedPixels(path: string, limitAdu: number, hduIndex?: number): Promise<number> {
  let count = 0
  const hdus = hduIndex === undefined ? await readFits(path) : [await readHdu(path, hduIndex)]
  for (const hdu of hdus) {
    if (hdu.data.byteLength === 0) continue
    const { data } = readImage(hdu)
    for (let index = 0; index < data.length; index++) if (Number(data[index]) >= limitAdu) count++
  }
  return count
}
