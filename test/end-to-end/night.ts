import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { z } from 'zod'
import { parseChecksumList } from '../../archive/checksum-list.ts'
import type { Installation } from './installation.ts'

export const INSTRUMENT = 'UVES'
export const DATE = '2026-03-01'

const simulatedNight = z.object({
  blocks: z.array(
    z.object({
      name: z.string(),
      setting: z.number(),
      binning: z.number(),
      raw: z.enum(['star', 'zero', 'damaged', 'none']),
      expect: z.enum(['processed', 'failed', 'left-out']),
      kind: z.string().optional(),
      causeContains: z.string().optional(),
      reason: z.string().optional(),
    }),
  ),
})

export type SimulatedBlocks = z.infer<typeof simulatedNight>['blocks']

/** What the simulator says of its night: each block with what is to become of it. */
export function simulatedBlocks({ home }: Installation): SimulatedBlocks {
  return simulatedNight.parse(JSON.parse(readFileSync(join(home, 'night.json'), 'utf8'))).blocks
}

/** A night of so many ABs of the blue arm that can be processed, beside the seven that cannot, registered with all up. */
export async function registeredNight(installation: Installation, executable: number): Promise<void> {
  await installation.fine('up')
  await installation.fine('simulate', '--date', DATE, '--executable', String(executable), '--arm', 'BLUE')
  await installation.fine('register', INSTRUMENT, DATE)
}

/** Every recipe start of the record, in order. */
export async function recipeStarts(installation: Installation) {
  const database = await installation.record()
  return database.selectFrom('recipe_start').selectAll().orderBy('start_id').execute()
}

/** State of the newest run; null before the first. */
export async function newestRun(installation: Installation) {
  const database = await installation.record()
  return (await database.selectFrom('date_run').selectAll().orderBy('run_number', 'desc').executeTakeFirst()) ?? null
}

export async function untilClosed(installation: Installation): Promise<string> {
  return installation.until('the run is closed', async () => {
    const run = await newestRun(installation)
    return run === null || run.ended_at === null ? null : run.state
  })
}

/** The night has ended as it has to, whatever happened on the way: every block has its answer, and nothing was done twice. */
export async function expectWholeNight(installation: Installation): Promise<void> {
  const blocks = simulatedBlocks(installation)
  const database = await installation.record()
  expect((await newestRun(installation))?.state).toBe('done')

  const abs = await database.selectFrom('sciproc_ab').selectAll().orderBy('ab_name').execute()
  expect(abs.map(({ ab_name, state, left_out_code }) => ({ ab_name, state, left_out_code }))).toEqual(
    inOrder(blocks, ({ name }) => name).map((block) => ({
      ab_name: block.name,
      state: block.expect === 'left-out' ? 'left out' : block.expect,
      left_out_code: block.reason ?? null,
    })),
  )
  expect(abs.filter(({ state, cause }) => state === 'left out' && (cause ?? '') === '')).toEqual([])
  const attempts = await database.selectFrom('attempt').selectAll().orderBy('ab_name').execute()
  expect(attempts).toMatchObject(
    inOrder(blocks, ({ name }) => name)
      .filter((block) => block.expect !== 'left-out')
      .map(({ name, kind, causeContains }) => ({
        ab_name: name,
        failure_kind: kind ?? null,
        cause: causeContains === undefined ? null : expect.stringContaining(causeContains),
      })),
  )
  await expectOneStartEach(installation, blocks)
  await expectArchived(installation, blocks)
  expect(readdirSync(installation.settings.scratchDir)).toEqual([])
}

/** A block whose raw can be used was started once and ended by itself, all others never. Killed by an operator does not count. */
async function expectOneStartEach(installation: Installation, blocks: SimulatedBlocks): Promise<void> {
  const counted = (await recipeStarts(installation)).filter(({ ended_as }) => ended_as !== 'not attempted')
  const usable = blocks.filter(({ raw }) => raw === 'star' || raw === 'zero').map(({ name }) => name)
  expect(inOrder(counted, ({ ab_name }) => ab_name)).toMatchObject(
    inOrder(usable, (name) => name).map((name) => ({ ab_name: name, ended_as: 'ended' })),
  )
}

/** One live IDP for each processed block, whose file in the archive, row and checksum list agree. */
async function expectArchived(installation: Installation, blocks: SimulatedBlocks): Promise<void> {
  const database = await installation.record()
  const idps = await database.selectFrom('idp').selectAll().orderBy('archive_name').execute()
  const processed = blocks.filter(({ expect: end }) => end === 'processed').map(({ name }) => name)
  expect(idps.map(({ ab_name }) => ab_name).toSorted()).toEqual(processed.toSorted())
  expect(new Set(idps.map(({ state }) => state))).toEqual(new Set(['live']))

  const folder = join(installation.settings.archive.dir, 'idp')
  const names = readdirSync(folder).filter((name) => name !== 'SHA256SUMS')
  expect(names.toSorted()).toEqual(idps.map(({ archive_name }) => archive_name))
  const listed = parseChecksumList(readFileSync(join(folder, 'SHA256SUMS'), 'utf8'))
  expect([...listed.keys()].toSorted()).toEqual(names.toSorted())
  for (const { archive_name, sha256, bytes } of idps) {
    const content = readFileSync(join(folder, archive_name))
    const sum = createHash('sha256').update(content).digest('hex')
    expect({ archive_name, sha256, bytes, listed: listed.get(archive_name) }).toEqual({
      archive_name,
      sha256: sum,
      bytes: content.byteLength,
      listed: sum,
    })
  }
}

function inOrder<T>(values: readonly T[], key: (value: T) => string): T[] {
  return values.toSorted((a, b) => (key(a) < key(b) ? -1 : 1))
}
