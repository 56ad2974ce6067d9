import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { firstError, recipeSeconds, warnings } from '../../pipeline/log-findings.ts'

const log = (name: string) => readFileSync(join(import.meta.dirname, '../fixtures/recipes/logs', `${name}.txt`), 'utf8')

describe('firstError of real logs', () => {
  test.each([
    ['keyword-missing', 'Data not found: Keyword ESO DET READ SPEED does not exist'],
    ['unknown-tag', "Illegal input: No valid input frames ('BIAS_BLUE' or 'BIAS_RED') in frame set"],
    ['unknown-parameter', "Command line parameter '--foo=1' not recognized"],
    [
      'unknown-recipe',
      "Unable to find recipe 'uves_cal_nothing'. Check that the recipe is in the path specified by the '--recipe-dir' option.",
    ],
    [
      'frame-missing',
      "Could not open the input file '/nonexist/a.fits' with tag 'BIAS_BLUE' and no group in line 4 of the SOF 'in.sof'",
    ],
    [
      'truncated-frame',
      'Bad file format: "error reading from FITS file" from CFITSIO (ver. 4.2.0) ffgpv()=108. ' +
        "filename='/data/cut.fits', pnum=0, hdumov=0, NAXIS=2, NAXIS1=1074, NAXIS2=1500",
    ],
    [
      'compressed-frame',
      "Bad file format; Bad file format: Could not load header from extension 0 of file '/data/b.fits.gz'",
    ],
  ])('%s', (name, expected) => {
    expect(firstError(log(name), '')).toBe(expected)
  })

  test('a first line that names no thing is followed by the second; lines before the dump do not count', () => {
    expect(firstError(log('no-science-frame'), '')).toMatch(
      /^Data not found: No such frame in frame set; Data not found: No science frame \(SCIENCE_BLUE, /,
    )
  })

  test('without a log it is the error output', () => {
    expect(firstError('', log('no-output-dir-stderr'))).toBe(
      "The argument to '--output-dir' [products] is not a valid directory",
    )
    expect(firstError('', '\n  sh: esorex: not found\n')).toBe('sh: esorex: not found')
  })

  test('a good run and a silent one have none', () => {
    expect(firstError(log('success'), '')).toBeNull()
    expect(firstError('', '')).toBeNull()
  })

  const dumpLine = (text: string) => `20:00:00 [ ERROR ] cpl_errorstate_dump_one_level: [tid=000]   ${text}\n`

  test('of a dump that lost its beginning the smallest number counts, in whatever order', () => {
    const text = [
      dumpLine('Dumping the 20 most recent error(s) out of a total of 100 errors:'),
      dumpLine("[82/100] 'Access beyond boundaries: later' (11) at b:b.c:2"),
      dumpLine("[81/100] 'Access beyond boundaries' (11) at cpl_image_get:cpl_image_basic.c:1"),
    ].join('')
    expect(firstError(text, '')).toBe('Access beyond boundaries at cpl_image_get')
  })

  test('of two dumps the first counts', () => {
    const text =
      dumpLine("[1/1] 'Data not found: first' (10) at a:a.c:1") +
      dumpLine("[1/1] 'Data not found: then' (10) at a:a.c:1")
    expect(firstError(text, '')).toBe('Data not found: first')
  })

  test('the log goes before the error output', () => {
    expect(firstError(log('keyword-missing'), '[ ERROR ] esorex: other')).toContain('READ SPEED')
  })
})

describe('warnings', () => {
  test('of real logs, without those that every run has', () => {
    expect(warnings(log('success'))).toEqual({ count: 1, lines: ['Missing descriptor ESO DET CHIP1 NAME'] })
    expect(warnings(log('unknown-tag'))).toEqual({ count: 3, lines: Array(3).fill('Unrecognized tag FOO_BAR') })
    expect(warnings(log('frame-missing')).count).toBe(0)
  })

  test('normal ones do not count, many are counted but not all kept', () => {
    const line = (text: string) => `18:35:12 [WARNING] some_function: [tid=000]   ${text}\n`
    const normal = [
      "Non-unique FITS key 'ESO PRO X'",
      'Use master response',
      'Recipe produced 3 warnings (excluding this one)',
      'Brightest undetected line with intensity 63 % of faintest line. Detecting too few orders?',
    ]
    expect(warnings(normal.map(line).join(''))).toEqual({ count: 0, lines: [] })
    const many = warnings(line('Provided line and order tables are incompatible').repeat(250))
    expect([many.count, many.lines.length]).toEqual([250, 100])
  })
})

test('recipeSeconds', () => {
  expect(recipeSeconds(log('success'))).toBe(0.309)
  expect(recipeSeconds(log('keyword-missing'))).toBeNull()
})
