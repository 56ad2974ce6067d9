/** Where Paranal's second telescope stands, degrees and metres. */
export const paranal = { latitudeDegrees: -24.6272, longitudeDegrees: -70.4048, elevationMetres: 2648 } as const

const degree = Math.PI / 180

/** Local mean sidereal time at Paranal in seconds, 0 to 86400 (Greenwich formula of the Astronomical Almanac). */
export function siderealSeconds(mjd: number): number {
  const days = mjd - 51544.5
  const angle = 280.46061837 + 360.98564736629 * days + paranal.longitudeDegrees
  return ((((angle % 360) + 360) % 360) / 360) * 86400
}

/** Altitude above the horizon of Paranal in degrees. */
export function altitudeDegrees(mjd: number, raDegrees: number, decDegrees: number): number {
  const hourAngle = ((siderealSeconds(mjd) / 86400) * 360 - raDegrees) * degree
  const latitude = paranal.latitudeDegrees * degree
  const declination = decDegrees * degree
  const sine =
    Math.sin(latitude) * Math.sin(declination) + Math.cos(latitude) * Math.cos(declination) * Math.cos(hourAngle)
  return Math.asin(sine) / degree
}

/** Plane-parallel airmass, good to 1 % above 20 degrees. */
export function airmass(altitude: number): number {
  return 1 / Math.sin(altitude * degree)
}
