/**
 * Pictures of the monitor for docs/images: `npm run screenshots`. A synthetic installation is made for them in a folder of its own, with two
 * nights that are done and one under way. With `--of-running` the pictures are of the installation of PHOENIX_HOME, into the folder that follows.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { main, Missing, root } from './run.mjs'

const WIDE = { width: 1360, height: 900 }
const NARROW = { width: 390, height: 844 }
const NIGHTS = [
  { date: '2026-02-27', executable: 5 },
  { date: '2026-02-28', executable: 5 },
  { date: '2026-03-01', executable: 14 },
]

await main(async () => {
  const [mode, folder = join(root, 'docs', 'images')] = process.argv.slice(2)
  mkdirSync(folder, { recursive: true })
  if (mode === '--of-running') return takeAll(process.env, folder)
  const home = mkdtempSync(join(tmpdir(), 'phoenix-screenshots-'))
  chmodSync(home, 0o711)
  const env = { ...process.env, PHOENIX_HOME: join(home, 'home'), PHOENIX_OPERATOR: 'operator', PHOENIX_HOST: 'muc08' }
  try {
    phoenix(env, 'up')
    for (const { date, executable } of NIGHTS) {
      rmSync(join(env.PHOENIX_HOME, 'night.json'), { force: true })
      phoenix(env, 'simulate', '--date', date, '--seed', date.slice(-2), '--executable', String(executable))
      phoenix(env, 'register', 'UVES', date)
      if (date !== NIGHTS.at(-1).date) phoenix(env, 'run', 'UVES', date, '--wait')
    }
    phoenix(env, 'run', 'UVES', NIGHTS.at(-1).date)
    await takeAll(env, folder)
  } finally {
    spawnSync(join(root, 'bin', 'phoenix'), ['down', '--grace-seconds', '0'], { env, stdio: 'ignore' })
    rmSync(home, { recursive: true, force: true })
  }
})

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
  const newest = (status) =>
    get(`/api/archive?status=${encodeURIComponent(status)}`).then(({ rows }) =>
      rows.find(({ idp }) => idp !== null || status === 'failed'),
    )
  const [processed, failed] = [await newest('processed fine'), await newest('failed')]
  const views = [
    ['overview', '/'],
    ['date', `/dates/${instrument}/${date}`],
    ['ab', `/abs/${instrument}/${processed.abName}`],
    ['ab-failed', `/abs/${instrument}/${failed.abName}`],
    ['idp', `/idps/${processed.idp}`],
    ['qc1', `/qc1?instrument=${instrument}&name=signal+to+noise`],
    ['archive', '/archive'],
  ]
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
  try {
    for (const colorScheme of ['light', 'dark']) {
      for (const [size, viewport] of Object.entries({ wide: WIDE, narrow: NARROW })) {
        const context = await browser.newContext({ viewport, colorScheme })
        const page = await context.newPage()
        await page.goto(link)
        for (const [name, path] of views) {
          if (size === 'narrow' && name !== 'overview' && name !== 'date') continue
          await page.goto(new URL(path, url).href)
          await page.getByRole('heading', { level: 1 }).waitFor()
          await page.waitForTimeout(1500)
          const suffix = `${colorScheme === 'dark' ? '-dark' : ''}${size === 'narrow' ? '-narrow' : ''}`
          await page.screenshot({ path: join(folder, `${name}${suffix}.png`), fullPage: true })
        }
        await context.close()
      }
    }
  } finally {
    await browser.close()
  }
}
