import type { AssociationBlock } from '../domain/association-block.ts'
import { OutcomeError } from '../domain/failure.ts'
import type { Mode } from '../domain/instrument.ts'
import type { CardValue } from '../fits/card.ts'
import type { Header } from '../fits/header.ts'

/** MJD-OBS of block and raw may differ by rounding: one second. */
const MJD_TOLERANCE_DAYS = 1 / 86_400

/**
 * Holds the raw's own header against its block. A recipe does not check the match (a raw of 390 nm with masters of 437 nm ends with
 * exit code 0), so a contradiction is an outcome of that block alone.
 *
 * @returns the certified mode that the header shows
 * @throws OutcomeError of kind `input`
 */
export function checkRaw(header: Header, ab: AssociationBlock, modes: readonly Mode[]): Mode {
  const instrument = text(header, 'INSTRUME')
  if (instrument !== ab.instrument) throw contradiction(ab, 'INSTRUME', instrument, ab.instrument)
  const category = text(header, 'ESO DPR CATG')
  if (category !== ab.dprCategory) throw contradiction(ab, 'ESO DPR CATG', category, ab.dprCategory)
  const mjdObs = Number(text(header, 'MJD-OBS'))
  if (!(Math.abs(mjdObs - ab.mjdObs) <= MJD_TOLERANCE_DAYS)) {
    throw contradiction(ab, 'MJD-OBS', text(header, 'MJD-OBS'), String(ab.mjdObs))
  }
  for (const { keyword, value } of ab.rawMatchKeys) {
    const found = text(header, keyword) ?? text(header, hierarchKeyword(keyword))
    if (!sameValue(found, value)) throw contradiction(ab, keyword, found, value)
  }
  return modeOf(header, ab, modes)
}

function modeOf(header: Header, ab: AssociationBlock, modes: readonly Mode[]): Mode {
  const mode = modes.find((candidate) =>
    Object.entries(candidate.header).every(([keyword, value]) => sameValue(text(header, keyword), value)),
  )
  if (mode === undefined) {
    const wanted = modes.flatMap((candidate) =>
      Object.entries(candidate.header).map(([key, value]) => `${key} = ${value}`),
    )
    throw new OutcomeError('input', `the raw's header is of no mode of ${ab.rawType}: expected ${wanted.join(', ')}`)
  }
  if (!mode.certified) {
    throw new OutcomeError(
      'input',
      `the raw's header shows a mode that is not certified: ${mode.reason ?? mode.rawType}`,
    )
  }
  return mode
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

function sameValue(found: string | undefined, expected: string): boolean {
  if (found === undefined) return false
  const [a, b] = [Number(found), Number(expected)]
  if (found.trim() !== '' && expected.trim() !== '' && Number.isFinite(a) && Number.isFinite(b)) {
    return Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(b))
  }
  return found.trim() === expected.trim()
}

/** A value of any type as text; undefined when the keyword is absent. */
function text(header: Header, keyword: string): string | undefined {
  const value: CardValue | null | undefined = header.get(keyword)?.value
  if (value === null || value === undefined || !('value' in value)) return undefined
  return String(value.value).trim()
}
