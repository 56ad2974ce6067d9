import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHash, randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { holdLock, withLock } from '../../services/lock.ts'

const silent = () => undefined

test('work of one name never overlaps', async () => {
  const name = randomUUID()
  let inside = 0
  let most = 0
  const results = await Promise.all(
    Array.from({ length: 8 }, (_, i) =>
      withLock(name, silent, async () => {
        most = Math.max(most, ++inside)
        await new Promise((resolve) => setImmediate(resolve))
        inside--
        return i
      }),
    ),
  )
  expect(results).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  expect(most).toBe(1)
})

test('work of different names does', async () => {
  const result = withLock(randomUUID(), silent, () => withLock(randomUUID(), silent, () => Promise.resolve('both')))
  expect(await result).toBe('both')
})

test('work that fails gives the lock back', async () => {
  const name = randomUUID()
  await expect(withLock(name, silent, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
  expect(await withLock(name, silent, () => Promise.resolve('next'))).toBe('next')
})

test('who has to wait is told so once, and goes on when the holder is killed', async () => {
  const name = randomUUID()
  const holder = await holdElsewhere(name)
  const said: string[] = []
  const waiting = withLock(
    name,
    (line) => {
      said.push(line)
      holder.kill('SIGKILL')
    },
    () => Promise.resolve('mine'),
  )
  expect(await waiting).toBe('mine')
  expect(said).toEqual(['another phoenix is starting or stopping the services: waiting for it'])
})

/** Another process that holds the lock until it is killed. */
async function holdElsewhere(name: string) {
  const path = `phoenix-${createHash('sha256').update(name).digest('hex').slice(0, 32)}`
  const script = join(mkdtempSync(join(tmpdir(), 'phoenix-lock-')), 'hold.mjs')
  writeFileSync(
    script,
    `import net from 'node:net'\nnet.createServer(() => {}).listen({ path: '\\0${path}' }, () => process.send('held'))`,
  )
  const child = fork(script)
  await once(child, 'message')
  return child
}

test('a lock that is held for long is refused at once, and free again when it is given back', async () => {
  const name = randomUUID()
  const giveBack = await holdLock(name)
  expect(giveBack).not.toBeNull()
  expect(await holdLock(name)).toBeNull()
  await giveBack?.()
  const next = await holdLock(name)
  expect(next).not.toBeNull()
  await next?.()
})
