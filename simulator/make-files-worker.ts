import { parentPort } from 'node:worker_threads'
import { makeNightFile, type NightFile } from './night-file.ts'

/** Entry of a worker thread: makes one file per message and answers with its SHA-256. An error ends the thread and is seen there. */
const port = parentPort
if (port === null) throw new Error('make-files-worker is the entry of a worker thread')
port.on('message', ({ file, seed }: { file: NightFile; seed: number }) => {
  void makeNightFile(file, seed).then((checksum) => port.postMessage(checksum))
})
