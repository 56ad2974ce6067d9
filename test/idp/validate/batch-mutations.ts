import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Card, integer, string } from '../../../fits/card.ts'
import { formatFits } from '../../../fits/file.ts'
import { emptyPrimaryHdu, imageHdu } from '../../../fits/image.ts'
import { type ExampleIdp, exampleHdus, exampleIdp } from '../example-idp.ts'

/** A delivery of two spectra, a picture and an ancillary FITS file; what differs from the good one. */
export interface Delivery {
  readonly secondName: string
  readonly secondTitle: string
  /** Cards of the first spectrum beyond those of the example. */
  readonly associations: readonly Card[]
  readonly ancillaryCards: readonly Card[]
  readonly files: readonly string[]
}

export const PICTURE = Buffer.from('a picture')
const md5 = createHash('md5').update(PICTURE).digest('hex')
const ASSOCIATIONS = [
  string('ASSON1', 'preview.png'),
  string('ASSOC1', 'ANCILLARY.PREVIEW'),
  string('ASSOM1', md5),
  string('ASSON2', 'two-dimensional.fits'),
]

export const GOOD_DELIVERY: Delivery = {
  secondName: 'second.fits',
  secondTitle: 'SIM-STAR second',
  associations: ASSOCIATIONS,
  ancillaryCards: [string('PRODCATG', 'ANCILLARY.2DSPECTRUM')],
  files: ['preview.png', 'two-dimensional.fits'],
}

/** Each rule on deliveries, and a delivery that breaks it. */
export const BATCH_MUTATIONS: readonly {
  readonly rule: string
  readonly delivery: Delivery
  readonly also?: readonly string[]
}[] = [
  { rule: 'B01', delivery: { ...GOOD_DELIVERY, secondName: exampleIdp().name } },
  { rule: 'B02', delivery: { ...GOOD_DELIVERY, secondTitle: 'SIM-STAR_UVES.2023-02-25T03:36:00.000_BLUE437d2' } },
  { rule: 'B04', delivery: { ...GOOD_DELIVERY, files: ['two-dimensional.fits'] } },
  { rule: 'B05', delivery: { ...GOOD_DELIVERY, associations: ASSOCIATIONS.with(2, string('ASSOM1', '0'.repeat(32))) } },
  { rule: 'B06', delivery: { ...GOOD_DELIVERY, ancillaryCards: [string('PRODCATG', 'ANCILLARY.SPECTRA')] } },
  { rule: 'B06', delivery: { ...GOOD_DELIVERY, ancillaryCards: [] } },
  {
    rule: 'B07',
    delivery: { ...GOOD_DELIVERY, ancillaryCards: [...GOOD_DELIVERY.ancillaryCards, string('ASSON1', 'preview.png')] },
  },
  { rule: 'B08', delivery: { ...GOOD_DELIVERY, associations: ASSOCIATIONS.slice(0, 3) } },
  { rule: 'B08', delivery: { ...GOOD_DELIVERY, files: [...GOOD_DELIVERY.files, 'notes.txt'] } },
]

/** Writes the files; each into a folder of its own where two have the same name. */
export async function writeDelivery(folder: string, delivery: Delivery): Promise<string[]> {
  await mkdir(join(folder, 'more'), { recursive: true })
  const first = exampleIdp()
  const second = withTitle({ ...exampleIdp(), name: delivery.secondName }, delivery.secondTitle)
  const paths = [join(folder, first.name), join(folder, 'more', second.name)]
  await writeFile(paths[0] ?? '', bytesOf({ ...first, primary: [...first.primary, ...delivery.associations] }))
  await writeFile(paths[1] ?? '', bytesOf(second))
  for (const name of delivery.files) {
    const path = join(folder, name)
    await writeFile(path, name.endsWith('.fits') ? ancillary(delivery.ancillaryCards) : PICTURE)
    paths.push(path)
  }
  return paths
}

const bytesOf = (example: ExampleIdp): Uint8Array => formatFits(exampleHdus(example), { checksum: true })

function withTitle(example: ExampleIdp, title: string): ExampleIdp {
  return { ...example, table: example.table.map((card) => (card.keyword === 'TITLE' ? string('TITLE', title) : card)) }
}

function ancillary(cards: readonly Card[]): Uint8Array {
  const image = imageHdu({
    header: [integer('EXTVER', 1)],
    data: Uint8Array.of(1, 2, 3, 4),
    shape: [2, 2],
    primary: false,
  })
  return formatFits([emptyPrimaryHdu(cards), image], { checksum: true })
}
