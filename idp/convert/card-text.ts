/** Longest string that fits on one card, where a quote counts twice; the standard forbids CONTINUE. */
const longestString = 68

export function fitsOnCard(text: string): boolean {
  return text.replaceAll("'", "''").length <= longestString
}

/** In printable ASCII, and cut to what one card holds. */
export function fittedToCard(text: string): string {
  let fitting = text.replace(/[^ -~]/g, '?')
  while (!fitsOnCard(fitting)) fitting = fitting.slice(0, -1)
  return fitting.trimEnd()
}
