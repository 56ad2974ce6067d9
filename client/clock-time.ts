/** A moment for people: `2026-11-23 21:31:28Z`, always UT. */
export function clockTime(moment: Date): string {
  return `${moment.toISOString().slice(0, 19).replace('T', ' ')}Z`
}
