import { lstatSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeLinks } from '../../../services/postgres/binaries.ts'

const list = [
  { source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' },
  { source: 'native/lib/libpq.so.5.18', target: 'native/lib/postgresql/deep/libpq.so' },
]

function packageFolder(): string {
  const root = mkdtempSync(join(tmpdir(), 'phoenix-links-'))
  mkdirSync(join(root, 'native', 'lib'), { recursive: true })
  writeFileSync(join(root, 'native', 'lib', 'libpq.so.5.18'), 'library')
  writeFileSync(join(root, 'native', 'pg-symlinks.json'), JSON.stringify(list))
  return root
}

test('the links of the libraries are made where npm did not, by two at once as well', async () => {
  const root = packageFolder()
  await Promise.all([makeLinks(root), makeLinks(root)])
  for (const { target } of list) {
    expect(lstatSync(join(root, target)).isSymbolicLink()).toBe(true)
    expect(readFileSync(join(root, target), 'utf8')).toBe('library')
  }
})

test('what is there stays', async () => {
  const root = packageFolder()
  writeFileSync(join(root, 'native', 'lib', 'libpq.so.5'), 'of npm')
  await makeLinks(root)
  expect(readFileSync(join(root, 'native', 'lib', 'libpq.so.5'), 'utf8')).toBe('of npm')
})
