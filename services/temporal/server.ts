import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { InfrastructureError } from '../../domain/failure.ts'
import { freePort, isPortFree } from '../port.ts'
import { runningProcesses } from '../process.ts'
import type { TemporalBinary } from './binary.ts'
import { searchAttributeOptions } from './search-attributes.ts'

/** A running dev server, as its own command line tells. */
export interface DevServer {
  readonly pid: number
  readonly port: number
  readonly uiPort: number
  readonly storePath: string
}

/** Ports that somebody asked for; null: any free one. */
export interface WantedPorts {
  readonly port: number | null
  readonly uiPort: number | null
}

/**
 * The dev server that runs on the store in this folder; null if none does. It is known by its command line, which
 * cannot go stale and needs no file of ours, whatever was killed and when; and by its account, since anybody can
 * start a process with any command line.
 */
export function findDevServer(folder: string): DevServer | null {
  const ours = process.getuid?.()
  for (const { pid, commandLine, userId } of runningProcesses()) {
    const value = (option: string) => commandLine[commandLine.indexOf(option) + 1]
    const storePath = commandLine.includes('start-dev') ? value('--db-filename') : undefined
    if (userId !== ours || storePath?.startsWith(`${folder}/`) !== true) continue
    return { pid, port: Number(value('--port')), uiPort: Number(value('--ui-port')), storePath }
  }
  return null
}

/**
 * Starts a dev server in a session of its own, so that it outlives us. Its store bears the server's version: the dev
 * server cannot migrate one, so that another version starts with an empty store.
 */
export async function spawnDevServer(
  binary: TemporalBinary,
  folder: string,
  namespace: string,
  wanted: WantedPorts,
): Promise<DevServer> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const { port, uiPort } = await choosePorts(folder, wanted)
  const storePath = join(folder, `${binary.serverVersion}.sqlite`)
  const log = openSync(logPath(folder), 'a', 0o600)
  const child = spawn(binary.path, startOptions(storePath, namespace, port, uiPort), {
    cwd: folder,
    detached: true,
    stdio: ['ignore', log, log],
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: folder },
  })
  closeSync(log)
  await once(child, 'spawn')
  child.unref()
  if (child.pid === undefined) throw new InfrastructureError(`${binary.path} did not start`)
  return { pid: child.pid, port, uiPort, storePath }
}

/** The end of the server's log, for an error message. */
export async function logTail(folder: string): Promise<string> {
  const path = logPath(folder)
  const text = existsSync(path) ? await readFile(path, 'utf8') : ''
  return `its log ${path} ends with:\n${text.trimEnd().split('\n').slice(-5).join('\n')}`
}

const logPath = (folder: string) => join(folder, 'temporal.log')
const portsPath = (folder: string) => join(folder, 'ports')

function startOptions(storePath: string, namespace: string, port: number, uiPort: number): string[] {
  return [
    ['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--ui-port', String(uiPort)],
    ['--db-filename', storePath, '--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=normal'],
    ['--ui-disable-news-fetch', '--log-level', 'warn', '--namespace', namespace],
    searchAttributeOptions,
  ].flat()
}

/** Those of the last start if they are free: workers that wait for the server to return know them. */
async function choosePorts(folder: string, wanted: WantedPorts): Promise<{ port: number; uiPort: number }> {
  const last = existsSync(portsPath(folder)) ? (await readFile(portsPath(folder), 'utf8')).split(' ').map(Number) : []
  const port = await choosePort('PHOENIX_TEMPORAL_PORT', wanted.port, last[0])
  const uiPort = await choosePort('PHOENIX_TEMPORAL_UI_PORT', wanted.uiPort, last[1])
  await writeFile(portsPath(folder), `${port} ${uiPort}\n`, { mode: 0o600 })
  return { port, uiPort }
}

async function choosePort(variable: string, wanted: number | null, last: number | undefined): Promise<number> {
  if (wanted === null) return freePort(last ?? null)
  if (await isPortFree(wanted)) return wanted
  throw new InfrastructureError(`${variable}=${wanted}: the port is in use by another program`)
}
