import { type Idp, type IdpColumn, mainFlux } from './idp.ts'
import { onExtension, show } from './on-header.ts'
import { type Problem, type Rule, SKIPPED } from './rule.ts'

const PREFIX = String.raw`(Spectrum\.|spec:|eso:)`

/** Rules on the columns of the table, as its header describes them (ESO-044286, version 8). */
export const COLUMN_RULES: readonly Rule<Idp>[] = [
  onColumn('E16', 1, 'name', 'TTYPE', 'TTYPE1 is WAVE, FREQ or ENER', /^(WAVE|FREQ|ENER)$/),
  onColumn('E17', 2, 'name', 'TTYPE', 'TTYPE2 begins with FLUX', /^FLUX/),
  onColumn('E18', 3, 'name', 'TTYPE', 'TTYPE3 begins with ERR', /^ERR/),
  onExtension({
    id: 'E19',
    severity: 'error',
    title: 'no column is called SKYBACK',
    check: (_, { columns }) =>
      columns
        .filter(({ name }) => name === 'SKYBACK')
        .map(({ number }) => ({ keyword: `TTYPE${number}`, message: `column ${number} is called SKYBACK` })),
  }),
  onExtension({
    id: 'E20',
    severity: 'error',
    title: 'at most one column BGFLUX*',
    check: (_, { columns }) => {
      const names = columns.flatMap(({ name }) => (name?.startsWith('BGFLUX') === true ? [name] : []))
      return names.length <= 1 ? null : `there are ${names.length} columns of background: ${names.join(', ')}`
    },
  }),
  onExtension({
    id: 'E21',
    severity: 'error',
    title: 'no column of variable length',
    check: (_, { columns }) =>
      columns
        .filter(({ letter }) => letter === 'P' || letter === 'Q')
        .map(({ number, format }) => ({
          keyword: `TFORM${number}`,
          message: `TFORM${number} = '${format}' is of variable length`,
        })),
  }),
  onExtension({
    id: 'E22',
    severity: 'error',
    title: 'all repeat counts in TFORM are equal',
    check: (_, { columns }) => {
      const repeats = columns.flatMap(({ repeat }) => repeat ?? [])
      return new Set(repeats).size <= 1 ? null : `the columns have ${repeats.join(', ')} elements`
    },
  }),
  onExtension({
    id: 'E23',
    severity: 'error',
    title: 'NELEM is the repeat count',
    keyword: 'NELEM',
    check: (extension, { columns: [first] }) => {
      const elements = extension.number('NELEM')
      if (elements === undefined || first?.repeat === undefined) return SKIPPED
      return elements === first.repeat ? null : `NELEM is ${elements}, the first column has ${first.repeat} elements`
    },
  }),
  onColumn(
    'E24',
    1,
    'utype',
    'TUTYP',
    'TUTYP1 is (Spectrum.|spec:|eso:)Data.SpectralAxis.Value',
    utype('SpectralAxis.Value'),
  ),
  onColumn('E25', 2, 'utype', 'TUTYP', 'TUTYP2 is (Spectrum.|spec:|eso:)Data.FluxAxis.Value', utype('FluxAxis.Value')),
  onColumn(
    'E26',
    3,
    'utype',
    'TUTYP',
    'TUTYP3 is (Spectrum.|spec:|eso:)Data.FluxAxis.Accuracy.StatError',
    utype('FluxAxis.Accuracy.StatError'),
  ),
  onWave('E27', 'ucd', 'TUCD', 'TTYPE1 = WAVE: TUCD1 is em.wl or em.wl;obs.atmos', /^em\.wl(;obs\.atmos)?$/),
  onExtension({
    id: 'E28',
    severity: 'error',
    title: 'TUNIT2 = TUNIT3, character by character',
    keyword: 'TUNIT3',
    check: (_, { columns: [, flux, error] }) => {
      if (flux?.unit === undefined || error?.unit === undefined) return SKIPPED
      return flux.unit === error.unit ? null : `TUNIT2 is ${show(flux.unit)}, TUNIT3 is ${show(error.unit)}`
    },
  }),
  onWave(
    'E29',
    'unit',
    'TUNIT',
    'TTYPE1 = WAVE: TUNIT1 is angstrom, nm or um, in upper or lower case',
    /^(angstrom|nm|um)$/i,
  ),
  onExtension({
    id: 'E30',
    severity: 'error',
    title:
      'v1.0: UTypes Spectrum. in columns 1 to 3 and one flux array; v2.0: exactly one flux and one error with spec:',
    check: (extension, { columns }) => {
      const version = /v([12])\.0$/i.exec(extension.text('VOCLASS') ?? '')?.[1]
      if (version === undefined) return SKIPPED
      return version === '1' ? versionOne(columns) : versionTwo(columns)
    },
  }),
  onExtension({
    id: 'E31',
    severity: 'error',
    title: 'v2.0 with several flux arrays: meta.main on the default flux and its error, on no other flux',
    check: (extension, { columns }) => {
      if (!/v2\.0$/i.test(extension.text('VOCLASS') ?? '') || fluxArrays(columns).length < 2) return null
      return columns.flatMap(({ number, name = '', utype: of = '', ucd = '' }) => {
        const isDefault = /^spec:Data\.FluxAxis\.(Value|Accuracy\.StatError)$/i.test(of)
        const isMain = ucd.split(';').includes('meta.main')
        if (isDefault === isMain || (!isDefault && !/^(FLUX|ERR)/.test(name))) return []
        return [
          {
            keyword: `TUCD${number}`,
            message: `column ${name}: ${isMain ? 'meta.main on a flux that is not the default' : 'meta.main is missing'}`,
          },
        ]
      })
    },
  }),
  onColumn('E32', 2, 'ucd', 'TUCD', 'TUCD2 begins with phot. (or phys., arith.)', /^(phot|phys|arith)\./, 'warning'),
  onColumn('E33', 3, 'ucd', 'TUCD', 'TUCD3 begins with stat.error', /^stat\.error/, 'warning'),
  onExtension({
    id: 'E34',
    severity: 'error',
    title:
      'BGFLUX<x>: TUNIT and TUCD are those of FLUX<x> (or of column 2), apart from src.net and meta.main; not if CONTNORM = T',
    check: (_, { columns, primary }) =>
      primary.logical('CONTNORM') === true ? SKIPPED : columns.flatMap((column) => backgroundProblems(column, columns)),
  }),
  onExtension({
    id: 'E35',
    severity: 'error',
    title: "a column EXPOSURE has the TUCD time.duration;obs.exposure and TUTYP ''",
    check: (_, { columns }) =>
      columns
        .filter(
          ({ name, ucd, utype: of }) => name === 'EXPOSURE' && (ucd !== 'time.duration;obs.exposure' || of !== ''),
        )
        .map(({ number, ucd = '', utype: of = '' }) => ({
          keyword: `TUCD${number}`,
          message: `EXPOSURE has TUCD '${ucd}' and TUTYP '${of}'`,
        })),
  }),
  onExtension({
    id: 'E36',
    severity: 'error',
    title: "CONTNORM = T: TUNIT2 is '' and TUCD2, TUCD3 have arith.ratio",
    check: (_, { columns, primary }) => {
      if (primary.logical('CONTNORM') !== true) return null
      return columns
        .slice(1, 3)
        .flatMap(({ number, unit, ucd = '' }) => [
          ...(number === 2 && unit !== ''
            ? [{ keyword: 'TUNIT2', message: `TUNIT2 is '${unit ?? ''}', a normalised flux has no unit` }]
            : []),
          ...(ucd.includes('arith.ratio')
            ? []
            : [{ keyword: `TUCD${number}`, message: `TUCD${number} = '${ucd}' has no arith.ratio` }]),
        ])
    },
  }),
  onExtension({
    id: 'E37',
    severity: 'warning',
    title: 'FLUXCAL = ABSOLUTE: the main flux has a physical unit, not adu, counts or none',
    check: (_, { columns, primary }) => {
      const column = mainFlux({ columns })
      if (primary.text('FLUXCAL') !== 'ABSOLUTE') return null
      if (column?.unit === undefined) return SKIPPED
      return /^(|adu|counts?|ct|electrons?)$/i.test(column.unit)
        ? { keyword: `TUNIT${column.number}`, message: `the unit of the calibrated flux is '${column.unit}'` }
        : null
    },
  }),
]

