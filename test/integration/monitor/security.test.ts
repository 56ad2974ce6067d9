import { request } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import type { Database } from '../../../database/connect.ts'
import { activeHolds } from '../../../database/holds.ts'
import { DATE, INSTRUMENT, opened, ownRecord, registered } from '../database/own-record.ts'
import { type ServedMonitor, servedMonitor } from './served-monitor.ts'

let monitor: ServedMonitor
let database: Database
afterEach(() => monitor.close())

async function start(env: NodeJS.ProcessEnv = {}): Promise<void> {
  database = await ownRecord()
  await registered(database)
  await opened(database)
  monitor = await servedMonitor(database, env)
}

interface Asked {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string
}

/** As any program on this machine may ask: fetch would not let us choose Host and Origin. */
function ask(path: string, { method = 'GET', headers = {}, body = '' }: Asked = {}) {
  return new Promise<{ status: number; text: string; headers: NodeJS.Dict<string | string[]> }>((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port: monitor.port, path, method, headers }, (reply) => {
      let text = ''
      reply.on('data', (part) => (text += part))
      reply.on('end', () => resolve({ status: reply.statusCode ?? 0, text, headers: reply.headers }))
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

const pause = JSON.stringify({ kind: 'pause', scope: { instrument: INSTRUMENT, date: DATE }, reason: 'test' })
const json = { 'Content-Type': 'application/json' }
const order = (headers: Record<string, string>) =>
  ask('/api/holds', { method: 'POST', headers: { ...json, ...headers }, body: pause })
const bearer = () => ({ Authorization: `Bearer ${monitor.token}` })

async function sessionCookie(): Promise<string> {
  const body = JSON.stringify({ token: monitor.token, operator: 'Ada' })
  const { headers, status } = await ask('/api/session', { method: 'POST', headers: json, body })
  expect(status).toBe(200)
  return String(headers['set-cookie'])
}

test('a foreign Host gets nothing, not even the page', async () => {
  await start({ PHOENIX_MONITOR_HOSTS: 'monitor.example.org' })
  for (const path of ['/', '/api/overview', '/assets/page.js']) {
    expect((await ask(path, { headers: { Host: 'evil.example.org' } })).status).toBe(403)
    expect((await ask(path, { headers: { Host: `evil.example.org:${monitor.port}` } })).status).toBe(403)
  }
  for (const host of ['127.0.0.1:9', 'localhost', 'muc01', 'monitor.example.org', '[::1]:80']) {
    expect((await ask('/api/overview', { headers: { Host: host } })).status).toBe(200)
  }
})

test('a foreign Origin gets nothing, and changes nothing even with the right token', async () => {
  await start()
  const foreign = ['http://evil.example.org', 'null', `http://127.0.0.1:${monitor.port + 1}`]
  for (const Origin of foreign) {
    expect((await ask('/api/overview', { headers: { Origin } })).status).toBe(403)
    expect((await order({ Origin, ...bearer() })).status).toBe(403)
  }
  expect(await activeHolds(database)).toEqual([])
  expect(
    (await order({ Origin: `http://127.0.0.1:${monitor.port}`, Host: `127.0.0.1:${monitor.port}`, ...bearer() }))
      .status,
  ).toBe(200)
  expect(await activeHolds(database)).toHaveLength(1)
})

test('what a browser sends for a page of another site is refused without an Origin too; a link to a view is followed', async () => {
  await start()
  const crossSite = { 'Sec-Fetch-Site': 'cross-site' }
  expect((await ask('/api/overview', { headers: { ...crossSite, 'Sec-Fetch-Mode': 'no-cors' } })).status).toBe(403)
  expect((await order({ ...crossSite, 'Sec-Fetch-Mode': 'navigate', ...bearer() })).status).toBe(403)
  expect((await ask('/', { headers: { ...crossSite, 'Sec-Fetch-Mode': 'navigate' } })).status).toBe(200)
})

test('without a token, or with a wrong one, one may look and change nothing', async () => {
  await start()
  const wrong = [
    {},
    { Authorization: 'Bearer wrong' },
    { Authorization: `Bearer ${monitor.token}x` },
    { Authorization: `Basic ${monitor.token}` },
    { Cookie: 'phoenix-00000000=wrong' },
  ]
  for (const headers of wrong) {
    for (const path of ['/api/holds', '/api/resume', '/api/give-up', '/api/archive/idps/x/file', '/api/none']) {
      const { status, text } = await ask(path, { method: 'POST', headers: { ...json, ...headers }, body: pause })
      expect([status, text]).toEqual([401, expect.stringContaining('phoenix monitor --link')])
    }
    expect((await ask('/api/overview', { headers })).status).toBe(200)
  }
  expect(await activeHolds(database)).toEqual([])
  const body = JSON.stringify({ token: 'wrong', operator: 'Eve' })
  expect((await ask('/api/session', { method: 'POST', headers: json, body })).status).toBe(401)
})

test('the token gives a session that scripts cannot read and other sites do not send; it gives orders under its name until signed out', async () => {
  await start()
  const cookie = await sessionCookie()
  expect(cookie).toMatch(/HttpOnly/)
  expect(cookie).toMatch(/SameSite=Strict/)
  expect(cookie).not.toContain(monitor.token)
  const [Cookie = ''] = cookie.split(';')
  expect(JSON.parse((await ask('/api/session', { headers: { Cookie } })).text)).toMatchObject({ operator: 'Ada' })
  const { status, text } = await order({ Cookie })
  expect([status, JSON.parse(text).lines[0]]).toEqual([
    200,
    expect.stringMatching(/^pause of UVES 2026-03-01 is on record .*by Ada/),
  ])
  expect(await activeHolds(database)).toMatchObject([{ kind: 'pause', placedBy: 'Ada', reason: 'test' }])
  await ask('/api/session', { method: 'DELETE', headers: { Cookie, ...json } })
  expect((await order({ Cookie })).status).toBe(401)
})

test('only JSON is an order, of bounded length, with nothing in it that is not known', async () => {
  await start()
  const post = (body: string, headers: Record<string, string> = json) =>
    ask('/api/holds', { method: 'POST', headers: { ...headers, ...bearer() }, body })
  expect((await post(pause, { 'Content-Type': 'text/plain' })).status).toBe(415)
  expect((await post(pause, { 'Content-Type': 'application/x-www-form-urlencoded' })).status).toBe(415)
  expect((await post('x'.repeat(100_000))).status).toBe(413)
  expect((await post('{')).status).toBe(409)
  expect((await post(JSON.stringify({ kind: 'pause', scope: {}, reason: '' }))).text).toContain('no scope is given')
  expect((await post(JSON.stringify({ kind: 'erase', scope: { all: true }, reason: '' }))).status).toBe(409)
  expect((await post(JSON.stringify({ kind: 'pause', scope: { all: true, more: 1 }, reason: '' }))).status).toBe(409)
  expect((await ask('/api/holds', { headers: bearer() })).status).toBe(404)
  expect(await activeHolds(database)).toEqual([])
})

test('on an address that others can reach, data are for operators only', async () => {
  await start({ PHOENIX_MONITOR_ADDRESS: '10.0.0.7' })
  expect((await ask('/')).status).toBe(200)
  for (const path of ['/api/overview', '/api/overview/live', `/api/dates/${INSTRUMENT}/${DATE}`, '/api/archive']) {
    expect((await ask(path)).status).toBe(401)
  }
  expect(JSON.parse((await ask('/api/session')).text)).toEqual({
    operator: null,
    isClosed: true,
    host: '',
    temporalUi: null,
  })
  expect((await ask('/api/overview', { headers: bearer() })).status).toBe(200)
})

test('every reply forbids everything from outside, frames, and guesses at what a file is', async () => {
  await start()
  for (const path of ['/', '/api/overview', '/assets/page.js', '/assets/../serve.js', '/api/none']) {
    const { headers } = await ask(path)
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    )
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    })
    expect(headers['access-control-allow-origin']).toBeUndefined()
    expect(headers['strict-transport-security']).toBeUndefined()
  }
  const { text } = await ask('/')
  expect(text).not.toMatch(/https?:\/\//)
})

test('a defect tells a browser nothing of the inside of the program', async () => {
  await start()
  await database.schema.dropTable('at_work').cascade().execute()
  const { status, text } = await ask(`/api/dates/${INSTRUMENT}/${DATE}`)
  expect([status, JSON.parse(text)]).toEqual([500, { error: 'the monitor failed here: its log says how' }])
})

test('what does not exist is not found', async () => {
  await start()
  for (const path of [
    '/api/dates/UVES/2026-13-01',
    '/api/dates/UVES/1999-01-01',
    '/api/abs/UVES/none.ab',
    '/api/archive/idps/none',
  ]) {
    expect((await ask(path)).status).toBe(404)
  }
})
