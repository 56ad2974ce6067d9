import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { CalibrationCache } from '../../../archive/calibration-cache.ts'
import { projectRoot } from '../../../settings/project.ts'
import { FaultyArchive } from '../../../simulator/faulty-archive.ts'
import { NgasStandIn } from '../../../simulator/ngas-stand-in.ts'
import { randomFrom } from '../../../simulator/random.ts'
import { emptyFolder, fitsLike, folderArchive, listing, sha256Of } from '../../archive/folder-archive.ts'

const RAW = 'UVES.2026-03-02T03:36:00.000.fits'
const KILLS = 20
const LANES = 5

const toStop: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of toStop.splice(0)) await stop()
})

function start(script: string, ...args: string[]): { child: ChildProcess; said: Promise<unknown> } {
  const child = fork(join(import.meta.dirname, script), [join(projectRoot(), 'dist'), ...args])
  // What it said, or null when it ended without a word.
  const said = Promise.race([once(child, 'message').then(([message]) => message), once(child, 'exit').then(() => null)])
  return { child, said }
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

test.each([
  ['as it is', 0, 5],
  ['packed', 1, 6],
])(
  'a download of a file %s, killed at 20 random moments: at the end it is there once, whole',
  async (_, rate, seed) => {
    const archive = folderArchive({ [RAW]: 2000 })
    const data = archive.files.get(RAW) ?? Buffer.alloc(0)
    const faults = { bytesPerSecond: 4_000_000, dropAfterBytes: { rate: 0.2 }, packed: { rate } }
    const server = await FaultyArchive.start({ folder: archive.folder, seed, faults })
    toStop.push(() => server.stop())
    const random = randomFrom(`kill/${seed}`)
    const folder = emptyFolder()
    const target = join(folder, RAW)
    const arrived: string[] = []
    const lost: unknown[] = []
    for (let kills = 0; kills < KILLS; kills += 1) {
      const { child, said } = start('fetch-one.mjs', server.address, RAW, target)
      const done = await Promise.race([said, sleep(150 + 900 * random.uniform())])
      await kill(child)
      const isThere = listing(folder).includes(RAW)
      if (done !== undefined && !isThere) lost.push(done)
      if (!isThere) continue
      arrived.push(sha256Of(readFileSync(target)))
      rmSync(target)
    }
    // Whole or not at all, at any moment; and what was said to be there was.
    expect(arrived).toEqual(arrived.map(() => sha256Of(data)))
    expect(lost).toEqual([])
    server.faults = { packed: { rate } }
    const { child, said } = start('fetch-one.mjs', server.address, RAW, target)
    expect(await said).toEqual({ path: target, bytes: data.length, sha256: sha256Of(data), checksum: 'agrees' })
    await kill(child)
    expect(sha256Of(readFileSync(target))).toBe(sha256Of(data))
    expect(listing(folder)).toEqual([RAW])
    expect(server.served.filter(({ range }) => range !== null).length).toBeGreaterThan(0)
  },
)

test('storing in NGAS, killed at 20 moments: each file is there once, whole', async () => {
  // Longer than the next process takes to start and look.
  const server = await NgasStandIn.start({ commitMs: 2500 })
  toStop.push(() => server.stop())
  const random = randomFrom('kill/ngas')
  const moments = Array.from({ length: KILLS }, () => 200 + 600 * random.uniform())
  let killedOnTheWay = 0
  const killAndFinish = async (moment: number, index: number) => {
    const name = `ADP.2026-03-02T03:36:00.${String(index).padStart(3, '0')}.fits`
    const folder = emptyFolder()
    const data = fitsLike(name, 200)
    writeFileSync(join(folder, name), data)
    const first = start('store-one.mjs', server.address, name, join(folder, name))
    // Every second one in the worst moment: all bytes are there, the row is not yet.
    await Promise.race([first.said, index % 2 === 0 ? uploaded(server, name) : sleep(moment)])
    await kill(first.child)
    if (server.versionsOf(name).length === 0 && server.requests.includes(`POST QARCHIVE ${name}`)) killedOnTheWay += 1
    const { child, said } = start('store-one.mjs', server.address, name, join(folder, name))
    const readBack = await said
    await kill(child)
    return { readBack, versions: server.versionsOf(name).length, files: listing(folder), name, data }
  }
  for (let from = 0; from < KILLS; from += LANES) {
    const killed = moments.slice(from, from + LANES).map((moment, lane) => killAndFinish(moment, from + lane))
    for (const { readBack, versions, files, name, data } of await Promise.all(killed)) {
      expect(readBack).toEqual({ bytes: data.length, sha256: sha256Of(data) })
      expect([versions, files]).toEqual([1, [name]])
    }
  }
  expect(killedOnTheWay).toBeGreaterThanOrEqual(KILLS / 2)
})

test('a cache of calibrations, killed at 20 random moments: within its bytes, every hit whole, nothing left leased', async () => {
  const [scratch, LIMIT] = [emptyFolder(), 100_000]
  const random = randomFrom('kill/cache')
  const cache = new CalibrationCache(join(scratch, '.calibrations'), LIMIT)
  let hits = 0
  for (let kills = 0; kills < KILLS; kills += 1) {
    const { child, said } = start('use-cache.mjs', scratch, String(LIMIT), String(kills))
    await said
    await sleep(60 * random.uniform())
    await kill(child)
    expect((await cache.contents()).bytes).toBeLessThanOrEqual(LIMIT)
    for (let index = 0; index < 12; index += 1) {
      const name = `${index}.fits`
      const target = join(scratch, 'taken.fits')
      if ((await cache.take(name, 'v1', target)) === null) continue
      hits += 1
      expect(readFileSync(target).equals(Buffer.alloc(20_000, name))).toBe(true)
      rmSync(target)
    }
  }
  expect(hits).toBeGreaterThan(KILLS)
  // What a crash leaves in a run's folder goes with it, and with it the lease.
  for (const name of listing(scratch).filter((one) => one.startsWith('run-'))) {
    rmSync(join(scratch, name), { recursive: true })
  }
  expect((await cache.contents()).leasedBytes).toBe(0)
  await cache.shrinkTo(0)
  expect([listing(join(cache.folder, 'files')), listing(join(cache.folder, 'names'))]).toEqual([[], []])
})

async function uploaded(server: NgasStandIn, name: string): Promise<void> {
  while (!server.requests.includes(`POST QARCHIVE ${name}`)) await sleep(1)
}
