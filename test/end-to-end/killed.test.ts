import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { Client, Connection } from '@temporalio/client'
import { describe, expect, it, type TestContext } from 'vitest'
import { findServices } from '../../services/services.ts'
import { dateWorkflowId } from '../../workflows/ids.ts'
import { type FrozenRecipe, freezeInTheMiddle, thaw } from './frozen-recipes.ts'
import { Installation, killAtOnce } from './installation.ts'
import { DATE, expectWholeNight, INSTRUMENT, newestRun, recipeStarts, registeredNight, untilClosed } from './night.ts'

describe.concurrent('killed in the middle of the night, then `phoenix up`', () => {
  it('both workers: recipes that run are joined, none runs twice', async (test) => {
    const { installation, frozen } = await inTheMiddle(test)
    await killAtOnce(installation.workers().map(({ pid }) => pid))
    expectAllRunning(installation, frozen)

    await installation.fine('up')
    await joined(installation, frozen, 2)
    expectAllRunning(installation, frozen)
    thaw(frozen)

    expect(await untilClosed(installation)).toBe('done')
    expect((await newestRun(installation))?.run_number).toBe(1)
    await expectWholeNight(installation)
  })

  it('both workers and the Temporal server, whose store is lost: the record is enough', async (test) => {
    const { installation, frozen } = await inTheMiddle(test)
    await killAtOnce([...installation.workers().map(({ pid }) => pid), installation.temporalServer()])
    rmSync(join(installation.home, 'temporal'), { recursive: true })

    await installation.fine('up')
    await joined(installation, frozen, 1)
    expectAllRunning(installation, frozen)
    thaw(frozen)

    expect(await untilClosed(installation)).toBe('done')
    expect((await newestRun(installation))?.run_number).toBe(1)
    await expectWholeNight(installation)
  })

  it('PostgreSQL, while the recipes end: their answers are recorded when it is back', async (test) => {
    const { installation, frozen } = await inTheMiddle(test)
    const before = await findServices(installation.settings)
    await killAtOnce([installation.postmaster()])
    thaw(frozen)
    await installation.until('the recipes have ended', () => installation.recipes().launchers.length === 0 || null)

    await installation.fine('up')
    const after = await findServices(installation.settings)
    expect(after.postgres?.url).toBe(before.postgres?.url)
    expect(await untilClosed(installation)).toBe('done')
    await expectWholeNight(installation)
  })
})

/** A night with two halted recipes and at least three blocks that have ended. */
async function inTheMiddle(test: TestContext): Promise<{ installation: Installation; frozen: FrozenRecipe[] }> {
  const installation = new Installation(test)
  await registeredNight(installation, 5)
  await installation.fine('run', INSTRUMENT, DATE)
  const frozen = await freezeInTheMiddle(installation, 3)
  return { installation, frozen }
}

/** A recipe outlives its worker. */
function expectAllRunning(installation: Installation, frozen: readonly FrozenRecipe[]): void {
  const { esorex, launchers } = installation.recipes()
  expect(new Set(esorex)).toEqual(new Set(frozen.map(({ pid }) => pid)))
  expect(launchers).toHaveLength(frozen.length)
}

/** Waits until the jobs of the halted recipes are at work again, in the given attempt of Temporal's; no recipe was started meanwhile. */
async function joined(installation: Installation, frozen: readonly FrozenRecipe[], attempt: number): Promise<void> {
  const startsBefore = await recipeStarts(installation)
  const { temporal } = await findServices(installation.settings)
  const connection = await Connection.connect({ address: temporal?.address ?? '' })
  try {
    const client = new Client({ connection, namespace: temporal?.namespace ?? '' })
    const handle = client.workflow.getHandle(dateWorkflowId(installation.settings.queuePrefix, INSTRUMENT, DATE))
    await installation.until('the jobs of the halted recipes are at work again', async () => {
      const { raw } = await handle.describe()
      const atWork = (raw.pendingActivities ?? []).filter((job) => job.state === STARTED && job.attempt === attempt)
      return atWork.length >= frozen.length || null
    })
  } finally {
    await connection.close()
  }
  expect(await recipeStarts(installation)).toEqual(startsBefore)
}

/** PENDING_ACTIVITY_STATE_STARTED of temporal.api.enums.v1. */
const STARTED = 2
