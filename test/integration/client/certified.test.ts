import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { projectRoot } from '../../../settings/project.ts'
import { phoenix } from '../../client/captured.ts'

const uves = readFileSync(join(projectRoot(), 'instruments', 'uves.yaml'), 'utf8')

/** `phoenix certified` with an instrument file of its own beside the real pipeline. */
async function certified(text: string, ...words: readonly string[]) {
  const folder = mkdtempSync(join(os.tmpdir(), 'phoenix-instruments-'))
  writeFileSync(join(folder, 'uves.yaml'), text)
  return phoenix({ PHOENIX_HOME: folder, PHOENIX_INSTRUMENTS: folder }, 'certified', ...words)
}

test('modes with their state and reason, versions certified and installed, calibrations with their days', async () => {
  const { code, out, error } = await certified(uves)
  expect([code, error]).toEqual([0, ''])
  expect(out).toMatch(/^UVES: certified by .+ on \d{4}-\d\d-\d\d; file version \d+, SHA-256 [0-9a-f]{64}$/m)
  expect(out).toMatch(/^pipeline uves: certified 6\.1\.8; installed 6\.1\.8 in \//m)
  expect(out).toMatch(
    /^SCI_POINT_BLUE\tyes\tuves_obs_scired\tRED_SCI_POINT_BLUE\t.*ECHELLE or ECHELLE,ABSORPTION-CELL/m,
  )
  expect(out).toMatch(/^SCI_SLICER_BLUE\tNO\t.*\timage slicer is not certified$/m)
  expect(out).toMatch(/^MASTER_BIAS_BLUE\t3\tSCI_POINT_BLUE/m)
  expect(out).not.toContain('no recipe starts')
})

test('--json', async () => {
  const { out } = await certified(uves, 'uves', '--json')
  expect(JSON.parse(out)).toMatchObject({
    instruments: [
      {
        instrument: 'UVES',
        status: 'certified',
        problem: null,
        pipeline: { certifiedVersions: ['6.1.8'], installed: { version: '6.1.8' } },
        limits: { wallSeconds: 1800 },
        fluxCalibration: { case: 1, responseValidityDays: 365 },
      },
    ],
  })
})

test('another version, a draft, and parameters of the recipe', async () => {
  const other = await certified(uves.replace('["6.1.8"]', '["6.1.7", "6.2.0"]'))
  expect(other.out).toContain(
    'no recipe starts on this machine: pipeline uves 6.1.8 is not certified (certified: 6.1.7, 6.2.0): install one of',
  )
  const draft = uves
    .replace('status: certified', 'status: draft')
    .replace('recipe: uves_obs_scired', 'recipe: uves_obs_scired\n    parameters: { reduce.extract.method: optimal }')
  const { out } = await certified(draft)
  expect(out).toContain('the instrument file of UVES is a draft: it runs as a trial only (--trial)')
  expect(out).toContain('uves_obs_scired --reduce.extract.method=optimal')
})

test('a file with a mistake: where, in one line', async () => {
  const { code, error } = await certified(uves.replace('certified: false', 'certified: nearly'))
  expect(code).toBe(2)
  expect(error).toMatch(/uves\.yaml, line \d+: modes\.\d\.certified: /)
})
