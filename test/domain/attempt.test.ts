import { describe, expect, it } from 'vitest'
import {
  decideStart,
  MAXIMUM_STARTS_WITHOUT_END,
  type NotStarted,
  type StartFacts,
  type TakeUp,
  type TakeUpFacts,
  takeUp,
} from '../../domain/attempt.ts'

describe('a block that is offered to a host', () => {
  const fresh: TakeUpFacts = { ended: false, openStart: false, launcher: 'none', startsWithoutEnd: 0 }

  it.each<[Partial<TakeUpFacts>, TakeUp['step']]>([
    [{}, 'start'],
    [{ startsWithoutEnd: 1 }, 'start'],
    [{ startsWithoutEnd: 2 }, 'give up as interrupted'],
    [{ startsWithoutEnd: 3 }, 'give up as interrupted'],
    [{ openStart: true, launcher: 'running' }, 'join'],
    [{ openStart: true, launcher: 'ended' }, 'conclude'],
    [{ openStart: true, launcher: 'lost' }, 'close lost start'],
    [{ openStart: true, launcher: 'none' }, 'close lost start'],
    [{ openStart: true, launcher: 'running', startsWithoutEnd: 2 }, 'join'],
    [{ openStart: true, launcher: 'ended', startsWithoutEnd: 2 }, 'conclude'],
    [{ ended: true }, 'already ended'],
    [{ ended: true, openStart: true, launcher: 'running', startsWithoutEnd: 5 }, 'already ended'],
  ])('%j: %s', (facts, step) => {
    expect(takeUp({ ...fresh, ...facts })).toEqual({ step })
  })
})

describe('start of a recipe', () => {
  const clear: StartFacts = {
    fenceIsCurrent: true,
    contentIsCurrent: true,
    control: { command: 'go' },
    windowIsOpen: true,
    ended: false,
    openStart: false,
    startsWithoutEnd: 0,
  }
  const held = (reason: string): StartFacts['control'] => ({
    command: 'pause',
    hold: { id: 1, kind: 'pause', scope: { type: 'everything' }, reason, placedBy: 'Ada', placedAt: new Date(0) },
  })

  it('happens when nothing forbids it, also a last time', () => {
    expect(decideStart(clear)).toEqual({ start: true })
    expect(decideStart({ ...clear, startsWithoutEnd: MAXIMUM_STARTS_WITHOUT_END - 1 })).toEqual({ start: true })
  })

  const refusals: readonly [Partial<StartFacts>, NotStarted, string][] = [
    [{ fenceIsCurrent: false }, 'stale run', 'another run of the date has taken over'],
    [{ ended: true }, 'already ended', 'the recipe has given its answer'],
    [{ openStart: true }, 'already started', 'a start without an end is on record'],
    [{ startsWithoutEnd: 2 }, 'interrupted', '2 starts without an end'],
    [{ contentIsCurrent: false }, 'changed', 'the block has been registered with other content'],
    [{ control: held('dome open') }, 'held', 'pause by Ada: dome open'],
    [{ windowIsOpen: false }, 'window closed', 'outside the night window'],
  ]

  it.each(refusals)('is refused: %j', (facts, reason, detail) => {
    expect(decideStart({ ...clear, ...facts })).toEqual({ start: false, reason, detail })
  })

  it('every combination of reasons refuses, and the first in that order is told', () => {
    for (let set = 1; set < 2 ** refusals.length; set += 1) {
      const chosen = refusals.filter((_, index) => (set >> index) % 2 === 1)
      const decision = decideStart(Object.assign({ ...clear }, ...chosen.map(([facts]) => facts)))
      expect(decision).toMatchObject({ start: false, reason: chosen[0]?.[1] })
    }
  })

  it('a hold without a reason is told without one', () => {
    expect(decideStart({ ...clear, control: held('') })).toMatchObject({ detail: 'pause by Ada' })
  })
})