function utype(ending: string): RegExp {
  return new RegExp(`^${PREFIX}Data\\.${ending.replaceAll('.', '\\.')}$`, 'i')
}

function onColumn(
  id: string,
  number: number,
  field: 'name' | 'utype' | 'ucd' | 'unit',
  family: string,
  title: string,
  pattern: RegExp,
  severity: 'error' | 'warning' = 'error',
): Rule<Idp> {
  return onExtension({
    id,
    severity,
    title,
    keyword: `${family}${number}`,
    check: (_, { columns }) => {
      const value = columns[number - 1]?.[field]
      if (value === undefined) return SKIPPED
      return pattern.test(value) ? null : `${family}${number} is ${show(value)}`
    },
  })
}

/** A rule on the first column, if that is a wavelength. */
function onWave(id: string, field: 'ucd' | 'unit', family: string, title: string, pattern: RegExp): Rule<Idp> {
  const rule = onColumn(id, 1, field, family, title, pattern)
  return { ...rule, check: (idp) => (idp.columns[0]?.name === 'WAVE' ? rule.check(idp) : SKIPPED) }
}

const fluxArrays = (columns: readonly IdpColumn[]) => columns.filter(({ name }) => name?.startsWith('FLUX') === true)

function versionOne(columns: readonly IdpColumn[]): Problem[] {
  const fluxes = fluxArrays(columns).length
  return [
    ...columns
      .slice(0, 3)
      .filter(({ utype: of = '' }) => !/^Spectrum\./i.test(of))
      .map(({ number, utype: of = '' }) => ({
        keyword: `TUTYP${number}`,
        message: `VOCLASS is SPECTRUM v1.0, but TUTYP${number} = '${of}' does not begin with Spectrum.`,
      })),
    ...(fluxes > 1
      ? [{ keyword: 'VOCLASS', message: `VOCLASS is SPECTRUM v1.0, but there are ${fluxes} flux arrays` }]
      : []),
  ]
}

