import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type ArchiveFacts,
  judgeArchive,
  MINIMUM_BLOCKED_DATES,
  nextProbe,
  type RefusedDate,
} from '../../domain/blocked-archive.ts'

const at = (minute: number) => new Date(Date.UTC(2026, 2, 1, 20, minute))
const anyTime = fc.nat({ max: 59 }).map(at)
const anyRefused = fc.array(
  fc.record<RefusedDate>({
    date: fc.constantFrom('UVES 2026-03-01', 'UVES 2026-03-02', 'NACO 2026-03-02'),
    refusedAt: anyTime,
  }),
  { maxLength: 6 },
)
const perhaps = fc.option(anyTime)
const anyFacts = fc.record<ArchiveFacts>({
  refusedDates: anyRefused,
  tookAt: perhaps,
  heldSince: perhaps,
  releasedAt: perhaps,
})
const refused = (date: string, minute: number): RefusedDate => ({ date, refusedAt: at(minute) })
const free: ArchiveFacts = { refusedDates: [], tookAt: null, heldSince: null, releasedAt: null }
const two = [refused('first', 10), refused('second', 20)]

describe('an archive that refuses products', () => {
  it('is held by the second date, not by the first, however often that was tried', () => {
    expect(judgeArchive({ ...free, refusedDates: [refused('first', 10)] })).toEqual({ step: 'leave' })
    expect(judgeArchive({ ...free, refusedDates: [refused('first', 10), refused('first', 15)] }).step).toBe('leave')
    expect(judgeArchive({ ...free, refusedDates: two })).toEqual({ step: 'hold', dates: ['first', 'second'] })
  })

  it('is not held for what was refused before a success, or before somebody released the hold', () => {
    expect(judgeArchive({ ...free, refusedDates: two, tookAt: at(15) }).step).toBe('leave')
    expect(judgeArchive({ ...free, refusedDates: two, releasedAt: at(15) }).step).toBe('leave')
    expect(judgeArchive({ ...free, refusedDates: two, tookAt: at(5) }).step).toBe('hold')
  })

  it('whatever is on record: held only with enough dates since the last good news, released only by a success since the hold', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const { refusedDates, tookAt, heldSince, releasedAt } = facts
        const judged = judgeArchive(facts)
        expect(judged.step === 'release').toBe(heldSince !== null && tookAt !== null && tookAt > heldSince)
        const news = [tookAt, releasedAt].filter((moment) => moment !== null)
        const fresh = refusedDates.filter(({ refusedAt }) => news.every((moment) => refusedAt > moment))
        const dates = new Set(fresh.map(({ date }) => date))
        const mustHold = heldSince === null && dates.size >= MINIMUM_BLOCKED_DATES
        expect(judged.step === 'hold' ? new Set(judged.dates) : null).toEqual(mustHold ? dates : null)
      }),
    )
  })

  it('is not held again by the same refusals once it was released, by whatever', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const newest = Math.max(...facts.refusedDates.map(({ refusedAt }) => refusedAt.getTime()), 0)
        expect(judgeArchive({ ...facts, heldSince: null, releasedAt: new Date(newest) }).step).toBe('leave')
      }),
    )
  })
})

describe('a probe', () => {
  it('tries the date that was refused longest ago, one at a time, and not again within five minutes', () => {
    expect(nextProbe(two.toReversed(), [], at(30))).toEqual(two[0])
    expect(nextProbe([], [], at(30))).toBeNull()
    expect(nextProbe(two, [{ endedAt: null }], at(30))).toBeNull()
    expect(nextProbe(two, [{ endedAt: at(1) }, { endedAt: at(26) }], at(30))).toBeNull()
    expect(nextProbe(two, [{ endedAt: at(1) }, { endedAt: at(25) }], at(30))).toEqual(two[0])
  })
})
