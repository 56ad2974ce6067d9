import { OutcomeError } from '../domain/failure.ts'
import type { RawRules } from '../domain/instrument.ts'
import type { HduOnDisk } from '../fits/file.ts'
import type { Header } from '../fits/header.ts'
import { axesProblem } from './check-axes.ts'
import { keywordProblem } from './check-keywords.ts'
import { valueNumber, wholeHeader } from './header-value.ts'

/**
 * Holds a raw's header against what the instrument file says of such frames: types of the keywords that the recipe reads, plausible
 * values, size of the image.
 *
 * @param given categories that the recipe gets beside the raw
 * @throws OutcomeError of kind `input`
 */
export function checkRawFrame(hdus: readonly HduOnDisk[], rules: RawRules, given: ReadonlySet<string>): void {
  const header = wholeHeader(hdus)
  const problem =
    keywordProblem(header, rules.keywords, given) ??
    rangeProblem(header, rules.ranges) ??
    inverseProblem(header, rules.inverses) ??
    axesProblem(hdus, rules.axes, header)
  if (problem !== null) throw new OutcomeError('input', `the raw's header cannot be right: ${problem}`)
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
