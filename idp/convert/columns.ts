import { type Card, double, string } from '../../fits/card.ts'
import type { NewColumn } from '../../fits/table.ts'
import type { SampledSpectrum } from './sampled-spectrum.ts'

/** The columns of the one-row table and the cards that tell what they mean. */
export interface SpectrumColumns {
  readonly voClass: 'SPECTRUM v1.0' | 'SPECTRUM v2.0'
  readonly columns: readonly NewColumn[]
  readonly cards: readonly Card[]
}

interface Meaning {
  readonly column: NewColumn
  readonly uType: string
  readonly ucd: string
  readonly comment?: string
}

const reducedUcd = 'phot.flux.density;em.wl;stat.uncalib'

/**
 * The arrays of SCIENCE.SPECTRUM: wavelength, main flux and its error first (ESO Science Data Products Standard 8, section 5.2).
 * With a flux-calibrated spectrum the one in ADU is kept beside it, which takes version 2 of the data model.
 *
 * @param unit of the flux-calibrated spectrum; null when the main flux is in ADU
 */
export function spectrumColumns(spectrum: SampledSpectrum, unit: string | null): SpectrumColumns {
  const { flux, fluxError } = spectrum
  const isCalibrated = flux !== null && fluxError !== null && unit !== null
  const prefix = isCalibrated ? 'spec:' : 'Spectrum.'
  const reducedPrefix = isCalibrated ? 'eso:' : 'Spectrum.'
  const reduced = [
    meaning('FLUX_REDUCED', spectrum.reduced, 'adu', `${reducedPrefix}Data.FluxAxis.Value`, reducedFluxUcd),
    meaning(
      'ERR_REDUCED',
      spectrum.reducedError,
      'adu',
      `${reducedPrefix}Data.FluxAxis.Accuracy.StatError`,
      `stat.error;${reducedUcd}`,
    ),
  ]
  const calibrated = isCalibrated
    ? [
        meaning('FLUX', flux, unit, `${prefix}Data.FluxAxis.Value`, 'phot.flux.density;em.wl;src.net;meta.main'),
        meaning(
          'ERR',
          fluxError,
          unit,
          `${prefix}Data.FluxAxis.Accuracy.StatError`,
          'stat.error;phot.flux.density;em.wl;meta.main',
        ),
      ]
    : []
  const quality = meaning(
    'QUAL',
    spectrum.quality,
    '',
    `${prefix}Data.FluxAxis.Accuracy.QualityStatus`,
    'meta.code.qual',
    '0 good, 1 no data or not usable',
  )
  const meanings = [
    meaning('WAVE', spectrum.wave, 'angstrom', `${prefix}Data.SpectralAxis.Value`, 'em.wl;obs.atmos', 'Air wavelength'),
    ...(isCalibrated ? [...calibrated, quality, ...reduced] : [...reduced, quality]),
    ...(spectrum.sky === null
      ? []
      : [meaning('BGFLUX_REDUCED', spectrum.sky, 'adu', `${reducedPrefix}Data.BackgroundModel.Value`, reducedUcd)]),
  ]
  return {
    voClass: isCalibrated ? 'SPECTRUM v2.0' : 'SPECTRUM v1.0',
    columns: meanings.map(({ column }) => column),
    cards: [
      ...meanings.flatMap(meaningCards),
      double('TDMIN1', spectrum.wave[0] ?? Number.NaN, '[angstrom] first value of WAVE'),
      double('TDMAX1', spectrum.wave.at(-1) ?? Number.NaN, '[angstrom] last value of WAVE'),
    ],
  }
}

const reducedFluxUcd = 'phot.flux.density;em.wl;src.net;stat.uncalib'

function meaning(
  name: string,
  values: Float64Array | Float32Array | Int32Array,
  unit: string,
  uType: string,
  ucd: string,
  comment?: string,
): Meaning {
  const letter = values instanceof Float64Array ? 'D' : values instanceof Float32Array ? 'E' : 'J'
  const column = { name, format: `${values.length}${letter}`, unit, values }
  return { column, uType, ucd, ...(comment === undefined ? {} : { comment }) }
}

function meaningCards({ uType, ucd, comment }: Meaning, index: number): Card[] {
  const number = index + 1
  return [
    string(`TUTYP${number}`, uType),
    string(`TUCD${number}`, ucd),
    ...(comment === undefined ? [] : [string(`TCOMM${number}`, comment)]),
  ]
}
