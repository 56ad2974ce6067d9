export type Severity = 'error' | 'warning'

/** What a rule has to say against a file, in one sentence. `severity` only where the rule's own is not meant. */
export interface Problem {
  readonly message: string
  /** 0 = primary. */
  readonly hdu?: number
  readonly keyword?: string
  readonly severity?: Severity
}

/** The answer of a rule that lacks what it needs: a keyword (P01, E01 report that), the raw frames, the pipeline's products. */
export const SKIPPED = Symbol('skipped')

/** Null: nothing to say against it. */
export type Answer = null | string | Problem | readonly (string | Problem)[] | typeof SKIPPED

/** One numbered statement of the Science Data Products standard, or of the instrument, about `Subject`. */
export interface Rule<Subject> {
  readonly id: string
  readonly severity: Severity
  /** The statement in words; what must hold. */
  readonly title: string
  /** Numbers within which the statement holds, with unit. */
  readonly tolerance?: string
  readonly hdu?: number
  readonly keyword?: string
  readonly check: (subject: Subject) => Answer
}

export interface Finding {
  readonly rule: string
  readonly severity: Severity
  readonly message: string
  readonly hdu?: number
  readonly keyword?: string
}

export interface Judgement {
  readonly findings: readonly Finding[]
  /** Ids of the rules that could not be applied. */
  readonly skipped: readonly string[]
}

/** Holds a subject against all rules. */
export function applyRules<Subject>(rules: readonly Rule<Subject>[], subject: Subject): Judgement {
  const findings: Finding[] = []
  const skipped: string[] = []
  for (const rule of rules) {
    const answer = rule.check(subject)
    if (answer === SKIPPED) skipped.push(rule.id)
    else for (const problem of problemsOf(answer)) findings.push(finding(rule, problem))
  }
  return { findings, skipped }
}

function problemsOf(answer: Exclude<Answer, typeof SKIPPED>): readonly (string | Problem)[] {
  if (answer === null) return []
  return typeof answer === 'string' || 'message' in answer ? [answer] : answer
}

function finding<Subject>({ id, severity, hdu, keyword }: Rule<Subject>, problem: string | Problem): Finding {
  const place = { ...(hdu === undefined ? {} : { hdu }), ...(keyword === undefined ? {} : { keyword }) }
  return { rule: id, severity, ...place, ...(typeof problem === 'string' ? { message: problem } : problem) }
}
