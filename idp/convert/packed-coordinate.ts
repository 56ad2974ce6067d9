/**
 * Degrees from right ascension packed as hhmmss.sss (ESO TEL TARG ALPHA), null if it is none: 100029.63 is 10h 00m 29.63s.
 */
export function degreesOfPackedHours(packed: number): number | null {
  const hours = unpacked(packed)
  return hours === null || hours < 0 || hours >= 24 ? null : hours * 15
}

/** Degrees from declination packed as ddmmss.sss (ESO TEL TARG DELTA), null if it is none; the sign counts for all of it. */
export function degreesOfPackedDegrees(packed: number): number | null {
  const degrees = unpacked(packed)
  return degrees === null || Math.abs(degrees) > 90 ? null : degrees
}

function unpacked(packed: number): number | null {
  const size = Math.abs(packed)
  const whole = Math.floor(size / 10_000)
  const minutes = Math.floor(size / 100) % 100
  const seconds = size - whole * 10_000 - minutes * 100
  if (!Number.isFinite(packed) || minutes >= 60 || seconds >= 60) return null
  return Math.sign(packed) * (whole + minutes / 60 + seconds / 3600)
}
