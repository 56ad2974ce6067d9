export { campaign } from './campaign.ts'
export { dailyDispatch } from './daily-dispatch.ts'
export { processDate } from './process-date.ts'
