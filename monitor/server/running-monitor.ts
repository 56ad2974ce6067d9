import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { isAlive } from '../../pipeline/process-table.ts'

const accessFile = z.object({
  url: z.string(),
  port: z.number().int(),
  token: z.string(),
  pid: z.number().int(),
  startTicks: z.number(),
  bootId: z.string(),
})

/** A monitor that runs: where it is, and the token with which one may change something there. */
export type RunningMonitor = z.infer<typeof accessFile>

/** The monitor of an installation; null when none runs. What a dead one left behind counts for nothing. */
export function runningMonitor(home: string): RunningMonitor | null {
  const written = readAccess(home)
  return written !== null && isAlive(written) ? written : null
}

/** The address of a view, `dates/UVES/2026-03-01`; null when no monitor runs. */
export function monitorPage(home: string, path: string): string | null {
  const running = runningMonitor(home)
  return running === null ? null : `${running.url}${path}`
}

/** The view of a date. */
export const datePath = ({ instrument, date }: { instrument: string; date: string }): string =>
  `dates/${instrument}/${date}`

/** The port of the last one: addresses that colleagues were sent stay true. */
export function lastPort(home: string): number | null {
  return readAccess(home)?.port ?? null
}

/** A link that signs a browser in. The token stands behind the `#`, which browsers send to no server. */
export function signInLink({ url, token }: Pick<RunningMonitor, 'url' | 'token'>, operator: string): string {
  return `${url}#token=${token}&operator=${encodeURIComponent(operator)}`
}

export function accessPath(home: string): string {
  return join(home, 'run', 'monitor-access.json')
}

function readAccess(home: string): RunningMonitor | null {
  try {
    return accessFile.safeParse(JSON.parse(readFileSync(accessPath(home), 'utf8'))).data ?? null
  } catch (error) {
    if (error instanceof SyntaxError || (error instanceof Error && 'code' in error && error.code === 'ENOENT'))
      return null
    throw error
  }
}
