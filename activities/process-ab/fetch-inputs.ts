import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type FetchedFile, FileMissing, FileRefused } from '../../archive/archive.ts'
import { fileExists } from '../../archive/copy-file.ts'
import { absToProcess } from '../../database/plan.ts'
import type { RawFile } from '../../domain/association-block.ts'
import { modesOf } from '../../domain/certification.ts'
import { InfrastructureError, OutcomeError } from '../../domain/failure.ts'
import { checkedFileName } from '../../domain/file-name.ts'
import type { Mode } from '../../domain/instrument.ts'
import type { HduOnDisk } from '../../fits/file.ts'
import { checkCalibrations } from '../../pipeline/check-calibrations.ts'
import { checkFrame } from '../../pipeline/check-frame.ts'
import { checkFrameList } from '../../pipeline/check-frame-list.ts'
import { checkRaw } from '../../pipeline/check-raw.ts'
import { checkRawFrame } from '../../pipeline/check-raw-frame.ts'
import { wholeHeader } from '../../pipeline/header-value.ts'
import { bringCalibrations } from '../bring-calibrations.ts'
import { type InputFile, readInputList, writeInputList } from '../input-list.ts'
import { type Block, inputListPath, rawFolder } from './block.ts'
import type { Ready } from './start.ts'

/**
 * Downloads the raw(s) of a block, checks them against it and its calibrations, and lists all as the inputs of the recipe. The recipe
 * checks none of it (docs/checks-and-scores.md).
 *
 * @throws OutcomeError of kind `input` when the raw is missing, damaged in the archive, or contradicts its block or its calibrations
 */
export async function fetchInputs(block: Block, calibrations: readonly InputFile[]): Promise<Ready> {
  const { ab } = block.registered
  const modes = modesOf(block.instrument, ab.rawType)
  checkFrameList(ab, modes)
  await mkdir(rawFolder(block), { recursive: true, mode: 0o700 })
  const given = new Set(calibrations.map(({ category }) => category))
  const raws: InputFile[] = []
  let shown: Mode | null = null
  for (const [index, raw] of ab.rawFiles.entries()) {
    const { file, hdus } = await fetchWhole(block, raw)
    const header = wholeHeader(hdus)
    const mode = checkRaw(header, ab, modes, index + 1)
    shown ??= mode
    checkRawFrame(hdus, mode.raw, given)
    await checkCalibrations({ raw: hdus, mode, calibrations, rules: block.instrument.calibrations })
    raws.push({
      fileName: raw.fileName,
      category: raw.tag,
      kind: 'raw',
      path: file.path,
      bytes: file.bytes,
      sha256: file.sha256,
    })
  }
  const inputs = [...raws, ...calibrations]
  await writeInputList(inputListPath(block), inputs)
  if (shown === null) throw new OutcomeError('input', `${ab.name} names no raw`)
  return { inputs, mode: shown }
}

/**
 * The calibrations of a block among those that were downloaded and checked for this run; null when one was not, because the block has
 * been registered with another list since.
 *
 * @throws OutcomeError of kind `input` when a calibration is of another category than the block says
 */
export async function calibrationsOf(block: Block): Promise<readonly InputFile[] | null> {
  const { ab } = block.registered
  const checked = new Map((await listedCalibrations(block)).map((file) => [file.fileName, file]))
  const files: InputFile[] = []
  for (const { fileName, category } of ab.calibrations) {
    const file = checked.get(fileName)
    if (file === undefined) return null
    if (file.category !== category) {
      throw new OutcomeError('input', `${fileName} is a ${file.category}, ${ab.name} gives it as ${category}`)
    }
    files.push(file)
  }
  return files
}

/** What the run has downloaded. Brought again when the scratch disk was wiped under a running date. */
async function listedCalibrations({ host, run, registered, runFolder }: Block): Promise<readonly InputFile[]> {
  const wanted = new Set(registered.ab.calibrations.map(({ fileName }) => fileName))
  const listed = await readInputList(runFolder.calibrationList).catch(() => null)
  const areThere = await Promise.all(
    (listed ?? []).filter(({ fileName }) => wanted.has(fileName)).map(({ path }) => fileExists(path)),
  )
  if (listed !== null && areThere.every(Boolean)) return listed
  host.log.warn({ folder: runFolder.path }, 'calibrations of the date have gone from the scratch disk: fetched again')
  const abs = await absToProcess(host.database, run)
  const { broken, gencalibProblems } = await bringCalibrations(host, {
    folder: runFolder,
    instrument: run.instrument,
    abs: abs.map(({ ab }) => ab),
    whenBroken: 'list nothing',
  })
  const gone = [...broken.map(({ needed, problem }) => `${needed.fileName}: ${problem}`), ...gencalibProblems]
  // They were there when the run began, so this is no answer about the block.
  if (gone.length > 0) throw new InfrastructureError(`calibrations have gone from this host: ${gone.join('; ')}`)
  return readInputList(runFolder.calibrationList)
}

/** The same damage on two fresh downloads is the archive's file, and an outcome; any other damage happened on the way. */
async function fetchWhole(block: Block, raw: RawFile): Promise<FetchedRaw> {
  const first = await fetchOnce(block, raw)
  if (first.damage === null) return first
  const second = await fetchOnce(block, raw)
  if (second.damage === null) return second
  if (second.damage === first.damage)
    throw new OutcomeError('input', `raw ${raw.fileName} is damaged: ${second.damage}`)
  throw new InfrastructureError(`raw ${raw.fileName} arrives broken, each time differently: ${second.damage}`)
}

interface FetchedRaw {
  readonly file: FetchedFile
  readonly hdus: readonly HduOnDisk[]
}

type Fetched = ({ readonly damage: null } & FetchedRaw) | { readonly damage: string }

async function fetchOnce(block: Block, { fileName }: RawFile): Promise<Fetched> {
  const target = join(rawFolder(block), checkedFileName(fileName))
  const file = await fetchTwiceIfMissing(block, fileName, target)
  if (file instanceof FileRefused) return { damage: file.message }
  if (file.checksum === 'differs') return { damage: `its SHA-256 differs from that of the archive (${file.sha256})` }
  const { damage, headers, warnings } = await checkFrame(target)
  if (damage !== null) return { damage }
  for (const warning of [...warnings, ...(file.checksum === 'unlisted' ? ['the archive lists no checksum'] : [])]) {
    block.host.log.warn({ ab: block.registered.abName, fileName, warning }, 'raw accepted with a warning')
  }
  return { damage: null, file, hdus: headers }
}

/** A file that the archive's answer makes impossible is returned as such: like a wrong checksum, it is looked at twice. */
async function fetchTwiceIfMissing(block: Block, fileName: string, target: string): Promise<FetchedFile | FileRefused> {
  const { source } = block.host
  try {
    return await source.fetch('raw', fileName, target)
  } catch (error) {
    if (error instanceof FileRefused) return error
    if (!(error instanceof FileMissing)) throw error
  }
  try {
    return await source.fetch('raw', fileName, target)
  } catch (error) {
    if (error instanceof FileRefused) return error
    if (!(error instanceof FileMissing)) throw error
    throw new OutcomeError('input', `raw ${fileName} is not in the archive`)
  }
}
