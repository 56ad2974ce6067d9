import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Screen } from '../../client/screen.ts'
import { watchLines } from '../../client/watch-screen.ts'
import type { NewsItem } from '../../database/news.ts'
import type { OpenRunLine, Overview } from '../../database/overview.ts'

const AT = new Date('2026-03-02T02:11:00Z')
const run: OpenRunLine = {
  runNumber: 7,
  instrument: 'UVES',
  date: '2026-03-01',
  kind: 'daily',
  orderedBy: 'ada',
  host: 'muc01',
  state: 'holding',
  waitsFor: 'window opens at 20:00 America/Santiago',
  phase: null,
  startedAt: AT,
  ended: 5,
  failed: 1,
  running: 2,
  pending: 3,
  endExpectedAt: new Date('2026-03-02T02:30:00Z'),
}
const now: Overview = {
  at: AT,
  openRuns: [run],
  holds: [{ id: 1, kind: 'pause', scope: { type: 'everything' }, reason: 'disk swap', placedBy: 'ada', placedAt: AT }],
  troubled: [
    {
      instrument: 'UVES',
      date: '2026-02-28',
      runNumber: 5,
      state: 'blocked',
      problems: ['full'],
      endedAt: AT,
      pendingIdps: 2,
    },
  ],
  lastDay: {
    since: AT,
    processed: 12,
    failed: 2,
    interrupted: 0,
    recipeSeconds: 30,
    idpsArchived: 12,
    bytesArchived: 1,
    runs: {},
    datesRegistered: 1,
    failures: [],
  },
  leftOut: [],
  hosts: [
    { host: 'muc01', cores: 2, seenAt: AT, load: 1.25, freeBytes: 5e9, neededBytes: 1, recipes: 2, runs: 1 },
    {
      host: 'muc02',
      cores: 2,
      seenAt: new Date('2026-03-02T02:00:00Z'),
      load: null,
      freeBytes: null,
      neededBytes: null,
      recipes: 0,
      runs: 0,
    },
  ],
  years: [],
}
const item = (message: string): NewsItem => {
  return { at: AT, instrument: 'UVES', date: '2026-03-01', abName: 'a.ab', what: 'failed', message, who: null }
}

test('hosts, trouble, holds, open runs with their progress, and what happened last', () => {
  const lines = watchLines(now, [item('no object found')], { width: 140, height: 40 })
  expect(lines[0]).toBe('phoenix  2026-03-02 02:11:00Z   last 24 h: 12 processed, 2 failed, 12 archived   Ctrl-C ends')
  expect(lines).toContain('host muc01: 2 of 2 cores   load 1.3   5.0 GB free')
  expect(lines).toContain('host muc02: 0 of 2 cores   SILENT since 2026-03-02 02:00:00Z')
  expect(lines).toContain('! UVES 2026-02-28 blocked; full')
  expect(lines).toContain('‖ pause of everything by ada: disk swap')
  expect(lines).toContain(
    '  UVES 2026-03-01  daily  holding  [##########..........] 5/10, 1 failed, 2 running   ends about 02:30',
  )
  expect(lines).toContain('      waits: window opens at 20:00 America/Santiago')
  expect(lines.at(-1)).toBe('2026-03-02 02:11:00Z  UVES 2026-03-01  failed  a.ab: no object found')
})

test('however many dates are in trouble, what runs stays in sight', () => {
  const troubled = Array.from({ length: 30 }, () => now.troubled).flat()
  const lines = watchLines({ ...now, troubled }, [], { width: 140, height: 24 })
  expect(lines).toContain('! and 25 more dates')
  expect(lines).toContain('1 open run')
})

test('any number of runs and news fits the screen, and nothing that a log holds is obeyed', () => {
  const sizes = fc.record({ width: fc.integer({ min: 10, max: 200 }), height: fc.integer({ min: 3, max: 60 }) })
  fc.assert(
    fc.property(sizes, fc.nat(100), fc.array(fc.string({ unit: 'binary' }), { maxLength: 80 }), (size, runs, texts) => {
      const lines = watchLines(
        { ...now, openRuns: Array.from({ length: runs }, () => run) },
        texts.map((text) => item(`\u001b[2J${text}\n`)),
        size,
      )
      expect(lines.length).toBeLessThanOrEqual(size.height)
      for (const line of lines) {
        expect(Array.from(line).length).toBeLessThanOrEqual(size.width)
        expect(line).not.toMatch(/\p{Cc}/u)
      }
    }),
    { numRuns: 30 },
  )
})

test('a screen draws in place and gives the terminal back', () => {
  let written = ''
  const screen = new Screen(
    (text) => {
      written += text
    },
    () => ({ width: 80, height: 24 }),
  )
  screen.draw(['one', 'two'])
  screen.close()
  expect(written).toBe('\u001b[?1049h\u001b[?25l\u001b[Hone\u001b[K\r\ntwo\u001b[K\u001b[J\u001b[?25h\u001b[?1049l')
})
