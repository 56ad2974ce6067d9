import { FitsError } from '../../fits/fits-error.ts'
import { readFits, readHeaders } from '../../fits/file.ts'
import type { Header } from '../../fits/header.ts'
import { numbersOf, readTable } from '../../fits/table.ts'
import type { PreviewSpectrum } from '../preview.ts'

const unitsForPeople: Readonly<Record<string, string>> = {
  adu: 'flux, ADU',
  '10**(-16)erg.cm**(-2).s**(-1).angstrom**(-1)': 'flux, 10⁻¹⁶ erg cm⁻² s⁻¹ Å⁻¹',
  'erg.cm**(-2).s**(-1).angstrom**(-1)': 'flux, erg cm⁻² s⁻¹ Å⁻¹',
}

/**
 * What the picture of an IDP shows: its main flux and keywords, and the signal to noise per order of the pipeline's spectra, which the
 * IDP does not hold.
 *
 * @param spectra products with the pipeline's quality control parameters, one for each chip, bluest first; may be empty
 * @throws FitsError if the file is no IDP, InfrastructureError if one cannot be read
 */
export async function readPreview(path: string, spectra: readonly string[]): Promise<PreviewSpectrum> {
  const [primary, extension] = await readFits(path)
  if (primary === undefined || extension === undefined) throw new FitsError(`${path}: no spectrum`)
  const { header } = extension
  const [wave = '', flux = '', error = ''] = [1, 2, 3].map((number) => header.string(`TTYPE${number}`))
  const table = readTable(extension, [wave, flux, error, 'QUAL'])
  const perOrder = await Promise.all(
    spectra.map(async (spectrum) => signalToNoisePerOrder((await readHeaders(spectrum))[0]?.header)),
  )
  const unit = header.string('TUNIT2') ?? ''
  return {
    wave: numbersOf(table, wave),
    flux: numbersOf(table, flux),
    error: numbersOf(table, error),
    quality: numbersOf(table, 'QUAL'),
    signalToNoisePerOrder: perOrder.flat(),
    facts: { ...factsOf(primary.header), fluxUnit: unitsForPeople[unit] ?? `flux, ${unit}` },
  }
}

function factsOf(header: Header) {
  const mjd = header.number('MJD-OBS')
  return {
    object: header.string('OBJECT') ?? '',
    instrument: header.string('INSTRUME') ?? '',
    // UV_SRED_200123456_2023-02-25T03:36:00.000_BLUE437d2_2x2_10.fits
    setting: header.string('ORIGFILE')?.split('_')[4] ?? '',
    exposureSeconds: header.number('EXPTIME') ?? Number.NaN,
    signalToNoise: header.number('SNR') ?? Number.NaN,
    startedAt: mjd === undefined ? '' : startOf(mjd),
    program: header.string('PROG_ID') ?? '',
    isFluxCalibrated: header.string('FLUXCAL') === 'ABSOLUTE',
  }
}

/** MJD 40587 is 1970-01-01; MJD-OBS is rounded to 0.9 ms. */
function startOf(mjd: number): string {
  return new Date(Math.round((mjd - 40_587) * 86_400) * 1000).toISOString().slice(0, 19)
}

/** QC ORDn OBJ SN, n from 1 (the bluest) to the number of orders that were extracted. */
function signalToNoisePerOrder(header: Header | undefined): number[] {
  const orders = header?.integer('ESO QC EX NORD') ?? 0
  return Array.from({ length: orders }, (_, i) => header?.number(`ESO QC ORD${i + 1} OBJ SN`) ?? Number.NaN)
}
