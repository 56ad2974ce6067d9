import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startServices } from '../../services/services.ts'
import { readSettings } from '../../settings/settings.ts'

/** One PostgreSQL and one Temporal server for all integration tests of a run; each test takes a schema and queues of its own. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(os.tmpdir(), 'phoenix-integration-'))
  chmodSync(folder, 0o711) // the database's account must pass through
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
