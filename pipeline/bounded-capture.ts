import { closeSync, openSync, writeSync } from 'node:fs'
import type { Readable } from 'node:stream'

/**
 * Writes a stream to a file up to so many bytes and throws the rest away, so that an endless talker neither blocks nor fills
 * the disk. `finished` waits for the end of the stream, but not for ever: somebody else may still hold its other end.
 */
export function captureTo(path: string, stream: Readable, maximumBytes: number): { finished: () => Promise<void> } {
  let file: number | null = openSync(path, 'w')
  let bytesLeft = maximumBytes
  stream.on('data', (chunk: Buffer) => {
    if (file === null) return
    try {
      writeSync(file, chunk.subarray(0, bytesLeft))
      bytesLeft -= chunk.length
      if (bytesLeft < 0) {
        writeSync(file, `\n[cut after ${maximumBytes} bytes]\n`)
        close()
      }
    } catch {
      // A full disk must not keep the launcher from telling how the recipe ended, which says so itself.
      close()
    }
  })
  const closed = new Promise<void>((resolve) => stream.once('close', resolve))

  function close(): void {
    if (file !== null) closeSync(file)
    file = null
  }

  return {
    finished: async () => {
      let timer: NodeJS.Timeout | undefined
      await Promise.race([closed, new Promise((resolve) => (timer = setTimeout(resolve, 1000)))])
      clearTimeout(timer)
      close()
    },
  }
}
