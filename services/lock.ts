import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createConnection, createServer, type Server } from 'node:net'
import { InfrastructureError } from '../domain/failure.ts'
import { isCode } from './process.ts'

/**
 * Runs `work` while no other process of this machine runs work of the same name. The lock is a socket in Linux's
 * abstract name space: the kernel gives it to one process only and takes it back when that process ends, however it
 * ends, so that there is no file to go stale.
 */
export async function withLock<T>(name: string, say: (line: string) => void, work: () => Promise<T>): Promise<T> {
  const holder = await acquire(pathOf(name), say)
  try {
    return await work()
  } finally {
    await release(holder)
  }
}

/**
 * Takes the lock of that name for as long as this process likes, or returns null at once when another one has it. The result gives it back;
 * so does the end of the process.
 */
export async function holdLock(name: string): Promise<(() => Promise<void>) | null> {
  const holder = await tryToHold(pathOf(name))
  return holder === null ? null : () => release(holder)
}

/** Starting the services takes seconds; whoever holds the lock longer than this is stuck. */
const patienceSeconds = 300

const pathOf = (name: string): string => `\0phoenix-${createHash('sha256').update(name).digest('hex').slice(0, 32)}`

async function acquire(path: string, say: (line: string) => void): Promise<Holder> {
  const deadline = Date.now() + patienceSeconds * 1000
  for (let told = false; ; told = true) {
    const holder = await tryToHold(path)
    if (holder !== null) return holder
    if (!told) say('another phoenix is starting or stopping the services: waiting for it')
    if (!(await holderEnded(path, deadline - Date.now()))) {
      throw new InfrastructureError(`another phoenix has been starting the services for ${patienceSeconds} s`)
    }
  }
}

interface Holder {
  readonly server: Server
  readonly waiting: Set<{ destroy(): void }>
}

async function tryToHold(path: string): Promise<Holder | null> {
  const waiting: Holder['waiting'] = new Set()
  const server = createServer((connection) => {
    waiting.add(connection)
    connection.on('error', () => undefined).on('close', () => waiting.delete(connection))
  })
  server.listen({ path })
  try {
    await once(server, 'listening')
    return { server, waiting }
  } catch (error) {
    if (isCode(error, 'EADDRINUSE')) return null
    throw error
  }
}

/** The connections of those who wait end with the lock; that is what they wait for. */
async function release({ server, waiting }: Holder): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  for (const connection of waiting) connection.destroy()
  await closed
}

function holderEnded(path: string, milliseconds: number): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = createConnection({ path })
    const timer = setTimeout(() => {
      connection.destroy()
      resolve(false)
    }, milliseconds)
    connection.on('error', () => undefined) // refused: it has just ended; `close` follows
    connection.resume().on('close', () => {
      clearTimeout(timer)
      resolve(true)
    })
  })
}
