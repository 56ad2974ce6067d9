import { describe, expect, it } from 'vitest'
import { type Card, double, integer, string } from '../../../fits/card.ts'
import { formatCard } from '../../../fits/card.ts'
import { formatFits } from '../../../fits/file.ts'
import type { Header } from '../../../fits/header.ts'
import { numbersOf, readTable } from '../../../fits/table.ts'
import { convert } from '../../../idp/convert.ts'
import { computed } from '../../../idp/convert/computed.ts'
import type { ConversionInput } from '../../../idp/convert/input.ts'
import { example, exampleChip, exampleInput, exampleRaw, uvesSection, withoutKeyword } from './example-input.ts'

/** The worked example as it stands in the reference; other formats of the same numbers are as good. */
const primaryExample = {
  DATE: '2026-11-22T10:00:00.000',
  PRODCATG: 'SCIENCE.SPECTRUM',
  ORIGIN: 'ESO',
  TELESCOP: 'ESO-VLT-U2',
  INSTRUME: 'UVES',
  OBJECT: 'SIM-STAR',
  RA: 150.123456,
  DEC: -30.123456,
  EQUINOX: 2000,
  RADESYS: 'FK5',
  EXPTIME: 1200,
  TEXPTIME: 1200,
  'MJD-OBS': 60000.15,
  'MJD-END': 60000.16388889,
  PROG_ID: '60.A-9022(A)',
  OBID1: 200123456n,
  NCOMBINE: 1n,
  OBSTECH: 'ECHELLE',
  PROV1: 'UVES.2023-02-25T03:36:00.000',
  PROCSOFT: 'uves/6.1.8',
  REFERENC: '',
  FLUXCAL: 'UNCALIBRATED',
  CONTNORM: false,
  TOT_FLUX: false,
  FLUXERR: -1,
  EXT_OBJ: false,
  SPECSYS: 'TOPOCENT',
  WAVELMIN: 375.361777,
  WAVELMAX: 498.547672,
  SPEC_BIN: 0.0030372025,
  SNR: 42.21,
  SPEC_RES: 42227.9,
  LAMRMS: 2.54e-5,
  LAMNLIN: 1126n,
  SPEC_ERR: 7.569e-7,
  SPEC_SYE: 1.46e-5,
  RA_ERR: 0.000139,
  DEC_ERR: 0.000139,
  ORIGFILE: 'UV_SRED_200123456_2023-02-25T03:36:00.000_BLUE437d2_2x2_10.fits',
  ARCFILE: 'ADP.2026-11-22T10:00:00.000.fits',
  P3ORIG: 'IDP',
}

const spectrumExample = {
  EXTNAME: 'SPECTRUM',
  NAXIS1: 1001760n,
  NAXIS2: 1n,
  TFIELDS: 5n,
  INHERIT: true,
  VOCLASS: 'SPECTRUM v1.0',
  VOPUB: 'ESO/SAF',
  TITLE: 'SIM-STAR_UVES.2023-02-25T03:36:00.000_BLUE437d2',
  OBJECT: 'SIM-STAR',
  RA: 150.123456,
  DEC: -30.123456,
  NELEM: 41740n,
  APERTURE: 0.00027778,
  TELAPSE: 1200,
  TMID: 60000.15694444,
  SPEC_VAL: 436.954724,
  SPEC_BW: 123.185895,
  TDMIN1: 3732.05363662743,
  TDMAX1: 4999.75157066926,
}

