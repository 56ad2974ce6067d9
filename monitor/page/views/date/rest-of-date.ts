import type { DatePage } from '../../../server/routes/date.ts'
import type { Wire } from '../../wire.ts'

/** What the page gets of a date beside its blocks, which come one by one. */
export type RestOfDate = Wire<Omit<DatePage, 'abs'>>
