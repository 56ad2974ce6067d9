import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { runProgram } from '../../../client/program.ts'
import { capturedStreams } from '../../client/captured.ts'

const folder = mkdtempSync(join(tmpdir(), 'phoenix-instruments-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function check(path: string): Promise<{ code: number; out: string; error: string }> {
  const captured = capturedStreams(null)
  const code = await runProgram({ env: process.env, streams: captured.streams }, ['instrument', 'check', path])
  return { code, out: captured.out(), error: captured.error() }
}

function changed(name: string, changes: readonly (readonly [string, string])[], as = name): string {
  const path = join(folder, as)
  const text = changes.reduce(
    (sofar, [before, after]) => {
      if (!sofar.includes(before)) throw new Error(`${name} has no ${before}`)
      return sofar.replace(before, after)
    },
    readFileSync(join('instruments', name), 'utf8'),
  )
  writeFileSync(path, text)
  return path
}

test.each(['uves.yaml', 'naco.yaml'])('%s agrees with the pipeline that is installed', async (name) => {
  const path = join('instruments', name)
  expect(await check(path)).toEqual({ code: 0, out: `${path}: 0 errors, 0 warnings\n`, error: '' })
})

test('what a new instrument file says that its pipeline does not know is told with its line', async () => {
  const path = changed('naco.yaml', [
    ['recipe: naco_img_jitter\n    required', 'recipe: naco_img_jiter\n    required'],
    ['optional: [MASTER_IMG_FLAT_BADPIX]', 'optional: [MASTER_IMG_FLAT_BADPIXEL]'],
    ['certifiedVersions: ["4.4.11"]', 'certifiedVersions: ["4.4.10"]'],
    ['rawType: IM_JITTER_OBJ', 'rawType: IM_JITTER'],
  ])
  const { code, out } = await check(path)
  expect(code).toBe(1)
  const lines = out.trimEnd().split('\n')
  const line = (part: string) =>
    readFileSync(path, 'utf8')
      .split('\n')
      .findIndex((each) => each.includes(part)) + 1
  expect(lines).toEqual([
    expect.stringContaining(
      `${path}:${line('certifiedVersions')}: error: pipeline.certifiedVersions: naco 4.4.11 is installed`,
    ),
    expect.stringContaining(
      `${path}:${line('rawType: IM_JITTER')}: error: modes.0.rawType: IM_JITTER is known neither to`,
    ),
    expect.stringContaining(
      `${path}:${line('BADPIXEL')}: error: modes.0.optional.0: MASTER_IMG_FLAT_BADPIXEL is known neither to`,
    ),
    expect.stringContaining(
      `${path}:${line('naco_img_jiter')}: error: modes.1.recipe: naco 4.4.11 has no recipe naco_img_jiter: it has naco_`,
    ),
    expect.stringContaining("warning: modes.1.recipe: the pipeline's rules give POL_JITTER_OBJ to naco_img_jitter"),
    expect.stringContaining(
      `${path}:${line('  MASTER_IMG_FLAT_BADPIX:')}: warning: calibrations.MASTER_IMG_FLAT_BADPIX: no mode takes it`,
    ),
    `${path}: 4 errors, 2 warnings`,
  ])
})

test('form, name, a pipeline that is not installed, a file that is not there', async () => {
  const form = changed('naco.yaml', [['frames: { minimum: 3', 'frames: { minimum: 0']], 'form.yaml')
  expect(await check(form)).toMatchObject({
    code: 1,
    out: expect.stringMatching(/form\.yaml:\d+: error: modes\.0\.raw\.frames/),
  })
  const name = changed('naco.yaml', [], 'other.yaml')
  expect(await check(name)).toMatchObject({ code: 0, out: expect.stringContaining('only under the name naco.yaml') })
  const pipeline = changed('naco.yaml', [['  name: naco\n', '  name: nacho\n']])
  expect(await check(pipeline)).toMatchObject({
    code: 1,
    out: expect.stringContaining('the pipeline nacho is not installed'),
  })
  expect(await check(join(folder, 'none.yaml'))).toMatchObject({
    code: 2,
    error: expect.stringContaining('cannot be read'),
  })
})
