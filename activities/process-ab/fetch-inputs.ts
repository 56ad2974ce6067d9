import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type FetchedFile, FileMissing } from '../../archive/archive.ts'
import type { RawFile } from '../../domain/association-block.ts'
import { modesOf } from '../../domain/certification.ts'
import { InfrastructureError, OutcomeError } from '../../domain/failure.ts'
import { checkedFileName } from '../../domain/file-name.ts'
import type { Header } from '../../fits/header.ts'
import { checkFrame } from '../../pipeline/check-frame.ts'
import { checkRaw } from '../../pipeline/check-raw.ts'
import { type InputFile, readInputList, writeInputList } from '../input-list.ts'
import { type Block, inputListPath, rawFolder } from './block.ts'

/**
 * Downloads the raw(s) of a block, checks them against it, and lists them with the calibrations of the date as the inputs of the recipe.
 *
 * @throws OutcomeError of kind `input` when the raw is missing, damaged in the archive, or contradicts its block
 */
export async function fetchInputs(block: Block): Promise<readonly InputFile[]> {
  const { ab } = block.registered
  await mkdir(rawFolder(block), { recursive: true, mode: 0o700 })
  const raws: InputFile[] = []
  for (const raw of ab.rawFiles) {
    const { file, header } = await fetchWhole(block, raw)
    checkRaw(header, ab, modesOf(block.instrument, ab.rawType))
    raws.push({
      fileName: raw.fileName,
      category: raw.tag,
      kind: 'raw',
      path: file.path,
      bytes: file.bytes,
      sha256: file.sha256,
    })
  }
  const inputs = [...raws, ...(await calibrationsOf(block))]
  await writeInputList(inputListPath(block), inputs)
  return inputs
}

/** The same damage on two fresh downloads is the archive's file, and an outcome; any other damage happened on the way. */
async function fetchWhole(block: Block, raw: RawFile): Promise<{ file: FetchedFile; header: Header }> {
  const first = await fetchOnce(block, raw)
  if (first.damage === null) return first
  const second = await fetchOnce(block, raw)
  if (second.damage === null) return second
  if (second.damage === first.damage)
    throw new OutcomeError('input', `raw ${raw.fileName} is damaged: ${second.damage}`)
  throw new InfrastructureError(`raw ${raw.fileName} arrives broken, each time differently: ${second.damage}`)
}

type Fetched =
  | { readonly damage: null; readonly file: FetchedFile; readonly header: Header }
  | { readonly damage: string }

async function fetchOnce(block: Block, { fileName }: RawFile): Promise<Fetched> {
  const target = join(rawFolder(block), checkedFileName(fileName))
  const file = await fetchTwiceIfMissing(block, fileName, target)
  if (file.checksum === 'differs') return { damage: `its SHA-256 differs from that of the archive (${file.sha256})` }
  const { damage, headers, warnings } = await checkFrame(target)
  if (damage !== null) return { damage }
  for (const warning of [...warnings, ...(file.checksum === 'unlisted' ? ['the archive lists no checksum'] : [])]) {
    block.host.log.warn({ ab: block.registered.abName, fileName, warning }, 'raw accepted with a warning')
  }
  const [primary] = headers
  return primary === undefined ? { damage: 'it has no header' } : { damage: null, file, header: primary.header }
}

async function fetchTwiceIfMissing(block: Block, fileName: string, target: string): Promise<FetchedFile> {
  const { source } = block.host
  try {
    return await source.fetch('raw', fileName, target)
  } catch (error) {
    if (!(error instanceof FileMissing)) throw error
  }
  try {
    return await source.fetch('raw', fileName, target)
  } catch (error) {
    if (!(error instanceof FileMissing)) throw error
    throw new OutcomeError('input', `raw ${fileName} is not in the archive`)
  }
}

async function calibrationsOf(block: Block): Promise<readonly InputFile[]> {
  const { ab } = block.registered
  const checked = new Map((await readInputList(block.runFolder.calibrationList)).map((file) => [file.fileName, file]))
  return ab.calibrations.map(({ fileName, category }) => {
    const file = checked.get(fileName)
    if (file === undefined) throw new InfrastructureError(`${fileName} was not downloaded for this run`)
    if (file.category === category) return file
    throw new OutcomeError('input', `${fileName} is a ${file.category}, ${ab.name} gives it as ${category}`)
  })
}
