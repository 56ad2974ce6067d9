import { expect, test } from 'vitest'
import { changes, type Look } from '../../client/follow-run.ts'
import { timeLeft } from '../../client/progress.ts'
import type { AbStatus } from '../../database/status.ts'

const ab = (abName: string, state: AbStatus['state'], more: Partial<AbStatus> = {}): AbStatus => {
  return { abName, state, cause: null, leftOutCode: null, wallSeconds: null, ...more }
}
const look = (state: Look['state'], abs: readonly AbStatus[], waitsFor: string | null = null): Look => {
  return { runNumber: 7, state, waitsFor, abs }
}

test('the first look tells of what is under way or has ended, not of what waits or is left out', () => {
  const first = look('running', [
    ab('a', 'processed', { wallSeconds: 3.25 }),
    ab('b', 'running'),
    ab('c', 'pending'),
    ab('d', 'left out', { cause: 'virtual' }),
  ])
  expect(changes(null, first)).toEqual(['run 7 running', '  a processed 3.3 s (1 of 3)', '  b running'])
})

test('then one line for every block that changes, and none when nothing does', () => {
  const before = look('running', [ab('a', 'processed'), ab('b', 'running'), ab('c', 'pending')])
  const after = look('running', [
    ab('a', 'processed'),
    ab('b', 'failed', { wallSeconds: 0.84, cause: 'no order found' }),
    ab('c', 'running'),
  ])
  expect(changes(before, after)).toEqual(['  b failed 0.8 s (2 of 3): no order found', '  c running'])
  expect(changes(after, after)).toEqual([])
})

test('an answer says about how long the rest takes', () => {
  const before = look('running', [ab('a', 'running'), ab('b', 'running'), ab('c', 'pending')])
  const after = look('running', [ab('a', 'processed'), ab('b', 'processed'), ab('c', 'running')])
  const left = (ended: number, total: number) => timeLeft(60_000, ended, total - ended)
  expect(changes(before, after, left)).toEqual([
    '  a processed (1 of 3, about 2 min left)',
    '  b processed (2 of 3, about 30 s left)',
    '  c running',
  ])
  expect(
    changes(after, look('done', [ab('a', 'processed'), ab('b', 'processed'), ab('c', 'processed')]), left),
  ).toEqual(['  c processed (3 of 3)', 'run 7 done'])
})

test('a recipe that was cancelled is told: its block waits again', () => {
  expect(
    changes(look('running', [ab('a', 'running')]), look('cancelling', [ab('a', 'pending')], 'cancel by me')),
  ).toEqual(['run 7 cancelling: cancel by me', '  a pending'])
})

test('the end of the run comes after the blocks that led to it', () => {
  const before = look('running', [ab('a', 'running')])
  expect(changes(before, look('done', [ab('a', 'processed')]))).toEqual(['  a processed (1 of 1)', 'run 7 done'])
})

test('what a run waits for is told when it changes', () => {
  const held = look('holding', [], 'pause by ada')
  expect(changes(look('running', []), held)).toEqual(['run 7 holding: pause by ada'])
  expect(changes(held, look('holding', [], 'pause by bob'))).toEqual(['run 7 holding: pause by bob'])
})
