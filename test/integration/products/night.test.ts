import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, utimesSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Ingested } from '../../../activities/ingest.ts'
import { parseChecksumList } from '../../../archive/checksum-list.ts'
import { rawStatus } from '../../../database/raw-status.ts'
import { orderReprocessing } from '../../../database/reprocess.ts'
import { scoresOf } from '../../../database/scores.ts'
import type { IdpSection } from '../../../domain/idp-section.ts'
import { readHdu, readHeaders } from '../../../fits/file.ts'
import { numbersOf, readTable } from '../../../fits/table.ts'
import { makeIdp } from '../../../idp/make-idp.ts'
import { expectationsOf, judgeBatch, judgeIdp } from '../../../idp/validate.ts'
import { asRead } from '../../as-read.ts'
import { install, type Installation } from '../checks/installation.ts'
import { DATE } from '../checks/night.ts'
import { fitsverify } from '../fits/judge.ts'
import { expectTrueToTheStar, scienceOf } from '../idp/science.ts'
import { type KeepingIdpMaker, keepingIdpMaker } from './keeping-idp-maker.ts'
import { type Exposure, instrumentOfTheNight, layNight, RESPONSES, textsOf, withResponse } from './night.ts'

/** By their place in the night: flux-calibrated, then ordered again when the stream is never to be. */
const CASE_2 = 1
/** The worker is lost between its IDP and the record. */
const LOST = 4
/** Gets a response after it was processed without one. */
const LATE = 6

let installation: Installation
let maker: KeepingIdpMaker
let exposures: readonly Exposure[]
let wrongEquinox: string
let ingested: Ingested
let fluxCase: IdpSection['fluxCalibration']['case'] = 1

beforeAll(async () => {
  installation = await install((host) => {
    const kept = join(dirname(host.scratchDir), 'kept')
    mkdirSync(kept)
    maker = keepingIdpMaker(host.idpMaker, kept, (dpId) => dpId === dpIdOf(LOST))
    const loadInstrument = async (name: string) =>
      asRead(instrumentOfTheNight(await host.loadInstrument(name), fluxCase))
    return { ...host, idpMaker: maker, loadInstrument }
  })
  const night = await layNight(installation)
  exposures = night.exposures
  wrongEquinox = night.wrongEquinox.name
  await installation.process(DATE, textsOf([...exposures.map(({ block }) => block), night.wrongEquinox]))
  ingested = await installation.end(DATE)
}, 240_000)
afterAll(() => installation.close())

describe('case 1: flux-calibrated whenever a valid response exists', () => {
  const reasons = {
    valid: null,
    none: 'the block lists no master response',
    expired: expect.stringMatching(
      /^UV_MRSP_250110A_BLUE390d2_2x2\.fits is 415\.\d days away from the exposure, its validity is 365 days$/,
    ),
    'across the breakpoint': 'UV_MRSP_260110A_BLUE390d2_2x2.fits lies on the other side of the change of 2026-01-15',
  }

  test.each(RESPONSES.map((response, index) => ({ response, index })))(
    'exposure $index, response: $response',
    async ({ response, index }) => {
      const [row] = await idpsOf(abName(index))
      expect(row).toMatchObject({ flux_calibrated: response === 'valid', flux_reason: reasons[response] })
      const header = await primaryOf(archived(row?.archive_name))
      expect(header.string('FLUXCAL')).toBe(response === 'valid' ? 'ABSOLUTE' : 'UNCALIBRATED')
      const told = header.texts('HISTORY').join('')
      const remark = response === 'valid' ? /^ERR is ERR_REDUCED/ : /^Not flux-calibrated: /
      expect(told).toMatch(remark)
      expect(told.replace(/^Not flux-calibrated: /, '')).toContain(row?.flux_reason ?? '')
      // The recipe was given every response: it is our decision, which can change without another run of it.
      const products = makingsOf(index)[0]?.request.products.map(({ category }) => category)
      expect(products?.includes('FLUXCAL_SCI_POINT_BLUE')).toBe(response !== 'none')
    },
  )

  test('half have a response, two of them a valid one; an expired one is told by the scores and fails nothing', async () => {
    const live = await installation.database.selectFrom('idp').select('flux_calibrated').execute()
    expect(live.filter(({ flux_calibrated }) => flux_calibrated)).toHaveLength(2)
    expect(live).toHaveLength(8)
    const scores = await Promise.all(
      RESPONSES.map(async (response, index) => {
        const all = await scoresOf(installation.database, { instrument: 'UVES', abName: abName(index), generation: 1 })
        return { response, score: all.find(({ name }) => name === 'association MASTER_RESPONSE_BLUE')?.score }
      }),
    )
    const expected = { none: undefined, valid: 0, expired: 1, 'across the breakpoint': 0 }
    expect(scores).toEqual(RESPONSES.map((response) => ({ response, score: expected[response] })))
  })
})

