import { string } from '../../../fits/card.ts'
import { readImage, imageHdu } from '../../../fits/image.ts'
import type { Hdu } from '../../../fits/hdu.ts'
import type { BadInput } from './bad-inputs.ts'
import { exposure, type Exposure, withCards } from './night.ts'

const chips = ['REDL', 'REDU'] as const
type ChipName = (typeof chips)[number]
const other: Readonly<Record<ChipName, ChipName>> = { REDL: 'REDU', REDU: 'REDL' }

/** What can be wrong with two chips: the recipe takes most of it for good, or fails late. */
const rows: readonly BadInput[] = [
  ...chips.flatMap((chip) =>
    ['MASTER_BIAS', 'MASTER_FLAT', 'ORDER_TABLE', 'LINE_TABLE'].map((kind) => ({
      name: `no ${kind} of ${chip}`,
      mutate: ({ block }: Exposure) => ({
        block: { calibrations: block.calibrations.filter(({ category }) => category !== `${kind}_${chip}`) },
      }),
      expected: { state: 'left out' as const, cause: new RegExp(`not in the list: ${kind}_${chip}`) },
    })),
  ),
  ...['MASTER_BIAS', 'MASTER_FLAT', 'ORDER_TABLE', 'LINE_TABLE'].map((kind) => ({
    name: `${kind} of the chips swapped, each with its own header`,
    mutate: (good: Exposure) => ({ calibrations: swapped(good, kind) }),
    expected: input(
      new RegExp(`${kind}_REDL \\S+ does not belong to this raw: its ESO DET CHIP2 ID is absent, the raw's is CCD-44`),
    ),
  })),
  {
    name: 'MASTER_FLAT of the chips swapped in the list of the block',
    mutate: ({ block }) => ({
      block: {
        calibrations: block.calibrations.map((file) =>
          file.category.startsWith('MASTER_FLAT')
            ? { ...file, category: `MASTER_FLAT_${other[file.category.endsWith('REDL') ? 'REDL' : 'REDU']}` }
            : file,
        ),
      },
    }),
    expected: input(/is a MASTER_FLAT_RED[LU], \S+ gives it as MASTER_FLAT_RED[LU]/),
  },
  {
    name: 'ORDER_TABLE of the chips swapped, with the names of both chips',
    mutate: (good) => ({ calibrations: swapped(good, 'ORDER_TABLE', bothChips) }),
    expected: input(/ORDER_TABLE_REDL has 15 orders, LINE_TABLE_REDL 22: they do not belong together/),
  },
  {
    name: 'LINE_TABLE of the chips swapped, with the names of both chips',
    mutate: (good) => ({ calibrations: swapped(good, 'LINE_TABLE', bothChips) }),
    expected: input(
      /LINE_TABLE_REDL: its lines cover 58\d\d to 68\d\d Angstrom, which does not end at .* 5800 Angstrom/,
    ),
  },
  {
    name: 'order and line tables of the chips swapped, with the names of both chips',
    mutate: (good) => ({
      calibrations: { ...swapped(good, 'ORDER_TABLE', bothChips), ...swapped(good, 'LINE_TABLE', bothChips) },
    }),
    expected: input(
      /LINE_TABLE_REDL: its lines cover 58\d\d to 68\d\d Angstrom, which does not end at .* 5800 Angstrom/,
    ),
  },
  {
    name: 'MASTER_FLAT of the chips swapped, with the names of both chips',
    mutate: (good) => ({ calibrations: swapped(good, 'MASTER_FLAT', bothChips) }),
    expected: input(
      /MASTER_FLAT_REDL \S+ does not belong to this raw: its ESO DET OUT1 GAIN is 0.6, the raw's is 0.52/,
    ),
  },
  ...chips.map((chip) => ({
    name: `LINE_TABLE_${chip} of another setting, with a header that says otherwise`,
    mutate: (good: Exposure) => ({
      calibrations: {
        [`LINE_TABLE_${chip}`]: [
          ...hdusOf(good, `LINE_TABLE_${chip}`).slice(0, 1),
          ...hdusOf(exposure(564), `LINE_TABLE_${chip}`).slice(1),
        ],
      },
    }),
    expected: input(
      new RegExp(`LINE_TABLE_${chip}: its lines cover .* which does not (end|begin) at .* 5800 Angstrom`),
    ),
  })),
  {
    name: 'order table of one chip of another setting',
    mutate: () => ({ calibrations: { ORDER_TABLE_REDU: hdusOf(exposure(564), 'ORDER_TABLE_REDU') } }),
    expected: input(
      /ORDER_TABLE_REDU \S+ does not belong to this raw: its ESO INS GRAT2 WLEN is 564, the raw's is 580/,
    ),
  },
  {
    name: 'chips of the raw in the wrong order',
    mutate: ({ raw: { hdus } }) => ({ raw: [...hdus.slice(0, 1), ...hdus.slice(1).toReversed()] }),
    expected: input(/the raw's header cannot be right: REDL: ESO DET CHIP2 ID is missing/),
  },
  {
    name: 'one chip of the raw only',
    mutate: ({ raw: { hdus } }) => ({ raw: hdus.slice(0, 2), block: { rawMatchKeys: [] } }),
    expected: input(/REDL: the file has no HDU 2 with its pixels/),
  },
  {
    name: 'no chip in the raw',
    mutate: ({ raw: { hdus } }) => ({ raw: hdus.slice(0, 1), block: { rawMatchKeys: [] } }),
    expected: input(/REDL: the file has no HDU 2 with its pixels/),
  },
  {
    name: 'the second chip of the raw cut off',
    mutate: () => ({ rawBytes: (bytes) => bytes.slice(0, -2_880_000) }),
    expected: input(/is damaged: not a whole FITS file/),
  },
  {
    name: 'random bytes in the pixels of the second chip',
    mutate: () => ({ rawBytes: (bytes) => bytes.with(bytes.length - 600_000, (bytes.at(-600_000) ?? 0) ^ 64) }),
    expected: input(/is damaged: DATASUM of HDU 2 is wrong/),
  },
  {
    name: 'chip ID of the raw differs',
    mutate: ({ raw: { hdus } }) => ({
      raw: hdus.map((hdu, i) => (i === 2 ? (withCards([hdu], [string('ESO DET CHIP2 ID', 'CCD-99')])[0] ?? hdu) : hdu)),
      block: { rawMatchKeys: [] },
    }),
    expected: input(
      /MASTER_BIAS_REDL \S+ does not belong to this raw: its ESO DET CHIP2 ID is CCD-44, the raw's is CCD-99/,
    ),
  },
  {
    name: 'a raw of one chip in a block of the red arm',
    mutate: () => ({ raw: exposure(437).raw.hdus, block: { rawMatchKeys: [], mjdObs: exposure(437).block.mjdObs } }),
    expected: input(/the file has no HDU 2 with its pixels|MJD-OBS/),
  },
  {
    name: 'an image slicer in a block of a point source',
    mutate: ({ raw: { hdus } }) => ({
      raw: withCards(hdus, [string('ESO DPR TECH', 'ECHELLE,SLIC#1'), string('ESO INS SLIT1 NAME', 'SLIC#1')]),
      block: { rawMatchKeys: [] },
    }),
    expected: input(/no mode of SCI_POINT_RED: ESO DPR TECH is ECHELLE,SLIC#1/),
  },
  {
    name: 'tagged as of the blue arm',
    mutate: ({ block }) => ({ block: { rawFiles: block.rawFiles.map((raw) => ({ ...raw, tag: 'SCI_POINT_BLUE' })) } }),
    expected: input(/is tagged SCI_POINT_BLUE, a block of SCI_POINT_RED takes SCI_POINT_RED only/),
  },
  {
    name: 'nothing but zeros on one chip',
    mutate: ({ raw: { hdus } }) => ({ raw: hdus.map((hdu, i) => (i === 2 ? dark(hdu) : hdu)) }),
    expected: { state: 'failed', kind: 'recipe', cause: /Too many \(0\/2097152 \) bad pixels/ },
  },
]
export const ofTwoChips = rows.map((row): BadInput => ({ setting: 580, ...row }))

/** The calibrations of one kind, each as that of the other chip. */
function swapped(
  good: Exposure,
  kind: string,
  change = (hdus: readonly Hdu[]) => hdus,
): Record<string, readonly Hdu[]> {
  return Object.fromEntries(
    chips.map((chip) => {
      const category = `${kind}_${chip}`
      const hdus = withCards(hdusOf(good, `${kind}_${other[chip]}`), [string('ESO PRO CATG', category)])
      return [category, change(hdus)]
    }),
  )
}

/** As a header that was copied from the primary of the raw, which may name both. */
function bothChips(hdus: readonly Hdu[]): readonly Hdu[] {
  return withCards(hdus, [string('ESO DET CHIP1 ID', 'CCID-20'), string('ESO DET CHIP2 ID', 'CCD-44')])
}

function dark(hdu: Hdu): Hdu {
  const { shape } = readImage(hdu)
  const pixels = shape.reduce((product, length) => product * length, 1)
  return imageHdu({ primary: false, header: hdu.header.cards, data: new Uint16Array(pixels), shape })
}

function hdusOf({ calibrations }: Exposure, category: string): readonly Hdu[] {
  const file = calibrations.get(category)
  if (file === undefined) throw new Error(`no ${category}`)
  return file.hdus
}

function input(cause: RegExp): { state: 'failed'; kind: 'input'; cause: RegExp } {
  return { state: 'failed', kind: 'input', cause }
}
