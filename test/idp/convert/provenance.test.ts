import { describe, expect, it } from 'vitest'
import { formatCard } from '../../../fits/card.ts'
import { provenanceCards } from '../../../idp/convert/provenance.ts'

describe('provenance', () => {
  it('names every input on single cards, however many and however long their names', () => {
    const file = {
      fileName: `M.UVES.${'x'.repeat(120)}.fits`,
      category: 'MASTER_RESPONSE_BLUE',
      sha256: 'c3'.repeat(32),
    }
    const cards = provenanceCards(
      [file],
      Array.from({ length: 120 }, () => file),
    )
    expect(cards).toHaveLength(3 * 121)
    expect(cards.map((card) => formatCard(card).length)).toEqual(cards.map(() => 80))
    expect(cards.filter(({ keyword }) => /^(RAW|CAL)SH\d+$/.test(keyword)).map(({ value }) => value)).toEqual(
      Array.from({ length: 121 }, () => ({ type: 'string', value: file.sha256 })),
    )
    expect(cards[0]?.value).toEqual({ type: 'string', value: file.fileName.slice(0, 44) })
  })
})
