import { join } from 'node:path'
import { readHdu } from '../../fits/file.ts'
import { numbersOf, readTable } from '../../fits/table.ts'
import type { ExtractedSpectrum, TrueSpectrum } from '../../simulator/compare-with-truth.ts'

/**
 * The spectra in an archived file chip by chip, as the recipe extracted them (not flux-calibrated): one of the blue arm, of the red arm
 * those on both sides of the central wavelength, at which its chips meet.
 */
export async function readArchivedSpectra(path: string, settingNm: number): Promise<ExtractedSpectrum[]> {
  const table = readTable(await readHdu(path, 1))
  const column = (name: string) => Array.from(numbersOf(table, name), Number)
  const [wave, flux, quality, error] = [column('WAVE'), column('FLUX_REDUCED'), column('QUAL'), column('ERR_REDUCED')]
  const isRed = settingNm > 500
  const begin = isRed ? wave.findIndex((angstrom) => angstrom > 10 * settingNm) : wave.length
  const parts = isRed ? [[0, begin] as const, [begin, wave.length] as const] : [[0, begin] as const]
  return parts.map(([from, to]) => ({
    wavelengthAngstrom: wave.slice(from, to),
    flux: flux.slice(from, to),
    // A sample that is marked as unusable has no error to hold it against.
    error: error.slice(from, to).map((value, i) => (quality[from + i] === 0 ? value : Number.NaN)),
  }))
}

/** What the simulator injected into the raw of a block. */
export async function readTruth(nightFolder: string, blockName: string): Promise<TrueSpectrum> {
  const table = readTable(await readHdu(join(nightFolder, 'truth', blockName.replace(/ab$/, 'fits')), 'TRUTH'))
  const column = (name: string) => Array.from(numbersOf(table, name), Number)
  return { wavelengthAngstrom: column('WAVE'), flux: column('FLUX'), lamp: column('LAMP') }
}
