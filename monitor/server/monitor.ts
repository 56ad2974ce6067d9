import type { Logger } from 'pino'
import type { Database } from '../../database/connect.ts'
import type { Settings } from '../../settings/settings.ts'
import type { Access } from './access.ts'

/** What the routes work with. */
export interface Monitor {
  readonly settings: Settings
  readonly database: Database
  readonly access: Access
  readonly log: Logger
  /** Web page of the Temporal server and the namespace in it; null where it is not known. */
  readonly temporalUi: { readonly url: string; readonly namespace: string } | null
  /** Aborts when the monitor ends: streams end with it. */
  readonly closing: AbortSignal
}
