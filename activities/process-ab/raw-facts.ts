import type { AssociationBlock } from '../../domain/association-block.ts'
import type { Mode } from '../../domain/instrument.ts'
import { InfrastructureError } from '../../domain/failure.ts'
import { formatCard } from '../../fits/card.ts'
import { readHeaders } from '../../fits/file.ts'
import type { Header } from '../../fits/header.ts'
import { valueText, wholeHeader } from '../../pipeline/header-value.ts'
import type { InputFile } from '../input-list.ts'

/** What is kept of the raw(s) of a block, or needed to judge the products, before the raw goes. */
export interface RawFacts {
  /** Of the first raw, all HDUs in one. */
  readonly header: Header
  readonly path: string
  /** All cards of all raws, one per line. */
  readonly text: string
}

export async function rawFacts(inputs: readonly InputFile[]): Promise<RawFacts> {
  const raws = inputs.filter(({ kind }) => kind === 'raw')
  const [first] = raws
  if (first === undefined) throw new InfrastructureError('no raw in the list of inputs')
  const files = await Promise.all(raws.map(({ path }) => readHeaders(path)))
  return {
    header: wholeHeader(files[0] ?? []),
    path: first.path,
    text: files
      .map((hdus) => hdus.flatMap(({ header }) => header.cards.map((card) => formatCard(card).trimEnd())).join('\n'))
      .join('\n\n'),
  }
}

/**
 * The template by which an exposure was taken: exposures of one template fail together without anything being wrong here. ESO TPL START
 * may be empty; then, or without a header, what the block says of the setting stands for it.
 */
export function templateOrSetting(header: Header | null, ab: AssociationBlock): string {
  const start = header === null ? undefined : valueText(header, 'ESO TPL START')
  if (header !== null && start !== undefined && start !== '') {
    return `${valueText(header, 'ESO TPL ID') ?? 'template'} ${start}`
  }
  return [ab.rawType, ...ab.rawMatchKeys.map(({ value }) => value)].join(' ')
}

/** Raw type and the values that name the setting: `SCI_POINT_BLUE 437 DICHR#2 1 2 2 50kHz,2x2,high`. */
export function settingOf(header: Header, { rawType, raw }: Mode): string {
  return [rawType, ...raw.setting.map((keyword) => valueText(header, keyword) ?? '-')].join(' ')
}

/** Name of the target as the observer gave it, else as the telescope was told. */
export function targetOf(header: Header): string | null {
  return valueText(header, 'ESO OBS TARG NAME') ?? valueText(header, 'OBJECT') ?? null
}
