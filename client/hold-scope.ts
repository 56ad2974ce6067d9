import { openArchives } from '../archive/open-archive.ts'
import { describeScope, type HoldScope } from '../domain/hold.ts'
import { PreconditionError } from '../domain/failure.ts'
import type { Settings } from '../settings/settings.ts'
import { knownInstrument, knownPlace } from './place.ts'

export interface ScopeArguments {
  readonly instrument: string | undefined
  readonly date: string | undefined
  readonly all?: boolean
  readonly host?: string
  readonly archive?: string
}

/** Help text of the arguments by which a hold's scope is given. */
export const SCOPE_USAGE = 'one of: INSTRUMENT, INSTRUMENT DATE, --host NAME, --archive NAME, --all'

/** The one scope that a command line names. @throws PreconditionError for none, for two at once, or for an unknown instrument */
export async function scopeOf(
  settings: Settings,
  { instrument, date, all, host, archive }: ScopeArguments,
): Promise<HoldScope> {
  const given = [all === true, host !== undefined, archive !== undefined, instrument !== undefined].filter(
    Boolean,
  ).length
  if (given !== 1) {
    throw new PreconditionError(`${given === 0 ? 'no scope is given' : 'more than one scope is given'}: ${SCOPE_USAGE}`)
  }
  if (instrument !== undefined && date !== undefined) {
    return { type: 'date', ...(await knownPlace(settings, instrument, date)) }
  }
  if (instrument !== undefined) {
    return { type: 'instrument', instrument: (await knownInstrument(settings, instrument)).instrument }
  }
  if (archive !== undefined) return { type: 'archive', archive: archiveName(settings, archive) }
  return host === undefined ? { type: 'everything' } : { type: 'host', host }
}

/** The arguments that name the scope again on a command line. */
export function scopeArguments(scope: HoldScope): string {
  if (scope.type === 'everything') return '--all'
  if (scope.type === 'archive') return `--archive ${scope.archive}`
  return scope.type === 'host' ? `--host ${scope.host}` : describeScope(scope)
}

/** Names of the archives of this installation, by which a hold finds them. */
export function archiveNames(settings: Settings): readonly string[] {
  return openArchives(settings.archives).names
}

/** The folder of a folder archive means that archive. Another installation may have archives that are not ours. */
function archiveName(settings: Settings, given: string): string {
  return archiveNames(settings).find((name) => name === `folder:${given}`) ?? given
}
