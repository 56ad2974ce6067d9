import { describe, expect, it, type TestContext } from 'vitest'
import { z } from 'zod'
import { freezeInTheMiddle, type FrozenRecipe, thaw } from './frozen-recipes.ts'
import { Installation, killAtOnce } from './installation.ts'
import {
  DATE,
  expectWholeNight,
  INSTRUMENT,
  newestRun,
  recipeStarts,
  registeredNight,
  simulatedBlocks,
  untilClosed,
} from './night.ts'

describe.concurrent('what operators do in the middle of the night', () => {
  it('pause: what runs finishes and nothing starts; resume: only what is left is run', async (test) => {
    const { installation, frozen } = await inTheMiddle(test)
    await installation.fine('pause', INSTRUMENT, DATE, '--reason', 'cooling water')
    thaw(frozen)
    await untilHolding(installation)
    await expectEnded(installation, frozen, 'ended')
    expect(await installation.fine('status', INSTRUMENT, DATE)).toMatch(/pause .*night operator.* cooling water/)
    expect(await holdsInStatus(installation)).toMatchObject([{ placedBy: 'night operator', reason: 'cooling water' }])

    await installation.fine('resume', INSTRUMENT, DATE)
    expect(await untilClosed(installation)).toBe('done')
    await expectWholeNight(installation)
    await expectNoStartUnderHold(installation)
    expect(await newestRun(installation)).toMatchObject({ run_number: 1 })
  })

  it('pause while all workers and Temporal are down: accepted, and it holds when they return', async (test) => {
    const { installation, frozen } = await inTheMiddle(test)
    await killAtOnce([...installation.workers().map(({ pid }) => pid), installation.temporalServer()])
    const { exitCode, stderr } = await installation.phoenix('pause', INSTRUMENT, '--reason', 'no hands left')
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.stringContaining('Temporal is away') })
    thaw(frozen)

    await installation.fine('up')
    await untilHolding(installation)
    await expectEnded(installation, frozen, 'ended')
    expect(await holdsInStatus(installation)).toMatchObject([{ placedBy: 'night operator', reason: 'no hands left' }])

    await installation.fine('resume', INSTRUMENT)
    expect(await untilClosed(installation)).toBe('done')
    await expectWholeNight(installation)
    await expectNoStartUnderHold(installation)
  })

  it('cancel: recipes die, their blocks count as not attempted; resume finishes the night', async (test) => {
    const installation = new Installation(test)
    await registeredNight(installation, 5)
    const waiting = installation.phoenix('run', INSTRUMENT, DATE, '--wait')
    const frozen = await freezeInTheMiddle(installation, 1)
    const ended = (await recipeStarts(installation)).filter(({ ended_at }) => ended_at !== null)
    await installation.fine('cancel', INSTRUMENT, DATE)
    // Halted, they do not even hear the first signal.
    await installation.until('no recipe lives', () => installation.recipes().esorex.length === 0 || null)
    expect((await waiting).exitCode).toBe(7)
    expect(await newestRun(installation)).toMatchObject({ run_number: 1, state: 'stopped' })
    await expectEnded(installation, frozen, 'not attempted')
    await expectNotAttempted(installation, ended.length)

    await installation.fine('resume', INSTRUMENT, DATE)
    expect(await untilClosed(installation)).toBe('done')
    await expectWholeNight(installation)
    await expectNoStartUnderHold(installation)
    expect(await newestRun(installation)).toMatchObject({ run_number: 2 })
  })

  it('two start the same date at once: one wins, the other is told', async (test) => {
    const installation = new Installation(test)
    await registeredNight(installation, 1)
    const operators = ['Anna', 'Bruno']
    const answers = await Promise.all(operators.map((name) => installation.phoenixAs(name, 'run', INSTRUMENT, DATE)))
    expect(answers.map(({ exitCode }) => exitCode).toSorted((a, b) => a - b)).toEqual([0, 3])
    const winner = operators[answers.findIndex(({ exitCode }) => exitCode === 0)]
    const loser = answers.find(({ exitCode }) => exitCode === 3)
    expect(loser?.stderr).toContain(`run 1 of ${INSTRUMENT} ${DATE} is open (running), ordered by ${winner} at`)
    expect(await untilClosed(installation)).toBe('done')
    expect(await newestRun(installation)).toMatchObject({ run_number: 1 })
    await expectWholeNight(installation)
  })
})

/** A night with two halted recipes, blocks that have ended and blocks that wait. */
async function inTheMiddle(test: TestContext): Promise<{ installation: Installation; frozen: FrozenRecipe[] }> {
  const installation = new Installation(test)
  await registeredNight(installation, 5)
  await installation.fine('run', INSTRUMENT, DATE)
  return { installation, frozen: await freezeInTheMiddle(installation, 1) }
}

/** The run waits, and whatever ran has ended. */
async function untilHolding(installation: Installation): Promise<void> {
  await installation.until('the run is holding and no recipe is open', async () => {
    const starts = await recipeStarts(installation)
    const run = await newestRun(installation)
    return (run?.state === 'holding' && starts.every(({ ended_at }) => ended_at !== null)) || null
  })
}

async function expectEnded(
  installation: Installation,
  recipes: readonly FrozenRecipe[],
  endedAs: 'ended' | 'not attempted',
): Promise<void> {
  const starts = await recipeStarts(installation)
  for (const { abName } of recipes) {
    expect(starts.filter(({ ab_name }) => ab_name === abName)).toMatchObject([{ ended_as: endedAs }])
  }
}

/** What had ended keeps its answer; what was killed or not yet started has none and waits. */
async function expectNotAttempted(installation: Installation, endedBefore: number): Promise<void> {
  const database = await installation.record()
  const attempts = await database.selectFrom('attempt').select('ab_name').where('start_id', 'is not', null).execute()
  expect(attempts).toHaveLength(endedBefore)
  const pending = await database.selectFrom('sciproc_ab').select('ab_name').where('state', '=', 'pending').execute()
  const executable = simulatedBlocks(installation).filter((block) => block.expect !== 'left-out')
  const answered = await database.selectFrom('attempt').select('ab_name').execute()
  expect(pending.map(({ ab_name }) => ab_name).toSorted()).toEqual(
    executable
      .map(({ name }) => name)
      .filter((name) => !answered.some(({ ab_name }) => ab_name === name))
      .toSorted(),
  )
}

/** Both cores were taken by halted recipes when the hold was placed: whatever started under it broke it. */
async function expectNoStartUnderHold(installation: Installation): Promise<void> {
  const database = await installation.record()
  const ofOperator = database.selectFrom('hold').selectAll().where('placed_by', '=', 'night operator')
  const [hold, ...others] = await ofOperator.execute()
  expect(others).toEqual([])
  const [from, to] = [hold?.placed_at.getTime() ?? Number.NaN, hold?.released_at?.getTime() ?? Number.NaN]
  expect(from).toBeLessThan(to)
  const starts = await recipeStarts(installation)
  expect(starts.filter(({ started_at }) => started_at.getTime() > from && started_at.getTime() < to)).toEqual([])
  expect(starts.some(({ started_at }) => started_at.getTime() > to)).toBe(true)
}

const status = z.object({ holds: z.array(z.object({ placedBy: z.string(), reason: z.string() })) })

async function holdsInStatus(installation: Installation) {
  return status.parse(JSON.parse(await installation.fine('status', '--json'))).holds
}
