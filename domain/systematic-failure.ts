import type { FailureKind } from './failure.ts'

/** So many ABs that failed of one cause are no accident any more. */
export const MINIMUM_ABS = 5
/** They must be of so many templates: one template may be bad by itself. */
export const MINIMUM_TEMPLATES = 2

/** What became of one AB, as the count sees it. */
export interface CountedOutcome {
  readonly abName: string
  readonly host: string
  /** The template by which it was taken; its setting where the template is not known. */
  readonly templateOrSetting: string
  /** As `commonCause` gives it; null for a success. */
  readonly cause: string | null
}

/**
 * What the newest outcome shows together with those before it. hold: the whole instrument, whatever the host. drain: only this host,
 * others succeed. warn: only one template.
 */
export interface SystematicFailure<Outcome extends CountedOutcome = CountedOutcome> {
  readonly action: 'hold' | 'drain' | 'warn'
  readonly cause: string
  readonly host: string
  /** Outcomes that were counted, oldest first. */
  readonly counted: readonly Outcome[]
}

/**
 * Looks for the same cause on at least five ABs of at least two templates with no success between. A success on any host ends the count
 * of the instrument, a success on one host only the count of that host: so that what fails on one host while others succeed drains it.
 *
 * @param outcomes of one instrument since its count began, oldest first
 */
export function findSystematicFailure<Outcome extends CountedOutcome>(
  outcomes: readonly Outcome[],
): SystematicFailure<Outcome> | null {
  const newest = outcomes.at(-1)
  if (newest === undefined || newest.cause === null) return null
  const { cause, host } = newest
  const everywhere = sinceSuccess(outcomes).filter((outcome) => outcome.cause === cause)
  const here = sinceSuccess(outcomes.filter((outcome) => outcome.host === host)).filter(
    (outcome) => outcome.cause === cause,
  )
  if (isMany(everywhere) && isVaried(everywhere)) return { action: 'hold', cause, host, counted: everywhere }
  if (isMany(here) && isVaried(here)) return { action: 'drain', cause, host, counted: here }
  const many = [everywhere, here].find(isMany)
  return many === undefined ? null : { action: 'warn', cause, host, counted: many }
}

/**
 * What failures of different ABs have in common: the cause without numbers, names and paths. A word that holds a digit, a slash or the
 * ending of a file name is one of those.
 */
export function commonCause(kind: FailureKind | 'interrupted', cause: string): string {
  const words = cause
    .replace(/[^\s'"`()[\],;=]*\/[^\s'"`()[\],;]*/g, PLACEHOLDER)
    .replace(/[^\s'"`()[\],;=]*\d[^\s'"`()[\],;]*/g, PLACEHOLDER)
    .replace(/[\w.:+-]+\.[a-z]{2,5}\b/g, PLACEHOLDER)
    .replace(/\b(?:nan|inf)\b/gi, PLACEHOLDER)
    .replace(/\s+/g, ' ')
    .replace(/#(?:[ ,;]+#)+/g, PLACEHOLDER)
    .trim()
  return `${kind}: ${words.slice(0, MAXIMUM_LENGTH)}`
}

const PLACEHOLDER = '#'
const MAXIMUM_LENGTH = 300

function sinceSuccess<Outcome extends CountedOutcome>(outcomes: readonly Outcome[]): readonly Outcome[] {
  return outcomes.slice(outcomes.findLastIndex(({ cause }) => cause === null) + 1)
}

function isMany(outcomes: readonly CountedOutcome[]): boolean {
  return new Set(outcomes.map(({ abName }) => abName)).size >= MINIMUM_ABS
}

function isVaried(outcomes: readonly CountedOutcome[]): boolean {
  return new Set(outcomes.map(({ templateOrSetting }) => templateOrSetting)).size >= MINIMUM_TEMPLATES
}
