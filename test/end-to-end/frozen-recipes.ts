import { readFileSync } from 'node:fs'
import type { Installation } from './installation.ts'
import { recipeStarts } from './night.ts'

/** A recipe that runs: its block, and the process of esorex. */
export interface FrozenRecipe {
  readonly abName: string
  readonly pid: number
}

/**
 * Waits until at least `ended` recipes have ended and two run, and halts these two (SIGSTOP): they run for as long as the test wants, and what
 * it does to the rest of the installation happens in the middle of them, however fast or slow this machine is.
 */
export async function freezeInTheMiddle(installation: Installation, ended: number): Promise<FrozenRecipe[]> {
  return installation.until(`${ended} recipes have ended and two run`, async () => {
    const starts = await recipeStarts(installation)
    const open = starts.filter(({ ended_at }) => ended_at === null)
    if (starts.length - open.length < ended || open.length < 2) return null
    const { esorex } = installation.recipes()
    const frozen = open.flatMap(({ ab_name: abName, folder }) => {
      const pid = esorex.find((candidate) => folderOf(candidate) === folder)
      return pid !== undefined && halt(pid) ? [{ abName, pid }] : []
    })
    // One had just ended, or was not there yet: these two are not the middle.
    if (frozen.length < 2) thaw(frozen)
    return frozen.length < 2 ? null : frozen
  })
}

/** Lets the recipes go on. */
export function thaw(recipes: readonly FrozenRecipe[]): void {
  for (const { pid } of recipes) process.kill(pid, 'SIGCONT')
}

/** Whether the process is there and halted. */
function halt(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGSTOP')
  } catch {
    return false // ended meanwhile
  }
}

function folderOf(pid: number): string | null {
  try {
    const variables = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0')
    return variables.find((entry) => entry.startsWith('PHOENIX_RECIPE_FOLDER='))?.replace(/^[^=]*=/, '') ?? null
  } catch {
    return null // ended meanwhile
  }
}