describe('the worked example', () => {
  const [primary, spectrum] = headers(exampleInput())

  it('gets every keyword of the primary header', () => {
    expect(valuesOf(primary, Object.keys(primaryExample))).toEqual(primaryExample)
  })

  it('gets every keyword of the extension', () => {
    expect(valuesOf(spectrum, Object.keys(spectrumExample))).toEqual(spectrumExample)
  })

  it('has the columns of an uncalibrated spectrum', () => {
    expect(columnsOf(spectrum)).toEqual([
      ['WAVE', '41740D', 'angstrom', 'Spectrum.Data.SpectralAxis.Value', 'em.wl;obs.atmos'],
      ['FLUX_REDUCED', '41740E', 'adu', 'Spectrum.Data.FluxAxis.Value', 'phot.flux.density;em.wl;src.net;stat.uncalib'],
      [
        'ERR_REDUCED',
        '41740E',
        'adu',
        'Spectrum.Data.FluxAxis.Accuracy.StatError',
        'stat.error;phot.flux.density;em.wl;stat.uncalib',
      ],
      ['QUAL', '41740J', '', 'Spectrum.Data.FluxAxis.Accuracy.QualityStatus', 'meta.code.qual'],
      [
        'BGFLUX_REDUCED',
        '41740E',
        'adu',
        'Spectrum.Data.BackgroundModel.Value',
        'phot.flux.density;em.wl;stat.uncalib',
      ],
    ])
  })

  it('writes times with 8 decimals and every card in 80 characters, its comment whole', () => {
    expect(text(primary, 'MJD-OBS')).toMatch(/^MJD-OBS = +60000\.15000000 \//)
    expect(text(primary, 'EQUINOX')).toContain(' 2000.0 /')
    for (const card of [...primary.cards, ...spectrum.cards]) {
      if (card.value === null) continue
      expect(formatCard(card)).toHaveLength(80)
      expect(formatCard(card)).toContain(card.comment)
    }
  })

  it('has the corrections for the motion of the Earth as keywords only', () => {
    expect(primary.number('ESO QC VRAD BARYCOR')).toBe(-8.358027)
    expect(primary.number('ESO QC VRAD HELICOR')).toBe(-8.353033)
    expect(spectrum.number('TDMIN1')).toBe(example.start)
  })

  it('names every input with its category and checksum', () => {
    expect(primary.string('ESO PRO REC1 RAW1 NAME')).toBe('UVES.2023-02-25T03:36:00.000.fits')
    expect(primary.string('ESO PRO REC1 RAW1 CATG')).toBe('SCI_POINT_BLUE')
    expect(primary.string('RAWSH1')).toBe('a1'.repeat(32))
    expect(primary.string('ESO PRO REC1 CAL1 NAME')).toBe('UV_MBIA_260301A_BLUE_2x2.fits')
    expect(primary.string('CALSH1')).toBe('b2'.repeat(32))
    expect(primary.texts('HISTORY')).toEqual(['Not flux-calibrated: the block lists no master response'])
  })

  it('copies nothing that the standard forbids', () => {
    const forbidden = /^(BUNIT|CDELT\d|CD\d_\d|CRVAL\d|CTYPE\d|CUNIT\d|DATAMIN|DATAMAX|CONTINUE|LONGSTRN)$/
    expect([...primary.cards, ...spectrum.cards].filter(({ keyword }) => forbidden.test(keyword))).toEqual([])
    expect(spectrum.cards.filter(({ keyword }) => /^(PRODCATG|ORIGFILE|PROV\d)$/.test(keyword))).toEqual([])
    expect(spectrum.cards[7]?.keyword).toBe('TFIELDS')
  })

  it('keeps the padding, flagged, or cuts it off', () => {
    const quality = column(exampleInput(), 'QUAL')
    expect(quality.indexOf(0)).toBe(example.first)
    expect(quality.lastIndexOf(0)).toBe(example.last)
    const cut = exampleInput({ section: uvesSection({ padding: 'cut' }) })
    expect(column(cut, 'QUAL')).toHaveLength(example.last - example.first + 1)
    expect(headers(cut)[1].number('TDMIN1')).toBeCloseTo(example.start + example.first * example.step, 8)
    expect(headers(cut)[0].number('WAVELMIN')).toBe(primaryExample.WAVELMIN)
  })

  it('is the same to the last byte when made again', () => {
    const bytes = () => formatFits(convert(exampleInput()), { checksum: true })
    expect(Buffer.compare(bytes(), bytes())).toBe(0)
  })
})

describe('the flux-calibrated twin', () => {
  const response = (wavelength: number) => (6.4 * wavelength) / 4000
  const input = exampleInput({ chips: [exampleChip({ response })], fluxCalibrated: true, reason: null })
  const [primary, spectrum] = headers(input)

  it('differs in what the standard says, and in nothing else', () => {
    const changed = {
      FLUXCAL: 'ABSOLUTE',
      FLUXERR: -2,
      ORIGFILE: 'UV_SFLX_200123456_2023-02-25T03:36:00.000_BLUE437d2_2x2_10.fits',
    }
    expect(valuesOf(primary, Object.keys(primaryExample))).toEqual({ ...primaryExample, ...changed })
    const extension = { ...spectrumExample, VOCLASS: 'SPECTRUM v2.0', TFIELDS: 7n, NAXIS1: 41740n * 32n }
    expect(valuesOf(spectrum, Object.keys(spectrumExample))).toEqual(extension)
  })

  it('has the flux first and the reduced arrays beside it', () => {
    const unit = '10**(-16)erg.cm**(-2).s**(-1).angstrom**(-1)'
    expect(columnsOf(spectrum)).toEqual([
      ['WAVE', '41740D', 'angstrom', 'spec:Data.SpectralAxis.Value', 'em.wl;obs.atmos'],
      ['FLUX', '41740E', unit, 'spec:Data.FluxAxis.Value', 'phot.flux.density;em.wl;src.net;meta.main'],
      ['ERR', '41740E', unit, 'spec:Data.FluxAxis.Accuracy.StatError', 'stat.error;phot.flux.density;em.wl;meta.main'],
      ['QUAL', '41740J', '', 'spec:Data.FluxAxis.Accuracy.QualityStatus', 'meta.code.qual'],
      ['FLUX_REDUCED', '41740E', 'adu', 'eso:Data.FluxAxis.Value', 'phot.flux.density;em.wl;src.net;stat.uncalib'],
      [
        'ERR_REDUCED',
        '41740E',
        'adu',
        'eso:Data.FluxAxis.Accuracy.StatError',
        'stat.error;phot.flux.density;em.wl;stat.uncalib',
      ],
      ['BGFLUX_REDUCED', '41740E', 'adu', 'eso:Data.BackgroundModel.Value', 'phot.flux.density;em.wl;stat.uncalib'],
    ])
  })

  it('has the signal to noise of the reduced spectrum in every sample, and finite errors where there are no data', () => {
    const [flux, error] = [column(input, 'FLUX'), column(input, 'ERR')]
    for (let i = example.first; i <= example.last; i++) expect((flux[i] ?? 0) / (error[i] ?? 0)).toBeCloseTo(42.21, 3)
    const atStart = response(example.start + example.first * example.step)
    expect(error[0]).toBeCloseTo(atStart, 3)
    expect(error[example.samples - 1]).toBeCloseTo(response(example.start + example.last * example.step), 3)
  })

  it('takes the uncertainty of the flux scale from the configuration', () => {
    const section = uvesSection({ fluxErrorPercent: { '437': 8 } })
    expect(headers(exampleInput({ ...input, section }))[0].number('FLUXERR')).toBe(8)
    expect(headers(exampleInput({ section }))[0].number('FLUXERR')).toBe(-1)
  })

  it('reads the unit of the response', () => {
    const chips = [exampleChip({ response, unit: 'erg/cm^2/Angstrom/s' })] as const
    const [, other] = headers(exampleInput({ ...input, chips }))
    expect(other.string('TUNIT2')).toBe('erg.cm**(-2).s**(-1).angstrom**(-1)')
    expect(other.string('TUNIT3')).toBe(other.string('TUNIT2'))
  })
})

describe('keywords that depend on the raw', () => {
  const of = (...cards: readonly Card[]) => headers(exampleInput({ raws: [exampleRaw(...cards)] }))

  it('takes the coordinates of the target where the header tells them', () => {
    const [primary, spectrum] = of(double('ESO TEL TARG ALPHA', 100029.63), double('ESO TEL TARG DELTA', -300724.4416))
    expect(primary.number('RA')).toBeCloseTo(150.123458, 6)
    expect(primary.number('DEC')).toBeCloseTo(-30.123456, 6)
    expect(spectrum.number('RA')).toBe(primary.number('RA'))
  })

  it('calls an extended source extended', () => {
    expect(of(string('ESO DPR TYPE', 'OBJECT,EXTENDED'))[0].logical('EXT_OBJ')).toBe(true)
  })

  it('names the target by OBJECT where the observation block has no name', () => {
    expect(of(string('ESO OBS TARG NAME', ' '))[0].string('OBJECT')).toBe('OTHER-NAME')
  })

  it('keeps strings on one card: cut at 68, quotes counted twice, nothing but ASCII', () => {
    const [primary, spectrum] = of(string('ESO OBS TARG NAME', `it's ${"'".repeat(60)}`))
    expect(primary.string('OBJECT')).toBe(`it's ${"'".repeat(31)}`)
    expect(spectrum.string('OBJECT')).toBe(primary.string('OBJECT'))
    expect(formatCard(primary.get('OBJECT') ?? string('NONE', ''))).toHaveLength(80)
  })

  it('shortens the title of an object with a long name', () => {
    const title = (length: number) => of(string('ESO OBS TARG NAME', 'N'.repeat(length)))[1].string('TITLE')
    expect(title(29)).toBe(`${'N'.repeat(29)}_UVES.2023-02-25T03:36:00.000_BLUE437d2`)
    expect(title(30)).toBe(`${'N'.repeat(30)}_2023-02-25T03:36:00.000`)
    expect(title(68)).toHaveLength(68)
    expect(title(68)).toContain('2023-02-25T03:36:00.000')
  })

  it('tells programmes and blocks of a stack, each once', () => {
    const raws = [
      exampleRaw(),
      {
        ...exampleRaw(double('MJD-OBS', 60000.2), double('EXPTIME', 600)),
        fileName: 'UVES.2023-02-25T04:48:00.000.fits',
      },
      {
        ...exampleRaw(double('MJD-OBS', 60000.1), integer('ESO OBS ID', 7), string('ESO OBS PROG ID', '110.23XY.001')),
        fileName: 'UVES.2023-02-25T02:24:00.000.fits',
      },
    ] as const
    const [primary, spectrum] = headers(exampleInput({ raws }))
    const keywords = ['PROG_ID', 'PROGID1', 'PROGID2', 'OBID1', 'OBID2', 'NCOMBINE', 'PROV3', 'EXPTIME']
    expect(valuesOf(primary, keywords)).toEqual({
      PROG_ID: 'MULTI',
      PROGID1: '60.A-9022(A)',
      PROGID2: '110.23XY.001',
      OBID1: 7n,
      OBID2: 200123456n,
      NCOMBINE: 3n,
      PROV3: 'UVES.2023-02-25T02:24:00.000',
      EXPTIME: 3000,
    })
    expect(primary.number('MJD-OBS')).toBe(60000.1)
    expect(primary.number('MJD-END')).toBe(60000.20694444)
    expect(spectrum.number('TELAPSE')).toBeCloseTo(9240, 2)
    expect(primary.get('OBID3')).toBeUndefined()
  })

  it('prefers what the record of the observatory says', () => {
    const database = { object: 'HD 1', raErrorDegrees: 0.00005, reference: 'doi:10.18727/archive/50', raDegrees: 1.5 }
    const [primary] = headers(exampleInput({ database }))
    const expected = {
      OBJECT: 'HD 1',
      RA: 1.5,
      RA_ERR: 0.00005,
      DEC_ERR: 0.000139,
      REFERENC: 'doi:10.18727/archive/50',
    }
    expect(valuesOf(primary, Object.keys(expected))).toEqual(expected)
  })

  it.each(['ORIGIN', 'ESO DPR TECH', 'MJD-OBS', 'EXPTIME', 'ESO OBS ID', 'ESO INS SLIT2 WID', 'ESO OBS PROG ID'])(
    'says which keyword is missing: %s',
    (keyword) => {
      const raws = [withoutKeyword(exampleRaw(), keyword)] as const
      expect(() => convert(exampleInput({ raws }))).toThrow(keyword)
    },
  )
})

describe('keywords that depend on the products', () => {
  it('leaves the accuracy of the wavelengths out when the line table did not tell it', () => {
    const chip = exampleChip()
    const header = ['LAMRMS', 'LAMNLIN', 'CSYER1'].reduce(
      (left, keyword) => left.without(keyword),
      chip.spectrum.header,
    )
    const [primary] = headers(exampleInput({ chips: [{ ...chip, spectrum: { ...chip.spectrum, header } }] }))
    for (const keyword of ['LAMRMS', 'LAMNLIN', 'SPEC_ERR', 'SPEC_SYE']) expect(primary.get(keyword)).toBeUndefined()
  })

  it('takes the resolving power from the slit when the line table does not tell it', () => {
    const [primary] = headers(exampleInput({ chips: [exampleChip({ resolvingPower: null })] }))
    expect(primary.number('SPEC_RES')).toBe(41_400)
  })

  it('refuses a spectrum in vacuum, or without any usable sample', () => {
    const vacuum = [exampleChip({ cards: [string('CTYPE1', 'WAVE')] })] as const
    expect(() => convert(exampleInput({ chips: vacuum }))).toThrow(
      'BLUE: axis WAVE in Angstrom, expected AWAV in Angstrom',
    )
    expect(() => convert(exampleInput({ chips: [exampleChip({ flux: 0 })] }))).toThrow(
      'no sample of the spectrum is usable',
    )
  })

  it('refuses products of different lengths', () => {
    const chips = [{ ...exampleChip(), error: exampleChip({ samples: 41_739 }).error }] as const
    expect(() => convert(exampleInput({ chips }))).toThrow('BLUE: products of 41739 and 41740 samples')
  })

  it('knows every function that the instrument file names, and has none that it does not name', () => {
    const named = uvesSection().keywords.flatMap(({ source, from }) => (source === 'computed' ? from : []))
    expect([...new Set(named)].toSorted()).toEqual(Object.keys(computed).toSorted())
  })

  it('says where the instrument file names an unknown function', () => {
    const [rule] = uvesSection().keywords
    if (rule === undefined) throw new Error('no rule')
    const section = uvesSection({ keywords: [{ ...rule, from: ['madeUp'] }] })
    expect(() => convert(exampleInput({ section }))).toThrow("idp.keywords: DATE: no function 'madeUp'")
  })
})

function headers(input: ConversionInput): [primary: Header, spectrum: Header] {
  const [primary, spectrum] = convert(input)
  if (primary === undefined || spectrum === undefined) throw new Error('two HDUs expected')
  return [primary.header, spectrum.header]
}

function column(input: ConversionInput, name: string): number[] {
  const [, hdu] = convert(input)
  if (hdu === undefined) throw new Error('two HDUs expected')
  return Array.from(numbersOf(readTable(hdu, [name]), name))
}

function valuesOf(header: Header, keywords: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    keywords.map((keyword) => {
      const value = header.get(keyword)?.value
      return [keyword, value === null || value === undefined || value.type === 'undefined' ? undefined : value.value]
    }),
  )
}

function columnsOf(header: Header): (string | undefined)[][] {
  return Array.from({ length: header.integer('TFIELDS') ?? 0 }, (_, i) =>
    ['TTYPE', 'TFORM', 'TUNIT', 'TUTYP', 'TUCD'].map((keyword) => header.string(`${keyword}${i + 1}`)),
  )
}

function text(header: Header, keyword: string): string {
  const card = header.get(keyword)
  return card === undefined ? '' : formatCard(card)
}
