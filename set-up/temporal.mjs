import { existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { onPath } from './packages.mjs'
import { Missing, root } from './run.mjs'

/** A quick look; the services look closer when they start it. */
export function hasTemporal() {
  const cache = process.env.PHOENIX_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'phoenix')
  const versions = existsSync(join(cache, 'temporal')) ? readdirSync(join(cache, 'temporal')) : []
  const isCached = versions.some((version) => existsSync(join(cache, 'temporal', version, 'temporal')))
  return isCached || Boolean(process.env.TEMPORAL_ADDRESS) || onPath('temporal')
}

/** Fetches the Temporal server with the compiled code of the services. */
export async function fetchTemporal() {
  const { readSettings } = await import(join(root, 'dist/settings/settings.js'))
  const { obtainTemporalBinary } = await import(join(root, 'dist/services/temporal/obtain.js'))
  try {
    await obtainTemporalBinary(readSettings().cacheDir, (line) => console.log(`set-up:   ${line}`))
  } catch (error) {
    throw error.name === 'PreconditionError' ? new Missing(error.message) : error
  }
}
