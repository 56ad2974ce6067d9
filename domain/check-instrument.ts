import type { Instrument, Mode } from './instrument.ts'

/** What is known of the installed pipeline of an instrument. */
export interface InstalledPipeline {
  readonly name: string
  readonly version: string
  readonly recipes: readonly string[]
  /** Of the recipes that the file names, as far as the pipeline has them. */
  readonly recipeFacts: ReadonlyMap<
    string,
    { readonly categories: ReadonlySet<string>; readonly parameters: ReadonlySet<string> }
  >
  /** The pipeline's own rules; null where it has brought none. */
  readonly rules: {
    readonly path: string
    readonly categories: ReadonlySet<string>
    readonly actions: ReadonlyMap<string, { readonly recipe: string; readonly needed: readonly string[] }>
  } | null
}

export interface InstrumentFinding {
  /** A file with errors does not work; a warning is for a person to look at. */
  readonly severity: 'error' | 'warning'
  /** Where in the file: `['modes', 0, 'recipe']`. */
  readonly place: readonly (string | number)[]
  readonly message: string
}

/**
 * Holds an instrument file, whose form is right, against itself and the installed pipeline. What nobody can know before a recipe has run,
 * such as the categories of most products, is not judged.
 */
export function checkInstrument(instrument: Instrument, pipeline: InstalledPipeline | null): InstrumentFinding[] {
  const ofModes = instrument.modes.flatMap((mode, index) =>
    [...modeAlone(mode), ...(pipeline === null ? [] : modeOfPipeline(mode, pipeline))].map((finding) => {
      return { ...finding, place: ['modes', index, ...finding.place] }
    }),
  )
  return [
    ...(pipeline === null ? [] : version(instrument, pipeline)),
    ...ofModes,
    ...calibrations(instrument, pipeline),
  ]
}

function version({ pipeline: { certifiedVersions } }: Instrument, { name, version: installed }: InstalledPipeline) {
  if (certifiedVersions.includes(installed)) return []
  return [error(['pipeline', 'certifiedVersions'], `${name} ${installed} is installed, which is not among them`)]
}

/** What the parts of a mode say of each other. */
function modeAlone(mode: Mode): InstrumentFinding[] {
  const given = new Set([...mode.required, ...mode.optional])
  const made = new Set(mode.products.map(({ category }) => category))
  const twice = mode.optional.find((category) => mode.required.includes(category))
  return [
    ...(twice === undefined ? [] : [error(['optional'], `${twice} is required as well`)]),
    ...(!mode.certified || mode.products.some(({ primary }) => primary)
      ? []
      : [error(['products'], 'none of them is primary: nothing would be archived')]),
    ...mode.products.flatMap(({ with: needed, errorOf }, index) => [
      ...unknown(needed, given, ['products', index, 'with'], 'is no calibration of this mode'),
      ...unknown(
        errorOf === undefined ? [] : [errorOf],
        made,
        ['products', index, 'errorOf'],
        'is no product of this mode',
      ),
    ]),
    ...mode.raw.keywords.flatMap(({ with: needed }, index) =>
      unknown(needed, given, ['raw', 'keywords', index, 'with'], 'is no calibration of this mode'),
    ),
    ...mode.coverage.flatMap(({ orders, lines }, index) =>
      unknown(
        [orders.category, lines.category],
        given,
        ['coverage', index],
        'is no calibration of this mode: its products would not be held against it',
      ),
    ),
    ...mode.fatalWarnings.flatMap((pattern, index) =>
      isRegularExpression(pattern) ? [] : [error(['fatalWarnings', index], 'is no regular expression')],
    ),
  ]
}

function modeOfPipeline(mode: Mode, pipeline: InstalledPipeline): InstrumentFinding[] {
  const { recipe, rawType } = mode
  const facts = pipeline.recipeFacts.get(recipe)
  const rule = pipeline.rules?.actions.get(rawType)
  const otherwise =
    rule === undefined || rule.recipe === recipe
      ? []
      : [warning(['recipe'], `the pipeline's rules give ${rawType} to ${rule.recipe}`)]
  if (facts === undefined) {
    const has = `it has ${pipeline.recipes.join(', ')}`
    return [error(['recipe'], `${pipeline.name} ${pipeline.version} has no recipe ${recipe}: ${has}`), ...otherwise]
  }
  const known = new Set([...(pipeline.rules?.categories ?? []), ...facts.categories])
  const rules = pipeline.rules?.path ?? 'any rules of the pipeline'
  const unknownTo = `is known neither to ${rules} nor to the manual page of ${recipe}`
  return [
    ...otherwise,
    ...unknown([rawType], known, ['rawType'], unknownTo),
    ...unknownEach(mode.required, known, ['required'], unknownTo),
    ...unknownEach(mode.optional, known, ['optional'], unknownTo),
    ...(rule?.needed ?? [])
      .filter((category) => mode.certified && !mode.required.includes(category))
      .map((category) => warning(['required'], `the pipeline's rules do not start ${rawType} without a ${category}`)),
    ...parameters(mode, facts.parameters),
  ]
}

function parameters({ recipe, parameters: given }: Mode, known: ReadonlySet<string>): InstrumentFinding[] {
  return Object.keys(given)
    .filter((name) => !known.has(name))
    .map((name) => error(['parameters', name], `${recipe} has no such parameter: it has ${[...known].join(', ')}`))
}

/** Rules for a category that no mode takes are never used. */
function calibrations(instrument: Instrument, pipeline: InstalledPipeline | null): InstrumentFinding[] {
  const used = new Set(instrument.modes.flatMap(({ required, optional }) => [...required, ...optional]))
  const named = Object.keys(instrument.calibrations)
  return [
    ...named
      .filter((category) => !used.has(category))
      .map((category) => warning(['calibrations', category], 'no mode takes it')),
    ...(pipeline?.rules === null
      ? [warning(['pipeline', 'name'], 'has brought no rules: categories are held against the manual pages only')]
      : []),
  ]
}

function unknown(
  categories: readonly string[],
  known: ReadonlySet<string>,
  place: InstrumentFinding['place'],
  message: string,
): InstrumentFinding[] {
  return categories.filter((category) => !known.has(category)).map((category) => error(place, `${category} ${message}`))
}

/** The same where every entry of a list has its own line. */
function unknownEach(
  categories: readonly string[],
  known: ReadonlySet<string>,
  place: InstrumentFinding['place'],
  message: string,
): InstrumentFinding[] {
  return categories.flatMap((category, index) => unknown([category], known, [...place, index], message))
}

function error(place: InstrumentFinding['place'], message: string): InstrumentFinding {
  return { severity: 'error', place, message }
}

function warning(place: InstrumentFinding['place'], message: string): InstrumentFinding {
  return { severity: 'warning', place, message }
}

function isRegularExpression(text: string): boolean {
  try {
    return new RegExp(text).source !== ''
  } catch {
    return false
  }
}
