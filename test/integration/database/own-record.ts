import { fileURLToPath } from 'node:url'
import { createHash } from 'node:crypto'
import { afterEach } from 'vitest'
import type { AttemptRecord } from '../../../database/attempts.ts'
import { connect, type Database } from '../../../database/connect.ts'
import { type DateRun, openRun } from '../../../database/date-runs.ts'
import { migrate } from '../../../database/migrate.ts'
import type { StartRequest } from '../../../database/recipe-starts.ts'
import { type BlockToRegister, registerDate } from '../../../database/registration.ts'
import type { AssociationBlock } from '../../../domain/association-block.ts'
import type { LeftOut } from '../../../domain/certification.ts'
import { exampleBlock } from '../../domain/example-block.ts'
import { ownSchema } from '../own-schema.ts'

export const MIGRATIONS = fileURLToPath(new URL('../../../database/migrations', import.meta.url))
export const INSTRUMENT = 'UVES'
export const DATE = '2026-03-01'
const TWENTY_AT_ONCE = 20

const closings: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closings.splice(0).toReversed()) await close()
})

/** A migrated record of this test alone; closed and dropped after it. */
export async function ownRecord(): Promise<Database> {
  const { database, schema } = await emptySchema()
  await migrate(database, schema, MIGRATIONS)
  return database
}

export async function emptySchema(): Promise<{ database: Database; schema: string }> {
  const own = await ownSchema()
  const { url, schema } = own
  const database = connect({ url, schema, connections: TWENTY_AT_ONCE })
  closings.push(
    () => own.drop(),
    () => database.destroy(),
  )
  return { database, schema }
}

/** `count` executable blocks of the date, registered; their names. */
export async function registered(database: Database, count = 1, date = DATE): Promise<readonly string[]> {
  const blocks = Array.from({ length: count }, (_, i) => toRegister(blockNumber(i, date)))
  await registerDate(database, { instrument: INSTRUMENT, date, abDir: '/abs', blocks })
  return blocks.map(({ name }) => name)
}

export function blockNumber(i: number, date = DATE): AssociationBlock {
  const raw = `UVES.${date}T03:00:00.${String(i).padStart(3, '0')}`
  return exampleBlock({ name: `${raw}.ab`, date, rawFiles: [{ fileName: `${raw}.fits`, tag: 'SCI_POINT_BLUE' }] })
}

export function toRegister(
  ab: AssociationBlock,
  content = 'as first written',
  leftOut: LeftOut | null = null,
): BlockToRegister {
  return { name: ab.name, content, sha256: createHash('sha256').update(content).digest('hex'), ab, leftOut }
}

export async function opened(
  database: Database,
  date = DATE,
  abNames: 'all' | readonly string[] = 'all',
): Promise<DateRun> {
  const result = await openRun(database, {
    instrument: INSTRUMENT,
    date,
    host: 'muc08',
    order: { kind: 'run', orderedBy: 'Ada' },
    abNames,
  })
  if (!result.opened) throw new Error(`a run of ${date} is open already`)
  return result.run
}

export function startRequest(run: DateRun, abName: string, generation = 1): StartRequest {
  const { instrument, date, orderId, host, runNumber } = run
  return {
    runNumber,
    abName,
    generation,
    version: 1,
    folder: `/scratch/run-${runNumber}/${abName}`,
    place: { instrument, date, orderId, host, archives: ['folder'] },
    windowIsOpen: true,
  }
}

/** The answer of a recipe that ended well, with one of everything that is kept. */
export function attemptRecord(
  run: Pick<DateRun, 'runNumber' | 'date' | 'host'>,
  abName: string,
  startId: number | null,
): AttemptRecord {
  return {
    instrument: INSTRUMENT,
    date: run.date,
    abName,
    generation: 1,
    version: 1,
    runNumber: run.runNumber,
    startId,
    outcome: { outcome: 'processed' },
    host: run.host,
    recipe: 'uves_obs_scired',
    pipelineVersion: 'uves/6.1.8',
    recipeRun: {
      exitCode: 0,
      signal: null,
      startedAt: new Date('2026-03-02T20:00:00Z'),
      endedAt: new Date('2026-03-02T20:00:04Z'),
      wallSeconds: 4,
      cpuSeconds: 3.5,
      peakRssBytes: 5_000_000_000,
      bytesRead: 6_000_000_000,
      bytesWritten: 7_000_000_000,
    },
    warnings: 3,
    inputs: [{ fileName: 'a.fits', kind: 'raw', category: 'SCI_POINT_BLUE', bytes: 3_000_000_000, sha256: 'ab' }],
    texts: { log: 'line one\nline two', 'raw header': 'SIMPLE  =                    T' },
    setting: null,
    target: null,
    exposureSeconds: null,
    templateOrSetting: 'UVES_dic1_obs_exp 2026-03-02T03:00:00',
    scores: [],
    qc1: [
      {
        name: 'QC ORD14 OBJ SN',
        category: 'RED_SCI_POINT_BLUE',
        chip: null,
        orderNumber: 14,
        value: 12.5,
        text: null,
        unit: null,
      },
    ],
    idps: [newIdp()],
  }
}

export function newIdp(role = 'spectrum', kind: 'unconverted' | 'standard' = 'unconverted') {
  return {
    role,
    kind,
    standard: null,
    category: 'RED_SCI_POINT_BLUE',
    path: `/scratch/idp/${role}.fits`,
    bytes: 2_880_000,
    sha256: 'cd',
  }
}
