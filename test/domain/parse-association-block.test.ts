import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { describeProblems, parseAssociationBlock } from '../../domain/parse-association-block.ts'

const NAME = 'UVES.2026-03-02T03:36:00.000.ab'
const RAW = 'RAWFILE UVES.2026-03-02T03:36:00.000.fits SCI_POINT_BLUE'
const LINES = [
  'INSTRUMENT     UVES',
  'DATE           2026-03-01',
  'DPR_CATG       SCIENCE',
  'RAW_TYPE       SCI_POINT_BLUE',
  'RECIPE         uves_obs_scired',
  'DRS_TYPE       CPL',
  `AB_NAME        ${NAME}`,
  'COMPLETENESS   COMPLETE',
  'PROCESS_STATUS CREATED',
  'MJD-OBS        61101.15',
  'PROD_ROOT_NAME UV_SRED_200123456_BLUE437',
  RAW,
  'MCALIB REAL UV_MBIA_260301A_BLUE_2x2.fits MASTER_BIAS_BLUE -0.549',
]

/** The block with other lines in the place of those with the same qualifier, or after them. */
function withLines(...lines: string[]): string {
  const replaced = new Set(lines.map((line) => line.split(/\s/)[0]))
  return [...LINES.filter((line) => !replaced.has(line.split(/\s/)[0])), ...lines].join('\n')
}

function parsed(text: string, name = NAME) {
  const block = parseAssociationBlock(text, name)
  if (!block.valid) throw new Error(describeProblems(block.problems))
  return block.ab
}

function problems(text: string, name = NAME): string[] {
  const block = parseAssociationBlock(text, name)
  return block.valid ? [] : block.problems.map((problem) => describeProblems([problem]))
}

