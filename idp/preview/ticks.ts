/** Round numbers (1, 2 or 5 times a power of ten apart) inside a range, about so many. */
export function ticks(low: number, high: number, about: number): number[] {
  const span = high - low
  if (!(span > 0) || !Number.isFinite(span)) return []
  const rough = span / about
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10) * power
  const first = Math.ceil(low / step)
  const count = Math.floor(high / step + 1e-9) - first + 1
  return Array.from({ length: Math.max(0, count) }, (_, i) => Number(((first + i) * step).toPrecision(12)))
}

/** As short as a label can be: `12000`, `0.002`, `3e-7`. */
export function label(value: number): string {
  const size = Math.abs(value)
  return size !== 0 && (size >= 1e6 || size < 1e-3) ? value.toExponential().replace('e+', 'e') : String(value)
}
