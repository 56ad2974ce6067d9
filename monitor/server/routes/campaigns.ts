import { Hono } from 'hono'
import { type CampaignStatus, readCampaignStatus } from '../../../client/campaign-status.ts'
import { campaignProgress, type CampaignProgress } from '../../../database/campaign-progress.ts'
import { type Campaign, campaigns } from '../../../database/campaigns.ts'
import type { Guarded } from '../guard.ts'
import { liveStream, sendsChanges, shared } from '../live.ts'
import type { Monitor } from '../monitor.ts'

export interface CampaignLine {
  readonly campaign: Campaign
  readonly progress: CampaignProgress
}

export type CampaignPage = CampaignStatus

const SHARED_MS = 1_900
/** Of those that have ended, the newest. */
const MOST_ENDED = 30

/** `/api/campaigns`; one of them, `/api/campaigns/12`, also live. */
export function campaignRoutes({ database, closing }: Monitor): Hono<Guarded> {
  const status = shared(SHARED_MS, (orderId) => readCampaignStatus(database, Number(orderId)))
  return new Hono<Guarded>()
    .get('/', async (context) => {
      const all = await campaigns(database, 'all')
      const open = all.filter(({ endedAt }) => endedAt === null)
      const ended = all.filter(({ endedAt }) => endedAt !== null).slice(-MOST_ENDED)
      const lines: CampaignLine[] = await Promise.all(
        [...open, ...ended]
          .toSorted((a, b) => b.orderId - a.orderId)
          .map(async (campaign) => ({ campaign, progress: await campaignProgress(database, campaign.orderId) })),
      )
      return context.json({ campaigns: lines })
    })
    .get('/:orderId{[0-9]{1,15}}', async (context) => context.json(await status(context.req.param('orderId'))))
    .get('/:orderId{[0-9]{1,15}}/live', (context) => {
      const send = sendsChanges('campaign')
      return liveStream(context, closing, async (stream) => send(stream, await status(context.req.param('orderId'))))
    })
}
