import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { type Card, history, string } from '../fits/card.ts'
import { writeFits } from '../fits/file.ts'
import type { Hdu } from '../fits/hdu.ts'
import { emptyPrimaryHdu } from '../fits/image.ts'
import { tableHdu } from '../fits/table.ts'
import { spectrumColumns } from './convert/columns.ts'
import { factsOf } from './convert/facts.ts'
import { fluxUnit } from './convert/flux-unit.ts'
import type { ConversionInput } from './convert/input.ts'
import { keywordCards } from './convert/keyword-cards.ts'
import { provenanceCards } from './convert/provenance.ts'
import { readInput } from './convert/read-input.ts'
import type { Conversion, ConversionRequest } from './convert/request.ts'
import { sampledSpectrum } from './convert/sampled-spectrum.ts'

export type { ConversionInput } from './convert/input.ts'
export type { Conversion, ConversionRequest } from './convert/request.ts'

/**
 * The products of one science exposure as a SCIENCE.SPECTRUM of ESO's Science Data Products Standard, issue 8: an empty primary HDU
 * and one table of one row. The same input gives the same HDUs.
 *
 * @throws OutcomeError (`idp`) when products or headers lack what the standard demands
 */
export function convert(input: ConversionInput): Hdu[] {
  const spectrum = sampledSpectrum(input)
  const facts = factsOf(input, spectrum)
  const cards = keywordCards({ input, spectrum, facts })
  const [{ flux }] = input.chips
  const unit = input.fluxCalibrated && flux !== null ? fluxUnit(flux.header) : null
  const { voClass, columns, cards: columnCards } = spectrumColumns(spectrum, unit)
  return [
    emptyPrimaryHdu([...cards.primary, ...provenanceCards(input.raws, input.calibrations), remark(input)]),
    tableHdu({
      name: 'SPECTRUM',
      columns,
      header: [...columnCards, string('VOCLASS', voClass, 'data model of the Virtual Observatory'), ...cards.spectrum],
    }),
  ]
}

/**
 * Converts the products of one block and writes the file whole or not at all, with checksums.
 * @throws OutcomeError (`idp`) as `convert`, FitsError for a broken product, InfrastructureError when the disk does not serve
 */
export async function convertFiles(request: ConversionRequest): Promise<Conversion> {
  const input = await readInput(request)
  const hdus = convert(input)
  await writeFits(request.path, hdus)
  const bytes = await readFile(request.path)
  return {
    path: request.path,
    bytes: bytes.byteLength,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    originalName: hdus[0]?.header.string('ORIGFILE') ?? '',
    fluxCalibrated: input.fluxCalibrated,
    reason: input.reason,
  }
}

/** What a user of the file should know of its flux, in the file itself. */
function remark({ reason }: ConversionInput): Card {
  return history(
    reason === null
      ? 'ERR is ERR_REDUCED * FLUX / FLUX_REDUCED (pipeline: no extinction in it)'
      : `Not flux-calibrated: ${reason}`,
  )
}
