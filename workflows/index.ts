export { processDate } from './process-date.ts'
