import { activeHolds } from '../../database/holds.ts'
import { controlOf } from '../../domain/hold.ts'
import { printable, readLog } from '../../pipeline/read-log.ts'
import { cancelRecipe, type RecipeStatus, waitForRecipe } from '../../pipeline/run-recipe.ts'
import { showLog } from '../at-work.ts'
import { type Block, recipeFolder } from './block.ts'

const LOOK_EVERY_MS = 1_000
/** Enough to see what a recipe is at; the whole log goes into the record with its answer. */
const LIVE_LOG_BYTES = 16_000

/**
 * Waits for the end of a recipe that runs. A cancel in the record kills it, also while Temporal is away; so does the end of the
 * worker's grace. When Temporal has abandoned this attempt, the waiting ends and the recipe goes on: the next attempt joins it. Meanwhile the
 * record shows the recipe's log to who looks from another host.
 *
 * @returns null when the recipe was lost while it was being killed
 */
export async function awaitEnd(block: Block, abandoned: AbortSignal): Promise<RecipeStatus | null> {
  const folder = recipeFolder(block)
  const cancelled = new AbortController()
  let looking = false
  let shown = ''
  const showNewLog = async () => {
    const log = printable(readLog(folder, LIVE_LOG_BYTES).text)
    if (log === shown) return
    shown = log
    await showLog(block.host, block.run.runNumber, block.registered.abName, log)
  }
  const watch = setInterval(() => {
    if (looking) return
    looking = true
    Promise.all([isCancelled(block), showNewLog()])
      .then(
        ([yes]) => yes && cancelled.abort(),
        // The database is away: the hold is seen when it is back, the recipe goes on meanwhile.
        (error: unknown) => block.host.log.warn({ err: error, ab: block.registered.abName }, 'cannot look for holds'),
      )
      .finally(() => {
        looking = false
      })
  }, LOOK_EVERY_MS)
  const kill = AbortSignal.any([cancelled.signal, block.host.killing])
  try {
    return await waitForRecipe(folder, { signal: AbortSignal.any([kill, abandoned]) })
  } catch (error) {
    if (kill.aborted) return await cancelRecipe(folder)
    throw error
  } finally {
    clearInterval(watch)
  }
}

async function isCancelled({ host, run }: Block): Promise<boolean> {
  const control = controlOf(await activeHolds(host.database), { ...run, archives: host.archives })
  return control.command === 'cancel'
}
