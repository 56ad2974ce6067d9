import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { activeHolds } from '../../../database/holds.ts'
import { DATE, type Rig } from '../workflows/rig.ts'
import { complaintsOf, expectAccessible, openBrowser } from './browser.ts'
import { HOSTILE, nightUnderWay } from './night.ts'
import { type ServedMonitor, servedMonitor } from './served-monitor.ts'

/** As the page shows it: what is no text for people is replaced. */
const SHOWN = '<img src=x onerror=alert(1)>'

let rig: Rig
let monitor: ServedMonitor
let browser: Browser
let page: Page
let complaints: readonly string[]

beforeAll(async () => {
  rig = await nightUnderWay()
  monitor = await servedMonitor(rig.database, {
    PHOENIX_ARCHIVE: rig.archiveDir,
    PHOENIX_QUEUE_PREFIX: rig.prefix,
  })
  browser = await openBrowser()
  page = await browser.newPage({ viewport: { width: 1360, height: 900 } })
  complaints = complaintsOf(page, monitor.url)
  await page.goto(monitor.link)
  await page.getByText('sign out').waitFor()
})
afterAll(async () => {
  await browser.close()
  await monitor.close()
  await rig.close()
})

const open = async (path: string) => {
  await page.goto(new URL(path, monitor.url).href)
  await page.getByRole('heading', { level: 1 }).waitFor()
}
const readable = async () => {
  expect(complaints).toEqual([])
  await expectAccessible(page)
}
const text = (selector = 'main') => page.locator(selector).innerText()

test('the token of the link is not left in the address', () => {
  expect(page.url()).toBe(monitor.url)
})

test('overview: what runs, the night in numbers, failures by cause, the calendar', async () => {
  await open('/')
  await page.locator('a.day').waitFor()
  const said = await text()
  expect(said).toContain('Nothing needs a hand')
  expect(said).toMatch(/UVES 2026-03-01\s+▸\s*running\s+2 recipes\s+2 of 6/)
  expect(said).toMatch(/processed\s+1\s+failed\s+1/)
  expect(said).toContain(SHOWN)
  const day = page.locator('a.day')
  expect(await day.getAttribute('aria-label')).toBe('2026-03-01: running; 1 processed, 1 failed, 2 running, 2 pending')
  expect(await day.innerText()).toBe('▸')
  await readable()
  await day.press('Enter')
  await page.getByRole('heading', { name: `UVES ${DATE}` }).waitFor()
  await page.goBack()
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
})

