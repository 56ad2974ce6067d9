import { readHdu } from '../../fits/file.ts'
import { readImage } from '../../fits/image.ts'
import { FitsError } from '../../fits/fits-error.ts'
import type { PipelineProducts } from './context.ts'
import { Keywords } from './keywords.ts'

/** The pipeline products of one chip. */
export interface ChipSpectra {
  readonly spectrum: ProductSpectrum
  readonly error: ProductSpectrum
  readonly flux: ProductSpectrum | null
  readonly fluxError: ProductSpectrum | null
}

export type ProductSpectra = readonly ChipSpectra[]

/** A spectrum on a linear grid as the pipeline writes it; wavelengths in the unit of the product (angstrom). */
export interface ProductSpectrum {
  readonly keywords: Keywords
  /** Wavelength of the sample with index 0. */
  readonly start: number
  readonly step: number
  readonly values: ArrayLike<number>
}

/**
 * Reads the products that an IDP was made of.
 *
 * @throws FitsError if one is no image with a linear wavelength axis, InfrastructureError if it cannot be read
 */
export async function readProducts(paths: PipelineProducts): Promise<ProductSpectra> {
  const chips: ChipSpectra[] = []
  for (const [chip, path] of paths.spectrum.entries()) {
    const error = await readChip(paths.error, chip)
    if (error === null) throw new FitsError(`${path} is given without its error spectrum`)
    chips.push({
      spectrum: await readSpectrum(path),
      error,
      flux: await readChip(paths.flux, chip),
      fluxError: await readChip(paths.fluxError, chip),
    })
  }
  return chips
}

async function readChip(paths: readonly string[] | undefined, chip: number): Promise<ProductSpectrum | null> {
  const path = paths?.[chip]
  return path === undefined ? null : readSpectrum(path)
}

async function readSpectrum(path: string): Promise<ProductSpectrum> {
  const hdu = await readHdu(path, 0)
  const keywords = new Keywords(hdu.header)
  const [value, step, pixel] = [keywords.number('CRVAL1'), keywords.number('CDELT1'), keywords.number('CRPIX1') ?? 1]
  const { data } = readImage(hdu)
  if (value === undefined || step === undefined || data instanceof BigInt64Array || data instanceof BigUint64Array)
    throw new FitsError(`${path} is no spectrum: CRVAL1 or CDELT1 is missing, or it is of 64 bit integers`)
  return { keywords, start: value + (1 - pixel) * step, step, values: data }
}
