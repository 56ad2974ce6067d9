import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openRun } from '../../../database/date-runs.ts'
import type { AssociationBlock } from '../../../domain/association-block.ts'
import { blocks, DATE, fileOf } from '../../client/blocks.ts'
import { exampleBlock } from '../../domain/example-block.ts'
import { type OwnInstallation, ownInstallation } from './own-installation.ts'

let own: OwnInstallation
beforeEach(async () => {
  own = await ownInstallation()
})
afterEach(() => own.drop())

const folderOf = (date: string) => join(String(own.env['PHOENIX_HOME']), 'ab', 'UVES', date)

/** A block of an evening; it lacks calibrations, so that it is left out. */
function blockOf(date: string): AssociationBlock {
  const raw = `UVES.${date}T23:00:00.000`
  return exampleBlock({ name: `${raw}.ab`, date, rawFiles: [{ fileName: `${raw}.fits`, tag: 'SCI_POINT_BLUE' }] })
}

function lay(date: string, ...abs: readonly AssociationBlock[]): void {
  mkdirSync(folderOf(date), { recursive: true })
  for (const block of abs) writeFileSync(join(folderOf(date), block.name), fileOf(block).bytes)
}

test('ranges take what the folder holds, --all takes everything; a folder that is no date, and one that is gone, are told', async () => {
  for (const date of ['2026-02-27', DATE, '2026-03-04']) lay(date, blockOf(date))
  mkdirSync(folderOf('old'))
  const range = await own.phoenix('register', 'UVES', '2026-03-01..2026-03-31', '2026-02-27', DATE)
  expect(range).toMatchObject({ code: 0, error: '' })
  expect(range.out).toContain('UVES, 3 dates: 3 ABs, 0 executable, 3 left out')
  expect(range.out).toMatch(/^2026-03-04\t1\t0\t1\t0\t0\t1 new$/m)
  const all = await own.phoenix('register', 'UVES', '--all')
  expect(all.error).toBe(`warning: ${folderOf('old')} is no date: ignored\n`)
  expect(all.out).toMatch(/^2026-03-04\t1\t0\t1\t0\t0\t1 unchanged$/m)

  rmSync(folderOf('2026-03-04'), { recursive: true })
  const again = await own.phoenix('register', 'UVES', '2026-03-01..2026-03-31')
  expect(again.error).toBe('warning: UVES 2026-03-04 is registered and has no folder any more: left as it is\n')
  const rows = await own.database.selectFrom('sciproc_ab').select('state').execute()
  expect(rows.map(({ state }) => state)).toEqual(['left out', 'left out', 'left out'])
})

test.each([
  [[], 'name dates (2026-03-01), ranges of dates (2026-03-01..2026-03-31), or --all'],
  [['--all', DATE], 'name dates (2026-03-01), ranges of dates (2026-03-01..2026-03-31), or --all'],
  [['2026-03-09..2026-03-01'], 'the range 2026-03-09..2026-03-01 is reversed: 2026-03-01 is before 2026-03-09'],
  [['2025-01-01..2025-12-31'], 'UVES holds no date of 2025-01-01..2025-12-31'],
  [['2026-02-30'], "'2026-02-30' is not a date"],
])('%j: one line, exit code 2, nothing registered', async (words, line) => {
  lay(DATE, blockOf(DATE))
  const { code, out, error } = await own.phoenix('register', 'UVES', ...words)
  expect([code, out]).toEqual([2, ''])
  expect(error).toContain(line)
  expect(error.trim().split('\n')).toHaveLength(1)
})

test('a changed block shows its difference, in lines and in JSON, and keeps both contents', async () => {
  const block = blockOf(DATE)
  lay(DATE, block)
  await own.phoenix('register', 'UVES', DATE)
  const calibrations = block.calibrations.map((file) => ({ ...file, flag: 'VIRTUAL' as const }))
  lay(DATE, { ...block, calibrations: calibrations.slice(0, 1) })
  const { out } = await own.phoenix('register', 'UVES', DATE)
  expect(out).toMatch(new RegExp(`^${block.name} has changed, left out: `, 'm'))
  expect(out).toMatch(/^ {2}-\d+ MCALIB +REAL +UV_MBIA/m)
  expect(out).toMatch(/^ {2}\+\d+ MCALIB +VIRTUAL +UV_MBIA/m)
  lay(DATE, block)
  expect(await own.json('register', 'UVES', DATE)).toMatchObject({
    dates: [
      {
        blocks: [
          {
            as: 'changed',
            difference: expect.arrayContaining([
              { sign: '+', line: expect.any(Number), text: expect.stringContaining('REAL') },
            ]),
          },
        ],
      },
    ],
  })
  const versions = await own.phoenix('ab', 'show', block.name, '--versions')
  expect(versions.out).toContain(`${block.name}: 3 versions`)
  expect(versions.out).toMatch(/^version 2, registered [^,]*: calibration missing: /m)
  expect(versions.out).toMatch(/^ {2}\+\d+ MCALIB +VIRTUAL +UV_MBIA/m)
  expect(await own.json('ab', 'show', block.name, '--versions')).toMatchObject({
    abName: block.name,
    versions: [{ version: 1, difference: null }, { version: 2 }, { version: 3, counts: true }],
  })
})

test('late blocks wait for the next run, alone; those of a run that is open are not touched', async () => {
  const before = blocks(3)
  own.layBlocks(before.slice(0, 2))
  await own.phoenix('register', 'UVES', DATE)
  const opened = await openRun(own.database, {
    instrument: 'UVES',
    date: DATE,
    host: 'muc08',
    order: { kind: 'run', orderedBy: 'ada' },
    abNames: 'all',
  })
  if (!opened.opened) throw new Error('not opened')
  await own.database
    .updateTable('sciproc_ab')
    .set({ state: 'running' })
    .where('ab_name', '=', before[0]?.name ?? '')
    .execute()
  own.layBlocks(before)
  const { out } = await own.phoenix('register', 'UVES', DATE)
  expect(out).toContain('2 unchanged, 1 new')
  expect(out).toContain(`1 ABs wait for a run, alone (run 1 is open): ${before[2]?.name}`)
})
