import { expect, test } from 'vitest'
import type { InstrumentDigest } from '../../database/digest.ts'
import type { AlertEvent } from '../../domain/alerts.ts'
import { alertMessage } from '../../notify/alert-message.ts'
import { digestMessage } from '../../notify/digest-message.ts'

const AT = new Date('2026-03-02T08:00:00Z')
const event = (eventId: number, message = 'run 7 blocked'): AlertEvent => {
  return { eventId, at: AT, kind: 'date blocked', instrument: 'UVES', date: '2026-03-01', message }
}

test('an alert names the date, what happened, and what to do', () => {
  const message = alertMessage(
    { cause: 'date blocked UVES', kind: 'date blocked', instrument: 'UVES', events: [event(1)] },
    AT,
  )
  expect(message.subject).toBe('phoenix: date blocked UVES 2026-03-01')
  expect(message.text).toContain('2026-03-02T08:00:00.000Z UVES 2026-03-01: run 7 blocked\n')
  expect(message.text).toContain('phoenix resume INSTRUMENT DATE')
})

test('many events: how often, the last twenty, and that there are more', () => {
  const [first, ...more] = Array.from({ length: 25 }, (_, index) => event(index + 1, `run ${index + 1} blocked`))
  if (first === undefined) throw new Error('no event')
  const { subject, text } = alertMessage(
    { cause: 'c', kind: 'date blocked', instrument: 'UVES', events: [first, ...more] },
    AT,
  )
  expect(subject).toBe('phoenix: date blocked UVES (25 times)')
  expect(text).not.toContain(': run 5 blocked')
  expect(text).toContain(': run 6 blocked')
  expect(text).toContain('and 5 more before these')
})

test('nothing of a header or a log moves the cursor of a terminal', () => {
  const { text } = alertMessage(
    { cause: 'c', kind: 'date blocked', instrument: 'UVES', events: [event(1, 'a\u001b[2Jb\nc')] },
    AT,
  )
  expect(text).toContain('a\u{fffd}[2Jb c')
})

const well: InstrumentDigest = {
  instrument: 'UVES',
  numbers: {
    since: AT,
    processed: 12,
    failed: 0,
    interrupted: 0,
    recipeSeconds: 30,
    idpsArchived: 12,
    bytesArchived: 24e6,
    runs: {},
    datesRegistered: 1,
    failures: [],
  },
  leftOut: [
    { code: 'mode not certified', isVirtual: false, count: 9, recent: 3 },
    { code: 'malformed', isVirtual: false, count: 5, recent: 0 },
    { code: 'virtual calibration', isVirtual: true, count: 40, recent: 4 },
  ],
  blocked: [],
  inError: [],
  openDates: 1,
  waiting: 5,
  backlog: 2,
  lastRegistered: new Date('2026-03-02T06:00:00Z'),
}
const host = { host: 'muc08', cores: 2, seenAt: AT, load: 1, freeBytes: 5e9, neededBytes: 2e9, recipes: 0, runs: 0 }
const digest = (instrument: InstrumentDigest, hosts = [host]) =>
  digestMessage({ since: new Date('2026-03-01T08:00:00Z'), at: AT, instruments: [instrument], hosts, silentNights: 3 })

test('a digest when all is well says so, with its numbers', () => {
  const { subject, text } = digest(well)
  expect(subject).toBe('phoenix: all well, 12 processed, 0 failed, 12 archived')
  expect(text).toContain('Nothing needs a person.')
  expect(text).toContain('UVES: 12 processed, 0 failed, 0 interrupted; 12 archived (24 MB)')
  expect(text).toContain('left out: 3 mode not certified')
  expect(text).toContain('wait for calibrations that are only promised: 4')
  expect(text).toContain('ABs that wait: 5, of them backlog: 2')
  expect(text).toContain('host muc08: 5000 MB free')
})

test('a digest of trouble: what needs a person comes first', () => {
  const failures = Array.from({ length: 7 }, (_, index) => {
    return { kind: 'recipe', cause: `cause ${index}`, count: 7 - index, instrument: 'UVES', abName: 'a.ab' }
  })
  const lastRegistered = new Date('2026-02-26T08:00:00Z')
  const trouble = {
    ...well,
    numbers: { ...well.numbers, failed: 28, failures },
    blocked: ['2026-02-27'],
    inError: ['2026-02-28'],
    lastRegistered,
  }
  const { subject, text } = digest(trouble, [
    { ...host, freeBytes: 1e9 },
    { ...host, host: 'muc09', seenAt: new Date('2026-03-02T07:00:00Z') },
  ])
  expect(subject).toBe('phoenix: 5 to look at, 12 processed, 28 failed, 12 archived')
  expect(text.split('\n').slice(1, 7)).toEqual([
    'To look at:',
    '  UVES: blocked, the archive refuses: 2026-02-27',
    '  UVES: in error, not attempted: 2026-02-28',
    '  UVES: nothing registered for 4 nights',
    '  host muc08: disk full, 1000 MB free, 2000 MB needed',
    '  host muc09: no worker seen since 2026-03-02T07:00:00.000Z',
  ])
  expect(text).toContain('failed, 7 times: cause 0')
  expect(text).not.toContain('cause 5')
  expect(text).toContain('and 2 other causes')
})
