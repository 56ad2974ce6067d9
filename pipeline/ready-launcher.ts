import { spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PreconditionError } from '../domain/failure.ts'
import { projectRoot } from '../settings/project.ts'

/** A launcher that waits for its word: it has claimed nothing, and when this process dies or dismisses it, it goes without a trace. */
export interface ReadyLauncher {
  /** Lets it start the recipe; from then on it outlives this process. */
  go(): void
  /** Sends it away; after `go` this does nothing. */
  dismiss(): void
  readonly hasEnded: () => boolean
}

/**
 * Starts the launcher of a prepared recipe, which takes a tenth of a second, before there is a core for the recipe. It has a session of its
 * own, so that neither Ctrl-C nor the death of this process reaches it.
 *
 * @throws PreconditionError if the launcher is not built
 */
export function readyLauncher(folder: string): ReadyLauncher {
  const program = join(projectRoot(), 'dist', 'pipeline', 'launcher.js')
  if (!existsSync(program))
    throw new PreconditionError(`the recipe launcher is not built (${program}): run npm run build`)
  const log = openSync(logPath(folder), 'a')
  try {
    const { PATH, LD_LIBRARY_PATH } = process.env
    const child = spawn(process.execPath, [program, join(folder, 'job.json')], {
      cwd: folder,
      detached: true,
      stdio: ['pipe', log, log],
      env: { ...(PATH && { PATH }), ...(LD_LIBRARY_PATH && { LD_LIBRARY_PATH }) },
    })
    let failed = false
    child.once('error', () => {
      failed = true
    })
    // One that has ended takes no word: `hasEnded` tells.
    child.stdin?.on('error', () => undefined)
    child.unref()
    return {
      go: () => child.stdin?.end('go'),
      dismiss: () => child.stdin?.end(),
      hasEnded: () => failed || child.exitCode !== null || child.signalCode !== null,
    }
  } finally {
    closeSync(log)
  }
}

/** What a launcher had to say, which is nothing when all is well. */
export function launcherLog(folder: string): string {
  const path = logPath(folder)
  return (existsSync(path) && readFileSync(path, 'utf8').trim().slice(0, 2000)) || 'it left no message'
}

const logPath = (folder: string): string => join(folder, 'launcher.log')
