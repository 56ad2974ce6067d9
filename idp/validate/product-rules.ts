import { wavelengthScale } from './data-rules.ts'
import { type Idp, mainFlux } from './idp.ts'
import { median } from './median.ts'
import { onPrimary, within } from './on-header.ts'
import { type Match, matchGrid } from './product-grid.ts'
import type { ChipSpectra, ProductSpectra, ProductSpectrum } from './products.ts'
import { type Answer, type Problem, type Rule, SKIPPED } from './rule.ts'
import type { MainFlux } from './spectrum.ts'
import { powerOfTen } from './unit.ts'

const GRID_TOLERANCE = 0.01

/** Rules of this project between a file and the pipeline products that it was made of. */
export const PRODUCT_RULES: readonly Rule<Idp>[] = [
  onProducts({
    id: 'U20',
    severity: 'error',
    title: 'WAVE lies on the grid of the pipeline',
    tolerance: '0.01 step',
    check: (products, idp) => {
      const match = gridOf(products, idp)
      if (match === null) return SKIPPED
      return match.failedAt === null
        ? null
        : `sample ${match.failedAt + 1} of WAVE is not the next one of the pipeline's grid`
    },
  }),
  onSamples({
    id: 'U21',
    severity: 'error',
    title: 'the main flux is that of the pipeline, in the unit written',
    tolerance: '1e-4 relative',
    check: ({ main, isFluxed, unit }, chips, match) => {
      const flux = isFluxed ? chips.map((chip) => chip.flux) : chips.map(({ spectrum }) => spectrum)
      if (flux.includes(null)) return 'the flux is said to be calibrated, but the pipeline made no calibrated spectrum'
      const bad = firstDifferent(main.flux, 1e-4, match, (chip, index) => {
        const product = flux[chip]
        return product === null || product === undefined
          ? Number.NaN
          : (product.values[index] ?? Number.NaN) * scaleTo(unit, product)
      })
      return bad === null ? null : `flux, ${bad}`
    },
  }),
  onSamples({
    id: 'U22',
    severity: 'error',
    title: 'the main error is that of the pipeline, or (calibrated) ERRORBAR · FLUXCAL / RED',
    tolerance: '1e-3 relative, where QUAL = 0',
    check: ({ main, quality, isFluxed, unit }, chips, match) => {
      const candidates = isFluxed ? [scaledError(chips, unit), pipelineError(chips, unit)] : [reducedError(chips)]
      const isGood = (sample: number): boolean => quality === null || quality[sample] === 0
      const bad = candidates.map((expected) => firstDifferent(main.error, 1e-3, match, expected, isGood))
      return bad.includes(null) ? null : `error, ${bad[0] ?? ''}`
    },
  }),
  onProducts({
    id: 'U23',
    severity: 'error',
    title: 'LAMRMS, SPEC_SYE are those of the product in nm, LAMNLIN is equal, SPEC_ERR = LAMRMS / √LAMNLIN',
    tolerance: '1 %',
    check: (products, { primary }) => {
      const solution = wavelengthSolution(products)
      return Object.entries(solution).flatMap(([keyword, expected]): Problem[] => {
        const value = primary.number(keyword)
        if (value === undefined || expected === undefined) return []
        const tolerance = keyword === 'LAMNLIN' ? 0 : 0.01 * Math.abs(expected)
        return within(value, expected, tolerance)
          ? []
          : [{ keyword, message: `${keyword} is ${value}, of the product ${expected}` }]
      })
    },
  }),
  onProducts({
    id: 'U24',
    severity: 'error',
    title: 'SPEC_BIN is CDELT1 of the product in nm (mean of the chips)',
    tolerance: '1 %',
    keyword: 'SPEC_BIN',
    check: (products, { primary }) => {
      const bin = primary.number('SPEC_BIN')
      if (bin === undefined) return SKIPPED
      const expected = products.reduce((sum, { spectrum }) => sum + spectrum.step / 10, 0) / products.length
      return within(bin, expected, 0.01 * expected)
        ? null
        : `SPEC_BIN is ${bin} nm, CDELT1 of the product ${expected} nm`
    },
  }),
  onProducts({
    id: 'U25',
    severity: 'error',
    title: 'PROCSOFT contains PRO REC1 PIPE ID of the product',
    keyword: 'PROCSOFT',
    check: (products, { primary }) => {
      const software = primary.text('PROCSOFT')
      const pipeline = products[0]?.spectrum.keywords.text('ESO PRO REC1 PIPE ID')
      if (software === undefined || pipeline === undefined) return SKIPPED
      return software.includes(pipeline) ? null : `PROCSOFT is '${software}', the product was made by '${pipeline}'`
    },
  }),
  onProducts({
    id: 'U26',
    severity: 'warning',
    title: 'SNR is the median of RED / ERRORBAR of the samples with data',
    tolerance: '10 %',
    keyword: 'SNR',
    check: (products, idp) => {
      const snr = idp.primary.number('SNR')
      const match = gridOf(products, idp)
      if (snr === undefined || match === null || match.failedAt !== null) return SKIPPED
      const expected = medianSignalToNoise(products, match)
      return within(snr, expected, 0.1 * Math.abs(expected)) ? null : `SNR is ${snr}, of the products ${expected}`
    },
  }),
]

