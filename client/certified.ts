import { readdir } from 'node:fs/promises'
import type { Command } from 'commander'
import { certificationProblem } from '../domain/certification.ts'
import { PreconditionError } from '../domain/failure.ts'
import type { CertifiedInstrument, Mode } from '../domain/instrument.ts'
import { recipeParameters } from '../domain/recipe-parameters.ts'
import { findPipeline, type Pipeline } from '../pipeline/find-pipeline.ts'
import { loadInstrument } from '../settings/instruments.ts'
import type { Settings } from '../settings/settings.ts'
import type { CarryOut } from './context.ts'
import { example, JSON_OPTION } from './example.ts'
import { EXIT } from './exit-code.ts'
import type { Output } from './output.ts'
import { knownInstrument } from './place.ts'
import type { Column } from './table.ts'

/** `phoenix certified [INSTRUMENT]`: what may be processed, with what, and whether this machine has it. */
export function addCertified(program: Command, carryOut: CarryOut): void {
  program
    .command('certified')
    .description(
      'what the instrument files certify: modes, recipes, pipeline versions, calibrations; and what is installed',
    )
    .argument('[instrument]')
    .option(...JSON_OPTION)
    .addHelpText('after', example('phoenix certified', 'phoenix certified UVES --json'))
    .action((name: string | undefined, options: { json?: boolean }) =>
      carryOut(options, async ({ settings, output }) => {
        const files = name === undefined ? await allInstruments(settings) : [await knownInstrument(settings, name)]
        const found = await Promise.all(files.map((file) => certification(settings, file)))
        output.result({ instruments: found }, () => {
          for (const each of found) show(each, output)
        })
        return EXIT.fine
      }),
    )
}

/** One instrument file, held against the pipeline of this machine. */
interface Certification {
  readonly instrument: string
  readonly file: { readonly version: number; readonly sha256: string }
  readonly status: 'draft' | 'certified'
  readonly certifiedBy: string | null
  readonly certifiedOn: string | null
  readonly pipeline: {
    readonly name: string
    readonly certifiedVersions: readonly string[]
    /** Null: not on this machine, and `problem` says what is missing. */
    readonly installed: { readonly version: string; readonly folder: string } | null
  }
  /** Why no recipe would be started on this machine; null when nothing stands in the way. */
  readonly problem: string | null
  readonly limits: CertifiedInstrument['limits']
  readonly modes: readonly CertifiedMode[]
  readonly calibrations: readonly CertifiedCalibration[]
  readonly fluxCalibration: NonNullable<CertifiedInstrument['idp']>['fluxCalibration'] | null
}

interface CertifiedMode extends Pick<Mode, 'rawType' | 'certified' | 'recipe' | 'header' | 'required' | 'optional'> {
  readonly reason: string | null
  readonly parameters: readonly string[]
  readonly primaryProducts: readonly string[]
}

interface CertifiedCalibration {
  readonly category: string
  readonly validityDays: number | null
  readonly requiredBy: readonly string[]
  readonly optionalFor: readonly string[]
}

async function allInstruments(settings: Settings): Promise<CertifiedInstrument[]> {
  const names = (await readdir(settings.instrumentDir)).filter((name) => name.endsWith('.yaml')).toSorted()
  return Promise.all(names.map((name) => loadInstrument(settings.instrumentDir, name.slice(0, -5))))
}

async function certification(settings: Settings, file: CertifiedInstrument): Promise<Certification> {
  const { instrument, version, status, certifiedBy = null, certifiedOn = null, limits, idp } = file
  const { installed, missing } = await installedPipeline(settings, file.pipeline.name)
  return {
    instrument,
    file: { version, sha256: file.file.sha256 },
    status,
    certifiedBy,
    certifiedOn,
    pipeline: {
      name: file.pipeline.name,
      certifiedVersions: file.pipeline.certifiedVersions,
      installed: installed === null ? null : { version: installed.version, folder: installed.recipeDir },
    },
    problem: installed === null ? missing : certificationProblem(file, installed.version),
    limits,
    modes: file.modes.map(certifiedMode),
    calibrations: certifiedCalibrations(file),
    fluxCalibration: idp?.fluxCalibration ?? null,
  }
}

