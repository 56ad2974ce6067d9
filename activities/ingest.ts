import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileExists } from '../archive/copy-file.ts'
import { ArchiveUnauthorized, IdpRefused } from '../archive/archive.ts'
import { logIngestion, makeLive, type PendingIdp, pendingIdps } from '../database/idps.ts'
import { InfrastructureError } from '../domain/failure.ts'
import type { Host } from './dependencies.ts'
import { withHeartbeat } from './heartbeat.ts'
import { holdArchive } from './held-archive.ts'
import { readOpenRun } from './open-run.ts'

export interface Ingested {
  readonly live: number
  /** Products that still wait because the archive did not take them; 0 means that all of the date is in. */
  readonly waiting: number
  readonly why: string
}

const TRIES = 3
const BACK_OFF_MS = [1_000, 5_000]

/**
 * Brings every pending IDP of the date on this host into the archive: store, read back, make live, delete here. Transport only: what was
 * in the way is tried three times, then the date is blocked and the products stay. Any pending row can be finished by whoever finds it.
 */
export function makeIngest(host: Host) {
  return {
    async ingest(runNumber: number): Promise<Ingested> {
      return withHeartbeat(async () => {
        const run = await readOpenRun(host.database, runNumber)
        // Nothing of a trial goes into the archive, nor anything on its behalf.
        if (run.trial) return { live: 0, waiting: 0, why: '' }
        let live = 0
        let why = ''
        for (const idp of await pendingIdps(host.database, run.instrument, run.date, host.name)) {
          // An archive that was away three times is not asked three times for each of the others as well.
          const problem = await bringIn(host, idp, runNumber, why === '' ? TRIES : 1)
          if (problem === null) live += 1
          else why = problem
        }
        const waiting = await pendingIdps(host.database, run.instrument, run.date, host.name)
        return { live, waiting: waiting.length, why }
      })
    },
  }
}

/** Null when the IDP is live; else why the archive did not take it. */
async function bringIn(host: Host, idp: PendingIdp, runNumber: number, tries: number): Promise<string | null> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await storeAndReadBack(host, idp)
      await makeLive(host.database, idp.archiveName, runNumber)
      await rm(idp.path, { force: true })
      return null
    } catch (error) {
      const forGood = error instanceof IdpRefused || error instanceof ArchiveUnauthorized
      if (!(error instanceof InfrastructureError) && !forGood) throw error
      if (error instanceof ArchiveUnauthorized) await holdArchive(host, error)
      const result = forGood ? 'refused' : 'transport error'
      await logIngestion(host.database, { archiveName: idp.archiveName, runNumber, result, message: error.message })
      host.log.warn({ archiveName: idp.archiveName, ab: idp.abName, attempt, err: error }, 'ingestion failed')
      if (attempt >= tries || forGood) return error.message
      await sleep(BACK_OFF_MS[attempt - 1] ?? 0)
    }
  }
}

/** An earlier try may have stored the file and died before the row went live: then the archive's copy decides. */
async function storeAndReadBack(host: Host, { archiveName, path, bytes, sha256 }: PendingIdp): Promise<void> {
  if (await fileExists(path)) await host.target.store(archiveName, path)
  const stored = await host.target.readBack(archiveName)
  if (stored === null)
    throw new InfrastructureError(`${archiveName} is neither on this host nor in archive ${host.target.name}`)
  if (stored.bytes !== bytes || stored.sha256 !== sha256) {
    throw new InfrastructureError(
      `${archiveName} was read back from archive ${host.target.name} with other bytes than were sent`,
    )
  }
}
