import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatFits } from '../../../fits/file.ts'
import { ALL_RULES } from '../../../idp/validate/rules.ts'
import { type IdpContext, judgeIdp } from '../../../idp/validate.ts'
import { exampleHdus, exampleIdp } from '../example-idp.ts'
import { BATCH_MUTATIONS } from './batch-mutations.ts'
import { exampleContext } from './example-context.ts'
import { type Mutation, writeMutated } from './mutation.ts'
import { MUTATIONS } from './mutations.ts'

let folder = ''
let context: IdpContext = {}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'idp-rules-'))
  context = await exampleContext(join(folder, 'products'))
})
afterAll(() => rm(folder, { recursive: true }))

test('every rule has an id of its own and a file that breaks it', () => {
  const ids = ALL_RULES.map(({ id }) => id)
  const families = { F: 10, P: 48, E: 38, X: 8, D: 10, B: 20 }
  const numbered = Object.entries(families).flatMap(([letter, count]) =>
    Array.from({ length: count }, (_, index) => `${letter}${String(index + 1).padStart(2, '0')}`),
  )
  const instrument = [
    ...Array.from({ length: 17 }, (_, index) => index + 1),
    ...Array.from({ length: 7 }, (_, index) => index + 20),
  ]
  expect(ids).toEqual([...numbered, ...instrument.map((number) => `U${String(number).padStart(2, '0')}`)])
  expect(new Set([...MUTATIONS, ...BATCH_MUTATIONS].map(({ rule }) => rule))).toEqual(new Set(ids))
})

describe('the good file', () => {
  test.each([false, true])('flux-calibrated: %s', async (fluxed) => {
    const example = exampleIdp(fluxed)
    const path = join(folder, example.name)
    await writeFile(path, formatFits(exampleHdus(example), { checksum: true }))
    const { findings, skipped } = await judgeIdp(path, context)
    expect(findings).toEqual([])
    // Keywords that need not be there.
    expect(skipped).toEqual(['P28', 'P29'])
  })

  test('without context: rules that need it are skipped, the others still pass', async () => {
    const example = exampleIdp()
    const path = join(folder, example.name)
    await writeFile(path, formatFits(exampleHdus(example), { checksum: true }))
    const { findings, skipped } = await judgeIdp(path)
    expect(findings).toEqual([])
    expect(skipped.filter((id) => id.startsWith('U'))).toHaveLength(24)
    expect(skipped.filter((id) => id.startsWith('B'))).toEqual([
      'B09',
      'B10',
      'B11',
      'B12',
      'B13',
      'B14',
      'B15',
      'B16',
      'B17',
      'B19',
      'B20',
    ])
  })
})

describe('a file that breaks', () => {
  const titled = MUTATIONS.map((mutation, index): [string, Mutation] => [`${mutation.rule} (${index})`, mutation])
  test.each(titled)('%s is found out, and for nothing else', async (title, mutation) => {
    const path = await writeMutated(join(folder, title), mutation)
    const { findings } = await judgeIdp(path, mutation.context?.(context) ?? context)
    const severity = ALL_RULES.find(({ id }) => id === mutation.rule)?.severity
    expect(findings.map(({ rule }) => rule)).toContain(mutation.rule)
    const found = findings.find(({ rule }) => rule === mutation.rule)
    // D10 is an error where the instrument is known.
    expect(found?.severity).toBe(mutation.rule === 'D10' ? 'error' : severity)
    expect(found?.message).toMatch(/\S{2}/)
    const errors = new Set(findings.filter((finding) => finding.severity === 'error').map(({ rule }) => rule))
    expect([...errors].filter((rule) => rule !== mutation.rule).toSorted()).toEqual(
      [...(mutation.also ?? [])].toSorted(),
    )
  })
})

test('an integer where the standard wants a real number is no wrong type', async () => {
  const { integer } = await import('../../../fits/card.ts')
  const { primary } = await import('./mutation.ts')
  const path = await writeMutated(join(folder, 'integers'), { rule: '', ...primary(integer('EXPTIME', 1200)) })
  expect((await judgeIdp(path, context)).findings).toEqual([])
})
