import { mkdtempSync, readFileSync } from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ArchiveUnauthorized, FileRefused } from '../../archive/archive.ts'
import { EXIT, EXIT_MEANING, exitCodeOf } from '../../client/exit-code.ts'
import { failureLine, isConnectionLost } from '../../client/failure-line.ts'
import { InfrastructureError, PreconditionError } from '../../domain/failure.ts'

test('a mistake of the user is one line and exit code 2', () => {
  expect(failureLine(new PreconditionError('no such\n  thing'), null)).toEqual({ line: 'no such thing', code: 2 })
})

test('what the machines did is one line with its cause and exit code 1', () => {
  const cause = new Error('connect ECONNREFUSED')
  expect(failureLine(new InfrastructureError('no answer', { cause }), null)).toEqual({
    line: 'no answer: connect ECONNREFUSED',
    code: 1,
  })
})

test('an archive that does not let us in, or sends what is no file, is no defect', () => {
  expect(failureLine(new ArchiveUnauthorized('ngas://a', 'the token has expired'), null)).toEqual({
    line: 'archive ngas://a: the token has expired',
    code: 1,
  })
  expect(failureLine(new FileRefused('too large'), null)).toEqual({ line: 'too large', code: 1 })
})

test('a database that goes away is no defect', () => {
  const gone = Object.assign(new Error('terminating connection'), { code: '57P01' })
  expect(failureLine(gone, null)).toEqual({ line: 'the database is away: terminating connection', code: 1 })
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
  expect(isConnectionLost(new AggregateError([refused]))).toBe(true)
  expect(isConnectionLost(Object.assign(new Error('duplicate key'), { code: '23505' }))).toBe(false)
})

test('a defect says that it is one, and its stack goes into the log', () => {
  const folder = mkdtempSync(join(os.tmpdir(), 'phoenix-log-'))
  const { line, code } = failureLine(new TypeError('x is undefined'), join(folder, 'log'))
  expect(code).toBe(1)
  expect(line).toBe(`x is undefined: this is a defect of phoenix; its stack is in ${folder}/log/phoenix.log`)
  const logged: unknown = JSON.parse(readFileSync(join(folder, 'log', 'phoenix.log'), 'utf8'))
  expect(logged).toMatchObject({
    msg: 'defect',
    err: { type: 'TypeError', stack: expect.stringContaining('failure-line.test') },
  })
})

test('where no log can be written the stack is shown', () => {
  expect(failureLine(new TypeError('x'), null).line).toContain('failure-line.test')
  expect(failureLine(new TypeError('x'), '/dev/null/log').line).toContain('failure-line.test')
})

test('every state of a run has its exit code, and every code its meaning', () => {
  expect((['done', 'error', 'blocked', 'stopped', 'running'] as const).map(exitCodeOf)).toEqual([0, 5, 6, 7, 1])
  for (const code of Object.values(EXIT)) expect(EXIT_MEANING[code]).not.toBe('')
})
