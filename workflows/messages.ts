import { defineQuery, defineSignal } from '@temporalio/workflow'
import type { CampaignTurn } from '../activities/campaign.ts'

/** Something in the record has changed: look again. Sent by the command line after it has written a row; losing it costs a minute. */
export const wake = defineSignal('wake')

/** For the Temporal UI: these write the same rows as the command line. The argument is the reason. */
export const pause = defineSignal<[reason?: string]>('pause')
export const resume = defineSignal('resume')
export const stop = defineSignal<[reason?: string]>('stop')
export const cancel = defineSignal<[reason?: string]>('cancel')

/** What the workflow is doing, for a look from outside; the record has the whole truth. */
export interface DateProgress {
  readonly step: string
  readonly waiting: number
  readonly onHost: number
  readonly ended: number
}
export const progress = defineQuery<DateProgress>('progress')
export const campaignProgress = defineQuery<CampaignTurn>('progress')
