import { readHdu } from '../../../fits/file.ts'
import { numbersOf, readTable } from '../../../fits/table.ts'
import type { ExtractedSpectrum } from '../../../simulator/compare-with-truth.ts'

/** Wider than any sample of a chip, narrower than what is missing between two. */
const gapAngstrom = 2

/** The spectra of an archived file as the recipe extracted them, chip by chip: between two chips some wavelengths are missing. */
export async function readArchivedChips(path: string): Promise<ExtractedSpectrum[]> {
  const table = readTable(await readHdu(path, 1))
  const column = (name: string) => Array.from(numbersOf(table, name), Number)
  const [wave, flux, quality, error] = [column('WAVE'), column('FLUX_REDUCED'), column('QUAL'), column('ERR_REDUCED')]
  const begins = wave.flatMap((angstrom, i) =>
    i === 0 || angstrom - (wave[i - 1] ?? angstrom) > gapAngstrom ? [i] : [],
  )
  return begins.map((from, chip) => {
    const to = begins[chip + 1] ?? wave.length
    return {
      wavelengthAngstrom: wave.slice(from, to),
      flux: flux.slice(from, to),
      // A sample that is marked as unusable has no error to hold it against.
      error: error.slice(from, to).map((value, i) => (quality[from + i] === 0 ? value : Number.NaN)),
    }
  })
}