describe('case 2: never flux-calibrated', () => {
  test('the same exposures in ADU, with the reason, and the same numbers', async () => {
    for (const [index, { block }] of exposures.entries()) {
      const [making] = makingsOf(index)
      if (making === undefined) throw new Error(`${block.name} has no IDP`)
      const { section: before } = making.request
      const section: IdpSection = { ...before, fluxCalibration: { ...before.fluxCalibration, case: 2 } }
      const expectations = expectationsOf(await installation.host.loadInstrument('UVES'))
      const { conversion, findings } = await makeIdp({ conversion: { ...making.request, section }, expectations })
      expect(conversion).toMatchObject({ fluxCalibrated: false, reason: 'this stream is never flux-calibrated' })
      expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
      expect((await primaryOf(conversion.path)).string('FLUXCAL')).toBe('UNCALIBRATED')
      const [row] = await idpsOf(block.name)
      for (const name of ['WAVE', 'FLUX_REDUCED', 'ERR_REDUCED', 'QUAL'])
        expect(await column(conversion.path, name)).toEqual(await column(archived(row?.archive_name), name))
    }
  })
})

describe('a worker that is lost between an IDP and its record', () => {
  test('converts again to the same bytes, and the recipe has run once', async () => {
    const [first, second, ...more] = makingsOf(LOST)
    expect(more).toEqual([])
    expect(second?.bytes.equals(first?.bytes ?? Buffer.alloc(0))).toBe(true)
    const [row] = await idpsOf(abName(LOST))
    expect(readFileSync(archived(row?.archive_name)).equals(first?.bytes ?? Buffer.alloc(0))).toBe(true)
    const starts = installation.database.selectFrom('recipe_start').select('ended_as')
    expect(await starts.where('ab_name', '=', abName(LOST)).execute()).toEqual([{ ended_as: 'ended' }])
    expect(makingsOf(0)).toHaveLength(1)
  })
})

describe('an IDP that breaks a rule', () => {
  test('is an outcome of its block, with the rule, in words for the owner of the raw', async () => {
    const attempt = await attemptOf(wrongEquinox)
    expect(attempt).toMatchObject({ outcome: 'failed', failure_kind: 'idp', exit_code: 0 })
    expect(attempt.cause).toMatch(/^the IDP breaks rule P10: EQUINOX .*1950/)
    const [status] = await rawStatus(installation.database, [wrongEquinox.replace('.ab', '.fits')])
    expect(status).toMatchObject({ status: 'failed', cause: attempt.cause, idp: null })
  })

  test('lies in quarantine with the finding in it, and nowhere else', async () => {
    const { folder } = installation.host.quarantine
    const [name = '', ...others] = readdirSync(folder)
    expect(others).toEqual([])
    expect(name).toBe(`${wrongEquinox}.generation-1.spectrum.fits`)
    const events = installation.database.selectFrom('event').select('message').where('ab_name', '=', wrongEquinox)
    expect(await events.where('kind', '=', 'IDP in quarantine').execute()).toEqual([{ message: join(folder, name) }])
    const { findings } = await judgeIdp(join(folder, name))
    expect(findings.filter(({ severity }) => severity === 'error').map(({ rule }) => rule)).toEqual(['P10'])
    expect(await idpsOf(wrongEquinox)).toEqual([])
  })

  test('keeps the numbers of its sound products', async () => {
    const parametersOf = async (name: string) => {
      const rows = installation.database.selectFrom('qc1').select('name').where('ab_name', '=', name)
      return (await rows.execute()).length
    }
    expect(await parametersOf(wrongEquinox)).toBeGreaterThan(100)
    expect(await parametersOf(wrongEquinox)).toBe(await parametersOf(abName(0)))
    const key = { instrument: 'UVES', abName: wrongEquinox, generation: 1 }
    const scores = await scoresOf(installation.database, key)
    expect(scores.find(({ name }) => name === 'signal to noise')).toMatchObject({ score: 0 })
  })

  test('does not stand in the way of the date', async () => {
    expect(ingested).toEqual({ live: 8, waiting: 0, why: '' })
    const runs = installation.database.selectFrom('date_run').select('state').orderBy('run_number').limit(1)
    expect(await runs.execute()).toEqual([{ state: 'done' }])
    expect(readdirSync(installation.host.scratchDir)).toEqual([])
  })
})

