import { gzipSync } from 'node:zlib'
import type { AssociationBlock, Calibration } from '../../../domain/association-block.ts'
import type { FailureKind } from '../../../domain/failure.ts'
import { type Card, double, integer, string } from '../../../fits/card.ts'
import type { Hdu } from '../../../fits/hdu.ts'
import { imageHdu, readImage } from '../../../fits/image.ts'
import type { SettingName } from '../../../simulator/set-up.ts'
import { exposure, type Exposure, withCards, withEqualOffsets, withoutCards, withoutHistory } from './night.ts'

/** What is wrong with an exposure that was good; everything else of it stays. */
export interface Mutation {
  readonly block?: Partial<AssociationBlock>
  /** Changes the text of the block after it was written. */
  readonly text?: (text: string) => string
  readonly raw?: readonly Hdu[]
  /** Changes the bytes of the raw behind the back of its sums; null: no file at all. */
  readonly rawBytes?: ((bytes: Uint8Array) => Uint8Array) | null
  /** Other contents under a name of their own, by category. */
  readonly calibrations?: Readonly<Record<string, readonly Hdu[]>>
  readonly calibrationBytes?: readonly [category: string, change: (bytes: Uint8Array) => Uint8Array]
}

export interface BadInput {
  readonly name: string
  readonly setting?: SettingName
  readonly mutate: (good: Exposure) => Mutation
  readonly expected: /** Not executable: told when the block is registered. */
    | { readonly state: 'left out'; readonly cause: RegExp }
    /** Contradicts itself: no recipe is started. */
    | { readonly state: 'failed'; readonly kind: Extract<FailureKind, 'input'>; readonly cause: RegExp }
    /** The recipe ran and gave its answer. */
    | { readonly state: 'failed'; readonly kind: Extract<FailureKind, 'recipe' | 'product'>; readonly cause: RegExp }
    /** A broken calibration: the date ends before its first block. */
    | { readonly state: 'error'; readonly cause: RegExp }
}

const BIAS = 'MASTER_BIAS_BLUE'
const FLAT = 'MASTER_FLAT_BLUE'
const ORDERS = 'ORDER_TABLE_BLUE'
const LINES = 'LINE_TABLE_BLUE'

