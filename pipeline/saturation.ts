import { readFits } from '../fits/file.ts'
import { readImage } from '../fits/image.ts'

/** Pixels of all images of a raw at or above a limit, in ADU. */
export async function saturatedPixels(path: string, limitAdu: number): Promise<number> {
  let count = 0
  for (const hdu of await readFits(path)) {
    if (hdu.data.byteLength === 0) continue
    const { data } = readImage(hdu)
    for (let index = 0; index < data.length; index++) if (Number(data[index]) >= limitAdu) count++
  }
  return count
}
