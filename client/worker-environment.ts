import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import { archiveEnvironment } from '../settings/archives.ts'
import type { Settings } from '../settings/settings.ts'

/** The environment in which a worker of this installation reads the same settings, whatever its working folder is. */
export function workerEnvironment(settings: Settings, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const profile = env['TEMPORAL_CONFIG_FILE']
  return {
    ...env,
    PHOENIX_HOME: settings.home,
    PHOENIX_SCRATCH: settings.scratchDir,
    PHOENIX_ARCHIVE: settings.archive.dir,
    ...archiveEnvironment(settings.archives),
    PHOENIX_GENCALIB: settings.gencalibDir,
    PHOENIX_AB_DIR: settings.abDir,
    PHOENIX_JOB_FILE: settings.jobFile,
    PHOENIX_CACHE: settings.cacheDir,
    PHOENIX_INSTRUMENTS: settings.instrumentDir,
    ...(settings.recipeDir === null ? {} : { PHOENIX_RECIPE_DIR: settings.recipeDir }),
    ...(profile === undefined || profile === '' ? {} : { TEMPORAL_CONFIG_FILE: resolve(profile) }),
  }
}

/** Tells whether a running worker works with other settings than these. Who gives the orders, and in which files, is no matter of the workers. */
export function settingsHash(settings: Settings): string {
  const { operator: _, abDir: __, jobFile: ___, ...rest } = settings
  return createHash('sha256').update(JSON.stringify(rest)).digest('hex')
}
