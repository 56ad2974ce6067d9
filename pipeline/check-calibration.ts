import type { HduOnDisk } from '../fits/file.ts'
import { checkFrame } from './check-frame.ts'

export type CheckedCalibration = { readonly category: string } | { readonly problem: string }

/**
 * The category of a calibration that can be used, or why it cannot, in words: not whole, DATASUM wrong, or none of the categories that
 * blocks expect of it.
 */
export async function checkCalibration(path: string, expected: readonly string[]): Promise<CheckedCalibration> {
  const { headers, damage } = await checkFrame(path)
  if (damage !== null) return { problem: damage }
  const category = categoryOf(headers)
  if (category !== undefined && expected.includes(category)) return { category }
  const wanted = `expected a ${expected.join(' or a ')}`
  return {
    problem: category === undefined ? `its header has no ESO PRO CATG, ${wanted}` : `it is a ${category}, ${wanted}`,
  }
}

function categoryOf([primary]: readonly HduOnDisk[]): string | undefined {
  return primary?.header.string('ESO PRO CATG')?.trim()
}
