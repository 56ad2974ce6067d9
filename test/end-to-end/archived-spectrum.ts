import { join } from 'node:path'
import { readHdu, readHeaders } from '../../fits/file.ts'
import { numbersOf, readTable } from '../../fits/table.ts'
import type { ExtractedSpectrum, TrueSpectrum } from '../../simulator/compare-with-truth.ts'
import { productOf, readSpectrum, type Reduction } from '../integration/simulator/reduction.ts'

/**
 * The spectrum in an archived file, as the recipe extracted it (not flux-calibrated). In the form of the Science Data Products standard it is
 * a table of one row; an unconverted product is an image, whose errors lie in another product of the same reduction.
 */
export async function readArchivedSpectrum(path: string, reduction: Reduction): Promise<ExtractedSpectrum> {
  const [, extension] = await readHeaders(path)
  if (extension?.header.string('XTENSION') !== 'BINTABLE') {
    const { wavelengthAngstrom, flux } = await readSpectrum(path)
    const error = (await readSpectrum(productOf(reduction, 'ERRORBAR_SCI_POINT_BLUE'))).flux
    return { wavelengthAngstrom, flux, error }
  }
  const table = readTable(await readHdu(path, 1))
  const column = (name: string) => Array.from(numbersOf(table, name), Number)
  const quality = column('QUAL')
  // A sample that is marked as unusable has no error to hold it against.
  const error = column('ERR_REDUCED').map((value, i) => (quality[i] === 0 ? value : Number.NaN))
  return { wavelengthAngstrom: column('WAVE'), flux: column('FLUX_REDUCED'), error }
}

/** What the simulator injected into the raw of a block. */
export async function readTruth(nightFolder: string, blockName: string): Promise<TrueSpectrum> {
  const table = readTable(await readHdu(join(nightFolder, 'truth', blockName.replace(/ab$/, 'fits')), 'TRUTH'))
  const column = (name: string) => Array.from(numbersOf(table, name), Number)
  return { wavelengthAngstrom: column('WAVE'), flux: column('FLUX'), lamp: column('LAMP') }
}
