/** The numbers in a limit as a score tells it: `at least 1`, `at most 50`, `at least 1 and at most 9`, `2 to 3 (median ± ...)`. */
export function limitsOf(limit: string | null): readonly number[] {
  if (limit === null) return []
  const range = /^(\S+) to (\S+) \(/.exec(limit)
  const found =
    range === null ? [...limit.matchAll(/at (?:least|most) (\S+)/g)].map(([, text]) => text) : [range[1], range[2]]
  return found.map(Number).filter(Number.isFinite)
}
