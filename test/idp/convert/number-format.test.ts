import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatCard, parseCard } from '../../../fits/card.ts'
import { fixedPoint, rounded, significant } from '../../../idp/convert/number-format.ts'

describe('numbers in headers', () => {
  it('have the digits that were asked for', () => {
    expect(written(fixedPoint(60000.15, 8))).toMatch(/= +60000\.15000000 *$/)
    expect(written(fixedPoint(42.2149, 2))).toMatch(/= +42\.21 *$/)
    expect(written(fixedPoint(-0.001, 2))).toMatch(/= +0\.00 *$/)
    expect(written(fixedPoint(1200, 0))).toMatch(/= +1200\. *$/)
    expect(written(significant(7.5694e-7, 4))).toMatch(/= +7\.569E-7 *$/)
  })

  it('are doubles when read again, and never farther off than half a last digit', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.integer({ min: 0, max: 8 }),
        (value, decimals) => {
          const read = parseCard(written(fixedPoint(value, decimals))).value
          expect(read?.type).toBe('double')
          expect(Math.abs(Number(read?.type === 'double' ? read.value : Number.NaN) - value)).toBeLessThanOrEqual(
            0.5 * 10 ** -decimals + 1e-9,
          )
        },
      ),
    )
  })

  it('are the same whether rounded first or when written', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e5, max: 1e5, noNaN: true }),
        fc.integer({ min: 0, max: 8 }),
        (value, decimals) => {
          const once = rounded(value, decimals)
          expect(fixedPoint(once, decimals)).toEqual(fixedPoint(value, decimals))
          expect(rounded(once, decimals)).toBe(once)
        },
      ),
    )
  })

  it('keep so many significant digits', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 1e9, noNaN: true }), fc.integer({ min: 3, max: 12 }), (value, digits) => {
        const kept = significant(value, digits)
        expect(Math.abs((kept.type === 'double' ? kept.value : Number.NaN) / value - 1)).toBeLessThanOrEqual(
          5.01 * 10 ** -digits,
        )
      }),
    )
  })
})

function written(value: ReturnType<typeof fixedPoint>): string {
  return formatCard({ keyword: 'VALUE', value, comment: '' })
}
