import type { z } from 'zod'
import { isAddress, type variables } from './variables.ts'

/** Where raws and calibrations come from and IDPs go to: three settings, which may all name one archive. */
export interface ArchiveSettings {
  readonly rawSource: ArchiveSetting
  readonly calibrationSource: ArchiveSetting
  readonly idpTarget: ArchiveSetting
}

export type ArchiveSetting = { readonly kind: 'folder'; readonly dir: string } | ServerSetting

export interface ServerSetting {
  readonly kind: 'http' | 'ngas'
  /** `https://...`, `http://...` or `ngas://host:port` */
  readonly address: string
  /** Where the token (HTTP) or `user:password` (NGAS) is: the path of a file, or `env:NAME`. Never the secret itself. */
  readonly token: string | null
  /** Hosts that a redirect may lead to beside the archive's own. */
  readonly redirectHosts: readonly string[]
  /** Path of a `SHA256SUMS` on an HTTP server, which may hold `<kind>`. */
  readonly checksumList: string | null
  readonly connections: number | null
  readonly bytesPerSecond: number | null
  readonly maximumFileBytes: number | null
}

export type ArchiveVariable = Place | `${Place}_TOKEN_FILE`
type Place = 'PHOENIX_ARCHIVE' | OwnPlace
type OwnPlace = 'PHOENIX_RAW_SOURCE' | 'PHOENIX_CALIBRATION_SOURCE' | 'PHOENIX_IDP_TARGET'
type Values = z.infer<typeof variables>

/**
 * The three archives. `PHOENIX_ARCHIVE` counts for each that is not named by itself, and so does its token file. `path` gives the absolute
 * path that a variable means, or the other when it is not given.
 */
export function archiveSettings(
  value: Values,
  path: (variable: ArchiveVariable, otherwise: string) => string,
  archiveDir: string,
): ArchiveSettings {
  const setting = (own: OwnPlace): ArchiveSetting => {
    const place = value[own] === undefined ? 'PHOENIX_ARCHIVE' : own
    const written = value[place]
    if (written === undefined || !isAddress(written)) return { kind: 'folder', dir: path(place, archiveDir) }
    const tokenPlace = value[`${own}_TOKEN_FILE`] === undefined ? 'PHOENIX_ARCHIVE' : own
    return {
      kind: /^ngas:/i.test(written) ? 'ngas' : 'http',
      address: written,
      token: tokenReference(value, `${tokenPlace}_TOKEN_FILE`, path),
      redirectHosts: (value.PHOENIX_ARCHIVE_HOSTS ?? '').split(/ *, */).filter((host) => host !== ''),
      checksumList: value.PHOENIX_ARCHIVE_CHECKSUM_LIST ?? null,
      connections: value.PHOENIX_ARCHIVE_CONNECTIONS ?? null,
      bytesPerSecond: value.PHOENIX_ARCHIVE_BYTES_PER_SECOND ?? null,
      maximumFileBytes: value.PHOENIX_ARCHIVE_MAXIMUM_FILE_BYTES ?? null,
    }
  }
  return {
    rawSource: setting('PHOENIX_RAW_SOURCE'),
    calibrationSource: setting('PHOENIX_CALIBRATION_SOURCE'),
    idpTarget: setting('PHOENIX_IDP_TARGET'),
  }
}

/** The variables with which another process, whatever its working folder is, finds the same three archives. */
export function archiveEnvironment({
  rawSource,
  calibrationSource,
  idpTarget,
}: ArchiveSettings): Record<string, string> {
  const own: readonly (readonly [OwnPlace, ArchiveSetting])[] = [
    ['PHOENIX_RAW_SOURCE', rawSource],
    ['PHOENIX_CALIBRATION_SOURCE', calibrationSource],
    ['PHOENIX_IDP_TARGET', idpTarget],
  ]
  const environment: Record<string, string> = {}
  for (const [variable, setting] of own) {
    environment[variable] = setting.kind === 'folder' ? setting.dir : setting.address
    if (setting.kind !== 'folder' && setting.token !== null) environment[`${variable}_TOKEN_FILE`] = setting.token
  }
  return environment
}

/** `env:NAME` names a variable of the environment, which has no path. */
function tokenReference(
  value: Values,
  variable: `${Place}_TOKEN_FILE`,
  path: (variable: ArchiveVariable, otherwise: string) => string,
): string | null {
  const written = value[variable]
  if (written === undefined) return null
  return written.startsWith('env:') ? written : path(variable, written)
}
