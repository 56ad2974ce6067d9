import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { InfrastructureError } from '../domain/failure.ts'
import { makeNightFile, type NightFile } from './night-file.ts'

/**
 * Makes the files on all cores and tells each one when it is written.
 * Compiled code uses worker threads; run from TypeScript source (under the test runner), where a plain worker could not load
 * its file, the same function works through the list in this thread. The bytes are the same.
 *
 * @returns SHA-256 of each file, in the order given
 */
export async function makeFiles(
  files: readonly NightFile[],
  seed: number,
  onFile: (file: NightFile) => void,
): Promise<string[]> {
  const checksums: string[] = []
  const isCompiled = import.meta.url.endsWith('.js')
  const lanes = isCompiled ? Math.min(availableParallelism(), files.length) : 1
  const queue = files.entries()
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      const lane = isCompiled ? threadLane() : { make: makeNightFile, close: () => Promise.resolve() }
      try {
        // The iterator is shared: each lane takes the next file that nobody has taken.
        for (const [index, file] of queue) {
          checksums[index] = await lane.make(file, seed)
          onFile(file)
        }
      } finally {
        await lane.close()
      }
    }),
  )
  return checksums
}

interface Lane {
  readonly make: (file: NightFile, seed: number) => Promise<string>
  readonly close: () => Promise<unknown>
}

function threadLane(): Lane {
  // By way of the folder above, so that it is found from the bundled command too. Options of the parent's command line, such as --input-type, are not for the thread.
  const worker = new Worker(new URL('../simulator/make-files-worker.js', import.meta.url), { execArgv: [] })
  const make = (file: NightFile, seed: number) =>
    new Promise<string>((resolve, reject) => {
      const fail = (reason: unknown) =>
        reject(new InfrastructureError(`cannot make ${file.path}: ${String(reason)}`, { cause: reason }))
      const onExit = (code: number) => fail(`the worker thread ended with exit code ${code}`)
      worker.once('error', fail)
      worker.once('exit', onExit)
      worker.once('message', (checksum: string) => {
        worker.off('error', fail)
        worker.off('exit', onExit)
        resolve(checksum)
      })
      worker.postMessage({ file, seed })
    })
  return { make, close: () => worker.terminate() }
}
