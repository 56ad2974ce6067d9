import { openArchives } from '../archive/open-archive.ts'
import { type Campaign, readCampaign } from '../database/campaigns.ts'
import type { Database } from '../database/connect.ts'
import { campaignName } from '../domain/campaign.ts'
import { PreconditionError } from '../domain/failure.ts'
import type { StartPlace } from '../domain/hold.ts'
import type { CertifiedInstrument } from '../domain/instrument.ts'
import { checkedObservingDate } from '../domain/observing-date.ts'
import { loadInstrument } from '../settings/instruments.ts'
import type { Settings } from '../settings/settings.ts'

/** The instrument that an operator named, in small letters or capitals. @throws PreconditionError with the list of known ones */
export async function knownInstrument(settings: Settings, name: string): Promise<CertifiedInstrument> {
  return loadInstrument(settings.instrumentDir, name)
}

/** Instrument and date as typed, both checked. */
export async function knownPlace(
  settings: Settings,
  instrument: string,
  date: string,
): Promise<{ instrument: string; date: string }> {
  checkedObservingDate(date)
  return { instrument: (await knownInstrument(settings, instrument)).instrument, date }
}

/** The PreconditionError for a date that nobody has registered. */
export function notRegistered({ instrument, date }: { instrument: string; date: string }): PreconditionError {
  return new PreconditionError(
    `${instrument} ${date} is not registered: \`phoenix register ${instrument} ${date}\` does that`,
  )
}

/** The campaign of this number. @throws PreconditionError when there is none */
export async function knownCampaign(database: Database, orderId: number): Promise<Campaign> {
  const campaign = await readCampaign(database, orderId)
  if (campaign === null)
    throw new PreconditionError(`there is no ${campaignName(orderId)}: \`phoenix status\` lists them`)
  return campaign
}

/** Where a run starts recipes: what the scope of a hold is held against. */
export function startPlace(settings: Settings, run: Omit<StartPlace, 'archives'>): StartPlace {
  return { ...run, archives: openArchives(settings.archives).names }
}
