import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { loadInstrument } from '../../settings/instruments.ts'

function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'phoenix-instruments-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  cpSync('instruments/uves.yaml', join(folder, 'uves.yaml'))
  return folder
}

test('an edit of the file counts at the next look, and an edit that breaks it is told, not forgotten', async () => {
  const folder = ownFolder()
  const path = join(folder, 'uves.yaml')
  const first = await loadInstrument(folder, 'UVES')
  expect(await loadInstrument(folder, 'uves')).toEqual(first)
  const text = readFileSync(path, 'utf8')
  writeFileSync(path, text.replace(`version: ${first.version}`, `version: ${first.version + 1}`))
  const second = await loadInstrument(folder, 'UVES')
  expect(second.version).toBe(first.version + 1)
  expect(second.file.sha256).not.toBe(first.file.sha256)
  writeFileSync(path, 'version: [')
  await expect(loadInstrument(folder, 'UVES')).rejects.toThrow(`${path}, line 1: not YAML`)
  writeFileSync(path, text)
  expect(await loadInstrument(folder, 'UVES')).toEqual(first)
})

test('one that is not there: the known ones are named', async () => {
  await expect(loadInstrument(ownFolder(), 'FORS')).rejects.toThrow("unknown instrument 'FORS': known are UVES")
})
