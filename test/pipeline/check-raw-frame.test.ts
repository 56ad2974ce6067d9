import { describe, expect, test } from 'vitest'
import { type Card, double, integer, string } from '../../fits/card.ts'
import type { HduOnDisk } from '../../fits/file.ts'
import { imageHdu } from '../../fits/image.ts'
import { checkFrameList } from '../../pipeline/check-frame-list.ts'
import { checkRawFrame } from '../../pipeline/check-raw-frame.ts'
import { exampleBlock } from '../domain/example-block.ts'
import { modeWith } from './modes.ts'

const { raw: rules } = modeWith({
  raw: {
    keywords: [
      { type: 'double', names: ['RA'] },
      { type: 'integer', names: ['ESO DET WIN1 BINX'] },
      { type: 'double', names: ['EXPTIME'], with: ['EXTCOEFF_TABLE', 'MASTER_RESPONSE_BLUE'] },
      { type: 'double', optional: true, names: ['ESO TEL ALT'] },
    ],
    ranges: { 'MJD-OBS': [51448, 88000] },
    inverses: [{ keywords: ['ESO DET OUT1 GAIN', 'ESO DET OUT1 CONAD'], tolerance: 0.05 }],
    axes: [['ESO DET OUT1 PRSCX', 'ESO DET OUT1 NX'], ['ESO DET OUT1 NY']],
  },
})
const good: Card[] = [
  double('RA', 150.1),
  integer('ESO DET WIN1 BINX', 2),
  double('MJD-OBS', 61101.1),
  double('ESO DET OUT1 GAIN', 0.55),
  double('ESO DET OUT1 CONAD', 1.82),
  integer('ESO DET OUT1 PRSCX', 1),
  integer('ESO DET OUT1 NX', 3),
  integer('ESO DET OUT1 NY', 2),
]

function frame(header: readonly Card[], shape: readonly [number, number] = [4, 2]): HduOnDisk[] {
  const { header: whole } = imageHdu({ header, data: new Uint16Array(shape[0] * shape[1]), shape })
  return [{ index: 0, header: whole, headerOffset: 0, dataOffset: 2880, dataBytes: 2 * shape[0] * shape[1] }]
}
const changed = (...cards: Card[]) => [
  ...good.filter(({ keyword }) => !cards.some((card) => card.keyword === keyword)),
  ...cards,
]
const without = (keyword: string) => good.filter((card) => card.keyword !== keyword)
const check =
  (cards: readonly Card[], given: string[] = []) =>
  () =>
    checkRawFrame(frame(cards), rules, new Set(given))

describe('header of a raw', () => {
  test('a good one passes, with and without what is optional', () => {
    expect(check(good)).not.toThrow()
    expect(check(changed(double('ESO TEL ALT', 60)))).not.toThrow()
  })

  test.each([
    ['missing', without('RA'), 'RA is missing'],
    ['text', changed(string('RA', '10:00:29')), 'RA is text, the recipe needs a number with a decimal point'],
    ['an integer', changed(integer('RA', 150)), 'RA is an integer, the recipe needs a number with a decimal point'],
    [
      'a double',
      changed(double('ESO DET WIN1 BINX', 2)),
      'ESO DET WIN1 BINX is a number with a decimal point, the recipe needs an integer',
    ],
    ['an optional one of the wrong type', changed(integer('ESO TEL ALT', 60)), 'ESO TEL ALT is an integer'],
    ['out of range', changed(double('MJD-OBS', 40000)), 'MJD-OBS is 40000, plausible are 51448 to 88000'],
    ['no inverse', changed(double('ESO DET OUT1 CONAD', 0.55)), 'are not the inverse of each other'],
    [
      'another size',
      changed(integer('ESO DET OUT1 NX', 4)),
      "the image has 4 x 2 pixels, the raw's detector keywords give 5 x 2",
    ],
  ])('a keyword that is %s is refused', (_what, cards, cause) => {
    expect(check(cards)).toThrow(expect.objectContaining({ kind: 'input', message: expect.stringContaining(cause) }))
  })

  test('keywords of the flux calibration count only when it is made', () => {
    expect(check(good, ['EXTCOEFF_TABLE'])).not.toThrow()
    expect(check(good, ['EXTCOEFF_TABLE', 'MASTER_RESPONSE_BLUE'])).toThrow('EXPTIME is missing')
  })

  test('what the header does not tell is no contradiction', () => {
    expect(check(without('ESO DET OUT1 NX'))).not.toThrow()
    expect(check(without('ESO DET OUT1 CONAD'))).not.toThrow()
    expect(check(without('MJD-OBS'))).not.toThrow()
  })

  test('a file without an image', () => {
    expect(() =>
      checkRawFrame(
        frame(good, [0, 0]).map((hdu) => ({ ...hdu, header: hdu.header.with(integer('NAXIS', 0)) })),
        rules,
        new Set(),
      ),
    ).toThrow('the file holds no image')
  })
})

describe('lists of a block', () => {
  const mode = modeWith({ optional: ['EXTCOEFF_TABLE'] })
  const raw = { fileName: 'UVES.2026-03-02T03:36:00.000.fits', tag: 'SCI_POINT_BLUE' }
  const bias = { flag: 'REAL' as const, fileName: 'UV_MBIA.fits', category: 'MASTER_BIAS_BLUE', distanceDays: 0 }
  const list = (parts: Parameters<typeof exampleBlock>[0]) => () =>
    checkFrameList(exampleBlock({ rawType: 'SCI_POINT_BLUE', rawFiles: [raw], calibrations: [bias], ...parts }), [mode])

  test('as the mode wants them', () => {
    expect(list({})).not.toThrow()
    expect(list({ calibrations: [bias, { ...bias, category: 'EXTCOEFF_TABLE' }] })).not.toThrow()
  })

  test.each([
    [
      'two frames',
      { rawFiles: [raw, { ...raw, fileName: 'b.fits' }] },
      '2 raw frames, uves_obs_scired takes 1 of SCI_POINT_BLUE',
    ],
    ['another tag', { rawFiles: [{ ...raw, tag: 'FLAT_BLUE' }] }, 'is tagged FLAT_BLUE'],
    [
      'an unknown category',
      { calibrations: [bias, { ...bias, category: 'FOO_BAR' }] },
      'UV_MBIA.fits is a FOO_BAR, which SCI_POINT_BLUE does not know',
    ],
  ])('%s', (_what, parts, cause) => {
    expect(list(parts)).toThrow(expect.objectContaining({ kind: 'input', message: expect.stringContaining(cause) }))
  })
})
