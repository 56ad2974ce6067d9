import { type Card, string } from '../../fits/card.ts'
import type { UsedFile } from './input.ts'

/**
 * Every input of the recipe: HIERARCH cards with its name and category, and its SHA-256. The 64 digits of that leave no room for a
 * HIERARCH keyword and the standard forbids CONTINUE, so they stand in `RAWSHi` and `CALSHi`, i counted as in RAWi and CALi.
 */
export function provenanceCards(raws: readonly UsedFile[], calibrations: readonly UsedFile[]): Card[] {
  return [
    ...raws.flatMap((file, i) => inputCards('RAW', i + 1, file)),
    ...calibrations.flatMap((file, i) => inputCards('CAL', i + 1, file)),
  ]
}

function inputCards(kind: 'RAW' | 'CAL', number: number, { fileName, category, sha256 }: UsedFile): Card[] {
  const input = `ESO PRO REC1 ${kind}${number}`
  return [fitting(`${input} NAME`, fileName), fitting(`${input} CATG`, category), string(`${kind}SH${number}`, sha256)]
}

/** Cut to one card: the checksum tells the file where a name is too long. */
function fitting(keyword: string, value: string): Card {
  const room = 80 - `HIERARCH ${keyword} = ''`.length
  return string(keyword, value.slice(0, room))
}
