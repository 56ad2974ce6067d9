import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AbState } from '../../domain/ab-state.ts'
import { AB_TRANSITIONS } from '../../domain/ab-state.ts'
import type { LeftOut } from '../../domain/certification.ts'
import { isWithdrawnWhenGone, type KnownBlock, registrationStep } from '../../domain/registration.ts'

const DATE = '2026-03-01'
const virtual: LeftOut = { code: 'virtual calibration', text: 'only promised' }

const known = (changes: Partial<KnownBlock> = {}): KnownBlock => ({
  date: DATE,
  state: 'pending',
  generation: 1,
  version: 1,
  sha256: 'one',
  leftOut: null,
  newest: { version: 1, sha256: 'one', leftOut: null },
  ...changes,
})

const ATTEMPTED: readonly AbState[] = ['running', 'processed', 'failed', 'interrupted']
const NOT_ATTEMPTED: readonly AbState[] = ['pending', 'left out', 'withdrawn']

describe('registration of a block', () => {
  it('that nobody knows', () => {
    expect(registrationStep({ sha256: 'one', leftOut: virtual }, DATE, undefined)).toEqual({
      as: 'new',
      version: 1,
      addsVersion: true,
      counts: true,
    })
  })

  it.each(NOT_ATTEMPTED)('%s: other content is the next version, and counts', (state) => {
    const step = registrationStep({ sha256: 'two', leftOut: null }, DATE, known({ state }))
    expect(step).toEqual({ as: 'changed', version: 2, addsVersion: true, counts: true })
  })

  it.each(ATTEMPTED)('%s: other content is the next version, and waits', (state) => {
    const step = registrationStep({ sha256: 'two', leftOut: null }, DATE, known({ state }))
    expect(step).toEqual({ as: 'changed after its attempt', version: 2, addsVersion: true, counts: false })
  })

  it('left out with other words, or not any more: the same version counts with the new judgement', () => {
    const step = registrationStep({ sha256: 'one', leftOut: virtual }, DATE, known())
    expect(step).toEqual({ as: 'changed', version: 1, addsVersion: false, counts: true })
    const before = known({ state: 'left out', leftOut: virtual })
    expect(registrationStep({ sha256: 'one', leftOut: null }, DATE, before).as).toBe('changed')
    expect(registrationStep({ sha256: 'one', leftOut: { ...virtual, text: 'x' } }, DATE, before).as).toBe('changed')
    expect(registrationStep({ sha256: 'one', leftOut: virtual }, DATE, before).as).toBe('unchanged')
  })

  it('of another date is told; only one that was withdrawn there comes over', () => {
    for (const state of [...ATTEMPTED, 'pending', 'left out'] as const) {
      const step = registrationStep({ sha256: 'two', leftOut: null }, '2026-03-02', known({ state }))
      expect(step).toMatchObject({ as: 'registered under another date', addsVersion: false, counts: false })
    }
    const moved = registrationStep({ sha256: 'one', leftOut: null }, '2026-03-02', known({ state: 'withdrawn' }))
    expect(moved).toMatchObject({ as: 'changed', counts: true })
  })

  it('whatever happens to it: each content is kept, the attempt keeps its own, and doing it again changes nothing', () => {
    const content = fc.record({ sha256: fc.constantFrom('a', 'b', 'c'), leftOut: fc.constantFrom(null, virtual) })
    const happening = fc.oneof(
      { weight: 3, arbitrary: content },
      fc.constantFrom<'gone' | 'attempted' | 'ordered again'>('gone', 'attempted', 'ordered again'),
    )
    fc.assert(
      fc.property(content, fc.array(happening, { maxLength: 20 }), (first, happenings) => {
        let block = known({ ...judged(first), newest: { version: 1, ...first }, sha256: first.sha256 })
        const contents = [first.sha256]
        for (const happens of happenings) {
          const content = typeof happens === 'object' ? happens : null
          const before = block
          block = content === null ? after(before, happens) : registered(before, content)
          if (content !== null && before.newest.sha256 !== content.sha256) contents.push(content.sha256)
          const expected =
            content === null
              ? {}
              : ATTEMPTED.includes(before.state)
                ? { ...before, newest: { version: contents.length, ...content } }
                : { sha256: content.sha256, version: contents.length, ...judged(content) }
          expect(block).toMatchObject(expected)
          const again = content === null ? null : registrationStep(content, DATE, block)
          expect(again ?? UNCHANGED).toMatchObject(UNCHANGED)
        }
        expect(contents.every((sha256, i) => sha256 !== contents[i - 1])).toBe(true)
      }),
    )
  })
})

const UNCHANGED = { as: 'unchanged', addsVersion: false, counts: false }

/** What happens to a block beside registrations. */
function after(block: KnownBlock, happens: unknown): KnownBlock {
  if (happens === 'gone') return isWithdrawnWhenGone(block) ? leave(block, 'withdrawn') : block
  if (happens === 'attempted') return block.state === 'pending' ? leave(block, 'processed') : block
  return orderedAgain(block)
}

interface Content {
  readonly sha256: string
  readonly leftOut: LeftOut | null
}

function judged({ leftOut }: Content) {
  return { state: leftOut === null ? ('pending' as const) : ('left out' as const), leftOut }
}

/** What the record does with a step. */
function registered(block: KnownBlock, content: Content): KnownBlock {
  const step = registrationStep(content, DATE, block)
  const newest = { version: step.version, ...content }
  if (!step.counts) return { ...block, newest }
  const after = judged(content)
  const isLegal = after.state === block.state || AB_TRANSITIONS[block.state].includes(after.state)
  if (!isLegal) throw new Error(`illegal change from ${block.state} to ${after.state}`)
  return { ...block, ...after, version: step.version, sha256: content.sha256, newest }
}

function leave(block: KnownBlock, state: AbState): KnownBlock {
  return { ...block, state, leftOut: null }
}

/** An order to re-process takes the newest content up. */
function orderedAgain(block: KnownBlock): KnownBlock {
  if (block.state !== 'processed') return block
  const { newest, generation } = block
  return { ...block, state: 'pending', generation: generation + 1, version: newest.version, sha256: newest.sha256 }
}
