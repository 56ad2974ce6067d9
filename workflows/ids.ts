import { campaignName } from '../domain/campaign.ts'

/** Names under which workflows and task queues are found, as pure functions. The prefix keeps installations on one server apart. */
export const dateWorkflowId = (prefix: string, instrument: string, date: string): string =>
  `${prefix}date/${instrument}/${date}`
export const campaignWorkflowId = (prefix: string, orderId: number): string => `${prefix}${campaignName(orderId)}`
/** Of the dispatch that a registration wakes, of the Schedule, and, with the evening's time appended, of what the Schedule starts. */
export const dailyId = (prefix: string, instrument: string): string => `${prefix}daily/${instrument}`
export const orchestrationQueue = (prefix: string): string => `${prefix}orchestration`
export const filesQueue = (prefix: string, host: string): string => `${prefix}files@${host}`
export const recipesQueue = (prefix: string, host: string): string => `${prefix}recipes@${host}`