/** Inputs that the recipe itself takes for good: exit code 0 and all products. */
export const takenForGood: readonly BadInput[] = [
  {
    name: 'no master bias',
    mutate: ({ block }) => without(block, BIAS),
    expected: { state: 'left out', cause: /not in the list: MASTER_BIAS_BLUE/ },
  },
  {
    name: 'random bytes in the pixels',
    mutate: () => ({ rawBytes: (bytes) => overwritten(bytes, bytes.length - 600_000, noise(4096)) }),
    expected: input(/raw UVES\S+ is damaged: DATASUM of HDU 0 is wrong/),
  },
  {
    name: 'a bias frame as science',
    mutate: ({ raw }) => ({
      raw: withCards(raw.hdus, [
        string('ESO DPR CATG', 'CALIB'),
        string('ESO DPR TYPE', 'BIAS'),
        string('ESO DPR TECH', 'IMAGE'),
      ]),
    }),
    expected: input(/the raw's ESO DPR CATG is CALIB, \S+ says SCIENCE/),
  },
  {
    name: 'a bias frame as science, of category SCIENCE',
    mutate: ({ raw }) => ({ raw: withCards(raw.hdus, [string('ESO DPR TYPE', 'BIAS')]) }),
    expected: input(/no mode of SCI_POINT_BLUE: ESO DPR TYPE is BIAS, expected OBJECT,POINT/),
  },
  {
    name: 'chip ID of the raw differs',
    mutate: (good) => ({ ...rawCards(good, string('ESO DET CHIP1 ID', 'CCD-99')), ...noMatchKeys }),
    expected: input(
      /MASTER_BIAS_BLUE \S+ does not belong to this raw: its ESO DET CHIP1 ID is CCD-44b, the raw's is CCD-99/,
    ),
  },
  ...[BIAS, FLAT, ORDERS, LINES].map((category) => ({
    name: `chip ID of ${category} differs`,
    mutate: (good: Exposure) => calibrationCards(good, category, string('ESO DET CHIP1 ID', 'CCD-99')),
    expected: input(new RegExp(`${category} \\S+ does not belong to this raw: its ESO DET CHIP1 ID is CCD-99`)),
  })),
  {
    name: 'two science frames',
    mutate: ({ block, raw }) => ({
      block: { rawFiles: [...block.rawFiles, { fileName: raw.fileName, tag: 'SCI_POINT_BLUE' }] },
    }),
    expected: input(/2 raw frames, uves_obs_scired takes 1/),
  },
  {
    name: 'order table, line table and flat of another setting',
    mutate: () => ({ calibrations: ofSetting(390, FLAT, ORDERS, LINES) }),
    expected: input(
      /MASTER_FLAT_BLUE \S+ does not belong to this raw: its ESO INS GRAT1 WLEN is 390, the raw's is 437/,
    ),
  },
  {
    name: 'line table alone of another setting',
    mutate: () => ({ calibrations: ofSetting(390, LINES) }),
    expected: input(/LINE_TABLE_BLUE \S+ does not belong to this raw: its ESO INS GRAT1 WLEN is 390, the raw's is 437/),
  },
  {
    name: 'line table alone of another setting, with a header that says otherwise',
    mutate: () => ({ calibrations: disguised(390, 437, LINES) }),
    expected: input(/its lines cover 32\d\d to 45\d\d Angstrom, which is not centred on .* 4370 Angstrom/),
  },
  {
    name: 'line table of 437 for 390, with a header that says otherwise',
    setting: 390,
    mutate: () => ({ calibrations: disguised(437, 390, LINES) }),
    expected: input(/its lines cover 37\d\d to 49\d\d Angstrom, which is not centred on .* 3900 Angstrom/),
  },
  {
    name: 'flat alone of another setting',
    mutate: () => ({ calibrations: ofSetting(390, FLAT) }),
    expected: input(/MASTER_FLAT_BLUE \S+ does not belong to this raw: its ESO INS GRAT1 WLEN is 390/),
  },
  {
    name: 'order table alone of another setting',
    mutate: () => ({ calibrations: ofSetting(390, ORDERS) }),
    expected: input(/ORDER_TABLE_BLUE \S+ does not belong to this raw: its ESO INS GRAT1 WLEN is 390/),
  },
  {
    name: 'order table alone of another setting, with a header that says otherwise',
    mutate: () => ({ calibrations: disguised(390, 437, ORDERS) }),
    expected: input(/ORDER_TABLE_BLUE has 39 orders, LINE_TABLE_BLUE 31: they do not belong together/),
  },
  {
    name: 'a file with an unknown tag',
    mutate: ({ block, calibrations }) => ({
      block: { calibrations: [...block.calibrations, calibrationLine('UV_MFOO_260301A.fits', 'FOO_BAR')] },
      calibrations: { FOO_BAR: withCards(hdusOf(calibrations, BIAS), [string('ESO PRO CATG', 'FOO_BAR')]) },
    }),
    expected: input(/is a FOO_BAR, which SCI_POINT_BLUE does not know/),
  },
  {
    name: 'two master biases',
    mutate: ({ block }) => ({
      block: { calibrations: [...block.calibrations, calibrationLine('UV_MBIA_260228A_BLUE_2x2.fits', BIAS)] },
    }),
    expected: {
      state: 'left out',
      cause: /UV_MBIA_260228A\S+ \(MASTER_BIAS_BLUE\): this file or category is listed twice/,
    },
  },
  {
    name: 'raw of 390, block of 437',
    mutate: (good) => rawCards(good, double('ESO INS GRAT1 WLEN', 390)),
    expected: input(/the raw's INS.GRAT1.WLEN is 390, \S+ says 437.0/),
  },
  {
    name: 'raw of 390, masters of 437, and a block that does not say',
    mutate: (good) => ({ ...rawCards(good, double('ESO INS GRAT1 WLEN', 390)), ...noMatchKeys }),
    expected: input(/does not belong to this raw: its ESO INS GRAT1 WLEN is 437, the raw's is 390/),
  },
  {
    name: 'GAIN and CONAD swapped',
    mutate: (good) => rawCards(good, double('ESO DET OUT1 GAIN', 1.82), double('ESO DET OUT1 CONAD', 0.55)),
    expected: input(/its ESO DET OUT1 GAIN is 0.55, the raw's is 1.82/),
  },
  {
    name: 'GAIN and CONAD that are not the inverse of each other',
    mutate: (good) => rawCards(good, double('ESO DET OUT1 CONAD', 0.55)),
    expected: input(/ESO DET OUT1 GAIN = 0.55 and ESO DET OUT1 CONAD = 0.55 are not the inverse of each other/),
  },
  {
    name: 'MJD-OBS of 2001',
    mutate: (good) => rawCards(good, double('MJD-OBS', 52_000.15)),
    expected: input(/the raw's MJD-OBS is 52000.15, \S+ says 6110\d/),
  },
  {
    name: 'MJD-OBS of 2001, in the block too',
    mutate: (good) => ({ ...rawCards(good, double('MJD-OBS', 52_000.15)), block: { mjdObs: 52_000.15 } }),
    expected: input(/MJD-OBS is 52000.15, but the name of raw UVES.2026-03-02\S+ says 2026-03-02/),
  },
  {
    name: 'read speed of the bias differs',
    mutate: (good) => calibrationCards(good, BIAS, string('ESO DET READ SPEED', '225kHz,1x1,low')),
    expected: input(/MASTER_BIAS_BLUE \S+ does not belong to this raw: its ESO DET READ SPEED is 225kHz,1x1,low/),
  },
  {
    name: 'binning of the flat differs',
    mutate: (good) => calibrationCards(good, FLAT, integer('ESO DET WIN1 BINX', 1)),
    expected: input(/MASTER_FLAT_BLUE \S+ does not belong to this raw: its ESO DET WIN1 BINX is 1, the raw's is 2/),
  },
  {
    name: 'slit of the line table differs',
    mutate: (good) => calibrationCards(good, LINES, double('ESO INS SLIT2 WID', 0.4)),
    expected: input(/LINE_TABLE_BLUE \S+ does not belong to this raw: its ESO INS SLIT2 WID is 0.4, the raw's is 1/),
  },
  {
    name: 'instrument mode of the order table differs',
    mutate: (good) => calibrationCards(good, ORDERS, string('ESO INS MODE', 'BLUE')),
    expected: input(/ORDER_TABLE_BLUE \S+ does not belong to this raw: its ESO INS MODE is BLUE, the raw's is DICHR#2/),
  },
  {
    name: 'response of another setting',
    setting: 390,
    mutate: (good) => calibrationCards(good, 'MASTER_RESPONSE_BLUE', double('ESO INS GRAT1 WLEN', 437)),
    expected: input(
      /MASTER_RESPONSE_BLUE \S+ does not belong to this raw: its ESO INS GRAT1 WLEN is 437, the raw's is 390/,
    ),
  },
]

/** Inputs at which the recipe fails. Where a look can tell in advance, it is not started. */
export const refused: readonly BadInput[] = [
  {
    name: 'no science frame in the list',
    mutate: () => ({ text: (text) => text.replace(/^RAWFILE.*\n/gm, '') }),
    expected: { state: 'left out', cause: /no RAWFILE line/ },
  },
  {
    name: 'an empty block',
    mutate: () => ({ text: () => '' }),
    expected: { state: 'left out', cause: /INSTRUMENT is missing/ },
  },
  ...['SCI_WHATEVER_BLUE', 'SCI_POINT_RED', 'FLAT_BLUE'].map((tag) => ({
    name: `science frame tagged ${tag}`,
    mutate: ({ block }: Exposure) => ({ block: { rawFiles: block.rawFiles.map((file) => ({ ...file, tag })) } }),
    expected: input(new RegExp(`is tagged ${tag}, a block of SCI_POINT_BLUE takes SCI_POINT_BLUE only`)),
  })),
  ...[FLAT, ORDERS, LINES].map((category) => ({
    name: `no ${category}`,
    mutate: ({ block }: Exposure) => without(block, category),
    expected: { state: 'left out' as const, cause: new RegExp(`not in the list: ${category}`) },
  })),
  {
    name: 'the raw is not in the archive',
    mutate: () => ({ rawBytes: null }),
    expected: input(/raw UVES\S+ is not in the archive/),
  },
  {
    name: 'a calibration is not in the archive',
    mutate: ({ block }) => ({
      block: { calibrations: renamed(block, FLAT, 'UV_MFLT_260227A_BLUE437d2_2x2_10.fits') },
      calibrations: {},
    }),
    expected: { state: 'error', cause: /UV_MFLT_260227A\S+ \(MASTER_FLAT_BLUE\): not in the archive/ },
  },
  {
    name: 'a file name with a blank',
    mutate: () => ({ text: (text) => text.replace(/UV_MFLT_(\S+)/, '"UV_MFLT $1"') }),
    expected: { state: 'left out', cause: /line \d+: .*UV_MFLT / },
  },
  {
    name: 'a raw without a tag',
    mutate: () => ({ text: (text) => text.replace(/^(RAWFILE\s+\S+).*$/m, '$1') }),
    expected: { state: 'left out', cause: /line \d+: RAWFILE/ },
  },
  {
    name: 'raw cut in half',
    mutate: () => ({ rawBytes: (bytes) => bytes.subarray(0, bytes.length >> 1) }),
    expected: input(/damaged: not a whole FITS file: truncated: \d+ bytes are missing/),
  },
  {
    name: 'raw without its last padding',
    mutate: () => ({ rawBytes: (bytes) => bytes.subarray(0, bytes.length - 100) }),
    expected: input(/the last block is not padded: 100 bytes are missing/),
  },
  {
    name: 'flat cut in half',
    mutate: () => ({ calibrationBytes: [FLAT, (bytes) => bytes.subarray(0, bytes.length >> 1)] }),
    expected: { state: 'error', cause: /\(MASTER_FLAT_BLUE\): not a whole FITS file: truncated/ },
  },
  {
    name: 'header cut',
    mutate: () => ({ rawBytes: (bytes) => bytes.subarray(0, 1000) }),
    expected: input(/truncated: the file ends at byte 1000 inside the header/),
  },
  {
    name: 'a text file',
    mutate: () => ({ rawBytes: () => Buffer.from('<html>please log in</html>') }),
    expected: input(/not a FITS file: it does not begin with SIMPLE/),
  },
  {
    name: 'an empty file',
    mutate: () => ({ rawBytes: () => new Uint8Array() }),
    expected: input(/is damaged: not a whole FITS file/),
  },
  { name: 'random bytes', mutate: () => ({ rawBytes: () => noise(50_000) }), expected: input(/not a FITS file/) },
  {
    name: 'one garbage header card',
    mutate: () => ({
      rawBytes: (bytes) => overwritten(bytes, 80 * 20, Buffer.from('~~ $$ = <no keyword>'.padEnd(80))),
    }),
    expected: input(/not a FITS card/),
  },
  {
    name: 'a compressed raw',
    mutate: () => ({ rawBytes: (bytes) => gzipSync(bytes, { level: 1 }) }),
    expected: input(/not a FITS file/),
  },
  ...[
    'ORIGIN',
    'MJD-OBS',
    'CTYPE1',
    'CRVAL2',
    'CRPIX1',
    'CDELT2',
    'RA',
    'DEC',
    'UTC',
    'ESO TEL GEOLAT',
    'ESO TEL GEOLON',
    'ESO DET READ SPEED',
    'ESO DET OUT1 PRSCX',
    'ESO DET OUT1 OVSCX',
    'ESO DET OUT1 RON',
    'ESO DET OUT1 GAIN',
    'ESO INS PIXSCALE',
    'ESO INS SLIT2 LEN',
  ].map((keyword) => ({
    name: `raw without ${keyword}`,
    mutate: ({ raw }: Exposure) => ({ raw: withoutCards(raw.hdus, [keyword]) }),
    expected: input(new RegExp(keyword === 'MJD-OBS' ? 'MJD-OBS is absent' : `${keyword} is missing`)),
  })),
  ...['ESO DET CHIP1 ID', 'ESO DET WIN1 BINX', 'ESO INS SLIT1 NAME', 'ESO INS GRAT1 WLEN'].map((keyword) => ({
    name: `raw without ${keyword}`,
    mutate: ({ raw }: Exposure) => ({ raw: withoutCards(raw.hdus, [keyword]) }),
    expected: input(new RegExp(`${keyword.slice(4).replaceAll(' ', '.')} is absent`)),
  })),
  ...['EXPTIME', 'ESO TEL AIRM START', 'ESO TEL AIRM END'].map((keyword) => ({
    name: `raw without ${keyword}, with flux calibration (the recipe crashes)`,
    setting: 390 as const,
    mutate: ({ raw }: Exposure) => ({ raw: withoutCards(raw.hdus, [keyword]) }),
    expected: input(new RegExp(`${keyword} is missing`)),
  })),
  {
    name: 'EXPTIME as integer, with flux calibration (the recipe crashes)',
    setting: 390,
    mutate: (good) => rawCards(good, integer('EXPTIME', 1200)),
    expected: input(/EXPTIME is an integer, the recipe needs a number with a decimal point/),
  },
  {
    name: 'wavelength as integer',
    mutate: (good) => rawCards(good, integer('ESO INS GRAT1 WLEN', 437)),
    expected: input(/ESO INS GRAT1 WLEN is an integer, the recipe needs a number with a decimal point/),
  },
  {
    name: 'MJD-OBS as integer',
    mutate: (good) => ({
      ...rawCards(good, integer('MJD-OBS', Math.round(good.block.mjdObs))),
      block: { mjdObs: Math.round(good.block.mjdObs) },
    }),
    expected: input(/MJD-OBS is an integer/),
  },
  {
    name: 'BSCALE as integer',
    mutate: (good) => rawCards(good, integer('BSCALE', 1)),
    expected: input(/BSCALE is an integer/),
  },
  {
    name: 'binning as double',
    mutate: (good) => rawCards(good, double('ESO DET WIN1 BINX', 2)),
    expected: input(/ESO DET WIN1 BINX is a number with a decimal point, the recipe needs an integer/),
  },
  { name: 'RA as text', mutate: (good) => rawCards(good, string('RA', '10:00:29.6')), expected: input(/RA is text/) },
  {
    name: 'raw of another size',
    mutate: ({ raw }) => ({ raw: resized(raw.hdus, [1074, 1200]) }),
    expected: input(/the image has 1074 x 1200 pixels, the raw's detector keywords give 1074 x 1500/),
  },
  {
    name: 'raw with all pixels zero',
    mutate: ({ raw }) => ({ raw: filled(raw.hdus, 0, Uint16Array) }),
    expected: {
      state: 'failed',
      kind: 'recipe',
      cause: /Too many \(0\/1536000 \) bad pixels. Could not measure sky profile/,
    },
  },
  {
    name: 'bias of another size',
    mutate: ({ calibrations }) => ({ calibrations: { [BIAS]: resized(hdusOf(calibrations, BIAS), [750, 512]) } }),
    expected: input(/MASTER_BIAS_BLUE \S+ does not belong to this raw: the image has 750 x 512 pixels/),
  },
  {
    name: 'bias transposed',
    mutate: ({ calibrations }) => ({ calibrations: { [BIAS]: resized(hdusOf(calibrations, BIAS), [1024, 1500]) } }),
    expected: input(/the image has 1024 x 1500 pixels, the raw's detector keywords give 1500 x 1024/),
  },
  {
    name: 'flat of another size',
    mutate: ({ calibrations }) => ({ calibrations: { [FLAT]: resized(hdusOf(calibrations, FLAT), [750, 512]) } }),
    expected: input(/MASTER_FLAT_BLUE \S+ does not belong to this raw: the image has 750 x 512 pixels/),
  },
  ...[0, 7].map((value) => ({
    name: `flat with all pixels ${value}`,
    mutate: ({ calibrations }: Exposure) => ({
      calibrations: { [FLAT]: filled(hdusOf(calibrations, FLAT), value, Float32Array) },
    }),
    expected: { state: 'failed' as const, kind: 'recipe' as const, cause: /Data not found/ },
  })),
  {
    name: 'constant bias that does not tell its noise',
    mutate: ({ calibrations }) => ({
      calibrations: { [BIAS]: withoutCards(hdusOf(calibrations, BIAS), ['ESO QC OUT1 RON MASTER']) },
    }),
    expected: { state: 'failed', kind: 'recipe', cause: /Data not found/ },
  },
  {
    name: 'line table with a window missing',
    mutate: ({ calibrations }) => ({ calibrations: { [LINES]: hdusOf(calibrations, LINES).slice(0, 4) } }),
    expected: input(/LINE_TABLE_BLUE \S+ does not belong to this raw: it has 3 extensions, expected 9/),
  },
  {
    name: 'an order table given as line table',
    mutate: ({ calibrations }) => ({
      calibrations: {
        [LINES]: withCards(hdusOf(calibrations, ORDERS), [
          string('ESO PRO CATG', LINES),
          double('ESO INS SLIT2 WID', 1),
        ]),
      },
    }),
    expected: input(/LINE_TABLE_BLUE \S+ does not belong to this raw: it has 3 extensions, expected 9/),
  },
  {
    name: 'a calibration of another category than the block says',
    mutate: ({ calibrations }) => ({ calibrations: { [LINES]: hdusOf(calibrations, ORDERS) } }),
    expected: { state: 'error', cause: /it is a ORDER_TABLE_BLUE, expected a LINE_TABLE_BLUE/ },
  },
  ...['TRACEID', 'OFFSET', 'WINDOW', 'FABSORD', 'LABSORD'].map((word) => ({
    name: `line table without HISTORY ${word}`,
    mutate: ({ calibrations }: Exposure) => ({
      calibrations: { [LINES]: withoutHistory(hdusOf(calibrations, LINES), word) },
    }),
    expected: input(new RegExp(`LINE_TABLE_BLUE .* extension 1 has no card HISTORY ${word}`)),
  })),
  ...[ORDERS, LINES].map((category) => ({
    name: `${category} of the old pipeline`,
    mutate: ({ calibrations }: Exposure) => ({
      calibrations: { [category]: withoutCards(hdusOf(calibrations, category), ['ESO PRO REC1 DRS ID']) },
    }),
    expected: input(new RegExp(`${category} .* ESO PRO REC1 DRS ID is absent, expected something with cpl`)),
  })),
  {
    name: 'line table whose windows lie on each other',
    mutate: ({ calibrations }) => ({ calibrations: { [LINES]: withEqualOffsets(hdusOf(calibrations, LINES)) } }),
    expected: { state: 'failed', kind: 'recipe', cause: /Division by zero: .* cannot extrapolate/ },
  },
  {
    name: 'order table without its polynomial',
    mutate: ({ calibrations }) => ({ calibrations: { [ORDERS]: hdusOf(calibrations, ORDERS).slice(0, 2) } }),
    expected: input(/ORDER_TABLE_BLUE \S+ does not belong to this raw: it has 1 extensions, expected 3/),
  },
  ...['ORIGIN', 'MJD-OBS', 'ESO DET OUT1 RON'].map((keyword) => ({
    name: `flat without ${keyword}`,
    mutate: ({ calibrations }: Exposure) => ({
      calibrations: { [FLAT]: withoutCards(hdusOf(calibrations, FLAT), [keyword]) },
    }),
    expected: input(new RegExp(`MASTER_FLAT_BLUE \\S+ does not belong to this raw: ${keyword} is missing`)),
  })),
  {
    name: 'unknown recipe',
    mutate: () => ({ block: { recipe: 'uves_obs_nothing' } }),
    expected: { state: 'left out', cause: /recipe uves_obs_nothing is not the one certified/ },
  },
  {
    name: 'unknown recipe option',
    mutate: () => ({ block: { recipeParameters: ['--foo=1'] } }),
    expected: { state: 'failed', kind: 'recipe', cause: /'--foo=1' not recognized/ },
  },
  {
    name: 'bad value of a recipe option',
    mutate: () => ({ block: { recipeParameters: ['--reduce.extract.method=guesswork'] } }),
    expected: { state: 'failed', kind: 'recipe', cause: /Input data do not match/ },
  },
  {
    name: 'an option that makes other products',
    mutate: () => ({ block: { recipeParameters: ['--reduce.extract.method=2d'] } }),
    expected: { state: 'failed', kind: 'product', cause: /the recipe ended well but made no RED_SCI_POINT_BLUE/ },
  },
]

const noMatchKeys = { block: { rawMatchKeys: [] } } as const

function input(cause: RegExp): { state: 'failed'; kind: 'input'; cause: RegExp } {
  return { state: 'failed', kind: 'input', cause }
}

function without(block: AssociationBlock, category: string): Mutation {
  return { block: { calibrations: block.calibrations.filter((file) => file.category !== category) } }
}

function calibrationLine(fileName: string, category: string): Calibration {
  return { flag: 'REAL', fileName, category, distanceDays: -1 }
}

function renamed(block: AssociationBlock, category: string, fileName: string): Calibration[] {
  return block.calibrations.map((file) => (file.category === category ? { ...file, fileName } : file))
}

function rawCards({ raw }: Exposure, ...cards: Card[]): Mutation {
  return { raw: withCards(raw.hdus, cards) }
}

function calibrationCards({ calibrations }: Exposure, category: string, ...cards: Card[]): Mutation {
  return { calibrations: { [category]: withCards(hdusOf(calibrations, category), cards) } }
}

function ofSetting(setting: SettingName, ...categories: string[]): Record<string, readonly Hdu[]> {
  const other = exposure(setting).calibrations
  return Object.fromEntries(categories.map((category) => [category, hdusOf(other, category)]))
}

/** The content of one setting under the header of another. */
function disguised(setting: SettingName, as: SettingName, category: string): Record<string, readonly Hdu[]> {
  const [content, header] = [
    hdusOf(exposure(setting).calibrations, category),
    hdusOf(exposure(as).calibrations, category),
  ]
  return { [category]: [...header.slice(0, 1), ...content.slice(1)] }
}

function hdusOf(calibrations: Exposure['calibrations'], category: string): readonly Hdu[] {
  const file = calibrations.get(category)
  if (file === undefined) throw new Error(`no ${category}`)
  return file.hdus
}

/** The first pixels of the image, in another shape. */
function resized(hdus: readonly Hdu[], shape: readonly [number, number]): Hdu[] {
  return hdus.map((hdu) => {
    const { data } = readImage(hdu)
    const pixels = data.slice(0, shape[0] * shape[1])
    if (!(pixels instanceof Uint16Array || pixels instanceof Float32Array)) throw new Error('an image of another type')
    return imageHdu({ header: hdu.header.cards, data: pixels, shape })
  })
}

function filled(hdus: readonly Hdu[], value: number, Type: typeof Uint16Array | typeof Float32Array): Hdu[] {
  return hdus.map((hdu) => {
    const { shape, data } = readImage(hdu)
    return imageHdu({ header: hdu.header.cards, data: new Type(data.length).fill(value), shape })
  })
}

function overwritten(bytes: Uint8Array, at: number, by: Uint8Array): Uint8Array {
  const changed = Uint8Array.from(bytes)
  changed.set(by, at)
  return changed
}

/** Reproducible bytes without pattern (multiplicative congruential generator of Lewis, Goodman and Miller). */
function noise(length: number): Uint8Array {
  let state = 42
  return Uint8Array.from({ length }, () => {
    state = (state * 16_807) % 2_147_483_647
    return state & 255
  })
}
