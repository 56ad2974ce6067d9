import { FitsError } from '../../fits/fits-error.ts'
import { type Column, readTable } from '../../fits/table.ts'
import { parseColumnFormat } from '../../fits/table-column.ts'
import type { RawHdu } from './conformance/hdus.ts'
import { median } from './median.ts'

export type Samples = Extract<Column, { kind: 'number' }>['values']

/** What the rules ask of the data, measured once. Indices count from 0. */
export interface Spectrum {
  readonly columns: readonly Column[]
  /** The first column; null if it does not hold numbers. */
  readonly wave: Wave | null
  /** Names of the columns with an infinite value. */
  readonly infinite: readonly string[]
  readonly quality: Samples | null
  readonly main: MainFlux | null
  /** Pairs FLUX<x>, ERR<x> with the median of flux/error over the good samples. */
  readonly ratios: readonly Ratio[]
}

export interface Wave {
  readonly values: Samples
  /** First sample that is not larger than the one before it, or NaN. */
  readonly brokenAt: number | null
  readonly medianStep: number
  readonly largestStep: number
}

export interface MainFlux {
  readonly flux: Samples
  readonly error: Samples
  /** First and last sample that is finite and not zero; null if there is none. */
  readonly signal: { readonly first: number; readonly last: number } | null
  /** Samples with QUAL = 0 whose error is not finite and positive. */
  readonly badErrors: number
  /** Samples with QUAL = 0 whose flux is zero or NaN. */
  readonly unflaggedFill: number
}

export interface Ratio {
  readonly flux: string
  readonly error: string
  readonly snr: number
}

/** Reads the one row of the table. Throws FitsError if it has not one row, or if its columns do not fit into it. */
export function measureSpectrum(hdu: RawHdu, main: { readonly flux: number; readonly error: number }): Spectrum {
  checkSize(hdu)
  const { columns } = readTable(hdu)
  const quality = numbers(columns.find(({ name }) => name === 'QUAL'))
  const wave = numbers(columns[0])
  const [flux, error] = [numbers(columns[main.flux - 1]), numbers(columns[main.error - 1])]
  return {
    columns,
    wave: wave === null ? null : measureWave(wave),
    infinite: columns.filter(hasInfinity).map(({ name }) => name),
    quality,
    main: flux === null || error === null ? null : measureMain(flux, error, quality),
    ratios: measureRatios(columns, quality),
  }
}

/** Sizes that contradict each other would make the reader ask for impossible amounts of memory. */
function checkSize({ header, data }: RawHdu): void {
  const [rowBytes, rows] = [header.integer('NAXIS1') ?? 0, header.integer('NAXIS2') ?? 0]
  const fields = header.integer('TFIELDS') ?? 0
  if (rows !== 1 || fields < 1 || fields > 999) throw new FitsError('this is no table of one row')
  let bytes = 0
  for (let number = 1; number <= fields; number++)
    bytes += parseColumnFormat(header.string(`TFORM${number}`) ?? '').cellBytes
  if (bytes > rowBytes || rowBytes > data.byteLength) throw new FitsError('the columns do not fit into the row')
}

function measureWave(values: Samples): Wave {
  const steps = new Float64Array(Math.max(values.length - 1, 0))
  let brokenAt = values.length > 0 && Number.isNaN(values[0]) ? 0 : null
  let largestStep = 0
  for (let index = 1; index < values.length; index++) {
    const step = (values[index] ?? Number.NaN) - (values[index - 1] ?? Number.NaN)
    steps[index - 1] = step
    if (step > largestStep) largestStep = step
    else if (brokenAt === null && !(step > 0)) brokenAt = index
  }
  return { values, brokenAt, largestStep, medianStep: median(steps) }
}

function measureMain(flux: Samples, error: Samples, quality: Samples | null): MainFlux {
  let [first, last, badErrors, unflaggedFill] = [-1, -1, 0, 0]
  for (let index = 0; index < flux.length; index++) {
    const value = flux[index] ?? Number.NaN
    const isGood = quality === null || quality[index] === 0
    if (Number.isFinite(value) && value !== 0) {
      if (first < 0) first = index
      last = index
    } else if (isGood && !(Math.abs(value) === Infinity)) unflaggedFill++
    if (isGood && !isPositive(error[index])) badErrors++
  }
  return { flux, error, signal: first < 0 ? null : { first, last }, badErrors, unflaggedFill }
}

function measureRatios(columns: readonly Column[], quality: Samples | null): Ratio[] {
  return columns.flatMap((column) => {
    if (!column.name.startsWith('FLUX')) return []
    const errorColumn = columns.find(({ name }) => name === `ERR${column.name.slice('FLUX'.length)}`)
    const [flux, error] = [numbers(column), numbers(errorColumn)]
    if (errorColumn === undefined || flux === null || error === null) return []
    return [{ flux: column.name, error: errorColumn.name, snr: medianRatio(flux, error, quality) }]
  })
}

/** NaN if no sample is good: QUAL = 0, finite flux, error above 0. */
function medianRatio(flux: Samples, error: Samples, quality: Samples | null): number {
  const ratios = new Float64Array(flux.length)
  let count = 0
  for (let index = 0; index < flux.length; index++) {
    const [value, uncertainty] = [flux[index] ?? Number.NaN, error[index] ?? Number.NaN]
    if ((quality === null || quality[index] === 0) && Number.isFinite(value) && isPositive(uncertainty))
      ratios[count++] = value / uncertainty
  }
  return median(ratios.subarray(0, count))
}

function hasInfinity(column: Column): boolean {
  if (column.kind !== 'number') return false
  const { values } = column
  if (!(values instanceof Float32Array || values instanceof Float64Array)) return false
  for (let index = 0; index < values.length; index++) if (Math.abs(values[index] ?? 0) === Infinity) return true
  return false
}

const isPositive = (value: number | undefined): boolean => value !== undefined && value > 0 && value !== Infinity

const numbers = (column: Column | undefined): Samples | null => (column?.kind === 'number' ? column.values : null)
