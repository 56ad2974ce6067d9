import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, readlinkSync } from 'node:fs'
import { chown, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { InfrastructureError } from '../../domain/failure.ts'
import { freePort, isPortFree } from '../port.ts'
import { endProcess, hasEnded, isCode, type RunningProcess, runningProcess, runningProcesses } from '../process.ts'
import type { Place } from './place.ts'

/** Name of the role and of the database. */
export const databaseName = 'phoenix'

/** Makes the cluster if there is none: a random password, kept in the private folder and nowhere else. */
export async function createCluster(place: Place): Promise<void> {
  const data = dataFolder(place.folder)
  if (existsSync(data)) return
  const password = passwordPath(place.folder)
  await writePrivate(password, `${randomBytes(24).toString('hex')}\n`, place)
  const partial = `${data}.part`
  await endProcessesOn(partial) // an initdb whose parent was killed
  await rm(partial, { recursive: true, force: true })
  await runProgram(
    place,
    'initdb',
    [
      ['--pgdata', partial],
      ['--username', databaseName],
      ['--pwfile', password],
      ['--auth', 'scram-sha-256'],
      ['--encoding', 'UTF8'],
      ['--locale', 'C'],
      ...settings.flatMap((setting) => [['--set', setting]]),
    ].flat(),
  )
  await rename(partial, data)
}

/** The postmaster that runs on this folder; null if none does. */
export async function findPostmaster(folder: string): Promise<{ pid: number; port: number } | null> {
  const lines = await readPidFile(folder)
  const [pid, port] = [Number(lines?.[0]), Number(lines?.[3])]
  if (lines === null || !isOurs(pid, folder)) return null
  return { pid, port }
}

/** Starts the postmaster, in a session of its own so that it outlives us, and waits until it takes connections. */
export async function startPostmaster(place: Place, wantedPort: number | null): Promise<void> {
  if (await othersStartedIt(place)) return
  await clearRemains(place)
  const port = await choosePort(place, wantedPort)
  const log = logPath(place.folder)
  const data = dataFolder(place.folder)
  const args = ['start', '--wait', '--timeout', String(startSeconds), '--silent', '--pgdata', data, '--log', log]
  try {
    await runProgram(place, 'pg_ctl', [...args, '--options', `-p ${port}`])
  } catch (error) {
    throw new InfrastructureError(`PostgreSQL did not start; its log ${log} ends with:\n${await lastLines(log)}`, {
      cause: error,
    })
  }
}

/** Ends the postmaster at once but in order: open transactions are rolled back, everything else is written. */
export async function stopPostmaster(folder: string): Promise<void> {
  const postmaster = await findPostmaster(folder)
  // SIGINT is PostgreSQL's `fast` shutdown, what `pg_ctl stop --mode fast` sends. A checkpoint may take a while.
  if (postmaster !== null) await endProcess(postmaster.pid, 'SIGINT', 120)
}

export async function readPassword(folder: string): Promise<string> {
  return (await readFile(passwordPath(folder), 'utf8')).trim()
}

/** Everything else is PostgreSQL's default: fsync on, 100 connections, 128 MB of shared buffers. */
const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'timezone=UTC', 'log_timezone=UTC']

/** Recovery after a crash is part of the start. */
const startSeconds = 120

const dataFolder = (folder: string) => join(folder, 'data')
const passwordPath = (folder: string) => join(folder, 'password')
const logPath = (folder: string) => join(folder, 'postgresql.log')
const portPath = (folder: string) => join(folder, 'port')
const pidFilePath = (folder: string) => join(dataFolder(folder), 'postmaster.pid')

async function readPidFile(folder: string): Promise<string[] | null> {
  try {
    return (await readFile(pidFilePath(folder), 'utf8')).split('\n')
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null
    throw error
  }
}

/** The number in the file may have been given to another process since: the command line tells. */
function isOurs(pid: number, folder: string): boolean {
  const commandLine = runningProcess(pid)?.commandLine ?? []
  const given = commandLine.indexOf('-D')
  return given > 0 && commandLine[given + 1] === dataFolder(folder)
}

/** A pg_ctl whose parent was killed goes on; two would get in each other's way. */
async function othersStartedIt({ folder }: Place): Promise<boolean> {
  const starters = processesOn(dataFolder(folder)).filter(({ commandLine }) => programOf(commandLine) === 'pg_ctl')
  await Promise.all(starters.map(({ pid }) => hasEnded(pid, startSeconds)))
  return (await findPostmaster(folder)) !== null
}

/**
 * What a killed postmaster leaves. Its children end by themselves, if not at once; a new postmaster refuses to start
 * beside them, and rightly. The file with its number is PostgreSQL's own to judge by the shared memory that it names,
 * unless the number now belongs to another process: then a number that no process has is written in its place.
 */
async function clearRemains(place: Place): Promise<void> {
  const lines = await readPidFile(place.folder)
  if (lines === null) return
  await endProcessesOn(dataFolder(place.folder))
  await writePrivate(pidFilePath(place.folder), [String(2 ** 31 - 1), ...lines.slice(1)].join('\n'), place)
}

/** Ends initdb or server processes on a data folder; again until there are none, since they start others. */
async function endProcessesOn(data: string): Promise<void> {
  for (let found = processesOn(data); found.length > 0; found = processesOn(data)) {
    await Promise.all(found.map(({ pid }) => endProcess(pid, 'SIGQUIT', 10)))
  }
}

/** PostgreSQL's programs name the data folder in their command line or work in it, with titles `postgres: ...`. */
function processesOn(data: string): RunningProcess[] {
  return runningProcesses().filter(({ pid, commandLine }) => {
    if (!['initdb', 'pg_ctl', 'postgres'].includes(programOf(commandLine))) return false
    return commandLine.includes(data) || workingFolder(pid) === data
  })
}

function programOf(commandLine: readonly string[]): string {
  return basename(commandLine[0]?.split(':')[0] ?? '')
}

function workingFolder(pid: number): string | null {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch (error) {
    if (isCode(error, 'ENOENT', 'ESRCH', 'EACCES')) return null // ended meanwhile, or another account's
    throw error
  }
}

async function choosePort(place: Place, wanted: number | null): Promise<number> {
  if (wanted !== null && !(await isPortFree(wanted))) {
    throw new InfrastructureError(`PHOENIX_POSTGRES_PORT=${wanted}: the port is in use by another program`)
  }
  const last = existsSync(portPath(place.folder)) ? Number(await readFile(portPath(place.folder), 'utf8')) : null
  const port = wanted ?? (await freePort(last))
  await writePrivate(portPath(place.folder), `${port}\n`, place)
  return port
}

/** Writes a file that only the server's account (and root) can read, in one step. */
async function writePrivate(path: string, text: string, { account }: Place): Promise<void> {
  const partial = `${path}.part`
  await rm(partial, { force: true })
  await writeFile(partial, text, { mode: 0o600 })
  const { uid, gid } = account.spawnAs
  if (uid !== undefined && gid !== undefined) await chown(partial, uid, gid)
  await rename(partial, path)
}

async function runProgram(place: Place, program: string, args: string[]): Promise<void> {
  await promisify(execFile)(join(place.binaries.folder, 'bin', program), args, {
    cwd: place.folder,
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    ...place.account.spawnAs,
  })
}

async function lastLines(path: string): Promise<string> {
  return existsSync(path) ? (await readFile(path, 'utf8')).trimEnd().split('\n').slice(-5).join('\n') : '(no log)'
}
