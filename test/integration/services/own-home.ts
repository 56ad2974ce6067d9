import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { runningProcess, runningProcesses } from '../../../services/process.ts'
import { stopServices } from '../../../services/services.ts'
import { readSettings, type Settings } from '../../../settings/settings.ts'

/** The variables of an installation of its own in a new folder; its servers are stopped when the test has finished. */
export function ownHome(
  variables: Record<string, string> = {},
  folderMode = 0o711,
): { env: Record<string, string>; settings: Settings } {
  const folder = mkdtempSync(join(os.tmpdir(), 'phoenix-services-'))
  chmodSync(folder, folderMode)
  const env = { PHOENIX_HOME: join(folder, 'home'), TEMPORAL_CONFIG_FILE: join(folder, 'none.toml'), ...variables }
  const settings = readSettings(env)
  onTestFinished(async () => {
    await stopServices(settings)
    rmSync(folder, { recursive: true, force: true })
  })
  return { env, settings }
}

/** Main processes of servers that run on this installation: the command line of each names its folder. */
export function serversOf({ home }: Settings): number[] {
  const isServer = (command: readonly string[]) => command.includes('-D') || command.includes('start-dev')
  return runningProcesses()
    .filter(({ commandLine }) => isServer(commandLine) && commandLine.some((word) => word.startsWith(`${home}/`)))
    .map(({ pid }) => pid)
}

/** The process of the Temporal server among them. */
export function temporalServerOf(settings: Settings): number {
  const found = serversOf(settings).find((pid) => runningProcess(pid)?.commandLine.includes('start-dev') === true)
  if (found === undefined) throw new Error(`no Temporal server runs on ${settings.home}`)
  return found
}
