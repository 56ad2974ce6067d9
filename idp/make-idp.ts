import type { Header } from '../fits/header.ts'
import { readHeaders } from '../fits/file.ts'
import { type Conversion, type ConversionRequest, convertFiles } from './convert.ts'
import { previewSvg, readPreview } from './preview.ts'
import { type Finding, type IdpExpectations, judgeIdp, type PipelineProducts } from './validate.ts'

export interface IdpToMake {
  readonly conversion: ConversionRequest
  /** Held against the file after it was written. */
  readonly expectations: IdpExpectations | null
}

export interface MadeIdp {
  readonly conversion: Conversion
  readonly findings: readonly Finding[]
  /** Primary header of the file, for searches in the record. */
  readonly keywords: Readonly<Record<string, string | number | boolean>>
  /** Picture of the spectrum. */
  readonly previewSvg: string
}

/**
 * Products to a checked IDP on disk. The file is always left there: whether its findings allow it into the archive is for the caller.
 *
 * @throws OutcomeError (`idp`) when products or headers lack what the standard demands
 */
export async function makeIdp({ conversion: request, expectations }: IdpToMake): Promise<MadeIdp> {
  const conversion = await convertFiles(request)
  const raws = new Map<string, Header>()
  for (const { fileName, path } of request.raws) {
    const [primary] = await readHeaders(path)
    if (primary !== undefined) raws.set(fileName.replace(/\.fits$/, ''), primary.header)
  }
  const products = productsOf(request, conversion)
  // On this disk the file is named after its block, and may be so at length.
  const name = conversion.originalName
  const { findings } = await judgeIdp(request.path, { name, raws, products, ...(expectations && { expectations }) })
  const [primary] = await readHeaders(request.path)
  return {
    conversion,
    findings,
    keywords: primary === undefined ? {} : keywordsOf(primary.header),
    previewSvg: previewSvg(await readPreview(request.path, products.spectrum)),
  }
}

/** The products that went into the file, for the rules that hold its numbers against theirs. */
function productsOf({ section, products, raws }: ConversionRequest, { fluxCalibrated }: Conversion): PipelineProducts {
  const tag = raws[0]?.category ?? ''
  const arm = Object.entries(section.arms).find(([name]) => tag.endsWith(`_${name}`))
  const type = tag.slice(0, tag.length - (arm?.[0].length ?? 0) - 1)
  const pathsOf = (category: string) =>
    (arm?.[1].chips ?? []).flatMap((chip) => {
      const name = `${category.replace('{type}', type)}_${chip}`
      return products.find((product) => product.category === name)?.path ?? []
    })
  return {
    spectrum: pathsOf(section.products.spectrum),
    error: pathsOf(section.products.error),
    ...(fluxCalibrated && { flux: pathsOf(section.products.flux) }),
  }
}

function keywordsOf(header: Header): Record<string, string | number | boolean> {
  const keywords: Record<string, string | number | boolean> = {}
  for (const { keyword, value } of header.cards) {
    if (value?.type === 'string' || value?.type === 'double' || value?.type === 'logical')
      keywords[keyword] = value.value
    else if (value?.type === 'integer') keywords[keyword] = Number(value.value)
  }
  return keywords
}
