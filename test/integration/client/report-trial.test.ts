import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type AttemptRecord, recordAttempt } from '../../../database/attempts.ts'
import { closeRun, type DateRun, openRun } from '../../../database/date-runs.ts'
import { makeLive } from '../../../database/idps.ts'
import { startRecipe } from '../../../database/recipe-starts.ts'
import { formatFits } from '../../../fits/file.ts'
import { type ExampleIdp, exampleHdus, exampleIdp } from '../../idp/example-idp.ts'
import { attemptRecord, DATE, newIdp, opened, registered, startRequest } from '../database/own-record.ts'
import { idpFolder } from './archived-idps.ts'
import { type OwnInstallation, ownInstallation } from './own-installation.ts'

let own: OwnInstallation
let folder: string
let names: readonly string[]
let trial: DateRun
let archiveName: string

/** What the trial makes of the spectrum that was made before. */
const BRIGHTER = 1.25
const LONGER_ANGSTROM = 0.5

/** Three blocks: the first is live and tried, the second tried only and the third fails in the trial. */
beforeEach(async () => {
  own = await ownInstallation()
  await own.phoenix('status')
  folder = join(own.env['PHOENIX_HOME'] ?? '', 'products')
  mkdirSync(folder)
  names = await registered(own.database, 3)
  const [first = '', second = '', third = ''] = names

  const run = await opened(own.database)
  await attempt(run, first, 1, { idps: [idpOf('live.fits', exampleIdp())] })
  archiveName = await liveName()
  mkdirSync(idpFolder(own), { recursive: true })
  writeFileSync(join(idpFolder(own), archiveName), readFileSync(join(folder, 'live.fits')))
  await makeLive(own.database, archiveName, run.runNumber)
  await closeRun(own.database, { runNumber: run.runNumber, state: 'done', problems: [], bytesFreed: 0 })

  trial = await openedTrial()
  const generation = -trial.runNumber
  await attempt(trial, first, generation, {
    idps: [idpOf('tried.fits', changed(exampleIdp()))],
    qc1: attemptRecord(trial, first, null).qc1.map((value) => ({ ...value, value: 15 })),
  })
  await attempt(trial, second, generation, { idps: [idpOf('other.fits', exampleIdp())] })
  const outcome = { outcome: 'failed', kind: 'recipe', cause: 'no order found' } as const
  await attempt(trial, third, generation, { outcome, qc1: [], idps: [] })
  await closeRun(own.database, { runNumber: trial.runNumber, state: 'done', problems: [], bytesFreed: 0 })
})
afterEach(() => own.drop())

test('each product beside the live IDP of its identity, per block and in sum', async () => {
  const [first = '', second = '', third = ''] = names
  const { code, out, error } = await own.phoenix('report', `trial/${trial.runNumber}`)
  expect([code, error]).toEqual([0, ''])
  expect(out).toContain(`trial/${trial.runNumber} of UVES ${DATE}: done, 2 processed, 1 failed; nothing was ingested\n`)
  expect(out).toContain(`${first}\tprocessed\t4.0\t\n`)
  expect(out).toContain(`${third}\tfailed recipe\t4.0\tno order found\n`)
  expect(out).toContain(`${second}\tspectrum\t\t\t\t\t\t\tnothing is live to compare with\n`)
  const [, ratio, shift] =
    /^1 products compared.*, 1 not\nflux, trial\/live: median (\S+),.*\n.*\n.*median (\S+),/m.exec(out) ?? []
  expect(Number(ratio)).toBeCloseTo(BRIGHTER, 1)
  expect(Math.abs(Number(shift) - LONGER_ANGSTROM)).toBeLessThan(LONGER_ANGSTROM / 5)
  expect(out).toMatch(new RegExp(`^${first}\tspectrum\t1\\.2\\d*\t.*\t${archiveName}$`, 'm'))
  // Of 12.5 before.
  expect(out).toContain('QC1: 1 parameters compared, 1 differ\n')
  expect(out).toContain('QC ORD* OBJ SN RED_SCI_POINT_BLUE\t1/1\t20.0 %\t20.0 %\n')
})

