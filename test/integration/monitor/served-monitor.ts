import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { inject } from 'vitest'
import type { Database } from '../../../database/connect.ts'
import { Access } from '../../../monitor/server/access.ts'
import { buildApp } from '../../../monitor/server/app.ts'
import { listen } from '../../../monitor/server/listen.ts'
import { signInLink } from '../../../monitor/server/running-monitor.ts'
import { readSettings } from '../../../settings/settings.ts'

export interface ServedMonitor {
  readonly url: string
  readonly port: number
  readonly token: string
  /** Signs the operator `Ada` in. */
  readonly link: string
  close(): Promise<void>
}

/** The monitor on a record, as `phoenix monitor` serves it. `env` are settings as an operator writes them. */
export async function servedMonitor(database: Database, env: NodeJS.ProcessEnv = {}): Promise<ServedMonitor> {
  const home = mkdtempSync(join(tmpdir(), 'phoenix-monitor-test-'))
  const settings = readSettings({
    PHOENIX_HOME: home,
    PHOENIX_HOST: 'muc01',
    PHOENIX_OPERATOR: 'ada',
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    TEMPORAL_CONFIG_FILE: join(home, 'no-profile.toml'),
    ...env,
  })
  const access = new Access()
  const ending = new AbortController()
  const temporalUi = { url: 'http://127.0.0.1:8233', namespace: 'default' }
  const log = pino({ level: 'silent' })
  const app = buildApp({ settings, database, access, log, temporalUi, closing: ending.signal })
  const server = await listen(app.fetch, '127.0.0.1', 0)
  const url = `http://127.0.0.1:${server.port}/`
  return {
    url,
    port: server.port,
    token: access.token,
    link: signInLink({ url, token: access.token }, 'Ada'),
    close: async () => {
      ending.abort()
      await server.close()
      rmSync(home, { recursive: true, force: true })
    },
  }
}
