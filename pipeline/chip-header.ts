import type { Chip } from '../domain/instrument.ts'
import type { HduOnDisk } from '../fits/file.ts'
import { Header } from '../fits/header.ts'
import { wholeHeader } from './header-value.ts'

/** What a frame is to one of its chips. */
export interface ChipFrame {
  /** Null where the file is not told apart by chips. */
  readonly chip: Chip | null
  /** Cards of the chip before those that all share, as the pipeline reads them. */
  readonly header: Header
  /** The HDUs with its pixels. */
  readonly hdus: readonly HduOnDisk[]
}

/** A frame chip by chip; as a whole where the mode knows no chips. A chip whose HDU is not in the file has none. */
export function chipFrames(hdus: readonly HduOnDisk[], chips: readonly Chip[]): ChipFrame[] {
  if (chips.length === 0) return [{ chip: null, header: wholeHeader(hdus), hdus }]
  const [primary] = hdus
  return chips.map((chip) => {
    const own = hdus[chip.hdu]
    const cards = [...(chip.hdu === 0 ? [] : (own?.header.cards ?? [])), ...(primary?.header.cards ?? [])]
    return { chip, header: new Header(cards), hdus: own === undefined ? [] : [own] }
  })
}

/** Whether a calibration or product is one of this chip, by the end of its category. Without a chip all are meant. */
export function isOfChip(category: string, chip: string | null | undefined): boolean {
  return chip === null || chip === undefined || category.endsWith(`_${chip}`)
}
