import type { ArchiveUnauthorized } from '../archive/archive.ts'
import { activeHolds, placeHold } from '../database/holds.ts'
import { InfrastructureError } from '../domain/failure.ts'
import { PHOENIX } from '../domain/hold.ts'
import type { Orchestration } from './dependencies.ts'

/** An archive that does not let us in is held until a person has mended the token: no block fails, and nobody asks it again meanwhile. */
export async function holdArchive({ database, log }: Orchestration, error: ArchiveUnauthorized): Promise<string> {
  const reason = error.message
  log.error({ archive: error.archive, err: error }, 'archive does not let us in: held')
  await placeHold(database, {
    kind: 'pause',
    scope: { type: 'archive', archive: error.archive },
    reason,
    placedBy: PHOENIX,
  })
  return reason
}

/** Throws InfrastructureError while one of these archives is held: the activity is tried again, and goes on after the resume. */
export async function refuseHeldArchives({ database, archives }: Orchestration): Promise<void> {
  const held = (await activeHolds(database)).find(
    ({ scope }) => scope.type === 'archive' && archives.includes(scope.archive),
  )
  if (held !== undefined) throw new InfrastructureError(`held: ${held.reason}`)
}
