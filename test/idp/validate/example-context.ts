import { join } from 'node:path'
import { expectationsOf, type IdpContext } from '../../../idp/validate.ts'
import { loadInstrument } from '../../../settings/instruments.ts'
import { DP_ID, exampleRaw, writeProducts } from '../example-idp.ts'

/** Everything that rules on one file can ask for. */
export async function exampleContext(productFolder: string, samples?: number): Promise<IdpContext> {
  const expectations = expectationsOf(await loadInstrument(join(import.meta.dirname, '../../../instruments'), 'UVES'))
  if (expectations === null) throw new Error('the instrument file asks nothing of products')
  return {
    expectations,
    raws: new Map([[DP_ID, exampleRaw()]]),
    products: await writeProducts(productFolder, samples),
    now: new Date('2026-11-22T12:00:00Z'),
  }
}
