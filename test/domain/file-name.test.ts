import { posix } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PreconditionError } from '../../domain/failure.ts'
import { checkedFileName, dpId, isFileName, isGencalib } from '../../domain/file-name.ts'

describe('file name', () => {
  it.each(['UVES.2026-03-02T03:36:00.000.fits', 'UV_MBIA_260301A_BLUE_2x2.fits', 'a', '0+1', 'x'.repeat(128)])(
    '%s is one',
    (name) => {
      expect(checkedFileName(name)).toBe(name)
    },
  )

  it.each([
    '',
    '.',
    '..',
    '.hidden',
    '-rf',
    '_x',
    'a/b',
    '/etc/passwd',
    '../a',
    'a..b',
    'a\\b',
    'a b',
    'a\n',
    'a\0b',
    'a#b',
    "a'b",
    'a"b',
    'a$b',
    'a*',
    'é',
    'x'.repeat(129),
  ])('%j is none', (name) => {
    expect(isFileName(name)).toBe(false)
    expect(() => checkedFileName(name)).toThrow(PreconditionError)
  })

  it('whatever is taken stays in its folder as one component, and is safe in a set of frames', () => {
    const text = fc.oneof(fc.string({ maxLength: 20 }), fc.stringMatching(/^[\w./\\:+ -]{0,20}$/))
    fc.assert(
      fc.property(text, (name) => {
        if (!isFileName(name)) return
        expect(posix.normalize(`/folder/${name}`)).toBe(`/folder/${name}`)
        expect(posix.basename(`/folder/${name}`)).toBe(name)
        expect(name).not.toMatch(/\s|#/)
      }),
      { numRuns: 2000 },
    )
  })

  it('a message about a strange one cannot confuse a terminal', () => {
    expect(() => checkedFileName('\u001b[2Ja\n/b')).toThrow(/^'\?\[2Ja\?\/b' is not a file name/)
  })
})

it.each([
  ['GU_ATMO_100101A_PARANAL.fits', 'UVES', true],
  ['GU_MASK.fits', 'UVES', true],
  ['G.fits', 'UVES', true],
  ['UV_GTLA_100101A.fits', 'UVES', true],
  ['UV_MBIA_260301A_BLUE_2x2.fits', 'UVES', false],
  ['gu_atmo.fits', 'UVES', false],
  // The prefix of an instrument may itself begin with G.
  ['GI_MBIA_071012A_1x1.fits', 'GIRAFFE', false],
  ['GI_PFIB_071012A.fits', 'GIRAFFE', false],
  ['GI_GATM_071012A.fits', 'GIRAFFE', true],
  ['GU_ATMO_100101A_PARANAL.fits', 'GIRAFFE', true],
  ['GI.fits', 'GIRAFFE', true],
])('%s of %s is a gencalib by its name: %s', (fileName, instrument, expected) => {
  expect(isGencalib(fileName, instrument)).toBe(expected)
})

it('dp_id is the name without .fits', () => {
  expect(dpId('UVES.2026-03-02T03:36:00.000.fits')).toBe('UVES.2026-03-02T03:36:00.000')
  expect(dpId('UVES.fits.2026')).toBe('UVES.fits.2026')
})
