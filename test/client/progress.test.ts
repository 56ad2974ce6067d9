import { expect, test } from 'vitest'
import { Progress } from '../../client/progress.ts'

test('work that is soon over says nothing; longer work every five seconds, with an estimate from its pace', () => {
  const lines: string[] = []
  let now = 1_000_000
  const progress = new Progress(
    100,
    'dates',
    (line) => lines.push(line),
    () => now,
  )
  const after = (seconds: number, done: number) => {
    now = 1_000_000 + seconds * 1000
    progress.reached(done)
  }
  after(4, 3)
  expect(lines).toEqual([])
  after(5, 0)
  after(10, 5)
  after(12, 7)
  after(400, 20)
  after(20_000, 50)
  after(50_000, 100)
  expect(lines).toEqual([
    '0 of 100 dates (0 %)',
    '5 of 100 dates (5 %), about 3 min left',
    '20 of 100 dates (20 %), about 27 min left',
    '50 of 100 dates (50 %), about 5.6 h left',
  ])
})
