import { expect, test } from 'vitest'
import { turns } from '../../activities/turns.ts'

/** Work that ends when it is told to. */
function step(log: string[], name: string) {
  let end: (error?: Error) => void = () => undefined
  const ended = new Promise<string>((resolve, reject) => {
    end = (error) => (error === undefined ? resolve(name) : reject(error))
  })
  return {
    end,
    work: () => {
      log.push(name)
      return ended
    },
  }
}
const settle = () => new Promise((resolve) => setImmediate(resolve))

test('work of one key is done one after the other, work of another key at once', async () => {
  const inTurn = turns()
  const log: string[] = []
  const [a1, a2, b] = [step(log, 'a1'), step(log, 'a2'), step(log, 'b')]
  const results = [inTurn('a', a1.work), inTurn('a', a2.work), inTurn('b', b.work)]
  await settle()
  expect(log).toEqual(['a1', 'b'])
  a1.end()
  await settle()
  expect(log).toEqual(['a1', 'b', 'a2'])
  a2.end()
  b.end()
  expect(await Promise.all(results)).toEqual(['a1', 'a2', 'b'])
})

test("an error is the caller's own: the next one has its turn", async () => {
  const inTurn = turns()
  const log: string[] = []
  const [bad, good] = [step(log, 'bad'), step(log, 'good')]
  const first = inTurn('a', bad.work)
  const second = inTurn('a', good.work)
  bad.end(new Error('broken'))
  good.end()
  await expect(first).rejects.toThrow('broken')
  expect(await second).toBe('good')
})

test('three in a row keep their order when each is asked for in the middle of the one before', async () => {
  const inTurn = turns()
  const order: number[] = []
  const all: Promise<void>[] = []
  const next = (n: number): Promise<void> =>
    inTurn('a', async () => {
      if (n < 3) all.push(next(n + 1))
      await settle()
      order.push(n)
    })
  await next(1)
  await Promise.all(all)
  while (all.length < 2) await settle()
  await Promise.all(all)
  expect(order).toEqual([1, 2, 3])
})
