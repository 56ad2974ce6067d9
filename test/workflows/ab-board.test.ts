import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AbResult } from '../../activities/process-ab.ts'
import { AbBoard } from '../../workflows/ab-board.ts'

const ended = (outcome: 'processed' | 'failed'): AbResult => ({ ended: true, outcome })

test('counts, and the most telling blocks first', () => {
  let changes = 0
  const board = new AbBoard(['a', 'b', 'c', 'd', 'e', 'f'], () => {
    changes += 1
  })
  for (const name of ['a', 'b', 'c', 'd']) board.offered(name)
  board.answered('a', ended('processed'))
  board.answered('b', ended('failed'))
  board.answered('c', { ended: false, why: 'pause by ada | on call' })
  expect(changes).toBe(7)
  expect(board).toMatchObject({ waiting: 3, onHost: 1, ended: 2 })
  expect(board.markdown().split('\n')).toEqual([
    '1 on the host, 3 waiting, 1 failed, 1 processed',
    '',
    '| AB | state |',
    '|---|---|',
    '| d | on the host |',
    '| b | failed |',
    '| c | waits: pause by ada \\| on call |',
    '| a | processed |',
    '| e | waits |',
    '| f | waits |',
  ])
})

test('is never longer than forty rows, and every block is counted once', () => {
  const events = fc.array(fc.tuple(fc.nat({ max: 99 }), fc.constantFrom('offer', 'processed', 'failed', 'back')))
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100 }), events, (size, history) => {
      const names = Array.from({ length: size }, (_, index) => `AB ${index}`)
      const board = new AbBoard(names)
      const [onHost, done] = [new Set<string>(), new Set<string>()]
      for (const [index, what] of history) {
        const name = names[index % size] ?? ''
        if (what === 'offer') {
          if (done.has(name) || onHost.has(name)) continue
          onHost.add(name)
          board.offered(name)
        } else if (onHost.delete(name)) {
          if (what !== 'back') done.add(name)
          board.answered(name, what === 'back' ? { ended: false, why: 'held' } : { ended: true, outcome: what })
        }
      }
      const lines = board.markdown().split('\n')
      const rows = lines.filter((line) => line.startsWith('| AB ') && line !== '| AB | state |')
      expect(rows).toHaveLength(Math.min(40, size))
      expect(lines.at(-1)).toBe(size > 40 ? `${size - 40} more` : rows.at(-1))
      expect(board.waiting + board.onHost + board.ended).toBe(size)
    }),
  )
})
