/**
 * Pictures of the monitor for docs/images: `npm run screenshots`. A synthetic installation is made for them in a folder of its own: two
 * nights that a campaign has done, one under way, and three in trouble (blocked, in error, held). With `--of-running` the pictures are of the
 * installation of PHOENIX_HOME, into the folder that follows.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { chromium } from 'playwright-core'
import { main, Missing, root } from './run.mjs'

const program = join(root, 'bin', 'phoenix')
const WIDE = { width: 1240, height: 860 }
const NARROW = { width: 390, height: 844 }
/** Of a long page the beginning: enough to see what it looks like. */
const MOST_PIXELS = 1500
const SOME_ANSWERS = 4
const DONE = [
  { date: '2026-02-27', executable: 4 },
  { date: '2026-02-28', executable: 4 },
]
const UNDER_WAY = { date: '2026-03-01', executable: 14 }
const BLOCKED = { date: '2026-03-02', executable: 3 }
const IN_ERROR = { date: '2026-03-03', executable: 3 }
const HELD = { date: '2026-03-04', executable: 3 }
/** Nobody listens there: as an archive that is away. */
const AWAY = 'ngas://127.0.0.1:9'

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
    await untilAnswered(env, UNDER_WAY.date)
    await takeAll(env, folder)
    await takeTrouble(env, folder)
  } finally {
    spawnSync(program, ['down', '--grace-seconds', '0'], { env, stdio: 'ignore' })
    rmSync(home, { recursive: true, force: true })
  }
})

/** A date under way is shown when some of its blocks have their answer. */
async function untilAnswered(env, date) {
  const counts = () => JSON.parse(phoenix(env, 'status', 'UVES', date, '--json')).abs
  while (counts().filter(({ state }) => state === 'processed').length < SOME_ANSWERS) await delay(1000)
}

/** The three nights that need a person, each with its page, and the overview that says so. */
async function takeTrouble(env, folder) {
  phoenix(env, 'down', '--grace-seconds', '0')
  const away = { ...env, PHOENIX_IDP_TARGET: AWAY }
  phoenix(away, 'up')
  for (const night of [BLOCKED, IN_ERROR, HELD]) registerNight(away, night)
  const mcalibs = join(env.PHOENIX_HOME, 'archive', 'mcalib')
  const missing = readdirSync(mcalibs).find((name) => name.startsWith('UV_MFLT_260303'))
  rmSync(join(mcalibs, missing))
  phoenix(away, 'pause', 'UVES', HELD.date, '--reason', 'new flats are on their way')
  phoenix(away, 'run', 'UVES', HELD.date)
  // Their exit codes say that they did not end well.
  for (const { date } of [IN_ERROR, BLOCKED]) spawnSync(program, ['run', 'UVES', date, '--wait'], { env: away })
  await withBrowser(away, folder, async (take) => {
    await take('overview-trouble', '/')
    await take('date-blocked', `/dates/UVES/${BLOCKED.date}`)
    await take('date-error', `/dates/UVES/${IN_ERROR.date}`)
    await take('date-held', `/dates/UVES/${HELD.date}`)
  })
}

/** The simulator keeps to one night in a folder; its files of several nights lie side by side all the same. */
function registerNight(env, { date, executable }) {
  rmSync(join(env.PHOENIX_HOME, 'night.json'), { force: true })
  phoenix(env, 'simulate', '--date', date, '--seed', date.slice(-2), '--executable', String(executable))
  phoenix(env, 'register', 'UVES', date)
}

function phoenix(env, ...words) {
  const { status, stdout, stderr } = spawnSync(program, words, { env, encoding: 'utf8' })
  if (status !== 0) throw new Missing(`phoenix ${words.join(' ')}: ${stderr}`)
  return stdout.trim()
}

async function takeAll(env, folder) {
  await withBrowser(env, folder, async (take, get) => {
    const { years, openRuns } = await get('/api/overview')
    const instrument = years[0].instrument
    const date = openRuns[0]?.date ?? (await get(`/api/calendar/${instrument}/${years[0].year}`)).days.at(-1).date
    // First what moves.
    const datePath = `/dates/${instrument}/${date}`
    await take('overview', '/')
    await take('date', datePath)
    await take('date-narrow', datePath, { viewport: NARROW })
    await take('overview-narrow', '/', { viewport: NARROW })
    await take('date-dark', datePath, { colorScheme: 'dark' })
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
  })
}

/** Calls `work` with what takes the picture of a view, signed in as the operator, and what gets the JSON behind one. */
async function withBrowser(env, folder, work) {
  const { url, link } = JSON.parse(phoenix(env, 'monitor', '--link', '--json'))
  const get = async (path) => (await fetch(new URL(path, url))).json()
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
    await work(take, get)
  } finally {
    await browser.close()
  }
}
