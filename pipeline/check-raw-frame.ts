import { OutcomeError } from '../domain/failure.ts'
import type { RawRules } from '../domain/instrument.ts'
import type { HduOnDisk } from '../fits/file.ts'
import type { Header } from '../fits/header.ts'
import { axesProblem } from './check-axes.ts'
import { keywordProblem } from './check-keywords.ts'
import { type ChipFrame, chipFrames } from './chip-header.ts'
import { valueNumber } from './header-value.ts'

/**
 * Holds a raw's header against what the instrument file says of such frames: types of the keywords that the recipe reads, plausible
 * values, size of the image; chip by chip where it has several.
 *
 * @param given categories that the recipe gets beside the raw
 * @throws OutcomeError of kind `input`
 */
export function checkRawFrame(hdus: readonly HduOnDisk[], rules: RawRules, given: ReadonlySet<string>): void {
  for (const frame of chipFrames(hdus, rules.chips)) {
    const problem = frameProblem(frame, rules, given)
    if (problem === null) continue
    const chip = rules.chips.length > 1 ? `${frame.chip?.name}: ` : ''
    throw new OutcomeError('input', `the raw's header cannot be right: ${chip}${problem}`)
  }
}

function frameProblem({ chip, header, hdus }: ChipFrame, rules: RawRules, given: ReadonlySet<string>): string | null {
  if (chip !== null && hdus.length === 0) return `the file has no HDU ${chip.hdu} with its pixels`
  return (
    keywordProblem(header, [...rules.keywords, ...(chip?.keywords ?? [])], given) ??
    rangeProblem(header, rules.ranges) ??
    inverseProblem(header, rules.inverses) ??
    axesProblem(hdus, rules.axes, header)
  )
}

function rangeProblem(header: Header, ranges: RawRules['ranges']): string | null {
  for (const [keyword, [least, most]] of Object.entries(ranges)) {
    const value = valueNumber(header, keyword)
    if (value < least || value > most) return `${keyword} is ${value}, plausible are ${least} to ${most}`
  }
  return null
}

/** A keyword that is absent says nothing wrong. */
function inverseProblem(header: Header, inverses: RawRules['inverses']): string | null {
  for (const { keywords, tolerance } of inverses) {
    const [a, b] = [valueNumber(header, keywords[0]), valueNumber(header, keywords[1])]
    if (Math.abs(a * b - 1) > tolerance) {
      return `${keywords[0]} = ${a} and ${keywords[1]} = ${b} are not the inverse of each other`
    }
  }
  return null
}
