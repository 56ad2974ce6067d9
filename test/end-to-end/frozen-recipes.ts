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
 * it does to the rest of the installation happens in the middle of them, however fast or slow this machine is. With two cores no other
 * recipe starts meanwhile; one that had just ended is recorded before this returns.
 */
export async function freezeInTheMiddle(installation: Installation, ended: number): Promise<FrozenRecipe[]> {
  const frozen = await installation.until(`${ended} recipes have ended and two run`, async () => {
    const { open, closed } = await startsOf(installation)
    if (closed < ended || open.length < 2) return null
    const { esorex } = installation.recipes()
    const halted = open.flatMap(({ ab_name: abName, folder }) => {
      const pid = esorex.find((candidate) => folderOf(candidate) === folder)
      return pid !== undefined && halt(pid) ? [{ abName, pid }] : []
    })
    if (halted.length === 2) return halted
    // One had just ended, or was not there yet: these are not the middle.
    thaw(halted)
    return null
  })
  await installation.until('what had ended is recorded', async () => {
    const { open } = await startsOf(installation)
    return open.length === frozen.length || null
  })
  return frozen
}

async function startsOf(installation: Installation) {
  const starts = await recipeStarts(installation)
  const open = starts.filter(({ ended_at }) => ended_at === null)
  return { open, closed: starts.length - open.length }
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
