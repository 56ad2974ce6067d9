import { PreconditionError } from '../domain/failure.ts'
import type { ArchiveSetting, ArchiveSettings, ServerSetting } from '../settings/archives.ts'
import type { FileSource, IdpArchive } from './archive.ts'
import { FolderArchive } from './folder.ts'
import { HttpArchive } from './http.ts'
import { NgasArchive } from './ngas.ts'
import type { TransferLimits } from './transfer-limits.ts'

/** The archives that a worker works with. */
export interface Archives {
  readonly source: FileSource
  readonly target: IdpArchive
  /** Names of all of them, each once: a hold on one holds the work that needs it. */
  readonly names: readonly string[]
}

/** @throws PreconditionError when IDPs cannot be stored where the settings say */
export function openArchives({ rawSource, calibrationSource, idpTarget }: ArchiveSettings): Archives {
  const sources = { raw: openSource(rawSource), mcalib: openSource(calibrationSource) }
  const target = openTarget(idpTarget)
  const names = new Set([sources.raw.name, sources.mcalib.name, target.name])
  const source: FileSource = {
    name: [...new Set([sources.raw.name, sources.mcalib.name])].join(', '),
    fetch: (kind, fileName, path, signal) => sources[kind].fetch(kind, fileName, path, signal),
    stampOf: async (fileName, signal) => (await sources.mcalib.stampOf?.(fileName, signal)) ?? null,
  }
  return { source, target, names: [...names] }
}

export function openSource(setting: ArchiveSetting): FileSource {
  if (setting.kind === 'folder') return new FolderArchive(setting.dir)
  if (setting.kind === 'ngas') return openNgas(setting)
  const { address, token, redirectHosts, checksumList } = setting
  return new HttpArchive({ address, token, redirectHosts, checksumList, limits: limitsOf(setting) })
}

/** @throws PreconditionError for an HTTP archive, which only serves files */
export function openTarget(setting: ArchiveSetting): IdpArchive {
  if (setting.kind === 'folder') return new FolderArchive(setting.dir)
  if (setting.kind === 'ngas') return openNgas(setting)
  throw new PreconditionError(
    `IDPs cannot be stored in ${setting.address}, which only serves files: set PHOENIX_IDP_TARGET to a folder or to ngas://host:port`,
  )
}

function openNgas(setting: ServerSetting): NgasArchive {
  const { address, token, redirectHosts } = setting
  return new NgasArchive({ address, login: token, redirectHosts, limits: limitsOf(setting) })
}

function limitsOf({ connections, bytesPerSecond, maximumFileBytes }: ServerSetting): Partial<TransferLimits> {
  return {
    bytesPerSecond,
    ...(connections === null ? {} : { connections }),
    ...(maximumFileBytes === null ? {} : { maximumBytes: maximumFileBytes }),
  }
}