describe('re-processing', () => {
  beforeAll(() => {
    // Its day in quarantine is over.
    const [name = ''] = readdirSync(installation.host.quarantine.folder)
    const twoDaysAgo = Date.now() / 1000 - 2 * 86_400
    utimesSync(join(installation.host.quarantine.folder, name), twoDaysAgo, twoDaysAgo)
  })

  test('a response that came later makes a flux-calibrated product of an unfluxed one, and one of them is live', async () => {
    const [before] = await idpsOf(abName(LATE))
    const oldBytes = readFileSync(archived(before?.archive_name))
    const { block } = withResponse(installation, at(LATE), DATE)
    exposures = exposures.map((exposure, index) => (index === LATE ? { ...exposure, block } : exposure))
    await processAgain(LATE, 'a response has come')

    const [old, fresh, ...more] = await idpsOf(abName(LATE))
    expect(more).toEqual([])
    expect(fresh).toMatchObject({ generation: 2, state: 'live', flux_calibrated: true, flux_reason: null })
    expect(old).toMatchObject({ generation: 1, state: 'superseded', superseded_by: fresh?.archive_name })
    expect(old).toMatchObject({ archive_name: before?.archive_name, flux_calibrated: false })
    expect(await statusOf(LATE)).toMatchObject({ status: 'processed fine', idp: fresh?.archive_name })
    expect(readFileSync(archived(old?.archive_name)).equals(oldBytes)).toBe(true)
    expect((await primaryOf(archived(fresh?.archive_name))).string('FLUXCAL')).toBe('ABSOLUTE')
    const found = sql`select obs_publisher_did, o_ucd from obscore where obs_id = ${dpIdOf(LATE)}`
    expect((await found.execute(installation.database)).rows).toEqual([
      { obs_publisher_did: fresh?.archive_name, o_ucd: 'phot.flux.density' },
    ])
  })

  test('a stream that is never to be flux-calibrated any more takes the flux away, with its reason', async () => {
    fluxCase = 2
    await processAgain(CASE_2, 'no flux calibration any more').finally(() => {
      fluxCase = 1
    })
    const [old, fresh] = await idpsOf(abName(CASE_2))
    expect(old).toMatchObject({ state: 'superseded', superseded_by: fresh?.archive_name, flux_calibrated: true })
    expect(fresh).toMatchObject({
      state: 'live',
      flux_calibrated: false,
      flux_reason: 'this stream is never flux-calibrated',
    })
    expect(await statusOf(CASE_2)).toMatchObject({ idp: fresh?.archive_name })
  })

  test('a run without a refused IDP ends the days in quarantine of one before', () => {
    expect(readdirSync(installation.host.quarantine.folder)).toEqual([])
  })

  test('leaves one live IDP for every exposure', async () => {
    const rows = installation.database.selectFrom('idp').select(['ab_name', 'role']).where('state', '=', 'live')
    const live = (await rows.execute()).map(({ ab_name, role }) => `${ab_name} ${role}`).toSorted()
    expect(live).toEqual(exposures.map(({ block }) => `${block.name} spectrum`).toSorted())
  })
})

