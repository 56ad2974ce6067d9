import { openArchives } from '../archive/open-archive.ts'
import { campaignNumber } from '../domain/campaign.ts'
import type { HoldScope } from '../domain/hold.ts'
import { PreconditionError } from '../domain/failure.ts'
import type { Settings } from '../settings/settings.ts'
import { knownInstrument, knownPlace } from './place.ts'

export interface ScopeArguments {
  /** `UVES`, `campaign/12`, `daily/UVES`, `host/muc08`, `archive/folder:/data`. */
  readonly scope: string | undefined
  readonly date: string | undefined
  readonly all?: boolean
  readonly host?: string
  readonly archive?: string
}

/** Help text of the arguments by which a hold's scope is given. */
export const SCOPE_USAGE =
  'one of: INSTRUMENT, INSTRUMENT DATE, campaign/NUMBER, daily/INSTRUMENT, host/NAME, archive/NAME, --all'

/** The one scope that a command line names. @throws PreconditionError for none, for two at once, or for an unknown instrument */
export async function scopeOf(
  settings: Settings,
  { scope, date, all, host, archive }: ScopeArguments,
): Promise<HoldScope> {
  const given = [all === true, host !== undefined, archive !== undefined, scope !== undefined].filter(Boolean).length
  if (given !== 1) {
    throw new PreconditionError(`${given === 0 ? 'no scope is given' : 'more than one scope is given'}: ${SCOPE_USAGE}`)
  }
  if (scope !== undefined) return named(settings, scope, date)
  if (archive !== undefined) return { type: 'archive', archive: archiveName(settings, archive) }
  return host === undefined ? { type: 'everything' } : { type: 'host', host }
}

async function named(settings: Settings, scope: string, date: string | undefined): Promise<HoldScope> {
  const [kind = '', ...rest] = scope.split('/')
  const name = rest.join('/')
  if (name === '' || kind === 'date') {
    const [instrument, day] = kind === 'date' ? [rest[0] ?? '', rest[1]] : [scope, date]
    if (day !== undefined) return { type: 'date', ...(await knownPlace(settings, instrument, day)) }
    return { type: 'instrument', instrument: (await knownInstrument(settings, instrument)).instrument }
  }
  if (date !== undefined) throw new PreconditionError(`${scope} has no dates: ${SCOPE_USAGE}`)
  if (kind === 'host') return { type: 'host', host: name }
  if (kind === 'archive') return { type: 'archive', archive: archiveName(settings, name) }
  if (kind === 'daily') return { type: 'daily', instrument: (await knownInstrument(settings, name)).instrument }
  const orderId = campaignNumber(scope)
  if (orderId !== null) return { type: 'campaign', orderId }
  throw new PreconditionError(`'${scope}' is no scope: ${SCOPE_USAGE}`)
}

/** Names of the archives of this installation, by which a hold finds them. */
export function archiveNames(settings: Settings): readonly string[] {
  return openArchives(settings.archives).names
}

/** The folder of a folder archive means that archive. Another installation may have archives that are not ours. */
function archiveName(settings: Settings, given: string): string {
  return archiveNames(settings).find((name) => name === `folder:${given}`) ?? given
}
