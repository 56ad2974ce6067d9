import { afterEach, describe, expect, test } from 'vitest'
import { ArchiveUnauthorized, type FileSource, FileRefused, type IdpTarget } from '../../../archive/archive.ts'
import { FolderArchive } from '../../../archive/folder.ts'
import { activeHolds, releaseHolds } from '../../../database/holds.ts'
import { InfrastructureError } from '../../../domain/failure.ts'
import { Rig, until } from './rig.ts'

let rig: Rig
afterEach(() => rig.close())

/** The folder archive with a door that a test opens and closes. */
function guarded(
  archive: FolderArchive,
  isShut: (kind: 'raw' | 'mcalib' | 'idp') => Error | null,
): FileSource & IdpTarget {
  const enter = (kind: 'raw' | 'mcalib' | 'idp') => {
    const error = isShut(kind)
    if (error !== null) throw error
  }
  return {
    name: archive.name,
    fetch: async (kind, fileName, target) => {
      enter(kind)
      return archive.fetch(kind, fileName, target)
    },
    store: async (archiveName, path) => {
      enter('idp')
      return archive.store(archiveName, path)
    },
    readBack: (archiveName) => archive.readBack(archiveName),
  }
}

async function nightWith(isShut: (kind: 'raw' | 'mcalib' | 'idp') => Error | null) {
  rig = await Rig.withoutWorkers({ executable: 2 })
  const archive = new FolderArchive(rig.archiveDir)
  const door = guarded(archive, isShut)
  await rig.startOrchestration()
  await rig.startHost({ source: door, target: door, archives: [archive.name] })
  return { archive, run: await rig.order() }
}

const openAgain = async (archive: FolderArchive) => {
  await releaseHolds(rig.database, { type: 'archive', archive: archive.name }, 'operator')
  await rig.temporal.wakeDate('UVES', '2026-03-01')
}

describe('an archive that does not let us in', () => {
  test('for raws: it is held, no block fails, and after the resume the date goes on', async () => {
    let shut = true
    const { archive, run } = await nightWith((kind) =>
      shut && kind === 'raw' ? new ArchiveUnauthorized(archive0(), 'the token has expired') : null,
    )
    function archive0() {
      return new FolderArchive(rig.archiveDir).name
    }
    await rig.runIs(run, 'holding')
    expect((await activeHolds(rig.database)).map(({ kind, scope, placedBy }) => ({ kind, scope, placedBy }))).toEqual([
      { kind: 'pause', scope: { type: 'archive', archive: archive.name }, placedBy: 'phoenix' },
    ])
    expect(await rig.abStates()).toEqual(['pending', 'pending'])
    shut = false
    await openAgain(archive)
    expect(await rig.end(run)).toBe('done')
    expect(await rig.abStates()).toEqual(['processed', 'processed'])
  })

  test('for calibrations: nobody asks it again while it is held, then the date goes on', async () => {
    let asked = 0
    let shut = true
    const { archive, run } = await nightWith((kind) => {
      if (!shut || kind !== 'mcalib') return null
      asked += 1
      return new ArchiveUnauthorized(new FolderArchive(rig.archiveDir).name, '403')
    })
    await until(async () => (await activeHolds(rig.database)).length === 1)
    const before = asked
    shut = false
    await openAgain(archive)
    expect(await rig.end(run)).toBe('done')
    // The lanes that were at work at the first refusal, and nobody since.
    expect(before).toBeLessThanOrEqual(4)
    expect(asked).toBe(before)
  })

  test('for IDPs: the date is blocked, the products stay', async () => {
    const { run } = await nightWith((kind) =>
      kind === 'idp' ? new ArchiveUnauthorized(new FolderArchive(rig.archiveDir).name, 'the token has expired') : null,
    )
    expect(await rig.end(run)).toBe('blocked')
    expect(await rig.idpStates()).toEqual(['pending', 'pending'])
    expect(await activeHolds(rig.database)).toHaveLength(1)
  })
})

test('an archive that is away while raws are fetched: nothing fails, everything waits and goes on', async () => {
  let asked = 0
  const { run } = await nightWith((kind) => {
    if (kind !== 'raw') return null
    asked += 1
    return asked <= 3 ? new InfrastructureError('no route to the archive') : null
  })
  expect(await rig.end(run)).toBe('done')
  expect(await rig.abStates()).toEqual(['processed', 'processed'])
})

test('a raw that the archive can only send as nonsense fails its block, as input', async () => {
  const { run } = await nightWith((kind) => (kind === 'raw' ? new FileRefused('larger than 2 GB unpacked') : null))
  expect(await rig.end(run)).toBe('done')
  for (const state of await rig.abStates())
    expect(state).toMatch(/^failed: raw .* is damaged: larger than 2 GB unpacked$/)
})

test('a full scratch disk: blocks wait with a message, and go on when there is room', async () => {
  rig = await Rig.withoutWorkers({ executable: 2 })
  await rig.startOrchestration()
  let needed = 1e18
  const seen = async () => {
    await rig.database.updateTable('host').set({ free_bytes: 5e9, needed_bytes: needed }).execute()
  }
  const small = await rig.startHost({ neededBytes: needed, sayHostIsSeen: seen })
  const run = await rig.order()
  await rig.runIs(run, 'holding')
  const { waits_for: waitsFor } = await rig.database
    .selectFrom('date_run')
    .select('waits_for')
    .executeTakeFirstOrThrow()
  expect(waitsFor).toMatch(/^waits for disk space on .*: 5\.0 GB free, 1000000000\.0 GB needed$/)
  expect(await rig.abStates()).toEqual(['pending', 'pending'])
  await small.end('close')
  needed = 0
  await seen()
  await rig.startHost({ neededBytes: 0, sayHostIsSeen: seen })
  await rig.temporal.wakeDate('UVES', '2026-03-01')
  expect(await rig.end(run)).toBe('done')
})
