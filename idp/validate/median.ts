/** The median; of an even number of values the mean of the middle two; NaN of none. Sorts `values` in place. */
export function median(values: Float64Array): number {
  if (values.length === 0) return Number.NaN
  values.sort()
  const middle = values.length >> 1
  const upper = values[middle] ?? Number.NaN
  return values.length % 2 === 1 ? upper : ((values[middle - 1] ?? Number.NaN) + upper) / 2
}
