import { readdir } from 'node:fs/promises'
import type { Command } from 'commander'
import { findPipeline } from '../pipeline/find-pipeline.ts'
import { examine, type Part } from '../services/doctor.ts'
import { inHome } from '../services/home.ts'
import { loadInstrument } from '../settings/instruments.ts'
import type { Settings } from '../settings/settings.ts'
import { lifeless } from './alive.ts'
import { calibrationCacheIn } from './calibration-cache-of.ts'
import type { CarryOut } from './context.ts'
import { example, JSON_OPTION } from './example.ts'
import { EXIT } from './exit-code.ts'
import { findWorker, processName, PROCESS_ROLES } from './worker-process.ts'
import { settingsHash } from './worker-environment.ts'

/** `phoenix doctor`: every part that phoenix needs, where it was found, and what to do about it. */
export function addDoctor(program: Command, carryOut: CarryOut): void {
  program
    .command('doctor')
    .description('look at every part that phoenix needs; exit code 1 if one does not work')
    .option('--alive', 'only whether all parts of a running installation are at work: for a watchdog outside')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      example('phoenix doctor', 'phoenix doctor --alive || mail -s "phoenix is down" ops@example.org'),
    )
    .action((options: { alive?: boolean; json?: boolean }) =>
      carryOut(options, async ({ settings, output }) => {
        if (options.alive === true) {
          const problems = await lifeless(settings)
          output.result({ alive: problems.length === 0, problems }, () =>
            output.say(problems.length === 0 ? 'alive' : problems.join('; ')),
          )
          return problems.length === 0 ? EXIT.fine : EXIT.failed
        }
        const parts = await allParts(settings)
        output.result(parts, () =>
          output.table(
            [
              { title: 'part', text: ({ name }) => name },
              { title: 'works', text: ({ works }) => (works ? 'yes' : 'NO') },
              { title: 'version', text: ({ version }) => version ?? '' },
              {
                title: 'found, and what to do',
                text: ({ found, advice }) => [found, advice].filter(Boolean).join('; '),
              },
            ],
            parts,
          ),
        )
        return parts.every(({ works }) => works) ? EXIT.fine : EXIT.failed
      }),
    )
}

async function allParts(settings: Settings): Promise<readonly Part[]> {
  const names = (await readdir(settings.instrumentDir)).filter((name) => name.endsWith('.yaml')).toSorted()
  const instruments = await Promise.all(names.map((name) => loadInstrument(settings.instrumentDir, name.slice(0, -5))))
  const parts = await examine(
    settings,
    instruments.map(({ pipeline }) => pipeline),
    findPipeline,
  )
  return [...parts, ...(await workerParts(settings)), await cachePart(settings)]
}

async function cachePart(settings: Settings): Promise<Part> {
  const cache = calibrationCacheIn(await inHome(settings))
  const { files, bytes, leasedBytes } = await cache.contents()
  const isOff = cache.limitBytes === 0
  const held = `${files} files, ${megabytes(bytes)} of ${megabytes(cache.limitBytes)} MB, ${megabytes(leasedBytes)} MB in use`
  const advice = isOff && files === 0 ? 'off: PHOENIX_CALIBRATION_CACHE_BYTES sets its size' : held
  return { name: 'calibration cache', found: isOff ? null : cache.folder, version: null, works: true, advice }
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0)

async function workerParts(settings: Settings): Promise<Part[]> {
  const here = await inHome(settings)
  return PROCESS_ROLES.map((role) => {
    const name = processName(role)
    const worker = findWorker(here.home, role)
    if (worker === null)
      return { name, found: null, version: null, works: true, advice: 'not running: `phoenix up` starts it' }
    const isOld = worker.settings !== settingsHash(here)
    const advice = isOld ? 'runs with other settings: `phoenix down`, then `phoenix up`' : null
    return { name, found: `process ${worker.pid}, log ${worker.logPath}`, version: null, works: true, advice }
  })
}
