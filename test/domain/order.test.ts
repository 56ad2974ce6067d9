import { describe, expect, it } from 'vitest'
import { coresAt, isCampaign, mayStartAt, type OrderKind, priorityOf, windowFor } from '../../domain/order.ts'

const window = { timeZone: 'UTC', start: '20:00', end: '07:00' }
const hours = { window, coresByDay: 0 }
const noon = new Date('2026-03-01T12:00:00Z')
const midnight = new Date('2026-03-01T00:00:00Z')
const kinds: readonly OrderKind[] = ['run', 'daily', 'back-process', 'reprocess', 'job file']

describe('the window of an order', () => {
  it.each(kinds)('%s: by day only an operator’s direct order starts, by night every one', (kind) => {
    expect(mayStartAt({ kind, anyTime: false }, hours, noon)).toBe(kind === 'run')
    expect(mayStartAt({ kind, anyTime: false }, hours, midnight)).toBe(true)
  })

  it.each(kinds)('%s: starts at any time when it was ordered so, or when there is no window', (kind) => {
    expect(mayStartAt({ kind, anyTime: true }, hours, noon)).toBe(true)
    expect(mayStartAt({ kind, anyTime: false }, { window: null, coresByDay: 0 }, noon)).toBe(true)
    expect(windowFor({ kind, anyTime: true }, window)).toBeNull()
  })

  it.each(kinds)('%s: with cores by day it starts by day too, beside so many others', (kind) => {
    const cores = (moment: Date) => coresAt({ kind, anyTime: false }, { window, coresByDay: 2 }, moment)
    expect(cores(noon)).toBe(kind === 'run' ? Infinity : 2)
    expect(cores(midnight)).toBe(Infinity)
  })
})

it('tonight’s work is served before a job file, and that before campaigns', () => {
  const served = kinds.toSorted((a, b) => priorityOf(a) - priorityOf(b))
  expect(served).toEqual(['run', 'daily', 'job file', 'back-process', 'reprocess'])
  expect(priorityOf('run')).toBe(priorityOf('daily'))
  expect(kinds.filter(isCampaign)).toEqual(['back-process', 'reprocess'])
})
