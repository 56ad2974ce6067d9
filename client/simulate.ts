import { basename, dirname, join, resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { PreconditionError } from '../domain/failure.ts'
import type { Settings } from '../settings/settings.ts'
import { projectRoot } from '../settings/project.ts'
import {
  type AnySimulatedNight,
  type NightToSimulate,
  SIMULATED_INSTRUMENTS,
  type SimulatedInstrument,
  simulateAnyNight,
} from '../simulator/simulate.ts'
import type { Arm } from '../simulator/set-up.ts'
import type { OnProgress } from '../simulator/write-night.ts'
import type { CarryOut, CommandContext } from './context.ts'
import { example, JSON_OPTION } from './example.ts'
import { EXIT } from './exit-code.ts'
import { Progress } from './progress.ts'
import { wholeNumber } from './whole-number.ts'

export interface NightOptions {
  readonly instrument?: SimulatedInstrument
  readonly fromLog?: string
  readonly calibrationLog?: string
  readonly exposures?: number
  readonly date: string
  readonly seed: number
  readonly executable?: number
  readonly arm?: Arm
}

const SHIPPED_CALIBRATION_LOG = 'simulator/logs/uves-calibration-log.csv'

/** `phoenix simulate`: a synthetic night in the archive folder and the AB folder of the settings. */
export function addSimulate(program: Command, carryOut: CarryOut): void {
  program
    .command('simulate')
    .description('make a synthetic night: archive files, ABs, and the injected light')
    .addOption(
      new Option('--instrument <name>', 'whose night').choices(SIMULATED_INSTRUMENTS).default(SIMULATED_INSTRUMENTS[0]),
    )
    .option('--date <date>', 'observing night', '2026-03-01')
    .option('--seed <number>', 'another seed, another night', wholeNumber(0, 2 ** 31), 1)
    .option('--executable <number>', 'ABs that can be processed, beside those that cannot', wholeNumber(0, 400), 12)
    .addOption(
      new Option('--from-log <file>', 'the night of --date in a real observing log').conflicts([
        'executable',
        'instrument',
      ]),
    )
    .option(
      '--calibration-log <file>',
      `with --from-log: flats, associated by time (default: ${SHIPPED_CALIBRATION_LOG} of the project)`,
    )
    .option(
      '--exposures <number>',
      'with --from-log: so many frames get pixels of their own, the others repeat them',
      wholeNumber(1, 10_000),
    )
    .addOption(new Option('--arm <arm>', 'of UVES one arm only').choices(['BLUE', 'RED']).conflicts('fromLog'))
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      example(
        'phoenix simulate',
        'phoenix simulate --from-log simulator/logs/uves-science-log.csv --date 2016-05-09 --exposures 12',
        'phoenix simulate --date 2026-03-02 --seed 7 --executable 4',
      ),
    )
    .action((options: NightOptions & { json?: boolean }) =>
      carryOut(options, async (context) => {
        const { folder, night } = await simulate(context, options)
        context.output.result({ folder, ...night }, () => undefined)
        return EXIT.fine
      }),
    )
}

/** Makes the night, or finds it made, and says where it is. */
export async function simulate(
  { settings, output }: CommandContext,
  options: NightOptions,
): Promise<{ folder: string; night: AnySimulatedNight }> {
  const { date, seed } = options
  const folder = nightFolder(settings)
  let made = 0
  let progress: Progress | null = null
  const onProgress: OnProgress = ({ done, total }) => {
    made = total
    progress ??= new Progress(total, 'files', (line) => output.say(`  ${line}`))
    progress.reached(done)
  }
  const logs = logsOf(options)
  const night = await simulateAnyNight({
    instrument: options.instrument ?? SIMULATED_INSTRUMENTS[0],
    date,
    seed,
    folder,
    ...(options.executable !== undefined && { executable: options.executable }),
    ...(options.arm !== undefined && { arm: options.arm }),
    ...(logs !== undefined && { logs }),
    onProgress,
  })
  const { blocks } = night
  const count = (expected: (typeof blocks)[number]['expect']) =>
    blocks.filter(({ expect }) => expect === expected).length
  output.say(
    `night of ${date}, seed ${seed}: ${blocks.length} ABs, ${count('processed')} to be processed, ${count('failed')} to fail, ${count('left-out')} to be left out${made === 0 ? ' (made before)' : `, ${made} files`}`,
  )
  output.say(`archive ${settings.archive.dir}, ABs ${settings.abDir}, injected light ${join(folder, 'truth')}`)
  return { folder, night }
}

/** The log of flats is the project's own unless somebody names another. */
function logsOf({ fromLog, calibrationLog, exposures }: NightOptions): NightToSimulate['logs'] {
  if (fromLog === undefined) return undefined
  return {
    scienceLog: resolve(fromLog),
    calibrationLog:
      calibrationLog === undefined ? join(projectRoot(), SHIPPED_CALIBRATION_LOG) : resolve(calibrationLog),
    exposures: exposures ?? null,
  }
}

/**
 * The folder that holds `archive/` and `ab/`: the simulator writes both and `truth/` beside them.
 * @throws PreconditionError when the settings have them in two places, or under other names
 */
export function nightFolder({ archive, abDir }: Pick<Settings, 'archive' | 'abDir'>): string {
  const folder = dirname(archive.dir)
  if (basename(archive.dir) === 'archive' && abDir === join(folder, 'ab')) return folder
  throw new PreconditionError(
    `a simulated night is made as archive/, ab/ and truth/ of one folder, but PHOENIX_ARCHIVE is ${archive.dir} and PHOENIX_AB_DIR is ${abDir}: ` +
      'set PHOENIX_ARCHIVE=<folder>/archive and PHOENIX_AB_DIR=<folder>/ab',
  )
}
