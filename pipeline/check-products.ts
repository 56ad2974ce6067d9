import { OutcomeError } from '../domain/failure.ts'
import type { Coverage, Mode } from '../domain/instrument.ts'
import { readHdu } from '../fits/file.ts'
import type { Header } from '../fits/header.ts'
import { readImage } from '../fits/image.ts'
import { centreProblem, endsProblem, type Span } from './check-coverage.ts'
import { isOfChip } from './chip-header.ts'
import { expectedCoverage, type ExpectedCoverage, type GivenFile } from './expected-coverage.ts'
import { valueNumber } from './header-value.ts'
import type { Product } from './products.ts'

export interface ProductsToCheck {
  readonly products: readonly Product[]
  readonly mode: Mode
  /** Header of the raw. */
  readonly raw: Header
  /** What the recipe was given. */
  readonly given: readonly GivenFile[]
  /** Unusual warnings of the pipeline. */
  readonly warnings: readonly string[]
}

/** What the check learned of a primary spectrum on its way, for the scores. */
export interface SpectrumFacts {
  readonly category: string
  readonly header: Header
  /** Share of its samples that are below zero. */
  readonly negativeFlux: number
}

/**
 * Exit code 0 is not success: all spectra of the mode must be there and hold numbers, all orders must have been found, and the
 * wavelengths must be those of the setting; of every chip. Faint, negative or saturated is a matter for scores and never fails here.
 *
 * @returns facts of each primary spectrum
 * @throws OutcomeError of kind `product`
 */
export async function checkProducts(checked: ProductsToCheck): Promise<SpectrumFacts[]> {
  const { mode, given, warnings, raw } = checked
  const fatal = warnings.find((line) => mode.fatalWarnings.some((pattern) => new RegExp(pattern).test(line)))
  if (fatal !== undefined) throw bad(`the pipeline warns: ${fatal}`)
  const coverages = await Promise.all(
    mode.coverage.map(async (rules) => ({ rules, expected: await expectedCoverage(rules, given) })),
  )
  const coverageOf = (category: string) => coverages.find(({ rules }) => isOfChip(category, rules.chip))
  const spectra = await expectedSpectra(checked)
  for (const spectrum of spectra.values()) {
    checkContent(spectrum)
    const coverage = coverageOf(spectrum.category)
    if (coverage?.expected) checkWavelengths(spectrum, coverage.rules, coverage.expected, raw)
  }
  for (const { category, errorOf } of mode.products) {
    const [error, spectrum] = [spectra.get(category), errorOf === undefined ? undefined : spectra.get(errorOf)]
    if (error !== undefined && spectrum !== undefined) checkErrors(error, spectrum)
  }
  return mode.products.flatMap(({ category, primary }) => {
    const spectrum = primary ? spectra.get(category) : undefined
    if (spectrum === undefined) return []
    const coverage = coverageOf(category)
    if (coverage?.expected) checkOrders(spectrum, coverage.rules, coverage.expected)
    return [{ category, header: spectrum.header, negativeFlux: spectrum.negative / spectrum.values.length }]
  })
}

interface Spectrum {
  readonly category: string
  readonly header: Header
  readonly values: ArrayLike<number>
  readonly finite: number
  readonly zero: number
  readonly negative: number
}

/** The products that this mode makes with these calibrations. */
async function expectedSpectra({ mode, products, given }: ProductsToCheck): Promise<ReadonlyMap<string, Spectrum>> {
  const categories = new Set(given.map(({ category }) => category))
  const spectra = new Map<string, Spectrum>()
  for (const { category, with: needed } of mode.products) {
    if (!needed.every((one) => categories.has(one))) continue
    const product = products.find((candidate) => candidate.category === category)
    if (product === undefined) throw bad(`the recipe ended well but made no ${category}`)
    spectra.set(category, await readSpectrum(product))
  }
  return spectra
}

async function readSpectrum({ category, path }: Product): Promise<Spectrum> {
  const hdu = await readHdu(path, 0)
  const values = Float64Array.from(readImage(hdu).data, Number)
  let [finite, zero, negative] = [0, 0, 0]
  for (const value of values) {
    if (Number.isFinite(value)) finite++
    if (value === 0) zero++
    if (value < 0) negative++
  }
  return { category, header: hdu.header, values, finite, zero, negative }
}

/** Merging leaves a few samples at the ends without data; a product of which more than half is missing is none. */
function checkContent({ category, values, finite, zero }: Spectrum): void {
  if (values.length === 0) throw bad(`${category} is empty`)
  if (zero === values.length) throw bad(`${category} holds nothing but zeros`)
  if (finite === 0) throw bad(`${category} holds no number (NaN only)`)
  if (finite < values.length / 2) throw bad(`${category}: only ${finite} of ${values.length} samples are numbers`)
}

function checkErrors(error: Spectrum, spectrum: Spectrum): void {
  if (error.values.length !== spectrum.values.length) {
    throw bad(`${error.category} has ${error.values.length} samples, ${spectrum.category} ${spectrum.values.length}`)
  }
  let positive = 0
  for (let index = 0; index < error.values.length; index++) if ((error.values[index] ?? 0) > 0) positive++
  if (positive < error.values.length / 2) {
    throw bad(`${error.category}: only ${positive} of ${error.values.length} errors are above zero`)
  }
}

function checkWavelengths(spectrum: Spectrum, rules: Coverage, expected: ExpectedCoverage, raw: Header): void {
  const span = spanOf(spectrum)
  const problem = endsProblem(span, expected, rules) ?? centreProblem(span, rules, raw)
  if (problem !== null) throw bad(`${spectrum.category}: its samples ${problem}`)
}

/** Linear axis of the FITS standard: value = CRVAL1 + (pixel - CRPIX1) CDELT1. */
function spanOf({ header, values, category }: Spectrum): Span {
  const [start, pixel, step] = ['CRVAL1', 'CRPIX1', 'CDELT1'].map((keyword) => valueNumber(header, keyword))
  const at = (index: number) => (start ?? Number.NaN) + (index - (pixel ?? Number.NaN)) * (step ?? Number.NaN)
  const span = { firstAngstrom: at(1), lastAngstrom: at(values.length) }
  if (!Number.isFinite(span.firstAngstrom) || !Number.isFinite(span.lastAngstrom)) {
    throw bad(`${category} has no wavelengths: CRVAL1, CRPIX1 or CDELT1 is missing`)
  }
  return span
}

function checkOrders({ header, category }: Spectrum, { orders }: Coverage, expected: ExpectedCoverage): void {
  const found = valueNumber(header, orders.foundKeyword)
  if (found >= expected.orders) return
  const number = Number.isNaN(found) ? `no ${orders.foundKeyword}` : `${found} orders`
  throw bad(`${category} has ${number}, the order table has ${expected.orders}`)
}

function bad(cause: string): OutcomeError {
  return new OutcomeError('product', cause)
}
