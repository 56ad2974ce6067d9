import { randomUUID } from 'node:crypto'
import { Client, Connection } from '@temporalio/client'
import { msToTs, tsToMs } from '@temporalio/common/lib/time.js'
import { afterEach, expect, inject, test } from 'vitest'
import { DailySchedules } from '../../../client/daily-schedules.ts'
import { isOpen, type NightWindow, nextOpening } from '../../../domain/night-window.ts'
import { dailyId } from '../../../workflows/ids.ts'

const YEAR = { from: new Date('2026-01-01T00:00:00Z'), to: new Date('2027-01-01T00:00:00Z') }
const QUARTER_MS = 900_000
let close = async () => {}
afterEach(() => close())

/** When the server would fire the Schedule of a window in 2026. */
async function firings(window: NightWindow): Promise<readonly string[]> {
  const prefix = `${randomUUID()}.`
  const client = new Client({ connection: await Connection.connect({ address: inject('temporalAddress') }) })
  const schedules = new DailySchedules(client, prefix, () => Promise.resolve({}))
  close = async () => {
    await client.schedule.getHandle(dailyId(prefix, 'UVES')).delete()
    await client.connection.close()
  }
  await schedules.mend({ instrument: 'UVES', state: 'missing', note: '', next: null }, window)
  expect(await schedules.look(['UVES'], window)).toMatchObject([{ state: 'in step' }])
  const { startTime: times } = await client.workflowService.listScheduleMatchingTimes({
    namespace: 'default',
    scheduleId: dailyId(prefix, 'UVES'),
    startTime: msToTs(YEAR.from.getTime()),
    endTime: msToTs(YEAR.to.getTime()),
  })
  return times.map((time) => new Date(tsToMs(time)).toISOString())
}

/** Openings of a window in 2026, by our own clock. */
function openings(window: NightWindow): readonly string[] {
  const times: string[] = []
  let time = nextOpening(window, YEAR.from)
  while (time < YEAR.to) {
    times.push(time.toISOString())
    let end = time
    while (isOpen(window, end)) end = new Date(end.getTime() + QUARTER_MS)
    time = nextOpening(window, end)
  }
  return times
}

test.each([
  ['America/Santiago', '20:00', '07:00'],
  ['Europe/Berlin', '20:00', '07:00'],
  ['Australia/Lord_Howe', '19:30', '05:15'],
  ['Africa/Casablanca', '12:00', '13:00'],
  ['Asia/Kathmandu', '23:59:30', '06:00'],
])('the server fires when the window opens, all year round: %s %s', async (timeZone, start, end) => {
  const window = { timeZone, start, end }
  const fired = await firings(window)
  expect(fired.length).toBeGreaterThan(360)
  const opened = openings(window)
  // The first may have opened in the year before, and is open when ours begins to look.
  expect(fired.filter((time) => !opened.includes(time))).toEqual([])
  expect(opened.slice(1).filter((time) => !fired.includes(time))).toEqual([])
})

test('of a start that the change of the clock skips or repeats one firing is missing: the reconciler sees the window open', async () => {
  const window = { timeZone: 'Europe/Berlin', start: '02:30', end: '05:00' }
  const fired = await firings(window)
  const opened = openings(window)
  expect(fired.filter((time) => !opened.includes(time))).toEqual([])
  const missing = opened.filter((time) => !fired.includes(time))
  // In spring 02:30 does not exist; in autumn it comes twice, and the server takes the second.
  expect(missing).toEqual(['2026-03-29T01:00:00.000Z', '2026-10-25T00:30:00.000Z'])
})
