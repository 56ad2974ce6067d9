import { expect, test } from 'vitest'
import { markPath } from '../../monitor/page/parts/marks.ts'

const COLOURS = 6

test('thirty series in a row differ in mark or colour', () => {
  const looks = Array.from({ length: 30 }, (_, series) => `${markPath(series)} ${series % COLOURS}`)
  expect(new Set(looks).size).toBe(30)
})

test('neighbours differ in their mark alone', () => {
  for (let series = 0; series < 30; series += 1) expect(markPath(series)).not.toBe(markPath(series + 1))
})

test('a mark lies around its place, within a little more than its radius', () => {
  for (let series = 0; series < 5; series += 1) {
    const numbers =
      markPath(series, 100, 50, 4)
        .match(/-?[\d.]+/g)
        ?.map(Number) ?? []
    const [xs, ys] = [numbers.filter((_, index) => index % 2 === 0), numbers.filter((_, index) => index % 2 === 1)]
    expect(numbers.length).toBeGreaterThanOrEqual(6)
    for (const x of xs) expect(Math.abs(x - 100)).toBeLessThanOrEqual(4.5)
    for (const y of ys) expect(Math.abs(y - 50)).toBeLessThanOrEqual(4.5)
    expect(Math.min(...xs)).toBeLessThan(100)
    expect(Math.max(...ys)).toBeGreaterThan(50)
  }
})
