/**
 * Pictures of the monitor for docs/images: `npm run screenshots`. A synthetic installation is made for them in a folder of its own, with two
 * nights that a campaign has done and one under way. With `--of-running` the pictures are of the installation of PHOENIX_HOME, into the folder that follows.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { main, Missing, root } from './run.mjs'

const WIDE = { width: 1240, height: 860 }
const NARROW = { width: 390, height: 844 }
/** Of a long page the beginning: enough to see what it looks like. */
const MOST_PIXELS = 1500
const DONE = [
  { date: '2026-02-27', executable: 4 },
  { date: '2026-02-28', executable: 4 },
]
const UNDER_WAY = { date: '2026-03-01', executable: 14 }

await main(async () => {
  const [mode, folder = join(root, 'docs', 'images')] = process.argv.slice(2)
  mkdirSync(folder, { recursive: true })
  if (mode === '--of-running') return takeAll(process.env, folder)
  const home = mkdtempSync(join(tmpdir(), 'phoenix-screenshots-'))
  chmodSync(home, 0o711)
  const env = { ...process.env, PHOENIX_HOME: join(home, 'home'), PHOENIX_OPERATOR: 'operator', PHOENIX_HOST: 'muc08' }
  try {
    phoenix(env, 'up')
    for (const night of [...DONE, UNDER_WAY]) registerNight(env, night)
    phoenix(env, 'back-process', 'UVES', `${DONE[0].date}..${DONE.at(-1).date}`, '--any-time', '--wait')
    phoenix(env, 'run', 'UVES', UNDER_WAY.date)
    await takeAll(env, folder)
  } finally {
    spawnSync(join(root, 'bin', 'phoenix'), ['down', '--grace-seconds', '0'], { env, stdio: 'ignore' })
    rmSync(home, { recursive: true, force: true })
  }
})

/** The simulator keeps to one night in a folder; its files of several nights lie side by side all the same. */
function registerNight(env, { date, executable }) {
  rmSync(join(env.PHOENIX_HOME, 'night.json'), { force: true })
  phoenix(env, 'simulate', '--date', date, '--seed', date.slice(-2), '--executable', String(executable))
  phoenix(env, 'register', 'UVES', date)
}

function phoenix(env, ...words) {
  const { status, stdout, stderr } = spawnSync(join(root, 'bin', 'phoenix'), words, { env, encoding: 'utf8' })
  if (status !== 0) throw new Missing(`phoenix ${words.join(' ')}: ${stderr}`)
  return stdout.trim()
}

async function takeAll(env, folder) {
  const { url, link } = JSON.parse(phoenix(env, 'monitor', '--link', '--json'))
  const get = async (path) => (await fetch(new URL(path, url))).json()
  const { years, openRuns } = await get('/api/overview')
  const instrument = years[0].instrument
  const date = openRuns[0]?.date ?? (await get(`/api/calendar/${instrument}/${years[0].year}`)).days.at(-1).date
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
  const take = async (name, path, options = {}) => {
    const context = await browser.newContext({ viewport: WIDE, colorScheme: 'light', ...options })
    const page = await context.newPage()
    await page.goto(link)
    await page.getByText('sign out').waitFor()
    await page.goto(new URL(path, url).href)
    await page.getByRole('heading', { level: 1 }).waitFor()
    // What is asked for after the first drawing: the days of the calendar, the plots.
    await page.waitForLoadState('load')
    await page.waitForTimeout(2000)
    const height = Math.min(MOST_PIXELS, await page.evaluate('document.documentElement.scrollHeight'))
    const { width } = page.viewportSize()
    await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true, clip: { x: 0, y: 0, width, height } })
    await context.close()
  }
  try {
    // First what moves.
    const datePath = `/dates/${instrument}/${date}`
    await take('overview', '/')
    await take('date', datePath)
    await take('date-narrow', datePath, { viewport: NARROW })
    await take('overview-narrow', '/', { viewport: NARROW })
    await take('date-dark', datePath, { colorScheme: 'dark' })
    await take('overview-dark', '/', { colorScheme: 'dark' })
    const newest = async (status) =>
      (await get(`/api/archive?status=${encodeURIComponent(status)}&to=${DONE.at(-1).date}`)).rows[0]
    const [processed, failed] = [await newest('processed fine'), await newest('failed')]
    await take('ab', `/abs/${instrument}/${processed.abName}`)
    await take('ab-failed', `/abs/${instrument}/${failed.abName}`)
    await take('idp', `/idps/${processed.idp}`)
    await take('qc1', `/qc1?instrument=${instrument}&name=signal+to+noise`)
    await take('archive', '/archive')
    const [campaign] = (await get('/api/campaigns')).campaigns
    if (campaign !== undefined) await take('campaign', `/campaigns/${campaign.campaign.orderId}`)
  } finally {
    await browser.close()
  }
}
