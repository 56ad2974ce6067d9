import { join } from 'node:path'
import { fileExists, fileFacts } from '../archive/copy-file.ts'
import type { NeededCalibration } from '../domain/calibration-list.ts'
import { checkedFileName } from '../domain/file-name.ts'
import { checkCalibration } from '../pipeline/check-calibration.ts'
import type { InputFile } from './input-list.ts'

/** Gencalibs are kept on the machine: checked before every date, never downloaded and never deleted. */
export async function checkGencalibs(
  host: { readonly gencalibDir: string },
  needed: readonly NeededCalibration[],
): Promise<{ problems: readonly string[]; usable: readonly InputFile[] }> {
  const problems: string[] = []
  const usable: InputFile[] = []
  for (const { fileName, categories } of needed) {
    const path = join(host.gencalibDir, checkedFileName(fileName))
    if (!(await fileExists(path))) {
      problems.push(`gencalib ${fileName} is not in ${host.gencalibDir}: put it there`)
      continue
    }
    const checked = await checkCalibration(path, categories)
    if ('category' in checked) usable.push({ fileName, ...checked, kind: 'gencalib', path, ...(await fileFacts(path)) })
    else problems.push(`gencalib ${fileName} in ${host.gencalibDir}: ${checked.problem}`)
  }
  return { problems, usable }
}
