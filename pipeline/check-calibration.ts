import type { HduOnDisk } from '../fits/file.ts'
import { checkFrame } from './check-frame.ts'

/**
 * Why a calibration cannot be used, in words; null when it can: whole FITS, DATASUM right where there is one, and of the category
 * that the blocks expect.
 */
export async function calibrationProblem(path: string, category: string): Promise<string | null> {
  const { headers, damage } = await checkFrame(path)
  if (damage !== null) return damage
  const found = categoryOf(headers)
  if (found === category) return null
  return found === undefined
    ? `its header has no ESO PRO CATG, expected ${category}`
    : `it is a ${found}, expected a ${category}`
}

function categoryOf([primary]: readonly HduOnDisk[]): string | undefined {
  return primary?.header.string('ESO PRO CATG')?.trim()
}
