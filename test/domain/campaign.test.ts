import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type CampaignDate,
  type CampaignFacts,
  campaignName,
  campaignNumber,
  nextStep,
  whenClosed,
  whenTaken,
} from '../../domain/campaign.ts'
import { PreconditionError } from '../../domain/failure.ts'
import type { OrderDateState } from '../../domain/order.ts'

const STATES: readonly OrderDateState[] = [
  'waiting',
  'running',
  'put off',
  'skipped',
  'done',
  'error',
  'blocked',
  'stopped',
]
const anyDates = fc
  .array(fc.constantFrom(...STATES), { maxLength: 12 })
  .map((states): CampaignDate[] => states.map((state, index) => ({ date: `date ${index}`, state })))
const anyFacts = fc.record<CampaignFacts>({
  dates: anyDates,
  datesAtOnce: fc.integer({ min: 1, max: 4 }),
  command: fc.constantFrom('go', 'wait', 'pause', 'stop', 'cancel'),
})
const countOf = ({ dates }: CampaignFacts, ...states: OrderDateState[]) =>
  dates.filter(({ state }) => states.includes(state)).length

describe('what holds of every step', () => {
  it('opens no date beyond those at once, none that is not to be asked, and none unless it may go on', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const next = nextStep(facts)
        if (next.step !== 'open') return
        const opened = facts.dates.find(({ date }) => date === next.date)
        expect(['waiting', 'put off']).toContain(opened?.state)
        expect(countOf(facts, 'running')).toBeLessThan(facts.datesAtOnce)
        expect(facts.command).toBe('go')
        // What was put off comes after everything that waits, and the first that waits comes first.
        const firstWaiting = facts.dates.find(({ state }) => state === 'waiting')?.date
        expect(firstWaiting).toBe(opened?.state === 'put off' ? undefined : next.date)
      }),
    )
  })

  it('ends only when none of its dates runs, as done only when all were asked, as stopped only when it was told to', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const next = nextStep(facts)
        if (next.step !== 'end') return
        expect(countOf(facts, 'running')).toBe(0)
        const isStopped = facts.command === 'stop' || facts.command === 'cancel'
        expect(next.as).toBe(isStopped ? 'stopped' : 'done')
        expect(isStopped || countOf(facts, 'waiting', 'put off') === 0).toBe(true)
      }),
    )
  })

  it('never waits for nothing: something runs, a hold stands, or every open date was asked in this turn', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        if (nextStep(facts).step !== 'wait') return
        expect(countOf(facts, 'running') > 0 || facts.command === 'wait' || facts.command === 'pause').toBe(true)
      }),
    )
  })
})

/** A campaign played to its end: each date may be somebody else's for a while, and each run ends in some way. */
const anyFate = fc.record({
  takenFor: fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constant(Number.POSITIVE_INFINITY)),
  ends: fc.array(fc.constantFrom('done', 'error', 'stopped', 'blocked'), { minLength: 2, maxLength: 2 }),
})

it('played to its end, every date is asked, is skipped only when it stays taken, and none runs more often than twice', () => {
  fc.assert(
    fc.property(fc.array(anyFate, { maxLength: 8 }), fc.integer({ min: 1, max: 3 }), (fates, datesAtOnce) => {
      const states = fates.map((): OrderDateState => 'waiting')
      const runs = fates.map(() => 0)
      for (let turn = 0; ; turn += 1) {
        expect(turn).toBeLessThan(100)
        const asked = new Set<string>()
        const facts = (): CampaignFacts => ({
          dates: states.map((state, index) => ({ date: String(index), state })),
          datesAtOnce,
          command: 'go',
        })
        let next = nextStep(facts(), asked)
        for (; next.step === 'open'; next = nextStep(facts(), asked)) {
          const index = Number(next.date)
          asked.add(next.date)
          if (turn < (fates[index]?.takenFor ?? 0)) states[index] = whenTaken(facts(), next.date)
          else {
            states[index] = 'running'
            runs[index] = (runs[index] ?? 0) + 1
          }
        }
        if (next.step === 'end') break
        const running = states.indexOf('running')
        if (running >= 0) {
          states[running] = whenClosed(fates[running]?.ends[(runs[running] ?? 1) - 1] ?? 'done', runs[running] ?? 1)
        }
      }
      for (const [index, { takenFor }] of fates.entries()) {
        expect(runs[index]).toBeLessThanOrEqual(2)
        expect(takenFor > 0 || (runs[index] ?? 0) > 0).toBe(true)
        expect(['waiting', 'running', 'put off']).not.toContain(states[index])
      }
    }),
  )
})

describe('the name of a campaign', () => {
  it('leads back to its number', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e14 }), (orderId) => {
        expect(campaignNumber(campaignName(orderId))).toBe(orderId)
      }),
    )
  })

  it.each(['UVES', '2026-03-01', 'campaigns'])('%s is none', (text) => {
    expect(campaignNumber(text)).toBeNull()
  })

  it.each(['campaign', 'campaign/', 'campaign/x', 'campaign/0', 'campaign/1/2', 'campaign 12'])(
    '%s should be one, and is not',
    (text) => {
      expect(() => campaignNumber(text)).toThrow(PreconditionError)
    },
  )
})