function versionTwo(columns: readonly IdpColumn[]): Problem[] {
  return ['Value', 'Accuracy.StatError'].flatMap((ending) => {
    const count = columns.filter(
      ({ utype: of = '' }) => of.toLowerCase() === `spec:data.fluxaxis.${ending.toLowerCase()}`,
    ).length
    return count === 1
      ? []
      : [
          {
            keyword: 'VOCLASS',
            message: `VOCLASS is SPECTRUM v2.0, but ${count} columns have the UType spec:Data.FluxAxis.${ending}`,
          },
        ]
  })
}

function backgroundProblems({ number, name = '', unit, ucd }: IdpColumn, columns: readonly IdpColumn[]): Problem[] {
  if (!name.startsWith('BGFLUX')) return []
  const flux = columns.find((column) => column.name === name.slice('BG'.length)) ?? columns[1]
  if (flux === undefined) return []
  return [
    ...(unit === flux.unit
      ? []
      : [
          {
            keyword: `TUNIT${number}`,
            message: `${name} is in '${unit ?? ''}', ${flux.name ?? ''} in '${flux.unit ?? ''}'`,
          },
        ]),
    ...(essence(ucd) === essence(flux.ucd)
      ? []
      : [
          {
            keyword: `TUCD${number}`,
            message: `${name} has the UCD '${ucd ?? ''}', ${flux.name ?? ''} '${flux.ucd ?? ''}'`,
          },
        ]),
  ]
}

/** A UCD without what sets a background apart from its flux. */
const essence = (ucd = ''): string =>
  ucd
    .split(';')
    .filter((word) => word !== 'src.net' && word !== 'meta.main')
    .join(';')
