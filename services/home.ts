import { chmod, mkdir, realpath } from 'node:fs/promises'
import type { Settings } from '../settings/settings.ts'
import { isCode } from './process.ts'

/**
 * The settings with the true path of the state folder, made if need be: servers are known by the folders that they
 * run on, and two spellings of one folder are one. A folder that we make lets others pass through (as root; the
 * database's account must) but not look around.
 */
export async function inMadeHome(settings: Settings): Promise<Settings> {
  const made = await mkdir(settings.home, { recursive: true })
  if (made !== undefined) await chmod(settings.home, process.getuid?.() === 0 ? 0o711 : 0o700)
  return { ...settings, home: await realpath(settings.home) }
}

/** The same without making anything; the settings as they are where the folder is not there. */
export async function inHome(settings: Settings): Promise<Settings> {
  try {
    return { ...settings, home: await realpath(settings.home) }
  } catch (error) {
    if (isCode(error, 'ENOENT')) return settings
    throw error
  }
}
