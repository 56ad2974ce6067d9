import type { Logger } from 'pino'
import { lookForMissing } from './activities/ready-again.ts'
import type { FileSource } from './archive/archive.ts'
import type { Database } from './database/connect.ts'

const DAY_MS = 86_400_000

/**
 * Asks the archive once a day, and now, for the calibrations for which dates ended in error; those that have come are marked `ready again`
 * and started by nobody. Returns the function that ends it.
 */
export function startNightlyLook(database: Database, source: FileSource, folder: string, log: Logger): () => void {
  const timer = setInterval(look, DAY_MS)
  look()
  return () => clearInterval(timer)

  function look(): void {
    lookForMissing(database, source, folder, null)
      .then((looks) => {
        if (looks.length > 0) log.info({ looks }, 'dates in error: the archive was asked again')
      })
      .catch((error: unknown) => log.warn({ err: error }, 'the archive could not be asked again for what is missing'))
  }
}
