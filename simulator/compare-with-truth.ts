/** An extracted spectrum: flux and its error in any unit, wavelengths in Angstrom in air, ascending. */
export interface ExtractedSpectrum {
  readonly wavelengthAngstrom: ArrayLike<number>
  readonly flux: ArrayLike<number>
  readonly error: ArrayLike<number>
}

/** What was injected: relative flux of the star and of the flat lamp by which the pipeline divided. */
export interface TrueSpectrum {
  readonly wavelengthAngstrom: ArrayLike<number>
  readonly flux: ArrayLike<number>
  readonly lamp: ArrayLike<number>
}

export interface Agreement {
  /** Scatter of (spectrum / truth - 1); about 1 / (signal to noise). */
  readonly residualMadRms: number
  /** Scatter of (spectrum - truth) / error; 1 where the errors are right. */
  readonly pullMadRms: number
  /** Positive where the lines of the spectrum lie redder than the injected ones. */
  readonly wavelengthShiftAngstrom: number
  readonly points: number
}

const droppedAngstrom = 50
const degree = 8

/**
 * Holds an extracted spectrum against the injected one. Throughput is not compared: a smooth curve (Chebyshev polynomial of
 * degree 8) is divided out, and 50 Angstrom at each end are dropped. Points without an error > 0 do not count.
 * @throws RangeError when fewer than 100 points are left, or the truth does not cover them.
 */
export function compareWithTruth(spectrum: ExtractedSpectrum, truth: TrueSpectrum): Agreement {
  const points = usablePoints(spectrum)
  const expected = points.map(({ wavelength }) => interpolate(truth, wavelength))
  const smooth = chebyshevFit(
    points.map(({ wavelength }) => wavelength),
    points.map(({ flux }, i) => flux / at(expected, i)),
  )
  const model = expected.map((value, i) => value * at(smooth, i))
  return {
    residualMadRms: madRms(points.map(({ flux }, i) => flux / at(model, i) - 1)),
    pullMadRms: madRms(points.map(({ flux, error }, i) => (flux - at(model, i)) / error)),
    wavelengthShiftAngstrom: shift(points, truth, smooth),
    points: points.length,
  }
}

interface Point {
  readonly wavelength: number
  readonly flux: number
  readonly error: number
}

function usablePoints({ wavelengthAngstrom, flux, error }: ExtractedSpectrum): Point[] {
  const first = at(wavelengthAngstrom, 0) + droppedAngstrom
  const last = at(wavelengthAngstrom, wavelengthAngstrom.length - 1) - droppedAngstrom
  const points: Point[] = []
  for (let i = 0; i < wavelengthAngstrom.length; i++) {
    const point = { wavelength: at(wavelengthAngstrom, i), flux: at(flux, i), error: at(error, i) }
    const inside = point.wavelength >= first && point.wavelength <= last
    if (inside && Number.isFinite(point.flux) && point.error > 0) points.push(point)
  }
  if (points.length < 100) throw new RangeError(`only ${points.length} usable points in the spectrum, 100 are needed`)
  return points
}

/** Injected star over lamp at a wavelength, linear between the samples. */
function interpolate({ wavelengthAngstrom, flux, lamp }: TrueSpectrum, wavelength: number): number {
  let low = 0
  let high = wavelengthAngstrom.length - 1
  if (!(wavelength >= at(wavelengthAngstrom, low) && wavelength <= at(wavelengthAngstrom, high))) {
    throw new RangeError(`the injected spectrum does not cover ${wavelength} Angstrom`)
  }
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (at(wavelengthAngstrom, middle) <= wavelength) low = middle
    else high = middle
  }
  const below = at(flux, low) / at(lamp, low)
  const above = at(flux, high) / at(lamp, high)
  const part = (wavelength - at(wavelengthAngstrom, low)) / (at(wavelengthAngstrom, high) - at(wavelengthAngstrom, low))
  return below + part * (above - below)
}

/** Least-squares polynomial through (x, y), evaluated at every x; one pass without the points beyond 5 MAD-rms. */
function chebyshevFit(x: readonly number[], y: readonly number[]): number[] {
  const [first, last] = [at(x, 0), at(x, x.length - 1)]
  const bases = x.map((value) => chebyshevBasis((2 * (value - first)) / (last - first) - 1))
  const evaluate = (keep: (i: number) => boolean) => {
    const matrix = Array.from({ length: degree + 1 }, () => Array.from({ length: degree + 2 }, () => 0))
    bases.forEach((basis, i) => {
      if (!keep(i)) return
      matrix.forEach((row, j) => {
        for (let k = 0; k <= degree; k++) row[k] = at(row, k) + at(basis, j) * at(basis, k)
        row[degree + 1] = at(row, degree + 1) + at(basis, j) * at(y, i)
      })
    })
    const coefficients = solve(matrix)
    return bases.map((basis) => basis.reduce((sum, term, j) => sum + term * at(coefficients, j), 0))
  }
  const rough = evaluate(() => true)
  const residuals = y.map((value, i) => value - at(rough, i))
  const limit = 5 * madRms(residuals)
  return limit === 0 ? rough : evaluate((i) => Math.abs(at(residuals, i)) <= limit)
}

function chebyshevBasis(t: number): number[] {
  const basis = [1, t]
  while (basis.length <= degree) basis.push(2 * t * at(basis, basis.length - 1) - at(basis, basis.length - 2))
  return basis
}

/** Gauss-Jordan elimination with row exchange; the last column is the right-hand side. */
function solve(matrix: number[][]): number[] {
  for (let column = 0; column < matrix.length; column++) {
    const rest = matrix.slice(column).toSorted((a, b) => Math.abs(at(b, column)) - Math.abs(at(a, column)))
    matrix.splice(column, rest.length, ...rest)
    const pivot = matrix[column] ?? []
    for (const row of matrix) {
      if (row === pivot) continue
      const factor = at(row, column) / at(pivot, column)
      for (let k = column; k < row.length; k++) row[k] = at(row, k) - factor * at(pivot, k)
    }
  }
  return matrix.map((row, i) => at(row, matrix.length) / at(row, i))
}

/**
 * Shift of the lines by least squares (the maximum of the weighted cross-correlation): Gauss-Newton steps on
 * spectrum = smooth(wavelength) * truth(wavelength - shift).
 */
function shift(points: readonly Point[], truth: TrueSpectrum, smooth: readonly number[]): number {
  const step = 0.01
  let result = 0
  for (let iteration = 0; iteration < 5; iteration++) {
    let numerator = 0
    let denominator = 0
    points.forEach(({ wavelength, flux, error }, i) => {
      const level = at(smooth, i)
      const place = wavelength - result
      const slope = (-level * (interpolate(truth, place + step) - interpolate(truth, place - step))) / (2 * step)
      const difference = flux - level * interpolate(truth, place)
      // Pixels beyond 5 sigma are left-over cosmics: they say nothing about a position.
      if (Math.abs(difference) > 5 * error && iteration > 1) return
      numerator += (slope * difference) / error ** 2
      denominator += slope ** 2 / error ** 2
    })
    result += numerator / denominator
  }
  return result
}

function madRms(values: readonly number[]): number {
  const middle = median(values)
  return 1.4826 * median(values.map((value) => Math.abs(value - middle)))
}

function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort()
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? at(sorted, half) : (at(sorted, half - 1) + at(sorted, half)) / 2
}

function at(values: ArrayLike<number>, index: number): number {
  return values[index] ?? Number.NaN
}
