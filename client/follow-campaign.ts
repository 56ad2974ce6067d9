import { setTimeout as delay } from 'node:timers/promises'
import { campaignProgress } from '../database/campaign-progress.ts'
import { type OrderDate, orderDates, readCampaign } from '../database/campaigns.ts'
import type { Database } from '../database/connect.ts'
import { campaignName } from '../domain/campaign.ts'
import type { CommandContext } from './context.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import { isConnectionLost } from './failure-line.ts'
import { untilInterrupted } from './interrupt.ts'
import { readCampaignStatus, showCampaign } from './campaign-status.ts'

const LOOK_EVERY_MS = 1_000

/**
 * Follows a campaign in the record until it ends: a line for every date that changes its state. At Ctrl-C it goes on without us. The exit
 * code is that of the worst end of a date.
 */
export async function followCampaign(
  { output }: CommandContext,
  database: Database,
  orderId: number,
): Promise<ExitCode> {
  const isEnded = await untilInterrupted((interrupted) =>
    follow(database, orderId, (line) => output.say(line), interrupted),
  )
  if (!isEnded) {
    const name = campaignName(orderId)
    output.warn(`${name} goes on: \`phoenix status ${name}\` shows it, \`phoenix stop ${name}\` ends it`)
    return EXIT.failed
  }
  const status = await readCampaignStatus(database, orderId)
  output.result(status, () => showCampaign(output, status))
  const ends = new Set(status.dates.map(({ state }) => state))
  if (status.campaign.endedAs === 'stopped' || ends.has('stopped')) return EXIT.stopped
  if (ends.has('blocked')) return EXIT.blocked
  if (ends.has('error')) return EXIT.dateInError
  return ends.has('skipped') ? EXIT.othersRun : EXIT.fine
}

async function follow(
  database: Database,
  orderId: number,
  say: (line: string) => void,
  until: AbortSignal,
): Promise<boolean> {
  const seen = new Map<string, string>()
  let waitsFor: string | null = null
  let away = false
  for (;;) {
    try {
      const campaign = await readCampaign(database, orderId)
      for (const line of await changedDates(database, orderId, seen)) say(line)
      if (campaign === null || campaign.endedAs !== null) return true
      if (campaign.waitsFor !== waitsFor && campaign.waitsFor !== null) say(`waits: ${campaign.waitsFor}`)
      waitsFor = campaign.waitsFor
      away = false
    } catch (error) {
      if (!isConnectionLost(error)) throw error
      if (!away) say('the database is away: the campaign waits for it, and so does this command')
      away = true
    }
    try {
      await delay(LOOK_EVERY_MS, undefined, { signal: until })
    } catch (error) {
      if (until.aborted) return false
      throw error
    }
  }
}

async function changedDates(database: Database, orderId: number, seen: Map<string, string>): Promise<string[]> {
  const changed = (await orderDates(database, orderId)).filter(
    ({ date, state }) => state !== 'waiting' && seen.get(date) !== state,
  )
  if (changed.length === 0) return []
  for (const { date, state } of changed) seen.set(date, state)
  const { processed, failed, interrupted, abs } = await campaignProgress(database, orderId)
  const answered = processed + failed + interrupted
  return changed.map((date) => `${lineOf(date)} (${answered} of ${abs} ABs have answered)`)
}

function lineOf({ date, state, detail }: OrderDate): string {
  return `${date} ${state}${detail === null ? '' : `: ${detail}`}`
}