async function installedPipeline(
  settings: Settings,
  name: string,
): Promise<{ installed: Pipeline; missing: null } | { installed: null; missing: string }> {
  try {
    return { installed: await findPipeline(name, settings.recipeDir ?? undefined), missing: null }
  } catch (error) {
    if (error instanceof PreconditionError) return { installed: null, missing: error.message }
    throw error
  }
}

function certifiedMode(mode: Mode): CertifiedMode {
  const { rawType, certified, reason = null, recipe, header, required, optional, products } = mode
  const parameters = recipeParameters(mode, { recipeParameters: [] })
  const primaryProducts = products.filter(({ primary }) => primary).map(({ category }) => category)
  return { rawType, certified, reason, recipe, parameters, header, required, optional, primaryProducts }
}

function certifiedCalibrations({ modes, calibrations }: CertifiedInstrument): CertifiedCalibration[] {
  const certified = modes.filter((mode) => mode.certified)
  const categories = new Set(certified.flatMap(({ required, optional }) => [...required, ...optional]))
  const namesOf = (where: (mode: Mode) => readonly string[], category: string) =>
    certified.filter((mode) => where(mode).includes(category)).map(({ rawType }) => rawType)
  return [...categories].map((category) => ({
    category,
    validityDays: calibrations[category]?.validityDays ?? null,
    requiredBy: namesOf(({ required }) => required, category),
    optionalFor: namesOf(({ optional }) => optional, category),
  }))
}

function show(found: Certification, output: Output): void {
  const { instrument, file, status, certifiedBy, certifiedOn, pipeline, limits, fluxCalibration, problem } = found
  const by = certifiedBy === null ? '' : ` by ${certifiedBy}`
  const on = certifiedOn === null ? '' : ` on ${certifiedOn}`
  output.heading(`${instrument}: ${status}${by}${on}; file version ${file.version}, SHA-256 ${file.sha256}`)
  const installed =
    pipeline.installed === null ? 'none' : `${pipeline.installed.version} in ${pipeline.installed.folder}`
  output.say(`pipeline ${pipeline.name}: certified ${pipeline.certifiedVersions.join(', ')}; installed ${installed}`)
  if (problem !== null) output.say(`no recipe starts on this machine: ${problem}`)
  output.say(
    `one recipe at most ${limits.wallSeconds / 60} min, ${limits.memoryBytes / 1e9} GB of memory, ${limits.outputBytes / 1e9} GB written`,
  )
  output.table(modeColumns, found.modes)
  output.table(calibrationColumns, found.calibrations)
  if (fluxCalibration === null) return
  const { case: fluxCase, responseValidityDays, breakpoints } = fluxCalibration
  const dated = Object.entries(breakpoints).map(([arm, dates]) => `${arm} ${dates.join(', ')}`)
  const across = dated.length === 0 ? '' : `, never across ${dated.join('; ')}`
  output.say(
    fluxCase === 1
      ? `flux calibration: case 1, with responses of at most ${responseValidityDays} days away${across}`
      : 'flux calibration: case 2, never',
  )
}

const modeColumns: readonly Column<CertifiedMode>[] = [
  { title: 'mode', text: ({ rawType }) => rawType },
  { title: 'certified', text: ({ certified }) => (certified ? 'yes' : 'NO') },
  { title: 'recipe', text: ({ recipe, parameters }) => [recipe, ...parameters].join(' ') },
  { title: 'primary products', text: ({ primaryProducts }) => primaryProducts.join(', ') },
  { title: 'header or reason', text: headerOrReason },
]

function headerOrReason({ header, reason, certified }: CertifiedMode): string {
  if (!certified) return reason ?? ''
  return Object.entries(header)
    .map(([keyword, values]) => `${keyword} ${[values].flat().join(' or ')}`)
    .join('; ')
}

const calibrationColumns: readonly Column<CertifiedCalibration>[] = [
  { title: 'calibration', text: ({ category }) => category },
  { title: 'days', text: ({ validityDays }) => String(validityDays ?? '-'), align: 'right' },
  { title: 'required by', text: ({ requiredBy }) => requiredBy.join(', ') },
  { title: 'optional for', text: ({ optionalFor }) => optionalFor.join(', ') },
]