describe('every file in the archive', () => {
  test('is on record, and its sum in the list', async () => {
    const rows = await installation.database.selectFrom('idp').select(['archive_name', 'sha256']).execute()
    const listed = parseChecksumList(readFileSync(join(installation.archive, 'idp', 'SHA256SUMS'), 'utf8'))
    expect(rows).toHaveLength(10)
    expect(new Map(rows.map(({ archive_name, sha256 }) => [archive_name, sha256]))).toEqual(listed)
    for (const { archive_name, sha256 } of rows) {
      expect(
        createHash('sha256')
          .update(readFileSync(archived(archive_name)))
          .digest('hex'),
      ).toBe(sha256)
    }
    const files = readdirSync(join(installation.archive, 'idp')).filter((name) => name !== 'SHA256SUMS')
    expect(files.toSorted()).toEqual([...listed.keys()].toSorted())
  })

  test('passes fitsverify and the rules of the standard', async () => {
    const rows = await installation.database.selectFrom('idp').select(['archive_name', 'state']).execute()
    for (const { archive_name } of rows)
      expect(await fitsverify(archived(archive_name))).toMatchObject({ errors: 0, warnings: 0 })
    const raws = new Map(
      await Promise.all(
        exposures.map(async (_, index) => {
          return [dpIdOf(index), await primaryOf(join(installation.archive, 'raw', `${dpIdOf(index)}.fits`))] as const
        }),
      ),
    )
    const expectations = expectationsOf(await installation.host.loadInstrument('UVES'))
    if (expectations === null) throw new Error('the instrument file has no checks of IDPs')
    // A delivery holds one IDP of an exposure: the one that is live.
    for (const state of ['live', 'superseded']) {
      const paths = rows.filter((row) => row.state === state).map((row) => archived(row.archive_name))
      const { findings } = await judgeBatch(paths, { raws, expectations })
      expect(paths.length).toBeGreaterThan(0)
      expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
    }
  })

  test('shows the injected star to a reader that knows nothing of phoenix', async () => {
    const rows = await installation.database
      .selectFrom('idp')
      .select(['archive_name', 'ab_name', 'flux_calibrated', 'state'])
      .orderBy('archive_name')
      .execute()
    const files = rows.map(({ archive_name, ab_name }) => {
      const truth = exposures.find(({ block }) => block.name === ab_name)?.truth ?? ''
      return { idp: archived(archive_name), truth }
    })
    const found = await scienceOf(files)
    found.forEach(expectTrueToTheStar)
    expect(found.map(({ FLUXCAL }) => FLUXCAL === 'ABSOLUTE')).toEqual(rows.map((row) => row.flux_calibrated))
    const shifts = found.filter((_, i) => rows[i]?.state === 'live').map((each) => each.wavelengthShiftAngstrom)
    expect(Math.abs(median(shifts))).toBeLessThan(0.003)
  })
})

/** The block as it is now, as a new generation in a run of its own. */
async function processAgain(index: number, reason: string): Promise<void> {
  const texts = textsOf(exposures.map(({ block }) => block))
  await installation.register(DATE, texts)
  const order = { instrument: 'UVES', abNames: [abName(index)], orderedBy: 'operator', reason }
  expect(await orderReprocessing(installation.database, order)).toEqual([abName(index)])
  await installation.process(DATE, texts)
  expect(await installation.end(DATE)).toEqual({ live: 1, waiting: 0, why: '' })
}

function at(index: number): Exposure {
  const exposure = exposures[index]
  if (exposure === undefined) throw new Error(`no exposure ${index}`)
  return exposure
}

function abName(index: number): string {
  return at(index).block.name
}

function dpIdOf(index: number): string {
  return abName(index).replace('.ab', '')
}

function makingsOf(index: number) {
  return maker.makings.get(dpIdOf(index)) ?? []
}

function archived(archiveName: string | undefined): string {
  return join(installation.archive, 'idp', archiveName ?? 'none')
}

function idpsOf(name: string) {
  const rows = installation.database.selectFrom('idp').selectAll().where('ab_name', '=', name)
  return rows.orderBy('generation').execute()
}

function attemptOf(name: string) {
  return installation.database.selectFrom('attempt').selectAll().where('ab_name', '=', name).executeTakeFirstOrThrow()
}

async function statusOf(index: number) {
  const [status] = await rawStatus(installation.database, [dpIdOf(index)])
  return status
}

async function primaryOf(path: string) {
  const [primary] = await readHeaders(path)
  if (primary === undefined) throw new Error(`${path} has no header`)
  return primary.header
}

async function column(path: string, name: string): Promise<ArrayLike<number>> {
  return numbersOf(readTable(await readHdu(path, 'SPECTRUM'), [name]), name)
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return ((sorted[(sorted.length - 1) >> 1] ?? Number.NaN) + (sorted[sorted.length >> 1] ?? Number.NaN)) / 2
}
