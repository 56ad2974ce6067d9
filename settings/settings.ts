import { existsSync, readFileSync } from 'node:fs'
import os from 'node:os'
import { join, resolve } from 'node:path'
import { parse as parseYaml, YAMLParseError } from 'yaml'
import { z } from 'zod'
import { PreconditionError } from '../domain/failure.ts'
import type { NightWindow } from '../domain/night-window.ts'
import { type ArchiveSettings, archiveSettings, type ArchiveVariable } from './archives.ts'
import { projectRoot } from './project.ts'
import { readTemporalSettings, type TemporalSettings } from './temporal.ts'
import { isAddress, variables } from './variables.ts'

/** Everything that differs from one installation to another, read once at the edge of the program. */
export interface Settings extends TemporalSettings {
  /** The folder of everything that phoenix keeps on this machine. */
  readonly home: string
  readonly scratchDir: string
  /** The folder archive of this installation, which may be none of `archives`: the simulator writes there. */
  readonly archive: { readonly kind: 'folder'; readonly dir: string }
  readonly archives: ArchiveSettings
  readonly gencalibDir: string
  /** `<abDir>/<instrument>/<date>/*.ab` */
  readonly abDir: string
  /** Programs that were fetched once and serve every installation of this user. */
  readonly cacheDir: string
  /** A PostgreSQL server that somebody else runs; null: our own. */
  readonly databaseUrl: string | null
  readonly databaseSchema: string
  /** Ports of our own servers; null: any free one. */
  readonly postgresPort: number | null
  readonly temporalPort: number | null
  readonly temporalUiPort: number | null
  readonly monitor: MonitorSettings
  /** This machine's name, part of the names of its task queues. */
  readonly host: string
  /** Bytes of calibrations that may stay on the scratch disk from one date to the next; 0: none. */
  readonly calibrationCacheBytes: number
  /** With less free bytes on the scratch disk no further block is taken. */
  readonly minimumFreeBytes: number
  /** Recipes that may run at once on this host. */
  readonly cores: number
  /** Blocks beside them whose raws are fetched meanwhile; null: a quarter of the cores, at least one. */
  readonly lookAhead: number | null
  /** Memory that they may take together: three quarters of the machine's unless told otherwise. */
  readonly memoryBytes: number
  readonly queuePrefix: string
  /** Folder of the recipes in place of the pipeline's own; null: where esorex looks by itself. */
  readonly recipeDir: string | null
  /** Who gives the orders. */
  readonly operator: string
  readonly instrumentDir: string
  /** The hours in which recipes of daily orders, job files and campaigns may start; null: at any time. */
  readonly window: NightWindow | null
  /** Cores of this host that those may use outside the window. */
  readonly coresByDay: number
  /** 0 to 19, as nice(1) has it: how much recipes step back behind other work of the machine. */
  readonly nice: number
  /** With a higher load (mean of a minute) no recipe is started on this host; null: no limit. */
  readonly maximumLoad: number | null
  /** So many nights daily processing keeps a block from its registration on. */
  readonly dailyNights: number
  /** Where `phoenix jobs` reads and adds lines. */
  readonly jobFile: string
  /** Where the workers serve Temporal's own numbers for Prometheus (this port and the next, on loopback); null: nowhere. */
  readonly metricsPort: number | null
  /** How people outside are told (docs/notifications.md). */
  readonly notify: NotifySettings
}

export interface NotifySettings {
  /** Program and arguments; null: messages are kept in the record and sent nowhere. */
  readonly command: readonly [string, ...string[]] | null
  /** The hour of the daily digest, as clock time `08:00` in a time zone of the IANA data base; null: no digest. */
  readonly digestAt: { readonly timeZone: string; readonly time: string } | null
  /** The digest names an instrument of which nothing was registered for so many nights. */
  readonly silentNights: number
}

export interface MonitorSettings {
  /** Where the page listens; 127.0.0.1 unless an operator has said otherwise. */
  readonly address: string
  /** Null: the port of last time, or any free one. */
  readonly port: number | null
  /** Names, beside the loopback's and this machine's, that a browser may call it by. */
  readonly hosts: readonly string[]
}

/**
 * Reads the settings from the environment and from `<home>/phoenix.yaml`, which holds the same variables
 * (`PHOENIX_CORES: 4`); the environment wins. Relative paths of the file count from `home`, others from
 * the working folder. Throws PreconditionError naming the variable, in one line.
 */
