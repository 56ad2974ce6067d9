import { Writable } from 'node:stream'
import { MockActivityEnvironment } from '@temporalio/testing'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { logActivities, logContext } from '../../activities/log-context.ts'

function logger() {
  const lines: Record<string, unknown>[] = []
  const stream = new Writable({
    write: (chunk, _, done) => {
      lines.push(JSON.parse(String(chunk)))
      done()
    },
  })
  return { log: pino({ base: {}, mixin: logContext }, stream), lines }
}

/** Runs an activity of this name as a worker does that has the interceptor. */
async function runActivity(
  activityType: string,
  workflowId: string,
  args: unknown[],
  work: () => Promise<unknown>,
  log: pino.Logger,
): Promise<unknown> {
  const environment = new MockActivityEnvironment(
    { activityType, workflowExecution: { workflowId, runId: 'r' } },
    { interceptors: [logActivities(log)] },
  )
  return environment.run(async () => work(), ...args)
}

test('every line of an activity names instrument, date, run and block; its end and its time are told', async () => {
  const { log, lines } = logger()
  const work = async () => {
    await Promise.resolve()
    log.info('raw fetched')
    return { ended: true }
  }
  log.info('before')
  await runActivity('processAB', 'mine.date/UVES/2026-03-01', [7, 'a.ab', 'all'], work, log)
  const about = { activity: 'processAB', instrument: 'UVES', date: '2026-03-01', run: 7, ab: 'a.ab' }
  expect(lines).toMatchObject([
    { msg: 'before' },
    { ...about, msg: 'raw fetched' },
    { ...about, msg: 'activity ended', result: { ended: true }, seconds: expect.any(Number) },
  ])
  expect(lines[0]).not.toHaveProperty('date')
})

test('two at once keep their own', async () => {
  const { log, lines } = logger()
  const work = (name: string) => async () => {
    await new Promise((resolve) => setImmediate(resolve))
    log.info(name)
  }
  await Promise.all(
    ['a.ab', 'b.ab'].map((ab) => runActivity('processAB', 'date/UVES/2026-03-01', [7, ab], work(ab), log)),
  )
  const said = lines.filter(({ msg }) => msg !== 'activity ended')
  expect(said.map(({ ab, msg }) => ab === msg)).toEqual([true, true])
})

test('a failure is told and passed on; of another workflow only what is known', async () => {
  const { log, lines } = logger()
  const work = () => Promise.reject(new Error('disk full'))
  await expect(runActivity('nextDates', 'campaign/12', [12], work, log)).rejects.toThrow('disk full')
  expect(lines).toMatchObject([{ activity: 'nextDates', msg: 'activity failed', err: { message: 'disk full' } }])
  expect(lines[0]).not.toHaveProperty('run')
})
