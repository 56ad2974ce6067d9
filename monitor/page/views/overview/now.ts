import type { Overview } from '../../../../database/overview.ts'
import type { Wire } from '../../wire.ts'

/** The overview as the page gets it. */
export type Now = Wire<Overview>
