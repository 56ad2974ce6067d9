import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatFits } from '../../../fits/file.ts'
import { judgeIdp } from '../../../idp/validate.ts'
import { exampleHdus, exampleIdp } from '../../idp/example-idp.ts'
import { FITS_MUTATIONS } from '../../idp/validate/fits-mutations.ts'
import { type Mutation, writeMutated } from '../../idp/validate/mutation.ts'
import { MUTATIONS } from '../../idp/validate/mutations.ts'
import { astropy } from '../fits/judge.ts'

const run = promisify(execFile)
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'idp-judges-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** Whether fitsverify finds errors and warnings. A file that it cannot open at all is an error. */
async function fitsverify(path: string): Promise<{ errors: boolean; warnings: boolean; text: string }> {
  const { stdout, stderr } = await run('fitsverify', [path]).catch((error: unknown) => {
    if (error instanceof Error && 'stdout' in error && 'stderr' in error)
      return { stdout: String(error.stdout), stderr: String(error.stderr) }
    throw error
  })
  const [, warnings, errors] = /found (\d+) warning\(s\) and (\d+) error\(s\)/.exec(stdout) ?? []
  return { errors: errors !== '0', warnings: warnings !== undefined && warnings !== '0', text: `${stdout}${stderr}` }
}

describe('the good file', () => {
  test.each([false, true])('flux-calibrated %s: no error, no warning of fitsverify and astropy', async (fluxed) => {
    const example = exampleIdp(fluxed, 41_740)
    const path = join(folder, example.name)
    await writeFile(path, formatFits(exampleHdus(example), { checksum: true }))
    expect(await fitsverify(path)).toMatchObject({ errors: false, warnings: false })
    const read = await astropy(
      `import sys, json
from astropy.io import fits
with fits.open(sys.argv[1], checksum=True) as f:
    f.verify('exception')
    t = f[1].data
    print(json.dumps([len(f), len(t), t['WAVE'][0][[0, -1]].tolist(), f[0].header['SNR'], list(t.names)]))`,
      path,
    )
    expect(read).toEqual([2, 1, [3732.05363662743, 4999.75157066926], 42.21, example.columns.map(({ name }) => name)])
  })
})

/** The names of the files would change what cfitsio does with them. */
const judged = [...MUTATIONS.filter(({ rule }) => !/^(F0[12]|B|U)/.test(rule)), ...FITS_MUTATIONS]

describe('fitsverify and our own check of FITS agree', () => {
  test.each(judged.map((mutation, index): [string, Mutation] => [`${mutation.rule} (${index})`, mutation]))(
    'on %s',
    async (title, mutation) => {
      const path = await writeMutated(join(folder, title.replace(/\W+/g, '-')), mutation)
      const found = new Set((await judgeIdp(path)).findings.map(({ rule }) => rule))
      const { errors, warnings, text } = await fitsverify(path)
      // Of a file with errors fitsverify may give up before it comes to the warnings.
      const ours = { errors: found.has('F03'), warnings: errors ? 'not compared' : found.has('F04') }
      expect({ ...ours, text }).toEqual({ errors, warnings: errors ? 'not compared' : warnings, text })
    },
  )
})
