import { createServer } from 'node:net'

/**
 * A port of 127.0.0.1 to listen on: the wanted one if it is free (a server that comes back on its old port is found
 * by those who still hold its address), else any free one.
 */
export async function freePort(wanted: number | null): Promise<number> {
  return (wanted === null ? null : await tryPort(wanted)) ?? (await freePort(0))
}

export async function isPortFree(port: number): Promise<boolean> {
  return (await tryPort(port)) !== null
}

function tryPort(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(null))
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : null))
    })
  })
}