describe('a block as it should be', () => {
  it('is read whole', () => {
    const text = [...LINES, 'OBS_ID 200123456', 'RAW_MATCH_KEY INS.GRAT1.WLEN=437.0', 'RECIPE_PARAM --reduce.merge=sum']
    expect(parsed(text.join('\n'))).toEqual({
      name: NAME,
      instrument: 'UVES',
      date: '2026-03-01',
      dprCategory: 'SCIENCE',
      rawType: 'SCI_POINT_BLUE',
      recipe: 'uves_obs_scired',
      drsType: 'CPL',
      completeness: 'COMPLETE',
      processStatus: 'CREATED',
      mjdObs: 61101.15,
      productRootName: 'UV_SRED_200123456_BLUE437',
      programId: null,
      observationId: '200123456',
      releaseDate: null,
      rawFiles: [{ fileName: 'UVES.2026-03-02T03:36:00.000.fits', tag: 'SCI_POINT_BLUE' }],
      calibrations: [
        { flag: 'REAL', fileName: 'UV_MBIA_260301A_BLUE_2x2.fits', category: 'MASTER_BIAS_BLUE', distanceDays: -0.549 },
      ],
      rawMatchKeys: [{ keyword: 'INS.GRAT1.WLEN', value: '437.0' }],
      recipeParameters: ['--reduce.merge=sum'],
      otherQualifiers: [],
    })
  })

  it.each([
    ['CRLF line ends', LINES.join('\r\n')],
    ['a byte order mark', `\u{feff}${LINES.join('\n')}`],
    ['tabs between columns', LINES.map((line) => line.replaceAll(/\s+/g, '\t')).join('\n')],
    ['blank and comment lines', `\n# by hand\n   \n${LINES.join('\n\n')}\n#\n`],
    ['a comment after a value', LINES.map((line) => `${line} # why`).join('\n')],
    ['small letters in the qualifiers', LINES.map((line) => line.replace(/^\S+/, (q) => q.toLowerCase())).join('\n')],
    ['lines in any order', LINES.toReversed().join('\n')],
    ['values in quotes', LINES.map((line) => line.replaceAll(/(?<=\s)\S+/g, '"$&"')).join('\n')],
    ['MASSOC lines, which are ignored', `${LINES.join('\n')}\nMASSOC REAL ../x MASTER_DARK_BLUE -1\nMASSOC`],
  ])('%s change nothing', (_what, text) => {
    expect(parsed(text)).toEqual(parsed(LINES.join('\n')))
  })

  it('a quoted value may hold blanks and #', () => {
    const text = withLines('OBS_PROG_ID "60.A-9022 (A) # 3"', 'RAW_MATCH_KEY "INS MODE=DICHR #2"')
    expect(parsed(text)).toMatchObject({
      programId: '60.A-9022 (A) # 3',
      rawMatchKeys: [{ keyword: 'INS MODE', value: 'DICHR #2' }],
    })
  })

  it('may hold letters of Latin-1, however they were decoded', () => {
    const latin1 = Buffer.from(withLines('AB_EVENT Müller', 'REMARK Señor'), 'latin1')
    expect(parsed(latin1.toString('latin1')).otherQualifiers).toEqual([{ qualifier: 'REMARK', value: 'Señor' }])
    expect(parsed(latin1.toString('utf8')).name).toBe(NAME)
  })

  it('keeps what this version does not know, as it was written', () => {
    const text = withLines('Sky_Quality  very   good', 'SKY_QUALITY bad', '__proto__ polluted', 'EMPTY')
    expect(parsed(text).otherQualifiers).toEqual([
      { qualifier: 'Sky_Quality', value: 'very good' },
      { qualifier: 'SKY_QUALITY', value: 'bad' },
      { qualifier: '__proto__', value: 'polluted' },
      { qualifier: 'EMPTY', value: '' },
    ])
  })

  it('may have a TAG in its name and several raws', () => {
    const name = 'UVES.2026-03-02T03:36:00.000_SKY.ab'
    const ab = parsed([withLines(`AB_NAME ${name}`), 'RAWFILE UVES.2.fits SCI_POINT_BLUE'].join('\n'), name)
    expect(ab.rawFiles.map(({ fileName }) => fileName)).toEqual(['UVES.2026-03-02T03:36:00.000.fits', 'UVES.2.fits'])
  })

  it('may say until when its data are proprietary', () => {
    expect(parsed(withLines('RELEASE_DATE 2027-03-02T12:00:00')).releaseDate).toBe('2027-03-02T12:00:00')
  })

  it('an optional qualifier may be left blank', () => {
    expect(parsed(withLines('OBS_PROG_ID', 'OBS_ID ""'))).toMatchObject({ programId: null, observationId: null })
  })

  it('is the one that the documentation shows', () => {
    const page = readFileSync(new URL('../../docs/association-blocks.md', import.meta.url), 'utf8')
    const example = page.split('```')[1] ?? ''
    expect(parsed(example)).toMatchObject({ name: NAME, rawMatchKeys: [{}, { value: 'DICHR#2' }] })
    expect(parsed(example).calibrations).toHaveLength(5)
  })

  it('needs no calibration: certification asks for those', () => {
    expect(parsed(LINES.slice(0, -1).join('\n')).calibrations).toEqual([])
  })
})

