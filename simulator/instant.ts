const dayMilliseconds = 86_400_000

/** Modified Julian Date (UT days) of a moment, rounded to 8 decimals (about a millisecond) as headers write it. */
export function mjdOf(moment: Date): number {
  return Math.round((moment.getTime() / dayMilliseconds + 40587) * 1e8) / 1e8
}

/** `2026-03-02T03:36:00.000`: ISO without the zone, which FITS leaves out because it is always UT. */
export function isoMilliseconds(moment: Date): string {
  return moment.toISOString().slice(0, 23)
}

/** `2026-03-02T03:36:00` */
export function isoSeconds(moment: Date): string {
  return moment.toISOString().slice(0, 19)
}

export function secondsSinceMidnight(moment: Date): number {
  return (moment.getTime() % dayMilliseconds) / 1000
}

/** `2026-03-01` at a UT hour of that day; hours above 24 fall on the next day. */
export function momentOf(date: string, utHours: number): Date {
  return new Date(Date.parse(`${date}T00:00:00Z`) + Math.round(utHours * 3_600_000))
}

export function secondsLater(moment: Date, seconds: number): Date {
  return new Date(moment.getTime() + seconds * 1000)
}
