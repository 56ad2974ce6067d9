import {
  Client,
  Connection,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  type WorkflowOptions,
} from '@temporalio/client'
import type { Campaign } from '../database/campaigns.ts'
import type { DateRun } from '../database/date-runs.ts'
import type { SearchAttribute } from '../domain/search-attributes.ts'
import { campaignName } from '../domain/campaign.ts'
import { InfrastructureError } from '../domain/failure.ts'
import { datePath, monitorPage } from '../monitor/server/running-monitor.ts'
import { DailySchedules } from './daily-schedules.ts'
import type { Settings } from '../settings/settings.ts'
import { hasSearchAttributes } from '../services/temporal/search-attributes.ts'
import { dateDescription, workflowDetails } from '../workflows/details.ts'
import { campaignWorkflowId, dailyId, dateWorkflowId, orchestrationQueue } from '../workflows/ids.ts'
import { searchable } from '../workflows/search-attributes.ts'

export type CampaignAddress = Pick<Campaign, 'orderId' | 'instrument' | 'kind'>

/** The typed client: the few things that phoenix asks of Temporal from outside a workflow. */
export class TemporalClient {
  readonly #client: Client
  readonly #prefix: string
  #isSearchable: Promise<boolean> | null = null

  readonly #home: string | null

  /** `home`: where a monitor that runs tells its address, for the links from Temporal's page to ours. */
  constructor(client: Client, { queuePrefix, home }: Pick<Settings, 'queuePrefix'> & Partial<Pick<Settings, 'home'>>) {
    this.#client = client
    this.#prefix = queuePrefix
    this.#home = home ?? null
  }

  static async connect(address: string, settings: Settings): Promise<TemporalClient> {
    try {
      const connection = await Connection.connect({ ...settings.temporalConnection, address })
      return new TemporalClient(new Client({ connection, namespace: settings.temporalNamespace }), settings)
    } catch (cause) {
      throw new InfrastructureError(`no answer from Temporal at ${address}`, { cause })
    }
  }

  /**
   * Makes sure that a workflow is at work on an open run. It may be called at any time by anybody: a run that has its workflow is left
   * alone. Returns false while the workflow of an earlier run of the date is still ending; then ask again.
   */
  async ensureDateWorkflow(run: DateRun): Promise<boolean> {
    const workflowId = dateWorkflowId(this.#prefix, run.instrument, run.date)
    try {
      await this.#client.workflow.start('processDate', {
        workflowId,
        taskQueue: orchestrationQueue(this.#prefix),
        args: [{ runNumber: run.runNumber, queuePrefix: this.#prefix }],
        memo: { runNumber: run.runNumber },
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        workflowIdConflictPolicy: 'FAIL',
        ...dateDescription(run, this.#page(datePath(run))),
        ...(await this.#searchable({
          Instrument: run.instrument,
          ObservingDate: run.date,
          Kind: run.kind,
          State: run.state,
        })),
      })
      return true
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error
      return (await this.#runNumberOf(workflowId)) === run.runNumber
    }
  }

  /** Whether a workflow of this very run is open. */
  async isAtWork({ instrument, date, runNumber }: DateRun): Promise<boolean> {
    try {
      const handle = this.#client.workflow.getHandle(dateWorkflowId(this.#prefix, instrument, date))
      const { status, memo } = await handle.describe()
      return status.name === 'RUNNING' && memo?.['runNumber'] === runNumber
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false
      throw error
    }
  }

  /** Tells the workflow of a date to look at the record. That it is not there (or Temporal is away) harms nothing: the row counts. */
  async wakeDate(instrument: string, date: string): Promise<void> {
    await this.#wake(dateWorkflowId(this.#prefix, instrument, date))
  }

  /** The same for an open campaign. */
  async ensureCampaignWorkflow({ orderId, instrument, kind }: CampaignAddress): Promise<void> {
    try {
      await this.#client.workflow.start('campaign', {
        workflowId: campaignWorkflowId(this.#prefix, orderId),
        taskQueue: orchestrationQueue(this.#prefix),
        args: [{ orderId, queuePrefix: this.#prefix }],
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        workflowIdConflictPolicy: 'FAIL',
        staticSummary: `${campaignName(orderId)}, ${kind} ${instrument}`,
        staticDetails: workflowDetails(campaignName(orderId), this.#page(`campaigns/${orderId}`)),
        ...(await this.#searchable({ Instrument: instrument, Kind: kind, State: 'running' })),
      })
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error
    }
  }

  /** Address of a view; null when no monitor runs. */
  #page(path: string): string | null {
    return this.#home === null ? null : monitorPage(this.#home, path)
  }

  async wakeCampaign(orderId: number): Promise<void> {
    await this.#wake(campaignWorkflowId(this.#prefix, orderId))
  }

  /** Wakes daily processing of an instrument. When it is at work just now, that is as good: the reconciler looks again. */
  async dispatchDaily(instrument: string): Promise<void> {
    await this.#client.workflow.start('dailyDispatch', {
      workflowId: dailyId(this.#prefix, instrument),
      taskQueue: orchestrationQueue(this.#prefix),
      args: [{ instrument, queuePrefix: this.#prefix }],
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      workflowIdConflictPolicy: 'USE_EXISTING',
      staticSummary: `daily processing of ${instrument}`,
      ...(await this.#searchable({ Instrument: instrument, Kind: 'daily' })),
    })
  }

  get dailySchedules(): DailySchedules {
    const searchable = (instrument: string) => this.#searchable({ Instrument: instrument, Kind: 'daily' })
    return new DailySchedules(this.#client, this.#prefix, searchable)
  }

  /** What the UI finds a workflow by; nothing where the server does not know our attributes. */
  async #searchable(
    values: Readonly<Partial<Record<SearchAttribute, string>>>,
  ): Promise<Pick<WorkflowOptions, 'typedSearchAttributes'>> {
    const { connection, options } = this.#client
    this.#isSearchable ??= hasSearchAttributes(connection, options.namespace)
    return (await this.#isSearchable) ? { typedSearchAttributes: searchable(values) } : {}
  }

  async close(): Promise<void> {
    await this.#client.connection.close()
  }

  async #wake(workflowId: string): Promise<void> {
    try {
      await this.#client.workflow.getHandle(workflowId).signal('wake')
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error
    }
  }

  async #runNumberOf(workflowId: string): Promise<number | null> {
    try {
      const { memo } = await this.#client.workflow.getHandle(workflowId).describe()
      return typeof memo?.['runNumber'] === 'number' ? memo['runNumber'] : null
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null
      throw error
    }
  }
}
