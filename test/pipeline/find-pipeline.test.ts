import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { compareVersions, ensureRecipe, findPipeline, parseRecipes } from '../../pipeline/find-pipeline.ts'

describe('compareVersions', () => {
  test('number by number', () => {
    expect(['6.1.10', '6.1.8', '6.2', '10.0.0', '6.1.8.1'].toSorted(compareVersions)).toEqual([
      '6.1.8',
      '6.1.8.1',
      '6.1.10',
      '6.2',
      '10.0.0',
    ])
    expect(compareVersions('6.1', '6.1.0')).toBe(0)
  })

  test('is an order', () => {
    const version = fc.array(fc.nat(20), { minLength: 1, maxLength: 4 }).map((numbers) => numbers.join('.'))
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(Math.sign(compareVersions(a, b)) + Math.sign(compareVersions(b, a))).toBe(0)
        const [first, second, third] = [a, b, c].toSorted(compareVersions)
        expect(compareVersions(first ?? '', second ?? '')).toBeLessThanOrEqual(0)
        expect(compareVersions(first ?? '', third ?? '')).toBeLessThanOrEqual(0)
      }),
    )
  })
})

test('parseRecipes takes names, not the texts that go on below them', () => {
  const output = [
    'List of Available Recipes :',
    '',
    '[ INFO  ] esorex: Run-time version 7.2.3 of CPL is higher than the version (70202) used to compile x',
    '  flames_obs_scired     : Reduces a FLAMES science image',
    '  uves_cal_mflat_combine: Combines the master flat field and the master dflat',
    '                          frames',
    '  uves_utl_remove_crh_single  : Remove CRHs from an image',
  ]
  expect(parseRecipes(output.join('\n'))).toEqual([
    'flames_obs_scired',
    'uves_cal_mflat_combine',
    'uves_utl_remove_crh_single',
  ])
})

describe('findPipeline', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'phoenix-pipeline-'))
    for (const name of ['bin', 'plugins/fake-1.2.9', 'plugins/fake-1.2.10', 'plugins/faker-9.9', 'plugins/fake']) {
      mkdirSync(join(folder, name), { recursive: true })
    }
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  function esorex(recipes: string): void {
    const path = join(folder, 'bin/esorex')
    writeFileSync(
      path,
      `#!/bin/sh\ncase "$*" in\n--version) echo ', version 3.13.6 ';;\n*) printf '${recipes}';;\nesac\n`,
    )
    chmodSync(path, 0o755)
  }
  const environment = () => ({ PATH: join(folder, 'bin'), ESOREX_RECIPE_DIR: join(folder, 'plugins') })

  test('the newest version of exactly this name', async () => {
    esorex('  fake_obs : Does\\n')
    expect(await findPipeline('fake', undefined, environment())).toEqual({
      name: 'fake',
      version: '1.2.10',
      esorex: join(folder, 'bin/esorex'),
      esorexVersion: '3.13.6',
      recipeDir: join(folder, 'plugins/fake-1.2.10'),
      recipes: ['fake_obs'],
    })
  })

  test('the given folder, or the environment naming the plug-in folder itself', async () => {
    esorex('  fake_obs : Does\\n')
    const older = join(folder, 'plugins/fake-1.2.9')
    expect(await findPipeline('fake', older, environment())).toMatchObject({ version: '1.2.9', recipeDir: older })
    const named = { ...environment(), ESOREX_RECIPE_DIR: older }
    expect(await findPipeline('fake', undefined, named)).toMatchObject({ version: '1.2.9' })
  })

  test('a folder given for another pipeline is not for this one', async () => {
    esorex('  fake_obs : Does\\n')
    const other = join(folder, 'plugins/faker-9.9')
    expect(await findPipeline('fake', other, environment())).toMatchObject({ version: '1.2.10' })
  })

  test('what is missing is told with what to install', async () => {
    await expect(findPipeline('fake', undefined, environment())).rejects.toThrow('apt-get install esorex')
    esorex('')
    await expect(findPipeline('nopipe', undefined, environment())).rejects.toThrow('apt-get install cpl-plugin-nopipe')
    await expect(findPipeline('fake', join(folder, 'bin'), environment())).rejects.toThrow('not a plug-in folder')
    await expect(findPipeline('fake', undefined, environment())).rejects.toThrow('finds no recipe')
  })

  test('an esorex that does not work is told', async () => {
    writeFileSync(join(folder, 'bin/esorex'), '#!/bin/sh\nexit 127\n')
    chmodSync(join(folder, 'bin/esorex'), 0o755)
    await expect(findPipeline('fake', undefined, environment())).rejects.toMatchObject({
      name: 'PreconditionError',
      message: expect.stringContaining('does not work'),
    })
  })

  test('ensureRecipe: an unknown recipe, or a pipeline that is gone meanwhile', async () => {
    esorex('  fake_obs : Does\\n')
    const pipeline = await findPipeline('fake', undefined, environment())
    ensureRecipe(pipeline, 'fake_obs')
    expect(() => ensureRecipe(pipeline, 'fake_cal')).toThrow('has no recipe fake_cal: it has fake_obs')
    rmSync(pipeline.recipeDir, { recursive: true })
    expect(() => ensureRecipe(pipeline, 'fake_obs')).toThrow('is gone')
  })
})
