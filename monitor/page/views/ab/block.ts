import type { AbPage } from '../../../server/routes/ab.ts'
import type { Wire } from '../../wire.ts'

/** A block as the page gets it. */
export type Ab = Wire<AbPage>