test('--json: numbers, what they were compared with, and why others were not', async () => {
  const [first = '', second = ''] = names
  const report = await own.json('report', `trial/${trial.runNumber}`)
  expect(report).toMatchObject({
    trial: trial.runNumber,
    instrument: 'UVES',
    date: DATE,
    state: 'done',
    host: 'muc08',
    abs: [{ outcome: 'processed' }, { outcome: 'processed' }, { outcome: 'failed', cause: 'no order found' }],
    products: [
      {
        abName: first,
        role: 'spectrum',
        live: { archiveName },
        comparison: {
          fluxRatio: expect.closeTo(BRIGHTER, 1),
          shift: expect.closeTo(LONGER_ANGSTROM, 0),
          startDifference: expect.closeTo(LONGER_ANGSTROM, 6),
          signalToNoise: { trial: expect.closeTo(SNR, 0), live: expect.closeTo(SNR, 0) },
        },
        notCompared: null,
      },
      { abName: second, live: null, comparison: null, notCompared: 'nothing is live to compare with' },
    ],
    totals: { compared: 1, notCompared: 1, signalToNoiseRatio: { median: expect.closeTo(1, 2) } },
    qc1: [{ name: 'QC ORD* OBJ SN RED_SCI_POINT_BLUE', values: 1, different: 1, medianRelative: 0.2 }],
  })
  // The comparison stays when the files have gone.
  rmSync(folder, { recursive: true })
  expect(await own.json('report', `trial/${trial.runNumber}`)).toEqual(report)
})

test('a file that has gone before it was compared, an archive that holds another, and a run that is no trial', async () => {
  const notCompared = async () => (await own.phoenix('report', `trial/${trial.runNumber}`)).out
  writeFileSync(join(idpFolder(own), archiveName), 'something else')
  expect(await notCompared()).toContain('the archive holds another file than was ingested')
  rmSync(folder, { recursive: true })
  expect(await notCompared()).toContain('its file is gone: trials are kept as long as the quarantine')
  expect(await own.phoenix('report', 'trial/1')).toMatchObject({
    code: 2,
    error: expect.stringContaining('run 1 is no trial'),
  })
})

/** S/N of the example in every sample. */
const SNR = 42.21

/** The flux is brighter and all wavelengths are longer than in the example. */
function changed(idp: ExampleIdp): ExampleIdp {
  const columns = idp.columns.map((column) => {
    const change = (value: number) => (column.name === 'WAVE' ? value + LONGER_ANGSTROM : value * BRIGHTER)
    const { values } = column
    if (!(values instanceof Float64Array || values instanceof Float32Array)) return column
    return { ...column, values: values.map(change) }
  })
  return { ...idp, columns }
}

function idpOf(fileName: string, idp: ExampleIdp) {
  const path = join(folder, fileName)
  const bytes = formatFits(exampleHdus(idp), { checksum: true })
  writeFileSync(path, bytes)
  return { ...newIdp(), path, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
}

async function attempt(run: DateRun, abName: string, generation: number, changes: Partial<AttemptRecord>) {
  const started = await startRecipe(own.database, startRequest(run, abName, generation))
  if (!started.started) throw new Error(started.decision.detail)
  await recordAttempt(own.database, { ...attemptRecord(run, abName, started.startId), generation, ...changes })
}

async function liveName(): Promise<string> {
  const row = await own.database.selectFrom('idp').select('archive_name').executeTakeFirstOrThrow()
  return row.archive_name
}

async function openedTrial(): Promise<DateRun> {
  const result = await openRun(own.database, {
    instrument: 'UVES',
    date: DATE,
    host: 'muc08',
    order: { kind: 'run', orderedBy: 'Ada', trial: true },
    abNames: names,
  })
  if (!result.opened) throw new Error('a run is open already')
  return result.run
}