describe('problems', () => {
  const needed = LINES.slice(0, 11).map((line) => line.split(/\s/)[0] ?? '')

  it.each(needed)('%s missing', (qualifier) => {
    const text = LINES.filter((line) => !line.startsWith(`${qualifier} `)).join('\n')
    expect(problems(text)).toContain(`${qualifier} is missing`)
  })

  it.each(needed)('%s twice', (qualifier) => {
    const first = LINES.findIndex((line) => line.startsWith(`${qualifier} `))
    expect(problems([...LINES, LINES[first]].join('\n'))).toEqual([
      `line 14: ${qualifier} occurs a second time (first on line ${first + 1})`,
    ])
  })

  it.each(needed.flatMap((qualifier) => [qualifier, `${qualifier} ""`, `${qualifier} " " # nothing`]))(
    'without value: %s',
    (line) => {
      expect(problems(withLines(line))).toContain(`line 13: ${line.split(' ')[0]} has no value`)
    },
  )

  // Every line stands in the 13th and last place, but for second RAWFILE and MCALIB lines.
  it.each([
    ['INSTRUMENT uves', "line 13: INSTRUMENT is 'uves', expected an instrument name in capitals"],
    ['INSTRUMENT UVES FLAMES', "line 13: INSTRUMENT is 'UVES FLAMES', expected an instrument name in capitals"],
    ['INSTRUMENT ../UVES', "line 13: INSTRUMENT is '../UVES', expected an instrument name in capitals"],
    ['DATE 2026-02-29', "line 13: DATE is '2026-02-29', expected a day as YYYY-MM-DD"],
    ['DATE 01.03.2026', "line 13: DATE is '01.03.2026', expected a day as YYYY-MM-DD"],
    ['RECIPE uves/obs', "line 13: RECIPE is 'uves/obs', expected a recipe name or none"],
    ['RECIPE --version', "line 13: RECIPE is '--version', expected a recipe name or none"],
    ['COMPLETENESS HALF', "line 13: COMPLETENESS is 'HALF', expected COMPLETE or INCOMPLETE"],
    ['MJD-OBS soon', "line 13: MJD-OBS is 'soon', expected a number of days"],
    ['MJD-OBS 0', "line 13: MJD-OBS is '0', expected a number of days"],
    ['MJD-OBS 0x1F', "line 13: MJD-OBS is '0x1F', expected a number of days"],
    ['MJD-OBS 1e999', "line 13: MJD-OBS is '1e999', expected a number of days"],
    ['PROD_ROOT_NAME ../../etc/x', "line 13: PROD_ROOT_NAME is '../../etc/x', expected a root of file names"],
    ['RELEASE_DATE soon', "line 14: RELEASE_DATE is 'soon', expected YYYY-MM-DD or YYYY-MM-DDThh:mm:ss (UT)"],
    [
      'RELEASE_DATE 2027-02-29',
      "line 14: RELEASE_DATE is '2027-02-29', expected YYYY-MM-DD or YYYY-MM-DDThh:mm:ss (UT)",
    ],
    ['OBS_ID a\0b', 'line 14: holds a NUL byte: this is not a text file'],
    ['OBS_ID "200123456', 'line 14: a quoted value has no closing "'],
    ['RAW_MATCH_KEY INS.MODE', "line 14: RAW_MATCH_KEY is 'INS.MODE', expected KEY=VALUE such as INS.GRAT1.WLEN=437.0"],
    ['RAW_MATCH_KEY =1', "line 14: RAW_MATCH_KEY is '=1', expected KEY=VALUE such as INS.GRAT1.WLEN=437.0"],
    ['RECIPE_PARAM', "line 14: RECIPE_PARAM is '', expected --name=value"],
    ['RECIPE_PARAM merge=sum', "line 14: RECIPE_PARAM is 'merge=sum', expected --name=value"],
    ['RECIPE_PARAM --a=1 --b=2', "line 14: RECIPE_PARAM is '--a=1 --b=2', expected --name=value"],
    ['RECIPE_PARAM --a=$(reboot)', "line 14: RECIPE_PARAM is '--a=$(reboot)', expected --name=value"],
    [
      'MCALIB REAL a.fits MASTER',
      'line 13: MCALIB has 3 columns, expected 4: REAL or VIRTUAL, file name, category, days',
    ],
    ['MCALIB MAYBE a.fits MASTER 1', "line 13: MCALIB flag is 'MAYBE', expected REAL or VIRTUAL"],
    ['MCALIB REAL ../a.fits MASTER 1', "line 13: MCALIB '../a.fits' is not a plain file name"],
    ['MCALIB REAL "" MASTER 1', "line 13: MCALIB '' is not a plain file name"],
    ['MCALIB REAL a.fits 1MASTER 1', "line 13: MCALIB category is '1MASTER', expected a name such as MASTER_BIAS_BLUE"],
    ['MCALIB REAL a.fits MASTER near', "line 13: MCALIB distance is 'near', expected days or -"],
    ['MCALIB REAL a.fits MASTER ""', "line 13: MCALIB distance is '', expected days or -"],
    ['MCALIB REAL a.fits MASTER 0x10', "line 13: MCALIB distance is '0x10', expected days or -"],
  ])('%s', (line, problem) => {
    expect(problems(withLines(line))).toEqual([problem])
  })

  it.each([
    ['RAWFILE a.fits', 'line 14: RAWFILE has 1 columns, expected 2: file name and tag'],
    ['RAWFILE /a.fits SCI', "line 14: RAWFILE '/a.fits' is not a plain file name"],
    ['RAWFILE a.fits "SCI POINT"', "line 14: RAWFILE tag is 'SCI POINT', expected a name such as SCI_POINT_BLUE"],
    [RAW, 'line 14: RAWFILE UVES.2026-03-02T03:36:00.000.fits is listed twice'],
    [
      'MCALIB REAL UV_MBIA_260301A_BLUE_2x2.fits OTHER 1',
      'line 14: MCALIB UV_MBIA_260301A_BLUE_2x2.fits (OTHER): this file or category is listed twice',
    ],
    [
      'MCALIB REAL other.fits MASTER_BIAS_BLUE 1',
      'line 14: MCALIB other.fits (MASTER_BIAS_BLUE): this file or category is listed twice',
    ],
  ])('added: %s', (line, problem) => {
    expect(problems([...LINES, line].join('\n'))).toEqual([problem])
  })

  it('no raw', () => {
    expect(problems(LINES.filter((line) => line !== RAW).join('\n'))).toEqual([
      'no RAWFILE line: at least one raw is expected',
    ])
  })

  it('AB_NAME, file name and first raw do not agree', () => {
    expect(problems(LINES.join('\n'), 'other.ab')).toEqual([
      `line 7: AB_NAME is ${NAME}, but the file is called other.ab`,
    ])
    expect(problems(withLines('AB_NAME UVES.2026.ab'), 'UVES.2026.ab')).toEqual([
      `line 13: AB_NAME is UVES.2026.ab, expected ${NAME} after its first raw`,
    ])
    const path = 'UVES.2026-03-02T03:36:00.000_../../x.ab'
    expect(problems(withLines(`AB_NAME ${path}`), path)).toEqual([
      'line 13: AB_NAME is not a file name that ends in .ab',
    ])
  })

  it('are told all at once, those of the whole block first, then by line', () => {
    const text = ['MCALIB REAL', 'DATE today', ...LINES.slice(3), 'RECIPE_PARAM x'].join('\n')
    expect(problems(text)).toEqual([
      'INSTRUMENT is missing',
      'DPR_CATG is missing',
      'line 1: MCALIB has 1 columns, expected 4: REAL or VIRTUAL, file name, category, days',
      "line 2: DATE is 'today', expected a day as YYYY-MM-DD",
      "line 13: RECIPE_PARAM is 'x', expected --name=value",
    ])
  })

  it('line numbers count every line, also with CRLF, blanks and comments before', () => {
    expect(problems(`# one\r\n\r\nMCALIB\r\n${LINES.join('\r\n')}`)[0]).toMatch(/^line 3: MCALIB has 0 columns/)
  })

  it('a file far too long is none, and is not silently cut', () => {
    expect(problems(`${LINES.join('\n')}${'\n'.repeat(10_000)}`)).toEqual([
      '10013 lines: too long to be an association block',
    ])
  })

  it('whatever the text, there is an answer and nothing is thrown', () => {
    const word = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.constantFrom('"', '#', '\r', '\n', '\0', '', '-', 'REAL', 'MCALIB', 'RAWFILE', 'AB_NAME', 'DATE', 'a.fits'),
    )
    const garbage = fc.array(
      fc.array(word, { maxLength: 6 }).map((words) => words.join(' ')),
      { maxLength: 15 },
    )
    fc.assert(
      fc.property(garbage, fc.boolean(), fc.string(), (lines, appended, name) => {
        const block = parseAssociationBlock([...(appended ? LINES : []), ...lines].join('\n'), name)
        expect(block.valid ? block.ab.name === name : block.problems.length > 0).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  it('one damaged byte either leaves a block or is told; what it names stays a plain file name', () => {
    const whole = LINES.join('\n')
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), (at, byte) => {
        const block = parseAssociationBlock(whole.slice(0, at) + byte + whole.slice(at + 1), NAME)
        if (!block.valid) return
        for (const { fileName } of [...block.ab.rawFiles, ...block.ab.calibrations]) {
          expect(fileName).toMatch(/^[A-Za-z0-9][A-Za-z0-9._:+-]*$/)
        }
      }),
      { numRuns: 2000 },
    )
  })
})
