import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type InputFile, readInputList, writeInputList } from '../../activities/input-list.ts'
import { InfrastructureError } from '../../domain/failure.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'phoenix-inputs-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const bias: InputFile = {
  fileName: 'UV_MBIA_260301A_BLUE_2x2.fits',
  category: 'MASTER_BIAS_BLUE',
  kind: 'mcalib',
  path: '/scratch/UV_MBIA_260301A_BLUE_2x2.fits',
  bytes: 5760,
  sha256: 'a'.repeat(64),
}

test('is read as it was written, and replaced whole', async () => {
  const path = join(folder, 'inputs.json')
  await writeInputList(path, [bias, { ...bias, kind: 'gencalib' }])
  await writeInputList(path, [bias])
  expect(await readInputList(path)).toEqual([bias])
  expect(readdirSync(folder)).toEqual(['inputs.json'])
})

test("that is not there or cut short is nobody's answer", async () => {
  const path = join(folder, 'inputs.json')
  await expect(readInputList(path)).rejects.toThrow(InfrastructureError)
  for (const text of ['', '[{"fileName":"x"', '[{"fileName":"x"}]', '{}']) {
    writeFileSync(path, text)
    await expect(readInputList(path)).rejects.toThrow(InfrastructureError)
  }
})
