import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readFits, verifyChecksums } from '../../fits/file.ts'
import { type SimulatedLogNight, simulateLogNight } from '../../simulator/log-night.ts'

/** Two templates of one star, with a frame of each arm and one more of the blue one. */
const DATE = '2017-06-20'

let folder: string
let night: SimulatedLogNight

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'phoenix-log-night-'))
  night = await make(2)
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function make(exposures: number): Promise<SimulatedLogNight> {
  const logs = {
    scienceLog: 'simulator/logs/uves-science-log.csv',
    calibrationLog: 'simulator/logs/uves-calibration-log.csv',
  }
  return simulateLogNight({ date: DATE, seed: 1, folder, ...logs, exposures })
}

it('has a raw for every exposure, whole and listed, and the truths of those with pixels of their own', async () => {
  expect(night.blocks).toHaveLength(3)
  const names = readdirSync(join(folder, 'archive', 'raw')).filter((name) => name !== 'SHA256SUMS')
  expect(names.toSorted()).toEqual(night.blocks.map(({ name }) => name.replace(/ab$/, 'fits')))
  const list = readFileSync(join(folder, 'archive', 'raw', 'SHA256SUMS'), 'utf8')
  for (const name of names) {
    const path = join(folder, 'archive', 'raw', name)
    expect(list).toContain(`${sha256(readFileSync(path))}  ${name}\n`)
    for (const hdu of await verifyChecksums(path)) expect(hdu).toMatchObject({ datasum: 'right', checksum: 'right' })
  }
  const own = night.blocks.filter(({ name, pixelsOf }) => name === `${pixelsOf}.ab`)
  expect(own).toHaveLength(2)
  expect(readdirSync(join(folder, 'truth')).toSorted()).toEqual(own.map(({ pixelsOf }) => `${pixelsOf}.fits`))
})

it('repeats pixels under the header of the exposure itself', async () => {
  const repeated = night.blocks.find(({ name, pixelsOf }) => name !== `${pixelsOf}.ab`)
  if (repeated === undefined) throw new Error('none repeated')
  const raw = (dpId: string) => readFits(join(folder, 'archive', 'raw', `${dpId}.fits`))
  const dpId = repeated.name.replace(/\.ab$/, '')
  const [copy, source] = [await raw(dpId), await raw(repeated.pixelsOf)]
  expect(copy.map(({ data }) => sha256(data))).toEqual(source.map(({ data }) => sha256(data)))
  expect(copy[0]?.header.string('ARCFILE')).toBe(`${dpId}.fits`)
  expect(copy[0]?.header.string('DATE-OBS')).toBe(dpId.replace('UVES.', ''))
})

it('is there already when it is asked for again, and is another one otherwise', async () => {
  expect(await make(2)).toEqual(night)
  await expect(make(3)).rejects.toThrow('holds another simulated night')
})

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
