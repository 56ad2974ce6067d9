import { OutcomeError } from '../domain/failure.ts'
import type { CalibrationRules, Coverage, Instrument, Match, Mode } from '../domain/instrument.ts'
import { type HduOnDisk, readHeaders } from '../fits/file.ts'
import { FitsError } from '../fits/fits-error.ts'
import type { Header } from '../fits/header.ts'
import { axesProblem } from './check-axes.ts'
import { centreProblem } from './check-coverage.ts'
import { keywordProblem } from './check-keywords.ts'
import { chipFrames, isOfChip } from './chip-header.ts'
import { expectedCoverage, type GivenFile } from './expected-coverage.ts'
import { sameValue, valueNumber, valueText, wholeHeader } from './header-value.ts'

export interface CalibrationsToCheck {
  /** All HDUs of the raw. */
  readonly raw: readonly HduOnDisk[]
  readonly mode: Mode
  readonly calibrations: readonly GivenFile[]
  readonly rules: Instrument['calibrations']
}

/**
 * Holds the calibrations of a block against its raw as the instrument file says. Recipes do not: with a line table of another setting
 * the signal to noise is normal and every wavelength is wrong. A calibration of one chip is held against that chip.
 *
 * @throws OutcomeError of kind `input` that names the file
 */
export async function checkCalibrations({ raw, mode, calibrations, rules }: CalibrationsToCheck): Promise<void> {
  const given = new Set(calibrations.map(({ category }) => category))
  const whole = wholeHeader(raw)
  const frames = chipFrames(raw, mode.raw.chips)
  for (const file of calibrations) {
    const ofCategory = rules[file.category]
    if (ofCategory === undefined) continue
    const ofChip = frames.find(({ chip }) => chip !== null && isOfChip(file.category, chip.name))
    const problem = calibrationProblem(ofChip?.header ?? whole, await headersOf(file), ofCategory, given)
    if (problem !== null) throw refused(file, problem)
  }
  for (const coverage of mode.coverage) await checkTables(whole, coverage, calibrations)
}

function calibrationProblem(
  raw: Header,
  hdus: readonly HduOnDisk[],
  rules: CalibrationRules,
  given: ReadonlySet<string>,
): string | null {
  const header = wholeHeader(hdus)
  return (
    firstProblem(rules.match, (match) => matchProblem(raw, header, match)) ??
    keywordProblem(header, rules.keywords, given) ??
    firstProblem(Object.entries(rules.contains), ([keyword, text]) => {
      const found = valueText(header, keyword)
      return found?.includes(text) ? null : `${keyword} is ${found ?? 'absent'}, expected something with ${text}`
    }) ??
    axesProblem(hdus, rules.axes, raw) ??
    structureProblem(hdus, rules)
  )
}

function matchProblem(raw: Header, calibration: Header, match: Match): string | null {
  const { keyword } = match
  const { tolerance, sinceMjd, orRawAtLeast, withCalibrationAtMost } = { ...NO_EXCEPTION, ...match }
  if (sinceMjd !== undefined && valueNumber(raw, 'MJD-OBS') < sinceMjd) return null
  const [ofRaw, ofCalibration] = [valueText(raw, keyword), valueText(calibration, keyword)]
  if (ofRaw !== undefined && sameValue(ofCalibration, ofRaw, tolerance)) return null
  const excepted =
    orRawAtLeast !== undefined &&
    withCalibrationAtMost !== undefined &&
    Number(ofRaw) >= orRawAtLeast &&
    Number(ofCalibration) <= withCalibrationAtMost
  return excepted ? null : `its ${keyword} is ${ofCalibration ?? 'absent'}, the raw's is ${ofRaw ?? 'absent'}`
}

const NO_EXCEPTION = {
  tolerance: undefined,
  sinceMjd: undefined,
  orRawAtLeast: undefined,
  withCalibrationAtMost: undefined,
}

function structureProblem(hdus: readonly HduOnDisk[], { extensions, history }: CalibrationRules): string | null {
  const found = hdus.slice(1)
  if (extensions !== undefined && found.length < extensions) {
    return `it has ${found.length} extensions, expected ${extensions}`
  }
  return firstProblem(found, ({ index, header }) => {
    const words = header.texts('HISTORY').map((text) => text.trim().split(/\s+/)[0])
    const missing = history.find((word) => !words.includes(word))
    return missing === undefined ? null : `extension ${index} has no card HISTORY ${missing}`
  })
}

/** A header can be wrong about the table below it: the lines themselves tell the setting. */
async function checkTables(raw: Header, coverage: Coverage, calibrations: readonly GivenFile[]): Promise<void> {
  const tables = calibrations.filter(
    ({ category }) => category === coverage.lines.category || category === coverage.orders.category,
  )
  try {
    const expected = await expectedCoverage(coverage, calibrations)
    if (expected === null) return
    const problem = centreProblem(expected, coverage, raw)
    if (problem !== null) throw new OutcomeError('input', `${coverage.lines.category}: its lines ${problem}`)
    const { orders, ordersOfLines } = expected
    if (ordersOfLines !== null && ordersOfLines !== orders) {
      throw new OutcomeError(
        'input',
        `${coverage.orders.category} has ${orders} orders, ${coverage.lines.category} ${ordersOfLines}: they do not belong together`,
      )
    }
  } catch (error) {
    if (!(error instanceof FitsError)) throw error
    throw new OutcomeError(
      'input',
      `${tables.map(({ fileName }) => fileName).join(' or ')}: ${withoutPath(error, tables)}`,
    )
  }
}

async function headersOf(file: GivenFile): Promise<readonly HduOnDisk[]> {
  try {
    return await readHeaders(file.path)
  } catch (error) {
    if (error instanceof FitsError) throw refused(file, withoutPath(error, [file]))
    throw error
  }
}

function firstProblem<Item>(items: Iterable<Item>, problemOf: (item: Item) => string | null): string | null {
  for (const item of items) {
    const problem = problemOf(item)
    if (problem !== null) return problem
  }
  return null
}

function refused({ fileName, category }: GivenFile, problem: string): OutcomeError {
  return new OutcomeError('input', `${category} ${fileName} does not belong to this raw: ${problem}`)
}

/** The folder differs from run to run; the cause must not. */
function withoutPath(error: FitsError, files: readonly GivenFile[]): string {
  return files.reduce((text, { path }) => text.replaceAll(`${path}: `, ''), error.message)
}
