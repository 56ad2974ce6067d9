import { createHash } from 'node:crypto'
import { appendFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AssociationBlock } from '../../../domain/association-block.ts'
import { isGencalib } from '../../../domain/file-name.ts'
import { type Instrument, instrumentSchema } from '../../../domain/instrument.ts'
import { type Card, double, string } from '../../../fits/card.ts'
import { formatFits } from '../../../fits/file.ts'
import { imageHdu } from '../../../fits/image.ts'
import { rawChipCards, rawPrimaryCards } from '../../../simulator/frame-header.ts'
import { type PlannedBlock, planNight } from '../../../simulator/night-plan.ts'
import { type SettingName, setUpOf } from '../../../simulator/set-up.ts'

/** An instrument for frames of a few pixels: the one mode of the fake pipeline, and nothing asked of the pixels. */
export const smallInstrument = (limits: Partial<Instrument['limits']> = {}): Instrument =>
  instrumentSchema.parse({
    instrument: 'UVES',
    nightBeginsUtHour: 12,
    version: 1,
    status: 'certified',
    certifiedBy: 'nobody',
    certifiedOn: '2026-03-01',
    pipeline: { name: 'uves', debianPackage: 'cpl-plugin-uves', certifiedVersions: ['6.1.8'] },
    limits: { wallSeconds: 600, memoryBytes: 1e9, outputBytes: 1e9, ...limits },
    modes: [smallMode('BLUE', ['BLUE']), smallMode('RED', ['REDL', 'REDU'])],
  })

/** Whatever the arm, the fake pipeline makes the same product. */
function smallMode(arm: string, chips: readonly string[]) {
  const kinds = ['MASTER_BIAS', 'MASTER_FLAT', 'ORDER_TABLE', 'LINE_TABLE', 'MASTER_RESPONSE']
  return {
    rawType: `SCI_POINT_${arm}`,
    certified: true,
    recipe: 'uves_obs_scired',
    header: { 'ESO DPR TECH': ['ECHELLE', 'ECHELLE,ABSORPTION-CELL'] },
    raw: { setting: ['ESO INS GRAT1 WLEN', 'ESO INS GRAT2 WLEN'] },
    required: [],
    optional: [...kinds.flatMap((kind) => chips.map((chip) => `${kind}_${chip}`)), 'EXTCOEFF_TABLE'],
    products: [{ category: 'RED_SCI_POINT_BLUE', role: 'spectrum', primary: true }],
  }
}

/** Blocks of a simulated night with their files in a folder archive; frames have the real headers and four by four pixels. */
export async function makeSmallNight(
  archive: string,
  night: {
    readonly date: string
    readonly executable: number
    readonly settings: readonly SettingName[]
    /** Exposures of one template; one unless it is said. */
    readonly templateExposures?: number
  },
): Promise<readonly AssociationBlock[]> {
  const plan = planNight({ instrument: 'UVES', seed: 1, withExtras: false, ...night })
  return laySmallNight(archive, plan, night.templateExposures)
}

/** The same for any night on paper. */
export async function laySmallNight(
  archive: string,
  plan: readonly Pick<PlannedBlock, 'block' | 'observation'>[],
  templateExposures = 1,
): Promise<readonly AssociationBlock[]> {
  for (const room of ['raw', 'mcalib', 'gencalib', 'idp']) await mkdir(join(archive, room), { recursive: true })
  const lists = new Map<string, string[]>()
  const put = async (room: string, fileName: string, bytes: Uint8Array) => {
    await writeFile(join(archive, room, fileName), bytes)
    const line = `${createHash('sha256').update(bytes).digest('hex')}  ${fileName}`
    lists.set(room, [...(lists.get(room) ?? []), line])
  }
  for (const [index, { observation }] of plan.entries()) {
    const setUp = setUpOf(observation.setting, observation.binning)
    const template = string('ESO TPL START', `template ${Math.floor(index / templateExposures)}`)
    const primary = rawPrimaryCards({ ...observation, template: 'test', setUp }).map((card) =>
      card.keyword === template.keyword ? template : card,
    )
    const header = [...primary, ...setUp.chips.flatMap(rawChipCards)]
    await put('raw', `${observation.dpId}.fits`, smallFrame(header))
  }
  const calibrations = plan.flatMap(({ block }) => block.calibrations)
  for (const [fileName, category] of new Map(calibrations.map((file) => [file.fileName, file.category]))) {
    await put(isGencalib(fileName, 'UVES') ? 'gencalib' : 'mcalib', fileName, smallFrame(productCards(category)))
  }
  for (const [room, lines] of lists) await appendFile(join(archive, room, 'SHA256SUMS'), `${lines.join('\n')}\n`)
  return plan.map(({ block }) => block)
}

/** What the fake pipeline gives as its product. */
export function smallProduct(): Uint8Array {
  return smallFrame([...productCards('RED_SCI_POINT_BLUE'), double('ESO QC ORD14 OBJ SN', 31.5)])
}

/** Sixteen pixels, with DATASUM and CHECKSUM. */
export function smallFrame(cards: readonly Card[]): Uint8Array {
  const data = Uint16Array.from({ length: 16 }, (_, index) => 100 + index)
  return formatFits([imageHdu({ header: cards, data, shape: [4, 4] })], { checksum: true })
}

export const productCards = (category: string): Card[] => [string('INSTRUME', 'UVES'), string('ESO PRO CATG', category)]
