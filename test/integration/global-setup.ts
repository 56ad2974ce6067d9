import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { runningProcess } from '../../services/process.ts'
import { startServices, stopServices } from '../../services/services.ts'
import { readSettings } from '../../settings/settings.ts'

const prefix = 'phoenix-integration-'

/** One PostgreSQL and one Temporal server for all integration tests of a run; each test takes a schema and queues of its own. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  await clearAfterKilledRuns()
  const folder = mkdtempSync(join(os.tmpdir(), prefix))
  chmodSync(folder, 0o711) // the database's account must pass through
  writeFileSync(join(folder, 'owner'), String(process.pid))
  const settings = settingsIn(folder)
  const services = await startServices(settings)
  project.provide('postgresUrl', services.postgres.url)
  project.provide('temporalAddress', services.temporal.address)
  return async () => {
    await services.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Settings of a test: nothing of the person's own installation, but for the programs in the cache. */
function settingsIn(folder: string) {
  return readSettings({ PHOENIX_HOME: join(folder, 'home'), TEMPORAL_CONFIG_FILE: join(folder, 'no-profile.toml') })
}

async function clearAfterKilledRuns(): Promise<void> {
  for (const name of readdirSync(os.tmpdir()).filter((entry) => entry.startsWith(prefix))) {
    const folder = join(os.tmpdir(), name)
    if (isOwned(folder)) continue
    await stopServices(settingsIn(folder))
    rmSync(folder, { recursive: true, force: true })
  }
}

function isOwned(folder: string): boolean {
  try {
    return runningProcess(Number(readFileSync(join(folder, 'owner'), 'utf8'))) !== null
  } catch {
    return true // just being made, or being removed, by another run
  }
}
