import { mkdir, realpath } from 'node:fs/promises'
import { PreconditionError } from '../domain/failure.ts'
import { holdLock } from './lock.ts'

/** What belongs to one host worker alone. */
export interface HostWorkerPlace {
  readonly host: string
  readonly scratchDir: string
  /** The queue of its recipes, with the Temporal server that it is on. */
  readonly queue: string
}

/**
 * Makes this process the one host worker of this machine: two would clear each other's folders of blocks and run twice as many recipes as
 * there are cores. The result ends that; so does the end of the process, however it ends.
 *
 * @throws PreconditionError when another process works on the same scratch disk or the same queue
 */
export async function becomeHostWorker({ host, scratchDir, queue }: HostWorkerPlace): Promise<() => Promise<void>> {
  await mkdir(scratchDir, { recursive: true })
  const disk = await realpath(scratchDir)
  const giveBackDisk = await holdLock(`host worker on ${disk}`)
  if (giveBackDisk === null) throw refused(host, `on the scratch disk ${disk}`)
  const giveBackQueue = await holdLock(`host worker of ${queue}`)
  if (giveBackQueue === null) {
    await giveBackDisk()
    throw refused(host, 'on the same queue, with another scratch disk')
  }
  return async () => {
    await giveBackQueue()
    await giveBackDisk()
  }
}

function refused(host: string, where: string): PreconditionError {
  return new PreconditionError(
    `a host worker of ${host} runs already ${where}: there is one for each host; end it first (\`phoenix down\`), or give this one a PHOENIX_HOST and a PHOENIX_SCRATCH of its own`,
  )
}
