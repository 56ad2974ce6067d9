import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { listProducts, parseProducts } from '../../pipeline/products.ts'

const status = {
  exitCode: 0,
  signal: null,
  killedBy: null,
  startError: null,
  startedAt: '2026-03-02T03:36:00.000Z',
  endedAt: '2026-03-02T03:36:01.000Z',
  wallSeconds: 1,
  cpuSeconds: 1,
  peakRssBytes: 1,
  bytesRead: 1,
  bytesWritten: 1,
}

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'phoenix-products-'))
  mkdirSync(join(folder, 'products'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const write = (name: string, content: unknown) =>
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))

describe('listProducts', () => {
  test('the files in the list, with category and size', () => {
    write('status.json', status)
    write('products.json', '[{"name":"products\\/red_science_blue.fits","category":"RED_SCI_POINT_BLUE"}]')
    write('products/red_science_blue.fits', 'abc')
    write('products/not-listed.fits', 'abc')
    expect(listProducts(folder)).toEqual([
      {
        fileName: 'red_science_blue.fits',
        category: 'RED_SCI_POINT_BLUE',
        path: join(folder, 'products/red_science_blue.fits'),
        bytes: 3,
      },
    ])
  })

  test.each([
    ['another exit code', { ...status, exitCode: 66 }, [{ name: 'products/a', category: 'A' }], 'exit code 66'],
    [
      'a kill',
      { ...status, exitCode: null, signal: 'SIGKILL' },
      [{ name: 'products/a', category: 'A' }],
      'exit code none',
    ],
    ['no list', status, undefined, 'without products.json'],
    ['an empty list', status, [], 'without any product'],
    ['a broken list', status, '[{', 'not a list'],
    ['a list of something else', status, [{ file: 1 }], 'not a list'],
    ['a listed file that is not there', status, [{ name: 'products/b', category: 'A' }], 'not on disk'],
    ['an empty file', status, [{ name: 'products/empty', category: 'A' }], 'is empty'],
    ['a file elsewhere', status, [{ name: 'products/../in.sof', category: 'A' }], 'not in the folder of products'],
    ['the folder itself', status, [{ name: '.', category: 'A' }], 'not in the folder of products'],
    ['an absolute path', status, [{ name: '/etc/passwd', category: 'A' }], 'not in the folder of products'],
  ])('%s is an outcome', (_what, end, list, message) => {
    write('status.json', end)
    if (list !== undefined) write('products.json', list)
    write('products/a', 'abc')
    write('products/empty', '')
    write('in.sof', 'x')
    expect(() => listProducts(folder)).toThrow(expect.objectContaining({ name: 'OutcomeError', kind: 'product' }))
    expect(() => listProducts(folder)).toThrow(message)
  })
})

test('parseProducts keeps the order of the list', () => {
  const list = ['b', 'a', 'c'].map((name) => ({ name: `products/${name}`, category: name.toUpperCase() }))
  expect(parseProducts(JSON.stringify(list))).toEqual(list)
})
