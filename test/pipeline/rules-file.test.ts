import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseParameters } from '../../pipeline/recipe-facts.ts'
import { findRules, parseRules } from '../../pipeline/rules-file.ts'

const rules = `
// if this is a comment, its OLD_FLAT counts for nothing
if DPR.CATG like "%SCIENCE%" and DPR.TECH == "ECHELLE" then
{
  RAW.TYPE = "SCI_RAW";
  DO.CATG = "SCI";
}
select execute(ACT_SCI) from inputFiles where SIG.FRAME == 1 and RAW.TYPE == "SCI_RAW";
select execute(act_dark) from inputFiles where SIG.TEMPLATE == 1 and LF.DO.CATG == "DARK";
select execute(ACT_NONE) from inputFiles where DO.CATG == "NOTHING";
action ACT_SCI
{
minRet = 1; maxRet = 1;
select file as MASTER_BIAS from calibFiles where DO.CATG == "MASTER_BIAS"
   and inputFile.DET.WIN1.BINX==DET.WIN1.BINX;
minRet = 0; maxRet = 1;
select file as RESPONSE from calibFiles where DO.CATG == "RESPONSE";
recipe x_obs {"--a=1"};
product SPECTRUM { PRO.CATG = "SPECTRUM"; }
}
action act_dark
{
recipe x_dark;
}
`

test('parseRules: categories, and what each tag is given to', () => {
  const { categories, actions } = parseRules(rules.replace(/ \{"--a=1"\};\nproduct.*\n/, ';\n'))
  expect([...actions]).toEqual([
    ['SCI_RAW', { recipe: 'x_obs', needed: ['MASTER_BIAS'] }],
    ['DARK', { recipe: 'x_dark', needed: [] }],
  ])
  for (const known of ['SCI', 'SCI_RAW', 'MASTER_BIAS', 'RESPONSE', 'DARK']) expect(categories).toContain(known)
  expect(categories).not.toContain('OLD_FLAT')
})

test('parseRules: an action with a block of its own inside still tells its recipe and what it needs', () => {
  expect(parseRules(rules).actions.get('SCI_RAW')).toEqual({ recipe: 'x_obs', needed: ['MASTER_BIAS'] })
})

test('findRules: in the folder of exactly this version, or none', () => {
  const folder = mkdtempSync(join(tmpdir(), 'phoenix-rules-'))
  try {
    mkdirSync(join(folder, 'x-1.2', 'gasgano', 'config'), { recursive: true })
    const path = join(folder, 'x-1.2', 'gasgano', 'config', 'x.oca')
    writeFileSync(path, rules)
    expect(findRules({ recipeDir: '/plugins/x-1.2' }, [join(folder, 'nowhere'), folder])?.path).toBe(path)
    expect(findRules({ recipeDir: '/plugins/x-1.3' }, [folder])).toBeNull()
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('parseParameters: those of the recipe, not of esorex itself', () => {
  const output = [
    'Caller Parameters :',
    '',
    '  help                  : FALSE',
    '',
    '[ INFO  ] esorex: Run-time version 7.2.3 of CPL is higher than the version (70202) used to compile x',
    'Recipe Parameters :',
    '',
    '  process_chip          : both',
    '  reduce.backsub.mmethod: median',
    '  reduce.extract.skymethod  : optimal',
    '',
  ]
  expect(parseParameters(output.join('\n'))).toEqual([
    'process_chip',
    'reduce.backsub.mmethod',
    'reduce.extract.skymethod',
  ])
  expect(parseParameters('nothing')).toEqual([])
})
