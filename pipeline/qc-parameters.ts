import type { Card } from '../fits/card.ts'
import { readHeaders } from '../fits/file.ts'
import type { Product } from './products.ts'

/** A quantity that a recipe measured on a product and wrote into its header as `ESO QC ...`. */
export interface QcParameter {
  /** `QC ORD14 OBJ SN` */
  readonly name: string
  /** Echelle order as the pipeline counts them, 14 here; null for a parameter of the whole product. */
  readonly orderNumber: number | null
  /** Null when the header holds text. */
  readonly value: number | null
  readonly text: string | null
  readonly comment: string
}

/** QC parameters among the cards of a header, in their order; of two cards of one name the first counts, as for FITS readers. */
export function qcParameters(cards: readonly Card[]): QcParameter[] {
  const found = new Map<string, QcParameter>()
  for (const card of cards) {
    if (card.value === null || !card.keyword.startsWith('ESO QC ')) continue
    const name = card.keyword.slice('ESO '.length)
    const order = /^QC ORD(\d+) /.exec(name)?.[1]
    if (found.has(name)) continue
    found.set(name, {
      name,
      orderNumber: order === undefined ? null : Number(order),
      ...valueOrText(card.value),
      comment: card.comment,
    })
  }
  return [...found.values()]
}

/** QC parameters of every header of every product. Throws FitsError for a product that is no whole FITS file. */
export async function readQcParameters(
  products: readonly Product[],
): Promise<{ product: Product; parameters: QcParameter[] }[]> {
  return Promise.all(
    products.map(async (product) => {
      const hdus = await readHeaders(product.path)
      return { product, parameters: qcParameters(hdus.flatMap(({ header }) => header.cards)) }
    }),
  )
}

function valueOrText(value: NonNullable<Card['value']>): { value: number | null; text: string | null } {
  switch (value.type) {
    case 'integer':
    case 'double':
      return { value: Number(value.value), text: null }
    case 'string':
      return { value: null, text: value.value }
    case 'logical':
      return { value: null, text: value.value ? 'T' : 'F' }
    case 'complex':
      return { value: null, text: value.value.join(' ') }
    case 'undefined':
      return { value: null, text: null }
  }
}
