import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import type { Database } from '../../../database/connect.ts'
import { closeRun } from '../../../database/date-runs.ts'
import { writeEvent } from '../../../database/events.ts'
import { lastBeat } from '../../../database/heartbeats.ts'
import { placeHold } from '../../../database/holds.ts'
import { recentMessages } from '../../../database/notifications.ts'
import type { Message } from '../../../notify/message.ts'
import { tellWhatIsDue } from '../../../notify/notifier.ts'
import { opened, ownRecord, registered } from '../database/own-record.ts'

let folder = ''
let database: Database
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'phoenix-notify-'))
  database = await ownRecord()
})

/** A program of an operator: keeps each message as a line; fails while a file `broken` lies beside it. */
function command(): readonly [string, ...string[]] {
  const program = join(folder, 'tell')
  writeFileSync(
    program,
    `#!/bin/sh\nif [ -e "${folder}/broken" ]; then echo "no mail server" >&2; exit 3; fi\ncat >> "$1"\n`,
  )
  chmodSync(program, 0o755)
  return [program, join(folder, 'told')]
}
const told = (): Message[] => {
  const path = join(folder, 'told')
  return existsSync(path)
    ? readFileSync(path, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
    : []
}
const settings = () => ({ command: command(), digestAt: null, silentNights: 3 })
const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000)

async function blockedDate(date: string): Promise<void> {
  await registered(database, 1, date)
  const run = await opened(database, date)
  await closeRun(database, { runNumber: run.runNumber, state: 'blocked', problems: ['archive refuses'], bytesFreed: 0 })
}

test('a blocked date is told once; more within the hour are told together after it', async () => {
  await blockedDate('2026-03-01')
  await tellWhatIsDue(database, settings(), inMinutes(0))
  expect(told().map(({ subject }) => subject)).toEqual(['phoenix: date blocked UVES 2026-03-01'])
  await blockedDate('2026-03-02')
  await blockedDate('2026-03-03')
  await tellWhatIsDue(database, settings(), inMinutes(30))
  expect(told()).toHaveLength(1)
  await tellWhatIsDue(database, settings(), inMinutes(61))
  await tellWhatIsDue(database, settings(), inMinutes(62))
  expect(told().map(({ subject }) => subject)).toEqual([
    'phoenix: date blocked UVES 2026-03-01',
    'phoenix: date blocked UVES (2 times)',
  ])
  expect(told()[1]?.text).toContain('UVES 2026-03-02: run 2 blocked; archive refuses')
})

test('what an operator ordered is not told: stops, holds; an archive that we had to hold is', async () => {
  await registered(database)
  const run = await opened(database)
  await closeRun(database, { runNumber: run.runNumber, state: 'stopped', problems: [], bytesFreed: 0 })
  const scope = { type: 'archive', archive: 'ESO' } as const
  await placeHold(database, { kind: 'stop', scope, reason: 'moving it', placedBy: 'ada' })
  await tellWhatIsDue(database, settings(), inMinutes(0))
  expect(told()).toEqual([])
  await placeHold(database, { kind: 'pause', scope, reason: 'HTTP 401', placedBy: 'phoenix' })
  await tellWhatIsDue(database, settings(), inMinutes(0))
  expect(told().map(({ kind, text }) => [kind, text.includes('HTTP 401')])).toEqual([['archive held', true]])
})

test('a command that fails: said, kept, and tried again later until it takes the message', async () => {
  writeFileSync(join(folder, 'broken'), '')
  await blockedDate('2026-03-01')
  const problems = await tellWhatIsDue(database, settings(), inMinutes(0))
  expect(problems).toEqual([`${join(folder, 'tell')}: exit code 3: no mail server`])
  expect(await recentMessages(database, 5)).toMatchObject([{ sentAt: null, tries: 1, problem: problems[0] }])
  expect(await tellWhatIsDue(database, settings(), inMinutes(1))).toEqual([])
  expect(await tellWhatIsDue(database, settings(), inMinutes(3))).toHaveLength(1)
  rmSync(join(folder, 'broken'))
  expect(await tellWhatIsDue(database, settings(), inMinutes(10))).toEqual([])
  expect(told()).toHaveLength(1)
  expect(await recentMessages(database, 5)).toMatchObject([{ sentAt: expect.any(Date), tries: 3, problem: null }])
})

test('a program that is not there is told as a problem', async () => {
  await blockedDate('2026-03-01')
  const away = { ...settings(), command: [join(folder, 'nothing')] as const }
  expect((await tellWhatIsDue(database, away, inMinutes(0)))[0]).toMatch(/nothing cannot be started: spawn .* ENOENT/)
})

test('ten who look at once tell it once', async () => {
  await blockedDate('2026-03-01')
  const both = settings()
  await Promise.all(Array.from({ length: 10 }, () => tellWhatIsDue(database, both, inMinutes(0))))
  expect(told()).toHaveLength(1)
})

test('the digest comes at its hour, also when nothing happened, and says what is silent', async () => {
  await registered(database, 2)
  await blockedDate('2026-03-02')
  const now = inMinutes(0)
  const time = now.toISOString().slice(11, 16)
  const digesting = { ...settings(), digestAt: { timeZone: 'UTC', time } }
  await tellWhatIsDue(database, digesting, now)
  await tellWhatIsDue(database, digesting, inMinutes(60))
  const digests = () => told().filter(({ kind }) => kind === 'digest')
  expect(digests()).toHaveLength(1)
  expect(digests()[0]?.text).toContain('UVES: blocked, the archive refuses: 2026-03-02')
  expect(digests()[0]?.text).toContain('ABs that wait: 3, of them backlog: 3')
  await tellWhatIsDue(database, digesting, inMinutes(4 * 24 * 60))
  expect(digests()).toHaveLength(2)
  expect(digests()[1]?.text).toMatch(/UVES: nothing registered for [34] nights/)
})

test('without a command messages are kept, and the heart beats', async () => {
  await writeEvent(database, { kind: 'systematic failure', instrument: 'UVES', message: '5 ABs: no order found' })
  await tellWhatIsDue(database, { ...settings(), command: null }, inMinutes(0))
  expect(await recentMessages(database, 5)).toMatchObject([
    { sentAt: null, tries: 0, cause: 'systematic failure UVES' },
  ])
  expect(Date.now() - ((await lastBeat(database, 'orchestration'))?.getTime() ?? 0)).toBeLessThan(60_000)
})
