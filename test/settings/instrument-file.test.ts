import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type FileProblem, parseInstrumentFile, placeText } from '../../settings/instrument-file.ts'

const shipped = ['uves', 'naco'].map((name) => readFileSync(`instruments/${name}.yaml`, 'utf8'))
const naco = shipped[1] ?? ''

function problemsOf(text: string): readonly FileProblem[] {
  const file = parseInstrumentFile(text)
  return file.valid ? [] : file.problems
}
const lineWith = (text: string, part: string) => text.slice(0, text.indexOf(part)).split('\n').length
const inWords = ({ line, place, message }: FileProblem) => `${line} ${placeText(place)}: ${message}`

describe('parseInstrumentFile', () => {
  it.each(shipped)('reads the shipped files', (text) => {
    expect(problemsOf(text)).toEqual([])
  })

  it('knows the line of everything that it read', () => {
    const file = parseInstrumentFile(naco)
    if (!file.valid) throw new Error('not valid')
    expect(file.lineOf(['modes', 0, 'recipe'])).toBe(lineWith(naco, 'recipe: naco_img_jitter'))
    expect(file.lineOf(['modes', 1, 'products', 0, 'category'])).toBe(
      naco
        .trimEnd()
        .split('\n')
        .findLastIndex((line) => line.includes('COADDED_IMG')) + 1,
    )
    expect(file.lineOf(['calibrations', 'NACO_IMG_DARK_AVG', 'match', 9])).toBe(
      lineWith(naco, 'match: [INSTRUME, ESO DET MODE NAME'),
    )
    expect(file.lineOf(['no such field'])).toBeNull()
  })

  it.each([
    ['a value of another type', 'nightBeginsUtHour: 12', 'nightBeginsUtHour: noon', 'nightBeginsUtHour', /number/],
    ['a field that there is not', 'wallSeconds: 900', 'wallSecond: 900', 'limits.wallSecond', /no such field/],
    ['a value that is none of its kind', 'type: double\n', 'type: real\n', 'modes.0.raw.keywords.0.type', /double/],
    ['a number out of its range', 'nightBeginsUtHour: 12', 'nightBeginsUtHour: 24', 'nightBeginsUtHour', /23/],
  ])('tells line and place of %s', (_, before, after, place, message) => {
    const text = naco.replace(before, after)
    const problem = problemsOf(text).find((each) => placeText(each.place) === place)
    expect(problem).toMatchObject({ line: lineWith(text, after), message: expect.stringMatching(message) })
  })

  it('tells what a missing field is missing in', () => {
    const text = naco.replace('    recipe: naco_img_jitter\n', '')
    expect(problemsOf(text).map(inWords)).toEqual([
      expect.stringMatching(new RegExp(`^${lineWith(text, 'rawType: IM_JITTER_OBJ')} modes.0.recipe: `)),
    ])
  })

  it('tells everything at once', () => {
    const text = naco.replace('status: certified', 'status: sure').replace('outputBytes', 'output')
    expect(problemsOf(text).map(({ place }) => placeText(place))).toEqual(
      expect.arrayContaining(['status', 'limits.outputBytes', 'limits.output']),
    )
  })

  it('tells where a text is not YAML', () => {
    expect(problemsOf(naco.replace('modes:\n', 'modes: [\n')).at(0)).toMatchObject({
      message: expect.stringContaining('not YAML'),
    })
    expect(problemsOf('a: 1\na: 2\n').map(({ line }) => line)).toEqual([2])
    expect(problemsOf('a: *b\n')).toMatchObject([{ message: expect.stringContaining('not YAML') }])
    expect(problemsOf('').length).toBeGreaterThan(0)
  })

  it('never throws, and every problem of a damaged file has a line within it', () => {
    fc.assert(
      fc.property(
        fc.nat(naco.length),
        fc.nat(40),
        fc.constantFrom('', ':', '- x\n', '{', '"', '\n\n'),
        (at, length, put) => {
          const text = naco.slice(0, at) + put + naco.slice(at + length)
          const lines = problemsOf(text).map(({ line }) => line ?? 1)
          expect(lines.every((line) => line >= 1 && line <= text.split('\n').length + 1)).toBe(true)
        },
      ),
      { numRuns: 60 },
    )
  })
})
