import { linkSync, mkdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { IdpMaker } from '../../../activities/idp-maker.ts'
import { InfrastructureError } from '../../../domain/failure.ts'
import type { ConversionRequest } from '../../../idp/convert.ts'

/** One IDP as it was made: its bytes, and what it was made of. */
export interface Making {
  readonly request: ConversionRequest
  readonly bytes: Buffer
}

export interface KeepingIdpMaker extends IdpMaker {
  /** By dp_id of the raw, in the order in which they were made. */
  readonly makings: ReadonlyMap<string, readonly Making[]>
}

/**
 * Makes IDPs as the maker given, and keeps them with the products and inputs that the job of a block deletes. For one raw the worker is
 * lost once, after its IDP was written and before it is on record.
 *
 * @param folder on the disk of the products: they are linked, not copied
 */
export function keepingIdpMaker(maker: IdpMaker, folder: string, lostOnce: (dpId: string) => boolean): KeepingIdpMaker {
  const makings = new Map<string, Making[]>()
  return {
    ...maker,
    makings,
    async make(idp) {
      const made = await maker.make(idp)
      const dpId = idp.conversion.raws[0]?.fileName.replace('.fits', '') ?? ''
      const before = makings.get(dpId) ?? []
      const request = keep(idp.conversion, join(folder, `${dpId}-${before.length + 1}`))
      makings.set(dpId, [...before, { request, bytes: readFileSync(idp.conversion.path) }])
      if (before.length === 0 && lostOnce(dpId)) throw new InfrastructureError('the worker was lost')
      return made
    },
  }
}

/** The request with its files under paths that stay. */
function keep(request: ConversionRequest, folder: string): ConversionRequest {
  mkdirSync(folder, { recursive: true })
  const kept = <File extends { readonly path: string }>(file: File): File => {
    const path = join(folder, basename(file.path))
    linkSync(file.path, path)
    return { ...file, path }
  }
  const { raws, calibrations, products } = request
  return {
    ...request,
    raws: raws.map(kept),
    calibrations: calibrations.map(kept),
    products: products.map(kept),
    path: join(folder, 'idp.fits'),
  }
}
