import type { AddressInfo } from 'node:net'
import { type ServerType, serve } from '@hono/node-server'
import { PreconditionError } from '../../domain/failure.ts'

export interface Listening {
  readonly port: number
  /** Ends all connections, streams too. */
  close(): Promise<void>
}

/** Listens on a port of an address of this machine; port 0 is any free one. @throws PreconditionError when that cannot be */
export async function listen(
  fetch: (request: Request) => Response | Promise<Response>,
  hostname: string,
  port: number,
): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch, hostname, port }, (info: AddressInfo) => {
      resolve({ port: info.port, close: () => closed(server) })
    })
    server.once('error', (error) => {
      const why = 'code' in error && error.code === 'EADDRINUSE' ? 'is in use' : `cannot be used: ${error.message}`
      reject(new PreconditionError(`${hostname} port ${port} ${why} (PHOENIX_MONITOR_ADDRESS, PHOENIX_MONITOR_PORT)`))
    })
  })
}

async function closed(server: ServerType): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
    if ('closeAllConnections' in server) server.closeAllConnections()
  })
}
