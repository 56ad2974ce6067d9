import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Command } from 'commander'
import { checkInstrument, type InstalledPipeline } from '../domain/check-instrument.ts'
import { PreconditionError } from '../domain/failure.ts'
import type { Instrument } from '../domain/instrument.ts'
import { findPipeline } from '../pipeline/find-pipeline.ts'
import { recipeFacts } from '../pipeline/recipe-facts.ts'
import { findRules } from '../pipeline/rules-file.ts'
import { parseInstrumentFile, placeText } from '../settings/instrument-file.ts'
import type { Settings } from '../settings/settings.ts'
import type { CarryOut, CommandContext } from './context.ts'
import { example, JSON_OPTION } from './example.ts'
import { EXIT, type ExitCode } from './exit-code.ts'

interface Finding {
  readonly severity: 'error' | 'warning'
  readonly line: number | null
  readonly place: string
  readonly message: string
}

/** `phoenix instrument check FILE`: an instrument file against its form, itself and the installed pipeline. */
export function addInstrument(program: Command, carryOut: CarryOut): void {
  const instrument = program
    .command('instrument')
    .description('instrument files: hold one against its pipeline (check)')
  instrument.helpCommand(false)
  instrument
    .command('check')
    .description(
      'hold an instrument file against its schema and the installed pipeline: version, recipes, parameters, categories. ' +
        'Exit code 1 if it has errors',
    )
    .argument('<file>', 'such as instruments/uves.yaml')
    .option(...JSON_OPTION)
    .addHelpText('after', example('phoenix instrument check instruments/uves.yaml'))
    .action((path: string, options: { json?: boolean }) => carryOut(options, (context) => check(context, path)))
}

async function check({ settings, output }: CommandContext, path: string): Promise<ExitCode> {
  const file = parseInstrumentFile(await readText(path))
  const findings = file.valid
    ? [
        ...fileName(path, file.instrument),
        ...(await ofInstrument(settings, file.instrument)).map(({ severity, place, message }) => {
          return { severity, line: file.lineOf(place), place: placeText(place), message }
        }),
      ]
    : file.problems.map(({ line, place, message }): Finding => {
        return { severity: 'error', line, place: placeText(place), message }
      })
  const errors = findings.filter(({ severity }) => severity === 'error').length
  output.result({ file: path, errors, warnings: findings.length - errors, findings }, () => {
    for (const { severity, line, place, message } of findings.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0))) {
      output.say(
        `${path}${line === null ? '' : `:${line}`}: ${severity}: ${place === '' ? '' : `${place}: `}${message}`,
      )
    }
    output.say(`${path}: ${errors} errors, ${findings.length - errors} warnings`)
  })
  return errors === 0 ? EXIT.fine : EXIT.failed
}

/** Settings find the file by the name of the instrument. */
function fileName(path: string, { instrument }: Instrument): Finding[] {
  const expected = `${instrument.toLowerCase()}.yaml`
  if (basename(path) === expected) return []
  return [{ severity: 'warning', line: null, place: '', message: `will be found only under the name ${expected}` }]
}

async function ofInstrument(settings: Settings, instrument: Instrument) {
  try {
    return checkInstrument(instrument, await installedPipeline(settings, instrument))
  } catch (error) {
    if (!(error instanceof PreconditionError)) throw error
    const missing = { severity: 'error' as const, place: ['pipeline', 'name'], message: error.message }
    return [missing, ...checkInstrument(instrument, null)]
  }
}

async function installedPipeline({ recipeDir }: Settings, instrument: Instrument): Promise<InstalledPipeline> {
  const pipeline = await findPipeline(instrument.pipeline.name, recipeDir ?? undefined)
  const recipes = [...new Set(instrument.modes.map(({ recipe }) => recipe))]
  const facts = recipes
    .filter((recipe) => pipeline.recipes.includes(recipe))
    .map(async (recipe) => [recipe, await recipeFacts(pipeline, recipe)] as const)
  return { ...pipeline, recipeFacts: new Map(await Promise.all(facts)), rules: findRules(pipeline) }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new PreconditionError(`${path} cannot be read: name an instrument file, such as instruments/uves.yaml`, {
      cause,
    })
  }
}
