import { spawnSync } from 'node:child_process'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What the set-up scripts share; they run before anything is installed or built, so they use bare Node only. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** A part that cannot be set up here: its message names the part and what to do. */
export class Missing extends Error {}

/** Does one step, says what it is and how long it took. */
export async function step(name, work) {
  const begin = performance.now()
  process.stdout.write(`set-up: ${name} ...\n`)
  await work()
  process.stdout.write(`set-up: ${name} done in ${((performance.now() - begin) / 1000).toFixed(1)} s\n`)
}

/** Runs a program in the project's folder, its output with ours; throws Missing when it fails. */
export function run(program, args, environment = {}) {
  const options = { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...environment } }
  const { status, error } = spawnSync(program, args, options)
  if (error !== undefined || status !== 0) {
    throw new Missing(`\`${program} ${args.join(' ')}\` failed (${error?.message ?? `exit code ${status}`})`)
  }
}

/** Whether a program runs and says yes, without a word. */
export function succeeds(program, args) {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0
}

/** Runs the script's main function; a missing part is one line and exit code 1. */
export async function main(work) {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof Missing)) throw error
    console.error(`set-up: ${error.message}`)
    process.exitCode = 1
  }
}
