import { fluxDecision } from '../../domain/flux-decision.ts'
import type { Arm, IdpSection } from '../../domain/idp-section.ts'
import { readHdu, readHeaders } from '../../fits/file.ts'
import type { Header } from '../../fits/header.ts'
import { readImage } from '../../fits/image.ts'
import { notConvertible } from './failure.ts'
import { fluxUnit } from './flux-unit.ts'
import type { ChipProducts, ConversionInput, RawFrame, Spectrum } from './input.ts'
import type { ConversionRequest, InputFile } from './request.ts'

/**
 * Reads what the request names and decides whether the product is flux-calibrated.
 * @throws OutcomeError (`idp`) when a product or calibration that an IDP needs is not there
 */
export async function readInput(request: ConversionRequest): Promise<ConversionInput> {
  const { section, database, archiveName, attemptEndedAt } = request
  const [first, ...others] = await Promise.all(request.raws.map(readRaw))
  if (first === undefined) throw notConvertible('there is no raw to convert the products of')
  const { armName, arm, type } = armOf(section, first.category)
  const [firstChip, ...otherChips] = await readChips(request, arm, type)
  if (firstChip === undefined) throw notConvertible(`the recipe made no spectrum of ${arm.chips.join(' or ')}`)
  const chips = [firstChip, ...otherChips] as const
  const reason = await reasonAgainstFlux(request, first, armName, chips)
  return {
    section,
    armName,
    arm,
    raws: [first, ...others],
    calibrations: request.calibrations,
    chips,
    database,
    archiveName,
    attemptEndedAt,
    fluxCalibrated: reason === null,
    reason,
  }
}

async function readRaw({ path, fileName, category, sha256 }: InputFile): Promise<RawFrame> {
  return { fileName, category, sha256, header: await primaryHeader(path) }
}

/** `SCI_POINT_BLUE`: type SCI_POINT of the arm BLUE. */
function armOf(section: IdpSection, tag: string): { armName: string; arm: Arm; type: string } {
  for (const [armName, arm] of Object.entries(section.arms)) {
    if (tag.endsWith(`_${armName}`)) return { armName, arm, type: tag.slice(0, -armName.length - 1) }
  }
  throw notConvertible(`the raw's tag ${tag} belongs to none of the arms ${Object.keys(section.arms).join(', ')}`)
}

/** The chips of which there is a spectrum: a recipe may be told to reduce one of two. */
async function readChips(request: ConversionRequest, arm: Arm, type: string): Promise<ChipProducts[]> {
  const { products, calibrations } = request.section
  const read = async (pattern: string, chip: string): Promise<Spectrum | null> => {
    const category = `${pattern.replace('{type}', type)}_${chip}`
    const product = request.products.find((candidate) => candidate.category === category)
    return product === undefined ? null : readSpectrum(product.path)
  }
  const chips = await Promise.all(
    arm.chips.map(async (chip) => {
      const spectrum = await read(products.spectrum, chip)
      if (spectrum === null) return []
      const error = await read(products.error, chip)
      const lineTable = calibrationOf(request, calibrations.lineTable, chip)
      if (error === null) throw notConvertible(`the recipe made no error spectrum of ${chip}`)
      if (lineTable === undefined) throw notConvertible(`the block lists no ${calibrations.lineTable}_${chip}`)
      return [
        {
          chip,
          spectrum,
          error,
          sky: await read(products.sky, chip),
          flux: await read(products.flux, chip),
          lineTable: await primaryHeader(lineTable.path),
        },
      ]
    }),
  )
  return chips.flat()
}

/** The decision for each chip, then whether the pipeline did make the spectra; null when all of them can be used. */
async function reasonAgainstFlux(
  request: ConversionRequest,
  raw: RawFrame,
  armName: string,
  chips: readonly ChipProducts[],
): Promise<string | null> {
  const { section } = request
  const { responseValidityDays: validityDays, breakpoints } = section.fluxCalibration
  for (const { chip, flux } of chips) {
    const response = calibrationOf(request, section.calibrations.response, chip)
    const decision = fluxDecision({
      case: section.fluxCalibration.case,
      response: response === undefined ? null : { fileName: response.fileName, mjdObs: await mjdOf(response) },
      hasExtinction: request.calibrations.some(({ category }) => category === section.calibrations.extinction),
      rawMjd: raw.header.number('MJD-OBS') ?? Number.NaN,
      validityDays,
      breakpoints: breakpoints[armName] ?? [],
    })
    if (!decision.flux) return decision.reason
    if (flux === null) return `the recipe made no flux-calibrated spectrum of ${chip}`
    if (fluxUnit(flux.header) === null)
      return `the unit ${flux.header.string('BUNIT') ?? '(none)'} of the flux-calibrated spectrum is not known`
  }
  const units = new Set(chips.map(({ flux }) => (flux === null ? null : fluxUnit(flux.header))))
  return units.size > 1 ? 'the chips are flux-calibrated in different units' : null
}

function calibrationOf(request: ConversionRequest, category: string, chip: string): InputFile | undefined {
  return request.calibrations.find((candidate) => candidate.category === `${category}_${chip}`)
}

async function mjdOf({ path }: InputFile): Promise<number | null> {
  return (await primaryHeader(path)).number('MJD-OBS') ?? null
}

async function primaryHeader(path: string): Promise<Header> {
  const [primary] = await readHeaders(path)
  if (primary === undefined) throw notConvertible(`${path} has no header`)
  return primary.header
}

async function readSpectrum(path: string): Promise<Spectrum> {
  const hdu = await readHdu(path, 0)
  const { data, shape } = readImage(hdu)
  if (shape.length !== 1 || !(data instanceof Float32Array))
    throw notConvertible(`${path} is no one-dimensional spectrum of 32 bit floating-point numbers`)
  return { header: hdu.header, values: data }
}
