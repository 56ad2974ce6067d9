/** What is known of an exposure and of the response that its block lists, for one chip. */
export interface FluxQuestion {
  /** 1: flux-calibrated whenever possible; 2: never. */
  readonly case: 1 | 2
  /** The master response; null when the block lists none. `mjdObs` is null when its header does not tell its date. */
  readonly response: { readonly fileName: string; readonly mjdObs: number | null } | null
  /** Whether the block lists a table of atmospheric extinction: the pipeline needs both. */
  readonly hasExtinction: boolean
  readonly rawMjd: number
  readonly validityDays: number
  /** Days (`2004-10-14`, 0h UT) at whose beginning the throughput changed. */
  readonly breakpoints: readonly string[]
}

export type FluxDecision = { readonly flux: true } | { readonly flux: false; readonly reason: string }

/** MJD of 1970-01-01. */
const unixEpochMjd = 40587
const dayMilliseconds = 86_400_000

/**
 * Whether a spectrum is delivered flux-calibrated: when the observatory wants it (case 1) and a valid response exists, that is
 * within its validity and not on the other side of a breakpoint. Anything else is no error: wavelength-calibrated only, with reason.
 */
export function fluxDecision(question: FluxQuestion): FluxDecision {
  const { response, hasExtinction, rawMjd, validityDays, breakpoints } = question
  if (question.case === 2) return not('this stream is never flux-calibrated')
  if (response === null) return not('the block lists no master response')
  const { fileName, mjdObs } = response
  if (!hasExtinction) return not('the block lists no table of atmospheric extinction')
  if (mjdObs === null) return not(`the header of ${fileName} does not tell its date`)
  const days = Math.abs(rawMjd - mjdObs)
  if (!(days <= validityDays)) {
    return not(`${fileName} is ${days.toFixed(1)} days away from the exposure, its validity is ${validityDays} days`)
  }
  const [earlier, later] = [Math.min(rawMjd, mjdObs), Math.max(rawMjd, mjdObs)]
  const between = breakpoints.find((date) => earlier < mjdOfDay(date) && mjdOfDay(date) <= later)
  if (between !== undefined) return not(`${fileName} lies on the other side of the change of ${between}`)
  return { flux: true }
}

function not(reason: string): FluxDecision {
  return { flux: false, reason }
}

function mjdOfDay(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / dayMilliseconds + unixEpochMjd
}
