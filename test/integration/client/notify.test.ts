import { afterEach, beforeEach, expect, test } from 'vitest'
import { beat } from '../../../database/heartbeats.ts'
import { blocks, DATE } from '../../client/blocks.ts'
import { phoenix } from '../../client/captured.ts'
import { type OwnInstallation, ownInstallation } from './own-installation.ts'

let own: OwnInstallation
beforeEach(async () => {
  own = await ownInstallation()
})
afterEach(() => own.drop())

test('notify digest: as it would be sent now', async () => {
  own.layBlocks(blocks(3, true))
  await own.phoenix('register', 'UVES', DATE)
  const { code, out } = await own.phoenix('notify', 'digest')
  expect(code).toBe(0)
  expect(out).toMatch(/^phoenix: all well, 0 processed/)
  expect(out).toContain('UVES: 0 processed, 0 failed')
  expect(out).toContain('ABs that wait: 5, of them backlog: 5')
  expect(await own.json('notify', 'digest')).toMatchObject({ kind: 'digest', data: { instruments: [{ waiting: 5 }] } })
})

test('notify test: a command that takes the message, one that fails, none', async () => {
  const told = (command: string) => phoenix({ ...own.env, PHOENIX_NOTIFY_COMMAND: command }, 'notify', 'test')
  expect(await told('/bin/cat')).toMatchObject({ code: 0, out: '/bin/cat took the test message\n' })
  expect(await told('/bin/false')).toMatchObject({ code: 1, error: expect.stringContaining('/bin/false: exit code 1') })
  expect(await own.phoenix('notify', 'test')).toMatchObject({
    code: 2,
    error: expect.stringContaining('PHOENIX_NOTIFY_COMMAND'),
  })
})

test('notify list says that nothing is sent without a command', async () => {
  const { code, out } = await own.phoenix('notify', 'list')
  expect(code).toBe(0)
  expect(out).toContain('PHOENIX_NOTIFY_COMMAND is not set')
})

test('doctor --alive: says what is silent, and exit code 1', async () => {
  const dead = await own.phoenix('doctor', '--alive')
  expect(dead.code).toBe(1)
  expect(dead.out).toContain('the orchestration worker was never at work')
  await beat(own.database, 'orchestration')
  const half = await own.phoenix('doctor', '--alive')
  expect(half.out).not.toContain('orchestration')
  expect(half.out).toContain('every host worker was never at work')
  await own.database
    .updateTable('heartbeat')
    .set({ at: new Date(Date.now() - 600_000) })
    .execute()
  expect((await own.phoenix('doctor', '--alive')).out).toContain('the orchestration worker is silent since')
})

test('doctor --alive: a record that is away is an answer too', async () => {
  const away = { ...own.env, DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing' }
  const { code, out } = await phoenix(away, 'doctor', '--alive')
  expect(code).toBe(1)
  expect(out).toContain('the record does not answer')
})