export function readSettings(env: NodeJS.ProcessEnv = process.env): Settings {
  const given = withoutEmpty(env)
  const home = resolve(given['PHOENIX_HOME'] ?? join(projectRoot(), '.phoenix'))
  const filePath = join(home, 'phoenix.yaml')
  const inFile = readFile(filePath)
  const value = check({ PHOENIX_HOST: os.hostname(), ...inFile, ...given }, (variable) =>
    variable in given ? '' : ` (in ${filePath})`,
  )

  const path = (variable: PathVariable, otherwise: string) => {
    const written = value[variable]
    return written === undefined ? otherwise : resolve(variable in given ? '.' : home, written)
  }
  const ownArchive = join(home, 'archive')
  const archiveDir = isAddress(value.PHOENIX_ARCHIVE ?? '') ? ownArchive : path('PHOENIX_ARCHIVE', ownArchive)
  return {
    home,
    scratchDir: path('PHOENIX_SCRATCH', join(home, 'scratch')),
    archive: { kind: 'folder', dir: archiveDir },
    archives: archiveSettings(value, path, archiveDir),
    gencalibDir: path('PHOENIX_GENCALIB', join(archiveDir, 'gencalib')),
    abDir: path('PHOENIX_AB_DIR', join(home, 'ab')),
    cacheDir: path('PHOENIX_CACHE', join(given['XDG_CACHE_HOME'] ?? join(os.homedir(), '.cache'), 'phoenix')),
    databaseUrl: value.DATABASE_URL ?? null,
    databaseSchema: value.PHOENIX_SCHEMA ?? 'phoenix',
    postgresPort: value.PHOENIX_POSTGRES_PORT ?? null,
    temporalPort: value.PHOENIX_TEMPORAL_PORT ?? null,
    temporalUiPort: value.PHOENIX_TEMPORAL_UI_PORT ?? null,
    monitor: {
      address: value.PHOENIX_MONITOR_ADDRESS ?? '127.0.0.1',
      port: value.PHOENIX_MONITOR_PORT ?? null,
      hosts: (value.PHOENIX_MONITOR_HOSTS ?? '').split(/ *, */).filter((name) => name !== ''),
    },
    host: value.PHOENIX_HOST ?? '',
    calibrationCacheBytes: value.PHOENIX_CALIBRATION_CACHE_BYTES ?? 0,
    minimumFreeBytes: value.PHOENIX_MINIMUM_FREE_BYTES ?? 2e9,
    cores: value.PHOENIX_CORES ?? os.availableParallelism(),
    lookAhead: value.PHOENIX_LOOK_AHEAD ?? null,
    memoryBytes: value.PHOENIX_MEMORY_BYTES ?? Math.floor(0.75 * machineMemoryBytes()),
    queuePrefix: value.PHOENIX_QUEUE_PREFIX ?? '',
    recipeDir: value.PHOENIX_RECIPE_DIR === undefined ? null : path('PHOENIX_RECIPE_DIR', ''),
    operator: value.PHOENIX_OPERATOR ?? given['USER'] ?? userName(),
    instrumentDir: path('PHOENIX_INSTRUMENTS', join(projectRoot(), 'instruments')),
    window: value.PHOENIX_WINDOW,
    coresByDay: value.PHOENIX_CORES_BY_DAY ?? 0,
    nice: value.PHOENIX_NICE ?? 0,
    maximumLoad: value.PHOENIX_MAXIMUM_LOAD ?? null,
    dailyNights: value.PHOENIX_DAILY_NIGHTS ?? 3,
    jobFile: path('PHOENIX_JOB_FILE', join(home, 'jobs')),
    metricsPort: value.PHOENIX_METRICS_PORT ?? null,
    notify: {
      command: value.PHOENIX_NOTIFY_COMMAND,
      digestAt: digestTime(value.PHOENIX_DIGEST_AT),
      silentNights: value.PHOENIX_SILENT_NIGHTS ?? 3,
    },
    ...readTemporalSettings({ ...inFile, ...given }),
  }
}

type PathVariable =
  | ArchiveVariable
  | `PHOENIX_${'SCRATCH' | 'GENCALIB' | 'CACHE' | 'INSTRUMENTS' | 'AB_DIR' | 'RECIPE_DIR' | 'JOB_FILE'}`

/** Unless said otherwise at 08:00 by the clock of this machine. */
function digestTime(value: z.infer<typeof variables>['PHOENIX_DIGEST_AT']): NotifySettings['digestAt'] {
  if (value === 'none') return null
  if (typeof value === 'object') return value
  return { timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone, time: '08:00' }
}

/** A container may run under a number that has no name. */
function userName(): string {
  try {
    return os.userInfo().username
  } catch {
    return `uid-${process.getuid?.()}`
  }
}

function withoutEmpty(env: NodeJS.ProcessEnv): Record<string, string> {
  const given: Record<string, string> = {}
  for (const [name, value] of Object.entries(env)) if (value !== undefined && value !== '') given[name] = value
  return given
}

function check(values: Record<string, string>, where: (variable: string) => string): z.infer<typeof variables> {
  const parsed = variables.safeParse(values)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const variable = String(issue?.path[0])
  throw new PreconditionError(`${variable}=${values[variable]}${where(variable)}: ${issue?.message}`)
}

const fileNames = new Set([
  ...Object.keys(variables.shape),
  'TEMPORAL_ADDRESS',
  'TEMPORAL_NAMESPACE',
  'TEMPORAL_PROFILE',
])
const fileSchema = z.record(z.string(), z.union([z.string(), z.number()])).nullable()

function readFile(path: string): Record<string, string> {
  if (!existsSync(path)) return {}
  const parsed = fileSchema.safeParse(parseFile(path))
  if (!parsed.success) throw new PreconditionError(`${path}: must be lines such as \`PHOENIX_CORES: 4\``)
  const values = Object.entries(parsed.data ?? {})
  for (const [name] of values) {
    if (name === 'PHOENIX_HOME') throw new PreconditionError(`${path}: PHOENIX_HOME can only be set in the environment`)
    if (!fileNames.has(name)) throw new PreconditionError(`${path}: unknown variable ${name}`)
  }
  return withoutEmpty(Object.fromEntries(values.map(([name, value]) => [name, String(value)])))
}

function parseFile(path: string): unknown {
  try {
    return parseYaml(readFileSync(path, 'utf8'))
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error
    const line = error.linePos?.[0].line
    throw new PreconditionError(`${path}, line ${line}: not YAML: ${error.code}`, { cause: error })
  }
}

/** Of the machine, or of the container in which this runs. */
function machineMemoryBytes(): number {
  const limit = process.constrainedMemory()
  return limit > 0 ? Math.min(limit, os.totalmem()) : os.totalmem()
}
