import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { InfrastructureError } from '../../domain/failure.ts'
import { FitsError } from '../../fits/fits-error.ts'
import { Header } from '../../fits/header.ts'
import { parseColumnFormat } from '../../fits/table-column.ts'
import { type Conformance, conformanceOf } from './conformance/file.ts'
import { findHdus, type Layout, type RawHdu } from './conformance/hdus.ts'
import type { IdpContext } from './context.ts'
import { Keywords } from './keywords.ts'
import { readProducts, type ProductSpectra } from './products.ts'
import { measureSpectrum, type Spectrum } from './spectrum.ts'

/** A file under judgement: read once, everything that rules share is computed once. */
export interface IdpFile {
  readonly path: string
  readonly name: string
  readonly bytes: Uint8Array
  readonly layout: Layout
  readonly conformance: Conformance
  readonly primary: Keywords
  /** All extensions but PHASE3PROVENANCE. */
  readonly spectrumExtensions: readonly Keywords[]
  /** The first of them; null if there is none. */
  readonly extension: Keywords | null
  /** What the header of that extension says of its columns, in order. */
  readonly columns: readonly IdpColumn[]
  /** Null if that extension holds no spectrum that can be read. */
  readonly spectrum: Spectrum | null
}

/** With what it is held against. */
export interface Idp extends IdpFile {
  readonly context: IdpContext
  readonly products: ProductSpectra | null
}

export interface IdpColumn {
  /** From 1. */
  readonly number: number
  readonly name: string | undefined
  readonly unit: string | undefined
  readonly utype: string | undefined
  readonly ucd: string | undefined
  readonly format: string | undefined
  /** Elements per cell and letter of TFORM; undefined if TFORM is none. */
  readonly repeat: number | undefined
  readonly letter: string | undefined
}

/** A spectrum has some MB. A file beyond this is not read into memory, and is no spectrum. */
const LARGEST_BYTES = 1 << 30

/** @throws InfrastructureError if the file cannot be read */
export async function readIdp(path: string): Promise<IdpFile> {
  const bytes = await readWhole(path)
  const layout: Layout =
    bytes === null ? { hdus: [], problems: ['the file is larger than 1 GiB: no spectrum'] } : findHdus(bytes)
  const [primary, ...extensions] = layout.hdus
  const spectra = extensions.filter(({ header }) => new Keywords(header).text('EXTNAME') !== 'PHASE3PROVENANCE')
  const [hdu] = spectra
  const columns = hdu === undefined ? [] : columnsOf(new Keywords(hdu.header))
  return {
    path,
    name: basename(path),
    bytes: bytes ?? new Uint8Array(0),
    layout,
    conformance: conformanceOf(layout),
    primary: new Keywords(primary?.header ?? new Header([])),
    spectrumExtensions: spectra.map(({ header }) => new Keywords(header)),
    extension: hdu === undefined ? null : new Keywords(hdu.header),
    columns,
    spectrum: hdu === undefined ? null : spectrumOf(hdu, columns),
  }
}

/** @throws FitsError, InfrastructureError if a product of the context is no spectrum or cannot be read */
export async function inContext(file: IdpFile, context: IdpContext): Promise<Idp> {
  const products = context.products === undefined ? null : await readProducts(context.products)
  return { ...file, name: context.name ?? file.name, context, products }
}

/** The flux that a reader takes for the spectrum: by its UType, else the second column. */
export function mainFlux({ columns }: Pick<Idp, 'columns'>): IdpColumn | undefined {
  return columns.find(({ utype = '' }) => /^(spec:|Spectrum\.)Data\.FluxAxis\.Value$/i.test(utype)) ?? columns[1]
}

/** Its error: by its UType, else the third column. */
export function mainError({ columns }: Pick<Idp, 'columns'>): IdpColumn | undefined {
  const utypeOfError = /^(spec:|Spectrum\.)Data\.FluxAxis\.Accuracy\.StatError$/i
  return columns.find(({ utype = '' }) => utypeOfError.test(utype)) ?? columns[2]
}

function columnsOf(extension: Keywords): IdpColumn[] {
  const count = Math.min(Math.max(extension.number('TFIELDS') ?? 0, 0), 999)
  return Array.from({ length: Math.floor(count) }, (_, index) => {
    const number = index + 1
    const format = extension.text(`TFORM${number}`)
    return {
      number,
      name: extension.text(`TTYPE${number}`),
      unit: extension.text(`TUNIT${number}`),
      utype: extension.text(`TUTYP${number}`),
      ucd: extension.text(`TUCD${number}`),
      format,
      ...formatOf(format),
    }
  })
}

function formatOf(format: string | undefined): Pick<IdpColumn, 'repeat' | 'letter'> {
  try {
    const { repeat, letter } = parseColumnFormat(format ?? '')
    return { repeat, letter }
  } catch (error) {
    if (error instanceof FitsError) return { repeat: undefined, letter: undefined }
    throw error
  }
}

/** Null if the table cannot be read as one: other rules say why. */
function spectrumOf(hdu: RawHdu, columns: readonly IdpColumn[]): Spectrum | null {
  try {
    return measureSpectrum(hdu, {
      flux: mainFlux({ columns })?.number ?? 2,
      error: mainError({ columns })?.number ?? 3,
    })
  } catch (error) {
    if (error instanceof FitsError) return null
    throw error
  }
}

async function readWhole(path: string): Promise<Uint8Array | null> {
  try {
    return (await stat(path)).size > LARGEST_BYTES ? null : await readFile(path)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new InfrastructureError(`cannot read ${path}: ${reason}`, { cause: error })
  }
}
