import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { printable, readErrorOutput, readLog } from '../../pipeline/read-log.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'phoenix-log-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('readLog', () => {
  test('the finished log, else what a kill left, else the error output, else nothing', () => {
    expect(readLog(folder)).toEqual({ text: '', path: null })
    for (const name of ['stderr.txt', '.logfile', 'esorex.log']) {
      writeFileSync(join(folder, name), name)
      expect(readLog(folder)).toEqual({ text: name, path: join(folder, name) })
    }
    expect(readErrorOutput(folder)).toBe('stderr.txt')
  })

  test('a long log is cut in the middle', () => {
    writeFileSync(join(folder, 'esorex.log'), `${'a'.repeat(500)}${'b'.repeat(1000)}${'c'.repeat(500)}`)
    expect(readLog(folder, 1000).text).toBe(`${'a'.repeat(500)}\n[1000 bytes left out]\n${'c'.repeat(500)}`)
  })

  test('bytes that are not UTF-8 are kept', () => {
    writeFileSync(join(folder, 'esorex.log'), Buffer.from([0x41, 0xe9, 0xff, 0x0a]))
    expect(readLog(folder).text).toBe('Aéÿ\n')
    writeFileSync(join(folder, 'esorex.log'), 'Zürich')
    expect(readLog(folder).text).toBe('Zürich')
  })
})

test('printable: no control character is left, all else is', () => {
  expect(printable('a\u001b[31mb\u0000\u202ec\r\nd\te')).toBe('a\ufffd[31mb\ufffd\ufffdc\nd\te')
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(printable(text)).not.toMatch(/[^\P{Cc}\n\t]/u)
      expect(printable(printable(text))).toBe(printable(text))
    }),
  )
})
