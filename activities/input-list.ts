import { readFile, rename, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { InfrastructureError } from '../domain/failure.ts'

const inputFile = z.object({
  fileName: z.string(),
  /** Tag in the set of frames: PRO CATG of a calibration, tag of a raw. */
  category: z.string(),
  kind: z.enum(['raw', 'mcalib', 'gencalib']),
  path: z.string(),
  bytes: z.number(),
  sha256: z.string(),
})

/** A file on this host that was checked and may be given to a recipe. */
export type InputFile = Readonly<z.infer<typeof inputFile>>

const inputList = z.array(inputFile)

/** Keeps what was checked beside the files: provenance later needs no second reading, and another worker can go on. */
export async function writeInputList(path: string, files: readonly InputFile[]): Promise<void> {
  await writeFile(`${path}.partial`, `${JSON.stringify(files, null, 1)}\n`)
  await rename(`${path}.partial`, path)
}

/** Throws InfrastructureError when there is no list: the downloads have to be done again. */
export async function readInputList(path: string): Promise<readonly InputFile[]> {
  try {
    return inputList.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch (cause) {
    throw new InfrastructureError(`no list of checked inputs in ${path}`, { cause })
  }
}
