import { compareSpectra, type ComparedSpectrum, type SpectrumComparison } from '../domain/compare-spectra.ts'
import { readHdu } from '../fits/file.ts'
import { numbersOf, readTable } from '../fits/table.ts'

/** What a file says of the flux that it shows first: columns of the same name and unit may be compared. */
interface Columns {
  readonly flux: string
  readonly error: string
  readonly unit: string
}

/** Flux and error in ADU that every spectrum has, flux-calibrated or not. */
const REDUCED = { flux: 'FLUX_REDUCED', error: 'ERR_REDUCED', unit: '' }

/**
 * Holds the IDP of a trial against a live one: their main flux where both give it in the same unit, else that before the flux calibration.
 * @throws FitsError when one of them is no spectrum in standard form
 */
export async function compareIdps(trialPath: string, livePath: string): Promise<SpectrumComparison> {
  const [trial, live] = await Promise.all([mainColumns(trialPath), mainColumns(livePath)])
  const isSame = trial.flux === live.flux && trial.error === live.error && trial.unit === live.unit
  const columns = isSame ? trial : REDUCED
  return compareSpectra(await spectrumOf(trialPath, columns), await spectrumOf(livePath, columns))
}

async function mainColumns(path: string): Promise<Columns> {
  const { header } = await readHdu(path, 'SPECTRUM')
  return {
    flux: header.string('TTYPE2') ?? '',
    error: header.string('TTYPE3') ?? '',
    unit: header.string('TUNIT2') ?? '',
  }
}

async function spectrumOf(path: string, { flux, error }: Columns): Promise<ComparedSpectrum> {
  const table = readTable(await readHdu(path, 'SPECTRUM'), ['WAVE', flux, error, 'QUAL'])
  return {
    wavelengths: numbersOf(table, 'WAVE'),
    flux: numbersOf(table, flux),
    error: numbersOf(table, error),
    quality: numbersOf(table, 'QUAL'),
  }
}
