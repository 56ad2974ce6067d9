import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { double, integer, string } from '../../../fits/card.ts'
import { type IdpContext, validateIdp } from '../../../idp/validate.ts'
import { DP_ID, exampleRaw } from '../example-idp.ts'
import { exampleContext } from './example-context.ts'
import { changed, type Mutation, writeMutated } from './mutation.ts'

let folder = ''
let context: IdpContext = {}
const SECOND = 'UVES.2023-02-25T03:57:00.000'
const SECOND_START = 60000.1645

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'idp-stack-'))
  const { products: _, ...rest } = await exampleContext(join(folder, 'products'))
  const second = exampleRaw()
    .with(double('MJD-OBS', SECOND_START))
    .with(double('EXPTIME', 600))
    .with(integer('ESO OBS ID', 200123457))
    .with(string('ESO OBS PROG ID', '110.23AB.001'))
    .with(string('ARCFILE', `${SECOND}.fits`))
  context = { ...rest, raws: new Map([...(rest.raws ?? []), [SECOND, second]]) }
})
afterAll(() => rm(folder, { recursive: true }))

const end = SECOND_START + 600 / 86400

/** A stack of two exposures of two observation blocks and programmes. */
const stack: Mutation = {
  rule: '',
  hdus: (hdus) =>
    changed(
      changed(hdus, 0, (header) =>
        [
          string('PROV2', SECOND),
          integer('NCOMBINE', 2),
          integer('OBID2', 200123457),
          string('PROG_ID', 'MULTI'),
          string('PROGID1', '60.A-9022(A)'),
          string('PROGID2', '110.23AB.001'),
          double('EXPTIME', 1800),
          double('TEXPTIME', 1800),
          double('MJD-END', end),
        ].reduce((result, card) => result.with(card), header),
      ),
      1,
      (header) => header.with(double('TELAPSE', (end - 60000.15) * 86400)).with(double('TMID', (end + 60000.15) / 2)),
    ),
}

test('a stack passes; the raw frames are summed', async () => {
  const path = await writeMutated(join(folder, 'stack'), stack)
  expect(await validateIdp(path, context)).toEqual([])
})

test('a raw frame that is not known: it does not exist, and nothing is compared with half of the stack', async () => {
  const path = await writeMutated(join(folder, 'half'), stack)
  const [first] = [...(context.raws ?? [])]
  if (first === undefined) throw new Error('no raw frame')
  const findings = await validateIdp(path, { ...context, raws: new Map([first]) })
  expect(findings.map(({ rule, keyword }) => [rule, keyword])).toEqual([['B09', 'PROV2']])
  const known = { ...context, raws: new Map([first]), archiveNames: new Set([SECOND]) }
  expect(await validateIdp(path, known)).toEqual([])
})

test('the archive alone tells whether a raw frame exists, with or without suffix', async () => {
  const path = await writeMutated(join(folder, 'archive'), { rule: '' })
  const exists = async (...names: string[]) =>
    (await validateIdp(path, { archiveNames: new Set(names) })).map(({ rule }) => rule)
  expect(await exists(DP_ID)).toEqual([])
  expect(await exists(SECOND)).toEqual(['B09'])
})
