/** What makes one star differ from another: its colour, its velocity, its line strength. */
export interface Star {
  /** Exponent of the continuum, flux proportional to wavelength to this power. */
  readonly slope: number
  /** Positive away from us; shifts the lines. */
  readonly radialVelocityKilometresPerSecond: number
  /** Factor on the depth of every line, 0 (none) to 1.2. */
  readonly lineStrength: number
}

export const referenceStar: Star = { slope: -1, radialVelocityKilometresPerSecond: 0, lineStrength: 1 }

const referenceAngstrom = 4370
const speedOfLightKilometresPerSecond = 299792.458

/** Absorption lines: wavelength in Angstrom, depth, sigma in Angstrom. */
const lines: readonly (readonly [number, number, number])[] = [
  [3933.66, 0.8, 1.5],
  [3968.47, 0.7, 1.5],
  [4101.74, 0.6, 4.0],
  [4340.47, 0.6, 4.0],
  [4861.33, 0.6, 4.0],
  [4226.73, 0.5, 0.25],
  [4383.54, 0.4, 0.15],
  [4045.81, 0.4, 0.15],
  [4271.76, 0.3, 0.15],
  [4481.13, 0.35, 0.2],
  [4583.84, 0.3, 0.15],
  [4549.47, 0.3, 0.2],
  [4923.92, 0.25, 0.15],
  [4077.71, 0.3, 0.15],
  [4215.52, 0.25, 0.15],
  [4554.03, 0.3, 0.12],
  [3100.3, 0.4, 0.15],
  [3247.54, 0.4, 0.15],
  [3383.76, 0.4, 0.15],
  [3440.61, 0.4, 0.15],
  [3581.19, 0.4, 0.15],
  [3647.84, 0.4, 0.15],
  [3719.93, 0.4, 0.15],
  [3758.23, 0.4, 0.15],
  [3820.43, 0.4, 0.15],
  [5167.32, 0.4, 0.2],
  [5172.68, 0.4, 0.2],
  [5183.6, 0.4, 0.2],
  [5269.54, 0.35, 0.15],
  [5328.04, 0.35, 0.15],
  [5371.49, 0.3, 0.15],
  [5429.7, 0.3, 0.15],
  [5455.61, 0.3, 0.15],
  [5528.41, 0.3, 0.2],
  [5615.64, 0.3, 0.15],
  [5688.21, 0.25, 0.15],
  [5857.45, 0.3, 0.15],
  [5889.95, 0.6, 0.25],
  [5895.92, 0.55, 0.25],
  [6122.22, 0.35, 0.2],
  [6162.17, 0.35, 0.2],
  [6191.56, 0.3, 0.15],
  [6230.72, 0.3, 0.15],
  [6393.6, 0.3, 0.15],
  [6439.08, 0.35, 0.2],
  [6494.98, 0.3, 0.15],
  [6562.8, 0.6, 4.0],
  [6643.63, 0.3, 0.15],
  [6717.69, 0.3, 0.15],
  [7148.15, 0.3, 0.2],
  [7326.15, 0.3, 0.2],
  [7445.75, 0.3, 0.2],
  [7511.02, 0.3, 0.2],
  [7664.9, 0.4, 0.2],
  [7698.96, 0.4, 0.2],
  [7771.94, 0.3, 0.2],
  [7774.17, 0.3, 0.2],
  [7780.56, 0.3, 0.2],
  [7832.2, 0.3, 0.2],
  [8047.62, 0.3, 0.2],
  [8327.06, 0.3, 0.2],
  [8387.77, 0.35, 0.2],
  [8498.02, 0.6, 0.5],
  [8542.09, 0.7, 0.6],
  [8662.14, 0.7, 0.6],
  [8688.63, 0.35, 0.25],
  [8806.76, 0.4, 0.25],
  [8824.22, 0.35, 0.25],
  [9061.48, 0.3, 0.25],
  [9212.86, 0.3, 0.25],
  [9228.09, 0.3, 0.25],
  [9405.73, 0.3, 0.25],
  [9658.31, 0.3, 0.25],
  [9768.97, 0.3, 0.25],
  [9961.26, 0.3, 0.25],
  [10123.87, 0.3, 0.25],
  [10327.31, 0.3, 0.25],
]

/** Relative flux of the star, about 1, at a wavelength in Angstrom in air. */
export function starFlux(star: Star, wavelengthAngstrom: number): number {
  const stretch = 1 + star.radialVelocityKilometresPerSecond / speedOfLightKilometresPerSecond
  let flux = (wavelengthAngstrom / referenceAngstrom) ** star.slope
  for (const [centre, depth, sigma] of lines) {
    const distance = (wavelengthAngstrom - centre * stretch) / sigma
    if (distance > -12 && distance < 12) flux *= 1 - depth * star.lineStrength * Math.exp(-0.5 * distance * distance)
  }
  return flux
}

/** Relative brightness of the flat-field lamp: what stays in a spectrum that was divided by the flat. */
export function lampFactor(wavelengthAngstrom: number): number {
  return 1 + 0.1 * Math.sin(wavelengthAngstrom / 40)
}
