import { mkdtempSync, symlinkSync } from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { PreconditionError } from '../../domain/failure.ts'
import { becomeHostWorker } from '../../services/host-worker.ts'

function place() {
  const folder = mkdtempSync(join(os.tmpdir(), 'phoenix-host-'))
  return { host: 'muc01', scratchDir: join(folder, 'scratch'), queue: `127.0.0.1:7233 default recipes@${folder}` }
}

test('the second worker of a host is refused in one line, by its disk however that is named, or by its queue', async () => {
  const mine = place()
  const end = await becomeHostWorker(mine)
  const link = join(mine.scratchDir, '..', 'link')
  symlinkSync(mine.scratchDir, link)
  const sameDisk = await becomeHostWorker({ ...place(), scratchDir: link }).catch((error: unknown) => error)
  expect(sameDisk).toBeInstanceOf(PreconditionError)
  expect(String(sameDisk)).toContain(`a host worker of muc01 runs already on the scratch disk ${mine.scratchDir}`)
  expect(String(sameDisk)).not.toContain('\n')
  const other = place()
  await expect(becomeHostWorker({ ...other, queue: mine.queue })).rejects.toThrow('on the same queue')
  // What was refused holds nothing.
  await (await becomeHostWorker(other))()
  await end()
  await (await becomeHostWorker(mine))()
})

test('workers of different installations on one machine do not meet', async () => {
  const ends = await Promise.all([becomeHostWorker(place()), becomeHostWorker(place())])
  expect(ends).toHaveLength(2)
  await Promise.all(ends.map((end) => end()))
})
