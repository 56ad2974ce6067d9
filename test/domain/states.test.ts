import { describe, expect, it } from 'vitest'
import { AB_TRANSITIONS, type AbState, hasEnded } from '../../domain/ab-state.ts'
import { closingState, isOpenRun, RUN_TRANSITIONS, type RunState } from '../../domain/date-run.ts'

const abStates: readonly AbState[] = [
  'left out',
  'pending',
  'running',
  'processed',
  'failed',
  'interrupted',
  'withdrawn',
]
const runStates: readonly RunState[] = [
  'running',
  'holding',
  'stopping',
  'cancelling',
  'blocked',
  'error',
  'stopped',
  'done',
]

describe('states of a block', () => {
  it('an end is left only for a new generation, which begins pending', () => {
    const ended = abStates.filter(hasEnded)
    expect(ended).toEqual(['processed', 'failed', 'interrupted'])
    for (const state of ended) expect(AB_TRANSITIONS[state]).toEqual(['pending'])
  })

  it('only a block that waits can run, and only one that runs can be processed', () => {
    expect(abStates.filter((state) => AB_TRANSITIONS[state].includes('running'))).toEqual(['pending'])
    expect(abStates.filter((state) => AB_TRANSITIONS[state].includes('processed'))).toEqual(['running'])
  })

  it('from every state there is a way to every end, and no state leads to itself', () => {
    for (const state of abStates) {
      expect(AB_TRANSITIONS[state]).not.toContain(state)
      for (const end of ['processed', 'failed', 'interrupted'] as const) {
        expect(reachable(state, AB_TRANSITIONS)).toContain(end)
      }
    }
  })
})

describe('states of a run', () => {
  it('four are open; from each the run can close in every way', () => {
    const open = runStates.filter(isOpenRun)
    expect(open).toEqual(['running', 'holding', 'stopping', 'cancelling'])
    for (const state of open) {
      expect(RUN_TRANSITIONS[state]).toEqual(expect.arrayContaining(['blocked', 'error', 'stopped', 'done']))
    }
  })

  it('a closed run never opens again', () => {
    for (const state of runStates.filter((one) => !isOpenRun(one))) {
      expect([...reachable(state, RUN_TRANSITIONS)].filter(isOpenRun)).toEqual([])
    }
  })

  it('stopping is not taken back, and cancelling is not softened to stopping', () => {
    expect(RUN_TRANSITIONS.stopping).not.toContain('running')
    expect(RUN_TRANSITIONS.stopping).toContain('cancelling')
    expect(RUN_TRANSITIONS.cancelling).not.toContain('stopping')
  })

  it.each([
    [{}, 'done'],
    [{ stoppedByOperator: true }, 'stopped'],
    [{ archiveRefuses: true }, 'blocked'],
    [{ archiveRefuses: true, stoppedByOperator: true }, 'blocked'],
    [{ preconditionProblems: ['a.fits is missing'], archiveRefuses: true, stoppedByOperator: true }, 'error'],
  ])('one that ended with %j closes as %s', (end, state) => {
    const nothing = { preconditionProblems: [], stoppedByOperator: false, archiveRefuses: false }
    expect(closingState({ ...nothing, ...end })).toBe(state)
  })
})

function reachable<State extends string>(from: State, table: Record<State, readonly State[]>): ReadonlySet<State> {
  const reached = new Set<State>()
  const pending = [...table[from]]
  for (let state = pending.pop(); state !== undefined; state = pending.pop()) {
    if (reached.has(state)) continue
    reached.add(state)
    pending.push(...table[state])
  }
  return reached
}
