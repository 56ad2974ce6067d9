import type { Settings } from '../settings/settings.ts'
import { inHome, inMadeHome } from './home.ts'
import { withLock } from './lock.ts'
import { findPostgres, type PostgresService, startPostgres, stopPostgres } from './postgres/postgres.ts'
import { findTemporal, startTemporal, stopTemporal, type TemporalService } from './temporal/temporal.ts'

export type { PostgresService } from './postgres/postgres.ts'
export type { TemporalService } from './temporal/temporal.ts'

/** The two servers that everything else needs. */
export interface Services {
  readonly postgres: PostgresService
  readonly temporal: TemporalService
  /** Stops those that are ours; given ones are left alone. */
  stop(): Promise<void>
}

/**
 * Finds the services or starts them. They run on when this process ends, however it ends; the next call adopts them.
 * Of two calls at once, in whatever processes, one starts and the other adopts.
 * `say` gets a line for whatever takes time or an operator should know.
 */
export async function startServices(
  settings: Settings,
  say: (line: string) => void = () => undefined,
): Promise<Services> {
  const here = await inMadeHome(settings)
  return withLock(here.home, say, async () => {
    const [postgres, temporal] = await allOrFirstFailure([startPostgres(here, say), startTemporal(here, say)])
    return { postgres, temporal, stop: () => stopServices(settings) }
  })
}

/** The services that run, without starting any: null for one of ours that does not. */
export async function findServices(
  settings: Settings,
): Promise<{ postgres: PostgresService | null; temporal: TemporalService | null }> {
  const here = await inHome(settings)
  const [postgres, temporal] = await allOrFirstFailure([findPostgres(here), findTemporal(here)])
  return { postgres, temporal }
}

/** Stops the services that are ours, whoever started them: first Temporal, whose workers write to PostgreSQL. */
export async function stopServices(settings: Settings, say: (line: string) => void = () => undefined): Promise<void> {
  const here = await inHome(settings)
  await withLock(here.home, say, async () => {
    await stopTemporal(here)
    await stopPostgres(here)
  })
}

/** As Promise.all, but waits for all to end: nothing is to go on starting when the lock is released. */
async function allOrFirstFailure<A, B>([first, second]: [Promise<A>, Promise<B>]): Promise<[A, B]> {
  await Promise.allSettled([first, second])
  return Promise.all([first, second])
}
