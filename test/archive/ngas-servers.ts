import { createConnection, createServer, type Socket } from 'node:net'
import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import type { NgasArchiveOptions } from '../../archive/ngas.ts'
import { NgasArchive } from '../../archive/ngas.ts'
import { NgasServer } from '../../archive/ngas-server.ts'
import { TRANSFER_LIMITS } from '../../archive/transfer-limits.ts'

const QUICK = { tries: 4, pauseSeconds: 0.01, longestPauseSeconds: 1, idleSeconds: 20, stallSeconds: 20 }

export function ngasArchive(address: string, options: Partial<NgasArchiveOptions> = {}): NgasArchive {
  return new NgasArchive({ address, settleSeconds: 0.3, ...options, limits: { ...QUICK, ...options.limits } })
}

/** The commands, past all care. */
export function ngasServer(address: string): NgasServer {
  return new NgasServer(address.replace(/^ngas/, 'http'), {
    name: 'test',
    authorization: async () => null,
    redirectHosts: [],
    keepAlive: false,
    limits: { ...TRANSFER_LIMITS, ...QUICK },
  })
}

/** A name that no earlier run has used: a real server keeps what it has. */
export const newName = () => `ADP.2026-03-02T03:36:00.000.${randomUUID().slice(0, 8)}.fits`

/** A line between client and server that fails as it is told, for the next connections one after the other. */
export class BadLine {
  readonly address: string
  /** `lose reply`: all of the request arrives, nothing comes back. `cut`: the request ends in the middle. */
  readonly plan: ('lose reply' | 'cut' | 'fine')[] = []
  readonly #server: ReturnType<typeof createServer>
  readonly #sockets = new Set<Socket>()

  private constructor(server: ReturnType<typeof createServer>, address: string, target: URL) {
    this.#server = server
    this.address = address
    server.on('connection', (client: Socket) =>
      this.#carry(client, createConnection(Number(target.port), target.hostname)),
    )
  }

  static async to(address: string): Promise<BadLine> {
    const server = createServer({ allowHalfOpen: true })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    return new BadLine(server, `ngas://127.0.0.1:${port}`, new URL(address.replace(/^ngas/, 'http')))
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #carry(client: Socket, server: Socket): void {
    for (const socket of [client, server]) {
      this.#sockets.add(socket)
      socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket))
    }
    let how: 'lose reply' | 'cut' | 'fine' = 'fine'
    let bytes = 0
    let isKnown = false
    client.on('data', (chunk: Buffer) => {
      // Only uploads are hit, so that a test says which of them.
      if (!isKnown) how = chunk.toString('latin1').startsWith('POST') ? (this.plan.shift() ?? 'fine') : 'fine'
      isKnown = true
      bytes += chunk.length
      if (how === 'cut' && bytes > 100_000) {
        server.destroy()
        client.destroy()
      } else server.write(chunk)
    })
    client.on('end', () => server.end())
    server.on('data', (chunk: Buffer) => {
      if (how === 'fine') client.write(chunk)
      else client.destroy()
    })
    server.on('end', () => client.end())
    server.on('close', () => client.destroySoon())
    client.on('close', () => how === 'fine' && server.destroySoon())
  }
}
