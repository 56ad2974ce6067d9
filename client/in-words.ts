/** `12.3 GB`: bytes for a person. */
export function bytesInWords(bytes: number): string {
  for (const [unit, size] of [
    ['TB', 1e12],
    ['GB', 1e9],
    ['MB', 1e6],
  ] as const) {
    if (bytes >= size) return `${(bytes / size).toFixed(1)} ${unit}`
  }
  return `${(bytes / 1e3).toFixed(1)} kB`
}

/** `3.5 h`, `12 min`, `40 s`: a span of time for a person. */
export function secondsInWords(seconds: number): string {
  if (seconds >= 5400) return `${(seconds / 3600).toFixed(1)} h`
  return seconds >= 90 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds)} s`
}