function onProducts({
  check,
  ...rule
}: Omit<Rule<Idp>, 'check' | 'hdu'> & { readonly check: (products: ProductSpectra, idp: Idp) => Answer }): Rule<Idp> {
  return onPrimary({
    ...rule,
    check: (_, idp) => (idp.products === null || idp.products.length === 0 ? SKIPPED : check(idp.products, idp)),
  })
}

interface MainSamples {
  readonly main: MainFlux
  readonly quality: ArrayLike<number> | null
  readonly isFluxed: boolean
  readonly unit: string
}

/** A rule on single samples; skipped where WAVE does not lie on the grid (U20 says so). */
function onSamples({
  check,
  ...rule
}: Omit<Rule<Idp>, 'check' | 'hdu'> & {
  readonly check: (samples: MainSamples, chips: ProductSpectra, match: Match) => string | null
}): Rule<Idp> {
  return onProducts({
    ...rule,
    check: (products, idp) => {
      const match = gridOf(products, idp)
      const main = idp.spectrum?.main
      if (match === null || match.failedAt !== null || main === null || main === undefined) return SKIPPED
      const isFluxed = idp.primary.text('FLUXCAL') === 'ABSOLUTE'
      const unit = mainFlux(idp)?.unit ?? ''
      return check({ main, quality: idp.spectrum?.quality ?? null, isFluxed, unit }, products, match)
    },
  })
}

/** Null if there is no wavelength column. Products are in angstrom. */
function gridOf(products: ProductSpectra, idp: Idp): Match | null {
  const [wave, nanometres] = [idp.spectrum?.wave, wavelengthScale(idp)]
  if (wave === null || wave === undefined || nanometres === undefined) return null
  return matchGrid(
    wave.values,
    nanometres * 10,
    products.map(({ spectrum }) => spectrum),
    GRID_TOLERANCE,
  )
}

/** Where a value and what is expected differ; null if nowhere. */
function firstDifferent(
  values: ArrayLike<number>,
  tolerance: number,
  { chips, indices }: Match,
  expectedAt: (chip: number, index: number) => number,
  isCompared: (sample: number) => boolean = () => true,
): string | null {
  for (let sample = 0; sample < values.length; sample++) {
    if (!isCompared(sample)) continue
    const expected = expectedAt(chips[sample] ?? 0, indices[sample] ?? 0)
    const value = values[sample] ?? Number.NaN
    if (Number.isNaN(expected) && Number.isNaN(value)) continue
    if (!(Math.abs(value - expected) <= tolerance * Math.abs(expected)))
      return `sample ${sample + 1}: ${value}, of the pipeline ${expected}`
  }
  return null
}

type Expected = (chip: number, index: number) => number

const at = (product: ProductSpectrum | null | undefined, index: number): number => product?.values[index] ?? Number.NaN

const reducedError =
  (chips: ProductSpectra): Expected =>
  (chip, index) =>
    at(chips[chip]?.error, index)

const pipelineError =
  (chips: ProductSpectra, unit: string): Expected =>
  (chip, index) => {
    const product = chips[chip]?.fluxError
    return product === null || product === undefined ? Number.NaN : at(product, index) * scaleTo(unit, product)
  }

/** The pipeline leaves the extinction out of its errors of the calibrated flux; this has it. */
const scaledError =
  (chips: ProductSpectra, unit: string): Expected =>
  (chip, index) => {
    const set: ChipSpectra | undefined = chips[chip]
    if (set === undefined || set.flux === null) return Number.NaN
    return Math.abs((at(set.error, index) * at(set.flux, index)) / at(set.spectrum, index)) * scaleTo(unit, set.flux)
  }

/** From the unit of the product (BUNIT) to the unit written, which may have another power of ten. */
function scaleTo(unit: string, product: ProductSpectrum): number {
  return 10 ** (powerOfTen(product.keywords.text('BUNIT') ?? '') - powerOfTen(unit))
}

/** Of all chips together, in nm. */
function wavelengthSolution(
  products: ProductSpectra,
): Readonly<Record<'LAMRMS' | 'LAMNLIN' | 'SPEC_SYE' | 'SPEC_ERR', number | undefined>> {
  const chips = products.map(({ spectrum: { keywords } }) => ({
    rms: keywords.number('LAMRMS') ?? Number.NaN,
    lines: keywords.number('LAMNLIN') ?? Number.NaN,
    systematic: keywords.number('CSYER1') ?? Number.NaN,
  }))
  const lines = chips.reduce((sum, chip) => sum + chip.lines, 0)
  const rms = Math.sqrt(chips.reduce((sum, chip) => sum + chip.lines * chip.rms ** 2, 0) / lines) / 10
  const known = (value: number): number | undefined => (Number.isNaN(value) ? undefined : value)
  return {
    LAMRMS: known(rms),
    LAMNLIN: known(lines),
    SPEC_SYE: known(Math.max(...chips.map(({ systematic }) => systematic)) / 10),
    SPEC_ERR: known(rms / Math.sqrt(lines)),
  }
}

function medianSignalToNoise(products: ProductSpectra, { chips, indices }: Match): number {
  const ratios = new Float64Array(indices.length)
  let count = 0
  for (let sample = 0; sample < indices.length; sample++) {
    const set = products[chips[sample] ?? 0]
    const [flux, error] = [at(set?.spectrum, indices[sample] ?? 0), at(set?.error, indices[sample] ?? 0)]
    if (Number.isFinite(flux) && flux !== 0 && error > 0) ratios[count++] = flux / error
  }
  return median(ratios.subarray(0, count))
}
