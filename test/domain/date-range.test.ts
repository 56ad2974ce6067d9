import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkedDateRange, isInRange } from '../../domain/date-range.ts'
import { PreconditionError } from '../../domain/failure.ts'

const day = fc
  .date({ min: new Date('1990-01-01'), max: new Date('2050-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10))

describe('dates as an operator types them', () => {
  it('one date is a range of one night', () => {
    expect(checkedDateRange('2026-03-01')).toEqual({ first: '2026-03-01', last: '2026-03-01' })
  })

  it('a range holds its two ends and what lies between them, nothing else', () => {
    fc.assert(
      fc.property(day, day, day, (a, b, other) => {
        const [first, last] = a <= b ? [a, b] : [b, a]
        const range = checkedDateRange(`${first}..${last}`)
        expect([isInRange(first, range), isInRange(last, range)]).toEqual([true, true])
        const time = Date.parse(other)
        expect(isInRange(other, range)).toBe(Date.parse(first) <= time && time <= Date.parse(last))
      }),
    )
  })

  it('a reversed range is told', () => {
    expect(() => checkedDateRange('2026-03-02..2026-03-01')).toThrow(
      new PreconditionError('the range 2026-03-02..2026-03-01 is reversed: 2026-03-01 is before 2026-03-02'),
    )
  })

  it.each(['2026-03-01..', '..2026-03-01', '..', '2026-03-01...2026-03-02', '2026-03-01..2026-03-02..2026-03-03', ''])(
    '%j is none',
    (text) => {
      expect(() => checkedDateRange(text)).toThrow(PreconditionError)
    },
  )
})
