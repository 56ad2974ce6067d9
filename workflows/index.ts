export { campaign } from './campaign.ts'
export { processDate } from './process-date.ts'
