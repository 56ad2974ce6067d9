import { basename, join } from 'node:path'
import { pendingIdps } from '../database/idps.ts'
import type { Host } from './dependencies.ts'
import { withHeartbeat } from './heartbeat.ts'
import { readOpenRun } from './open-run.ts'
import { sweepQuarantine } from './quarantine.ts'
import { trialShelf } from './trial-products.ts'
import { MARKER, namesIn, removeEmptyUpTo, removeFolder, RunFolder } from './scratch.ts'

/**
 * Deletes everything of the date on this host except gencalibs (they lie elsewhere) and IDPs that wait for the archive.
 * Folders of earlier runs of the date go too, once their IDPs are in, and refused IDPs whose days in quarantine are over. Returns the
 * bytes freed on the scratch disk.
 */
export function makeCleanUp(host: Host) {
  return {
    async cleanUp(runNumber: number): Promise<number> {
      return withHeartbeat(async () => {
        const run = await readOpenRun(host.database, runNumber)
        const dateFolder = join(new RunFolder(host.scratchDir, run).path, '..')
        const pending = await pendingIdps(host.database, run.instrument, run.date, host.name)
        // By name, not by path: another way of writing the scratch folder must not cost an IDP.
        const waiting = new Set(pending.map(({ path }) => basename(path)))
        let bytesFreed = 0
        for (const name of await namesIn(dateFolder)) {
          const otherRun = Number(/^run-(\d+)$/.exec(name)?.[1] ?? Number.NaN)
          if (otherRun <= runNumber) bytesFreed += await cleanRunFolder(join(dateFolder, name), waiting)
        }
        await removeEmptyUpTo(dateFolder, host.scratchDir)
        // Nothing may be refused for months: what was before has its days all the same.
        await sweepQuarantine(host.quarantine)
        await sweepQuarantine(trialShelf(host))
        return bytesFreed
      })
    },
  }
}

async function cleanRunFolder(folder: string, waiting: ReadonlySet<string>): Promise<number> {
  const names = await namesIn(folder)
  if (!names.includes(MARKER)) return 0
  const idpFolder = join(folder, 'idp')
  const kept = (await namesIn(idpFolder)).filter((name) => waiting.has(name))
  if (kept.length === 0) return removeFolder(folder)
  let bytesFreed = 0
  for (const name of names) {
    if (name !== MARKER && name !== 'idp') bytesFreed += await removeFolder(join(folder, name))
  }
  for (const name of await namesIn(idpFolder)) {
    if (!waiting.has(name)) bytesFreed += await removeFolder(join(idpFolder, name))
  }
  return bytesFreed
}