describe('a date', () => {
  test('the sketch lives, blocks have what an operator knows them by, cores and log are there', async () => {
    await open(`/dates/UVES/${DATE}`)
    await page.locator('[data-box="Recipe"].busy').waitFor()
    expect(await text('[data-box="Recipe"]')).toMatch(/Recipe\s+2 now/)
    expect(await text('[data-box="Wait for a core"]')).toMatch(/1 now/)
    expect(await text('[data-box="Plan"]')).toMatch(/6 executable ABs, 0 left out/)
    expect(await text('.each-title')).toBe('per AB, in parallel: 2 of 6 have their answer')
    const failed = page.getByRole('row').filter({ hasText: 'failed' }).first()
    expect(await failed.innerText()).toContain(`recipe: ${SHOWN}`)
    expect(await page.locator('.lanes a').count()).toBe(4)
    expect(await text('.lanes figcaption')).toMatch(/^muc01: 2 cores used, busy \d+ % of/)
    expect(await text()).toMatch(/run opened\s+run 1 on muc01 \(test\)/)
    await readable()
  })

  test('the table is filtered by state and word, and the address tells it', async () => {
    await open(`/dates/UVES/${DATE}`)
    const rows = page.getByLabel('association blocks').locator('tbody tr')
    await page.getByRole('button', { name: /failed/ }).click()
    expect(await rows.count()).toBe(1)
    expect(page.url()).toContain('state=failed')
    await open(`/dates/UVES/${DATE}?find=onerror`)
    await rows.first().waitFor()
    expect(await rows.count()).toBe(2)
  })

  test('it is sorted by any title', async () => {
    await open(`/dates/UVES/${DATE}`)
    const table = page.getByLabel('association blocks')
    const names = () => table.locator('tbody tr td:first-child').allInnerTexts()
    const title = table.getByRole('button', { name: 'exposure' })
    await title.waitFor()
    const inOrder = await names()
    await title.click()
    expect(await names()).toEqual(inOrder)
    await title.click()
    expect(await names()).toEqual(inOrder.toReversed())
  })

  test('a pause from the page is a row under the name of the operator, shown at once; resume takes it away', async () => {
    await open(`/dates/UVES/${DATE}`)
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByLabel(/^Reason/).fill(HOSTILE.slice(0, 28))
    await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click()
    await page.getByText(/pause of UVES 2026-03-01 is on record/).waitFor()
    await page.getByText(/^pause of UVES 2026-03-01 by Ada since/).waitFor()
    expect(await activeHolds(rig.database)).toMatchObject([{ kind: 'pause', placedBy: 'Ada', reason: SHOWN }])
    await page.getByRole('button', { name: 'Resume' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click()
    await page.getByText(/^released: pause of UVES 2026-03-01/).waitFor()
    expect(await activeHolds(rig.database)).toEqual([])
    expect(complaints).toEqual([])
  })

  test('whoever has not signed in sees the same and can order nothing', async () => {
    const stranger = await browser.newPage()
    await stranger.goto(new URL(`/dates/UVES/${DATE}`, monitor.url).href)
    await stranger.getByText('read only').waitFor()
    for (const name of ['Pause', 'Stop', 'Cancel', 'Resume']) {
      expect(await stranger.getByRole('button', { name }).isDisabled()).toBe(true)
    }
    await stranger.context().close()
  })

  test('a date that is not there says so', async () => {
    const other = await browser.newPage()
    await other.goto(new URL('/dates/UVES/1999-01-01', monitor.url).href)
    const trouble = other.getByText('UVES 1999-01-01 is not registered')
    await trouble.waitFor()
    expect(await trouble.isVisible()).toBe(true)
    await other.context().close()
  })
})

describe('a block', () => {
  test('processed: spectrum from its IDP, scores with limits, calibrations', async () => {
    await open(`/abs/UVES/${rig.ab(0).name}`)
    await page
      .getByRole('img', { name: /^spectrum of/ })
      .locator('canvas')
      .waitFor()
    const said = await text()
    expect(said).toContain(SHOWN)
    expect(said).toMatch(/signal to noise\s+31\.5\s+✓\s*fine\s+at least 1/)
    expect(said).toMatch(/negative flux\s+0\.4\s+✗\s*not fine\s+at most 0\.1/)
    expect(said).toMatch(/MASTER_BIAS_BLUE\s+UV_MBIA_\S+\s+-?0\.\d+/)
    expect(await page.getByLabel('old against new').locator('tbody').innerText()).toMatch(
      /signal to noise\s+31\.5\s+0\.63\s+0\.020\s+✗ not fine any more/,
    )
    const whole = await page.getByText(/ to .* Å$/).innerText()
    await page.getByRole('button', { name: 'zoom in' }).click()
    await page.getByText(whole).waitFor({ state: 'detached' })
    await readable()
  })

  test('failed: cause and log as text, errors marked', async () => {
    await open(`/abs/UVES/${rig.ab(1).name}`)
    const log = page.locator('pre .log-error')
    await log.waitFor()
    expect(await log.innerText()).toContain(`${SHOWN}\u{fffd}[31mred`)
    expect(await text('.cause')).toContain(`recipe: ${SHOWN}`)
    await page.getByRole('button', { name: 'raw header' }).click()
    await page.getByText('SIMPLE  =').waitFor()
    await readable()
  })

  /** Opens a block whose recipe is at work: its name, and its log when that has come. */
  const logOfRunning = async (on: Page, address: string) => {
    const running = rig.starts().map((raw) => `${raw}.ab`)
    const name = rig.abs.map((ab) => ab.name).find((ab, index) => index > 1 && running.includes(ab)) ?? ''
    await on.goto(new URL(`/abs/UVES/${name}`, address).href)
    const log = on.getByLabel('text of the log')
    await log.getByText('log of').waitFor()
    return { name, log: await log.innerText() }
  }

  test('running: its log comes live', async () => {
    const { name, log } = await logOfRunning(page, monitor.url)
    expect(log).toContain(`log of ${name.replace(/\.ab$/, '')}`)
    await readable()
  })

  test('running on another host: its log comes live all the same', async () => {
    const elsewhere = await servedMonitor(rig.database, { PHOENIX_HOST: 'muc99' })
    const other = await browser.newPage()
    try {
      const { name, log } = await logOfRunning(other, elsewhere.url)
      expect(log).toContain(`log of ${name.replace(/\.ab$/, '')}`)
    } finally {
      await other.close()
      await elsewhere.close()
    }
  })
})

test('campaigns: how far, and what fails, with a way to the block', async () => {
  await open('/campaigns')
  const row = page.getByLabel('campaigns').locator('tbody tr')
  await row.waitFor()
  expect(await row.innerText()).toMatch(/campaign\/\d+\s+back-process\s+UVES\s+▸\s*running\s+0 of 1\s+2 of 6\s+1/)
  await row.getByRole('link').click()
  await page.getByRole('heading', { name: /^campaign/ }).waitFor()
  expect(await text()).toContain('2 of 6: 1 processed, 1 failed')
  const causes = page.getByLabel('failures by cause').locator('tbody tr')
  expect(await causes.innerText()).toContain(rig.ab(1).name)
  expect(await page.getByLabel('dates').locator('tbody tr').innerText()).toMatch(/2026-03-01\s+▸\s*running\s+1/)
  await readable()
})

test('QC1 trends: a score over time with its limit, a click away from its block', async () => {
  await open('/qc1?name=signal+to+noise')
  await page.getByRole('img', { name: 'signal to noise of 1 exposures over time' }).locator('canvas').waitFor()
  expect(await text()).toMatch(/31\.5\s+✓\s*fine\s+at least 1/)
  await readable()
})

test('archive: found by target, program and what became of it', async () => {
  await open('/archive')
  const rows = page.getByLabel('exposures').locator('tbody tr')
  await rows.first().waitFor()
  expect(await rows.count()).toBe(6)
  await page.getByLabel('target').fill('ONERROR')
  await page.getByRole('button', { name: 'Search' }).click()
  await page.getByText('1 exposure').waitFor()
  expect(await rows.innerText()).toContain('processed fine')
  await open('/archive?status=failed')
  await page.getByText('1 exposure').waitFor()
  expect(await rows.innerText()).toContain(SHOWN)
  await readable()
})

test('an IDP: its keywords are text', async () => {
  const { archive_name: name } = await rig.database.selectFrom('idp').select('archive_name').executeTakeFirstOrThrow()
  await open(`/idps/${name}`)
  await page
    .getByRole('img', { name: /^spectrum of/ })
    .locator('canvas')
    .waitFor()
  expect(await text()).toContain(SHOWN)
  await readable()
})

test('in the dark, and on a telephone, overview and date are as readable and nothing sticks out', async () => {
  const small = await browser.newPage({ viewport: { width: 390, height: 844 }, colorScheme: 'dark' })
  for (const path of ['/', `/dates/UVES/${DATE}`]) {
    await small.goto(new URL(path, monitor.url).href)
    await small.getByRole('heading', { level: 1 }).waitFor()
    await small
      .getByText(/running/)
      .first()
      .waitFor()
    expect(await small.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390)
    await expectAccessible(small)
  }
  await small.context().close()
})

test('what happens shows by itself: the night ends before the eyes of who looks', async () => {
  await open(`/dates/UVES/${DATE}`)
  await page.locator('[data-box="Recipe"].busy').waitFor()
  rig.go()
  await page.getByText('per AB, in parallel: 6 of 6 have their answer').waitFor()
  await page.getByRole('heading', { name: /done/ }).waitFor()
  expect(await text('[data-box="Ingest"]')).toMatch(/✓\s*Ingest\s+5 archived/)
  await readable()
})
