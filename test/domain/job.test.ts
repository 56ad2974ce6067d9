import { expect, test } from 'vitest'
import type { RunState } from '../../domain/date-run.ts'
import { jobState } from '../../domain/job.ts'

const facts = { problem: null, nothingToDo: false, run: null }
const run = (state: RunState, change: { waitsFor?: string; problems?: string[] } = {}) => ({
  ...facts,
  run: { runNumber: 7, state, waitsFor: null, problems: [], ...change },
})

test.each([
  [facts, 'waiting', ''],
  [{ ...facts, problem: "line 3: 'x' is not a date" }, 'failed', "line 3: 'x' is not a date"],
  [{ ...facts, nothingToDo: true }, 'done', 'nothing to do'],
  [run('running'), 'running', 'run 7 running'],
  [run('holding', { waitsFor: 'window opens at 20:00 UTC' }), 'running', 'run 7 holding: window opens at 20:00 UTC'],
  [run('stopping'), 'running', 'run 7 stopping'],
  [run('done'), 'done', 'run 7 done'],
  [run('error', { problems: ['a.fits is missing'] }), 'failed', 'run 7 error: a.fits is missing'],
  [run('blocked'), 'failed', 'run 7 blocked'],
  [run('stopped'), 'failed', 'run 7 stopped'],
] as const)('%j is %s: %s', (job, state, detail) => {
  expect(jobState(job)).toEqual({ state, detail })
})
