import type { AssociationBlock } from '../domain/association-block.ts'
import { OutcomeError } from '../domain/failure.ts'
import type { Mode } from '../domain/instrument.ts'
import { timeInRawName } from '../domain/observing-date.ts'
import type { Header } from '../fits/header.ts'
import { sameValue, valueNumber, valueText } from './header-value.ts'

/** MJD-OBS of block and raw may differ by rounding: one second. */
const MJD_TOLERANCE_DAYS = 1 / 86_400
/** The time in the name of a raw is that of its start; a whole day allows for any convention but not for another year. */
const NAME_TOLERANCE_DAYS = 1
const MJD_OF_UNIX_EPOCH = 40_587

/**
 * Holds the raw's own header against its block. A recipe does not check the match (a raw of 390 nm with masters of 437 nm ends with
 * exit code 0), so a contradiction is an outcome of that block alone.
 *
 * @param number of the raw within the block, from 1: the block tells the time of the first
 * @returns the certified mode that the header shows
 * @throws OutcomeError of kind `input`
 */
export function checkRaw(header: Header, ab: AssociationBlock, modes: readonly Mode[], number = 1): Mode {
  const instrument = valueText(header, 'INSTRUME')
  // Where the instrument bears another name in its headers, the modes say so.
  if (!modes.some((mode) => 'INSTRUME' in mode.header) && instrument !== ab.instrument) {
    throw contradiction(ab, 'INSTRUME', instrument, ab.instrument)
  }
  const category = valueText(header, 'ESO DPR CATG')
  if (category !== ab.dprCategory) throw contradiction(ab, 'ESO DPR CATG', category, ab.dprCategory)
  const laterDays = valueNumber(header, 'MJD-OBS') - ab.mjdObs
  if (!(laterDays >= -MJD_TOLERANCE_DAYS && (number > 1 || laterDays <= MJD_TOLERANCE_DAYS))) {
    throw contradiction(ab, 'MJD-OBS', valueText(header, 'MJD-OBS'), String(ab.mjdObs))
  }
  checkTimeInName(ab)
  for (const { keyword, value } of ab.rawMatchKeys) {
    const found = valueText(header, keyword) ?? valueText(header, hierarchKeyword(keyword))
    if (!sameValue(found, value)) throw contradiction(ab, keyword, found, value)
  }
  return modeOf(header, ab, modes)
}

/** A header that says another year than the name of its file is wrong about the one or the other. */
function checkTimeInName(ab: AssociationBlock): void {
  const fileName = ab.rawFiles[0]?.fileName ?? ''
  const time = timeInRawName(fileName)
  if (time === null) return
  const mjd = MJD_OF_UNIX_EPOCH + time.getTime() / 86_400_000
  if (Math.abs(mjd - ab.mjdObs) > NAME_TOLERANCE_DAYS) {
    throw new OutcomeError(
      'input',
      `MJD-OBS is ${ab.mjdObs}, but the name of raw ${fileName} says ${time.toISOString()}`,
    )
  }
}

function modeOf(header: Header, ab: AssociationBlock, modes: readonly Mode[]): Mode {
  const mode = modes.find((candidate) =>
    Object.entries(candidate.header).every(([keyword, values]) =>
      [values].flat().some((value) => sameValue(valueText(header, keyword), value)),
    ),
  )
  if (mode === undefined) {
    const contradictions = modes.map((candidate) => differences(header, candidate).join(' and '))
    throw new OutcomeError('input', `the raw's header is of no mode of ${ab.rawType}: ${contradictions.join('; or ')}`)
  }
  if (!mode.certified) {
    throw new OutcomeError(
      'input',
      `the raw's header shows a mode that is not certified: ${mode.reason ?? mode.rawType}`,
    )
  }
  return mode
}

function differences(header: Header, mode: Mode): string[] {
  return Object.entries(mode.header).flatMap(([keyword, values]) => {
    const found = valueText(header, keyword)
    const expected = [values].flat()
    if (expected.some((value) => sameValue(found, value))) return []
    return [`${keyword} is ${found ?? 'absent'}, expected ${expected.join(' or ')}`]
  })
}

/** `INS.GRAT1.WLEN` of a block is `ESO INS GRAT1 WLEN` in a header. */
function hierarchKeyword(keyword: string): string {
  return `ESO ${keyword.replaceAll('.', ' ')}`
}

function contradiction(
  ab: AssociationBlock,
  keyword: string,
  found: string | undefined,
  expected: string,
): OutcomeError {
  return new OutcomeError('input', `the raw's ${keyword} is ${found ?? 'absent'}, ${ab.name} says ${expected}`)
}
