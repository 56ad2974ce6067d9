import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Logger } from 'pino'
import { connect } from '../../database/connect.ts'
import { migrate } from '../../database/migrate.ts'
import { PreconditionError } from '../../domain/failure.ts'
import { identify } from '../../pipeline/process-table.ts'
import { freePort } from '../../services/port.ts'
import { findServices } from '../../services/services.ts'
import { projectRoot } from '../../settings/project.ts'
import type { Settings } from '../../settings/settings.ts'
import { Access } from './access.ts'
import { buildApp } from './app.ts'
import { listen } from './listen.ts'
import { accessPath, lastPort } from './running-monitor.ts'

export interface ServedMonitor {
  readonly url: string
  readonly token: string
  close(): Promise<void>
}

/**
 * Serves the monitor of this installation until it is closed. Where it is and its token go into `<home>/run/monitor-access.json`, which only
 * this account can read.
 *
 * @throws PreconditionError when PostgreSQL does not run, or the port that was asked for is taken
 */
export async function serveMonitor(settings: Settings, log: Logger): Promise<ServedMonitor> {
  const { postgres, temporal } = await findServices(settings)
  if (postgres === null) throw new PreconditionError('PostgreSQL does not run: `phoenix up` starts it')
  const database = connect({
    url: postgres.url,
    schema: settings.databaseSchema,
    connections: 6,
    onConnectionLost: (error) => log.warn({ err: error }, 'database connection lost'),
  })
  const ending = new AbortController()
  try {
    await migrate(database, settings.databaseSchema, join(projectRoot(), 'database', 'migrations'))
    const access = new Access()
    const temporalUi =
      temporal === null || temporal.uiUrl === null ? null : { url: temporal.uiUrl, namespace: temporal.namespace }
    const app = buildApp({ settings, database, access, log, temporalUi, closing: ending.signal })
    const { address, port: wanted } = settings.monitor
    const port = wanted ?? (await freePort(lastPort(settings.home)))
    const server = await listen(app.fetch, address, port)
    const url = `http://${address.includes(':') ? `[${address}]` : address}:${port}/`
    const path = accessPath(settings.home)
    mkdirSync(dirname(path), { recursive: true })
    rmSync(path, { force: true })
    writeFileSync(path, JSON.stringify({ url, port, token: access.token, ...identify(process.pid) }), { mode: 0o600 })
    return {
      url,
      token: access.token,
      close: async () => {
        ending.abort()
        await server.close()
        await database.destroy()
      },
    }
  } catch (error) {
    await database.destroy()
    throw error
  }
}
