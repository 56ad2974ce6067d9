import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { checkInstrument, type InstalledPipeline } from '../../domain/check-instrument.ts'
import { type Instrument, instrumentSchema } from '../../domain/instrument.ts'

const text = readFileSync('instruments/naco.yaml', 'utf8')
const instrumentOf = (changed: string): Instrument => instrumentSchema.parse(parse(changed))
const naco = instrumentOf(text)

const pipeline: InstalledPipeline = {
  name: 'naco',
  version: '4.4.11',
  recipes: ['naco_img_jitter', 'naco_img_dark'],
  recipeFacts: new Map([
    [
      'naco_img_jitter',
      { categories: new Set(['NACO_IMG_DARK_AVG', 'MASTER_IMG_FLAT_BADPIX']), parameters: new Set(['rej', 'xcorr']) },
    ],
  ]),
  rules: {
    path: '/rules/naco.oca',
    categories: new Set(['IM_JITTER_OBJ', 'POL_JITTER_OBJ', 'MASTER_IMG_FLAT']),
    actions: new Map([['IM_JITTER_OBJ', { recipe: 'naco_img_jitter', needed: ['MASTER_IMG_FLAT'] }]]),
  },
}

const findings = (before: string, after: string, installed: InstalledPipeline | null = pipeline) => {
  if (!text.includes(before)) throw new Error(`the file has no ${before}`)
  return checkInstrument(instrumentOf(text.replace(before, after)), installed)
}

describe('checkInstrument', () => {
  it('finds nothing wrong with a file that agrees with its pipeline', () => {
    expect(checkInstrument(naco, pipeline)).toEqual([])
  })

  it.each([
    [
      'another version',
      'certifiedVersions: ["4.4.11"]',
      'certifiedVersions: ["4.4.10"]',
      ['pipeline', 'certifiedVersions'],
      '4.4.11 is installed',
    ],
    [
      'a recipe that there is not',
      'recipe: naco_img_jitter',
      'recipe: naco_img_jiter',
      ['modes', 0, 'recipe'],
      'it has naco_img_jitter, naco_img_dark',
    ],
    [
      'an unknown raw type',
      'rawType: IM_JITTER_OBJ',
      'rawType: IM_JITER_OBJ',
      ['modes', 0, 'rawType'],
      'neither to /rules/naco.oca nor',
    ],
    [
      'an unknown calibration',
      'required: [MASTER_IMG_FLAT, NACO',
      'required: [MASTER_IMG_FLAT, NACCO',
      ['modes', 0, 'required', 1],
      'NACCO_IMG_DARK_AVG',
    ],
    [
      'an error of nothing',
      'role: image, primary: true }\n    scores',
      'role: image, primary: true, errorOf: X }\n    scores',
      ['modes', 0, 'products', 0, 'errorOf'],
      'X is no product',
    ],
    [
      'a condition that is never met',
      'role: image, primary: true }\n    scores',
      'role: image, primary: true, with: [X] }\n    scores',
      ['modes', 0, 'products', 0, 'with'],
      'X is no calibration',
    ],
    [
      'no primary product',
      'role: image, primary: true }\n    scores',
      'role: image }\n    scores',
      ['modes', 0, 'products'],
      'nothing would be archived',
    ],
    [
      'a calibration twice',
      'optional: [MASTER_IMG_FLAT_BADPIX]',
      'optional: [MASTER_IMG_FLAT]',
      ['modes', 0, 'optional'],
      'is required as well',
    ],
    [
      'a parameter that the recipe does not have',
      'recipe: naco_img_jitter',
      'recipe: naco_img_jitter\n    parameters: { rej: 1, xcor: 3 }',
      ['modes', 0, 'parameters', 'xcor'],
      'it has rej, xcorr',
    ],
    [
      'a pattern that is none',
      '    scores:\n',
      '    fatalWarnings: ["("]\n    scores:\n',
      ['modes', 0, 'fatalWarnings', 0],
      'no regular expression',
    ],
  ] as const)('finds %s', (_, before, after, place, message) => {
    expect(findings(before, after)).toContainEqual({
      severity: 'error',
      place,
      message: expect.stringContaining(message),
    })
  })

  it('asks nothing of the products of a mode that is not certified', () => {
    const polarimetry = findings('role: image, primary: true }]', 'role: image }]')
    expect(polarimetry).toEqual([])
  })

  it('finds a coverage by tables that the recipe does not get', () => {
    const table = '{ category: ORDER_TABLE, hdu: 1, column: Order'
    const coverage = `coverage: { orders: ${table}, foundKeyword: N }, lines: ${table} }, endTolerance: 0.1, centre: { keyword: K, angstromPerUnit: 10, tolerance: 0.1 } }`
    expect(findings('    scores:\n', `    ${coverage}\n    scores:\n`)).toContainEqual({
      severity: 'error',
      place: ['modes', 0, 'coverage', 0],
      message: expect.stringContaining('ORDER_TABLE is no calibration of this mode'),
    })
  })

  it('warns of what the rules of the pipeline say otherwise', () => {
    const other = findings('required: [MASTER_IMG_FLAT, NACO_IMG_DARK_AVG]', 'required: [NACO_IMG_DARK_AVG]')
    expect(other).toContainEqual({
      severity: 'warning',
      place: ['modes', 0, 'required'],
      message: expect.stringContaining('do not start IM_JITTER_OBJ without a MASTER_IMG_FLAT'),
    })
    const dark = findings('recipe: naco_img_jitter', 'recipe: naco_img_dark')
    expect(dark).toContainEqual({
      severity: 'warning',
      place: ['modes', 0, 'recipe'],
      message: "the pipeline's rules give IM_JITTER_OBJ to naco_img_jitter",
    })
    expect(findings('  NACO_IMG_DARK_AVG:\n', '  SOMETHING_ELSE:\n')).toContainEqual({
      severity: 'warning',
      place: ['calibrations', 'SOMETHING_ELSE'],
      message: 'no mode takes it',
    })
  })

  it('judges the file alone where no pipeline is installed', () => {
    expect(checkInstrument(naco, null)).toEqual([])
    expect(findings('optional: [MASTER_IMG_FLAT_BADPIX]', 'optional: [MASTER_IMG_FLAT]', null)).toHaveLength(2)
  })

  it('says so where the pipeline has brought no rules, and then goes by the manual page', () => {
    const bare = { ...pipeline, rules: null }
    expect(checkInstrument(naco, bare).map(({ severity, place }) => `${severity} ${place.join('.')}`)).toEqual([
      'error modes.0.rawType',
      'error modes.0.required.0',
      'error modes.1.rawType',
      'error modes.1.required.0',
      'warning pipeline.name',
    ])
  })
})
