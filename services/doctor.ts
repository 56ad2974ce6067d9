import { execFile } from 'node:child_process'
import { constants, existsSync } from 'node:fs'
import { access, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import type { Instrument } from '../domain/instrument.ts'
import type { Settings } from '../settings/settings.ts'
import { inHome } from './home.ts'
import { canReach, findDatabaseAccount } from './postgres/account.ts'
import { embeddedBinaries } from './postgres/binaries.ts'
import { recordedFolder } from './postgres/place.ts'
import { findPostgres } from './postgres/postgres.ts'
import { findTemporalBinary } from './temporal/binary.ts'
import { findTemporal } from './temporal/temporal.ts'

/** One thing that phoenix needs, as it is on this machine. */
export interface Part {
  readonly name: string
  /** Where it was found; null where it was not. */
  readonly found: string | null
  readonly version: string | null
  readonly works: boolean
  /** What to do, or what is worth knowing; null where there is nothing to say. */
  readonly advice: string | null
}

/** How to look for an installed pipeline: finds it or throws what is missing (pipeline/find-pipeline.ts). */
export type FindPipeline = (name: string, recipeDir?: string) => Promise<{ version: string; recipeDir: string }>

/** Looks at every part that phoenix needs. Starts, makes and changes nothing. */
export async function examine(
  settings: Settings,
  pipelines: readonly PipelineWanted[],
  findPipeline: FindPipeline,
): Promise<Part[]> {
  const here = await inHome(settings)
  const parts = await Promise.all([
    part('node', () => Promise.resolve(examineNode())),
    part('esorex', examineEsorex, 'install it: apt-get install esorex'),
    part('PostgreSQL', () => examinePostgres(here)),
    part('Temporal server', () => examineTemporal(here)),
    part('state folder', () => examineStateFolder(here)),
    part('database account', () => examineAccount(here)),
  ])
  return parts.toSpliced(2, 0, ...(await examinePipelines(here, pipelines, findPipeline)))
}

type Finding = Omit<Part, 'name'>

/** What is wrong with a part is its advice; it does not keep us from the others. */
async function part(name: string, look: () => Promise<Finding>, advice?: string): Promise<Part> {
  try {
    return { name, ...(await look()) }
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    return { name, found: null, version: null, works: false, advice: advice ?? said }
  }
}

const oldestNode = [20, 19] as const

function examineNode(): Finding {
  const version = process.versions.node
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const works = major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])
  const advice = works ? null : `install Node ${oldestNode.join('.')} or newer (https://nodejs.org)`
  return { found: process.execPath, version, works, advice }
}

async function examineEsorex(): Promise<Finding> {
  const { stdout: path } = await promisify(execFile)('/bin/sh', ['-c', 'command -v esorex'])
  const { stdout } = await promisify(execFile)('esorex', ['--version'])
  const version = /version (\d[\w.]*)/.exec(stdout)?.[1] ?? null
  return {
    found: path.trim(),
    version,
    works: version !== null,
    advice: version === null ? 'is this ESO’s esorex?' : null,
  }
}

type PipelineWanted = Pick<Instrument['pipeline'], 'name' | 'certifiedVersions' | 'debianPackage'>

/** Who has one instrument's pipeline need not have the others', but one there must be. */
async function examinePipelines(
  settings: Settings,
  pipelines: readonly PipelineWanted[],
  findPipeline: FindPipeline,
): Promise<Part[]> {
  const parts = await Promise.all(
    pipelines.map((pipeline) =>
      part(`pipeline ${pipeline.name}`, () => examinePipeline(settings, pipeline, findPipeline)),
    ),
  )
  if (parts.every(({ found }) => found === null)) return parts
  return parts.map((each) => {
    if (each.found !== null) return each
    return { ...each, works: true, advice: `no nights of its instrument on this machine: ${each.advice}` }
  })
}

async function examinePipeline(
  settings: Settings,
  { name, certifiedVersions, debianPackage }: PipelineWanted,
  findPipeline: FindPipeline,
): Promise<Finding> {
  const { version, recipeDir } = await findPipeline(name, settings.recipeDir ?? undefined)
  const works = certifiedVersions.includes(version)
  const wanted = `${certifiedVersions.join(' or ')} is certified: install that (Debian: ${debianPackage}) or certify this one`
  return { found: recipeDir, version, works, advice: works ? null : wanted }
}

async function examinePostgres(settings: Settings): Promise<Finding> {
  const running = await findPostgres(settings)
  if (running !== null) return { found: running.where, version: running.version, works: true, advice: null }
  const { folder, version } = await embeddedBinaries()
  return { found: folder, version: version.replace(/-.*/, ''), works: true, advice: notRunning }
}

async function examineTemporal(settings: Settings): Promise<Finding> {
  const running = await findTemporal(settings)
  if (running !== null) return { found: running.where, version: running.version, works: true, advice: null }
  const binary = await findTemporalBinary(settings.cacheDir)
  if (binary !== null) return { found: binary.path, version: binary.serverVersion, works: true, advice: notRunning }
  const advice = 'phoenix up fetches it; or install `temporal` (https://docs.temporal.io/cli), or set TEMPORAL_ADDRESS'
  return { found: null, version: null, works: false, advice }
}

const notRunning = 'not running: `phoenix up` starts it'

/** A night of one instrument in flight, with its calibrations, and room for the database. */
const leastFreeBytes = 5e9

async function examineStateFolder({ home }: Settings): Promise<Finding> {
  let existing = home
  while (!existsSync(existing)) existing = dirname(existing)
  await access(existing, constants.W_OK)
  const { bavail, bsize } = await statfs(existing)
  const freeGigabytes = (bavail * bsize) / 1e9
  const works = bavail * bsize >= leastFreeBytes
  const advice = `${freeGigabytes.toFixed(1)} GB free${works ? '' : `: needs ${leastFreeBytes / 1e9} GB, or set PHOENIX_HOME`}`
  return { found: home, version: null, works, advice }
}

async function examineAccount(settings: Settings): Promise<Finding> {
  if (settings.databaseUrl !== null)
    return { found: 'not needed', version: null, works: true, advice: 'DATABASE_URL is set' }
  const account = await findDatabaseAccount()
  if (account === null) {
    return { found: null, version: null, works: true, advice: '`phoenix up` makes an account for the database server' }
  }
  const recorded = await recordedFolder(settings.home)
  const folder = recorded?.folder ?? settings.home
  const works = !existsSync(folder) || (await canReach(account, folder))
  if (recorded === null && !works) {
    const advice = `cannot enter ${folder}: the data will go to another place`
    return { found: account.name, version: null, works: true, advice }
  }
  const advice = works ? (recorded?.moved ?? null) : `cannot enter ${folder}: \`chmod o+x\` the folders above it`
  return { found: `${account.name}, data in ${folder}`, version: null, works, advice }
}
