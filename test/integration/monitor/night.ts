import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { formatFits } from '../../../fits/file.ts'
import { exampleHdus, exampleIdp } from '../../idp/example-idp.ts'
import { DATE, Rig, until } from '../workflows/rig.ts'

/** What an observer, a header or a recipe may write: markup for a browser, and orders for a terminal. */
export const HOSTILE = '<img src=x onerror=alert(1)>\u001b[31mred\u001b[0m'

/**
 * A night under way: of six blocks the first is processed, the second failed, two run and wait, the others are pending. The IDP of the first
 * is one in standard form, and what came from outside is hostile.
 */
export async function nightUnderWay(): Promise<Rig> {
  const rig = await Rig.withoutWorkers({ executable: 6 })
  rig.fate(1, 'fail')
  for (const index of [2, 3, 4, 5]) rig.fate(index, 'wait')
  await rig.startOrchestration()
  await rig.startHost()
  await rig.order()
  await until(async () => (await ended(rig)) === 2 && rig.starts().length === 4)
  await dress(rig)
  return rig
}

async function ended({ database }: Rig): Promise<number> {
  return (await database.selectFrom('attempt').select('ab_name').execute()).length
}

async function dress(rig: Rig): Promise<void> {
  const { database } = rig
  const [first, second] = [rig.ab(0).name, rig.ab(1).name]
  const content = formatFits(exampleHdus(exampleIdp()), { checksum: true })
  const idp = await database.selectFrom('idp').selectAll().where('ab_name', '=', first).executeTakeFirstOrThrow()
  writeFileSync(idp.waiting_path ?? '', content)
  await database
    .updateTable('idp')
    .set({
      kind: 'standard',
      keywords: JSON.stringify({ OBJECT: HOSTILE, SNR: 42.2, EXPTIME: 1200 }),
      bytes: content.byteLength,
      sha256: createHash('sha256').update(content).digest('hex'),
    })
    .where('archive_name', '=', idp.archive_name)
    .execute()
  await database.updateTable('attempt').set({ target: HOSTILE }).where('ab_name', '=', first).execute()
  await database.updateTable('attempt').set({ cause: HOSTILE }).where('ab_name', '=', second).execute()
  await database.updateTable('sciproc_ab').set({ cause: HOSTILE }).where('ab_name', '=', second).execute()
  await database
    .updateTable('attempt_text')
    .set({ content: gzipSync(`12:00:00 [ ERROR ] ${HOSTILE}`) })
    .where('ab_name', '=', second)
    .where('kind', '=', 'log')
    .execute()
  await asCampaign(rig)
  await withTrial(rig)
  const key = { instrument: 'UVES', ab_name: first, generation: 1 }
  await database
    .insertInto('score')
    .values([
      { ...key, name: 'signal to noise', score: 0, value: 31.5, limit_text: 'at least 1' },
      { ...key, name: 'negative flux', score: 1, value: 0.4, limit_text: 'at most 0.1' },
    ])
    .execute()
}

/** A campaign asks for the same blocks. */
async function asCampaign({ database, abs }: Rig): Promise<void> {
  const { order_id: orderId } = await database
    .insertInto('processing_order')
    .values({ kind: 'back-process', instrument: 'UVES', ordered_by: 'ada', reason: HOSTILE })
    .returning('order_id')
    .executeTakeFirstOrThrow()
  const place = { order_id: orderId, instrument: 'UVES', date: DATE }
  await database
    .insertInto('order_date')
    .values({ ...place, position: 1, state: 'running', run_number: 1 })
    .execute()
  await database
    .insertInto('order_ab')
    .values(abs.map(({ name }) => ({ ...place, ab_name: name, generation: 1 })))
    .execute()
}

/** A trial of the first block has measured less. */
async function withTrial(rig: Rig): Promise<void> {
  const { database } = rig
  const ab = rig.ab(0).name
  const answer = await database.selectFrom('attempt').selectAll().where('ab_name', '=', ab).executeTakeFirstOrThrow()
  await database
    .insertInto('attempt')
    .values({ ...answer, generation: -1, start_id: null })
    .execute()
  await database
    .insertInto('score')
    .values({
      instrument: 'UVES',
      ab_name: ab,
      generation: -1,
      name: 'signal to noise',
      score: 1,
      value: 0.63,
      limit_text: 'at least 1',
    })
    .execute()
}
