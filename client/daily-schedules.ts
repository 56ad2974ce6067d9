import { isDeepStrictEqual } from 'node:util'
import {
  type Client,
  type ScheduleDescription,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type ScheduleOptions,
  type WorkflowOptions,
} from '@temporalio/client'
import { type NightWindow, openingOf } from '../domain/night-window.ts'
import { dailyId, orchestrationQueue } from '../workflows/ids.ts'

/** How the Schedule of an instrument stands to what it should be. */
export type ScheduleState = 'in step' | 'missing' | 'differs' | 'paused' | 'not wanted'

export interface InstrumentSchedule {
  readonly instrument: string
  readonly state: ScheduleState
  /** What a person noted who paused it. */
  readonly note: string
  /** When it fires next, as the Temporal server says. */
  readonly next: Date | null
}

const DAY_MS = 86_400_000
const LEAST_CATCHUP_MS = 10_000

/**
 * One Temporal Schedule per instrument fires when the window opens. Its calendar is in the time zone of the window, so that it follows the
 * change to summer time by itself; a start that the change skips is not fired on that day, and the reconciler dispatches instead. What was
 * missed is caught up as long as the window is open, and not later: the next evening comes.
 */
export class DailySchedules {
  readonly #client: Client
  readonly #prefix: string
  readonly #searchable: (instrument: string) => Promise<Pick<WorkflowOptions, 'typedSearchAttributes'>>

  /** `searchable` gives the search attributes of what a Schedule starts. */
  constructor(
    client: Client,
    prefix: string,
    searchable: (instrument: string) => Promise<Pick<WorkflowOptions, 'typedSearchAttributes'>>,
  ) {
    this.#client = client
    this.#prefix = prefix
    this.#searchable = searchable
  }

  /** Every Schedule that is wanted or there, held against the window. */
  async look(wanted: readonly string[], window: NightWindow | null): Promise<readonly InstrumentSchedule[]> {
    const schedules: InstrumentSchedule[] = []
    for (const instrument of new Set([...wanted, ...(await this.#listed())])) {
      const there = await this.#describe(instrument)
      const isWanted = wanted.includes(instrument)
      // The list of the server is a moment behind: one that has just been deleted may still be in it.
      if (!isWanted && there === null) continue
      const state = isWanted ? this.#stateOf(instrument, there, window) : 'not wanted'
      schedules.push({
        instrument,
        state,
        note: there?.state.note ?? '',
        next: there?.info.nextActionTimes[0] ?? null,
      })
    }
    return schedules
  }

  /** Creates, updates or deletes it, so that it is as it should be. One that a person has paused is not wanted any more. */
  async mend({ instrument, state }: InstrumentSchedule, window: NightWindow | null): Promise<void> {
    const scheduleId = dailyId(this.#prefix, instrument)
    const handle = this.#client.schedule.getHandle(scheduleId)
    const { action, ...others } = this.#options(instrument, window)
    const options = { ...others, action: { ...action, ...(await this.#searchable(instrument)) } }
    if (state === 'missing') await this.#client.schedule.create({ scheduleId, ...options })
    else if (state === 'not wanted' || state === 'paused') await handle.delete()
    else if (state !== 'in step') await handle.update(() => ({ ...options, state: {} }))
  }

  #stateOf(instrument: string, there: ScheduleDescription | null, window: NightWindow | null): ScheduleState {
    if (there === null) return 'missing'
    if (there.state.paused) return 'paused'
    return isDeepStrictEqual(essence(there), this.#essence(instrument, window)) ? 'in step' : 'differs'
  }

  #options(instrument: string, window: NightWindow | null) {
    const { hour, minute, second, lengthMs } = window === null ? MIDNIGHT : openingOf(window)
    return {
      spec: { calendars: [{ hour, minute, second }], timezone: window?.timeZone ?? 'UTC' },
      action: {
        type: 'startWorkflow',
        workflowType: 'dailyDispatch',
        workflowId: dailyId(this.#prefix, instrument),
        taskQueue: orchestrationQueue(this.#prefix),
        args: [{ instrument, queuePrefix: this.#prefix }],
      },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: Math.max(lengthMs, LEAST_CATCHUP_MS) },
    } satisfies Omit<ScheduleOptions, 'scheduleId'>
  }

  #essence(instrument: string, window: NightWindow | null): Essence {
    const { spec, action, policies } = this.#options(instrument, window)
    return {
      times: spec.calendars.map(({ hour, minute, second }) => [hour, minute, second]),
      timeZone: spec.timezone,
      workflow: [action.workflowType, action.workflowId, action.taskQueue],
      args: action.args,
      ...policies,
    }
  }

  async #describe(instrument: string): Promise<ScheduleDescription | null> {
    try {
      return await this.#client.schedule.getHandle(dailyId(this.#prefix, instrument)).describe()
    } catch (error) {
      if (error instanceof ScheduleNotFoundError) return null
      throw error
    }
  }

  /** Instruments that have a Schedule of ours. */
  async #listed(): Promise<readonly string[]> {
    const before = dailyId(this.#prefix, '')
    const instruments: string[] = []
    for await (const { scheduleId } of this.#client.schedule.list()) {
      if (scheduleId.startsWith(before)) instruments.push(scheduleId.slice(before.length))
    }
    return instruments
  }
}

/** Without a window: when the day of universal time begins. */
const MIDNIGHT = { hour: 0, minute: 0, second: 0, lengthMs: DAY_MS }

/** What of a Schedule is ours to say. */
interface Essence {
  readonly times: readonly (readonly number[])[]
  readonly timeZone: string
  readonly workflow: readonly string[]
  readonly args: unknown
  readonly overlap: string
  readonly catchupWindow: number
}

function essence({ spec, action, policies }: ScheduleDescription): Essence {
  const { overlap, catchupWindow } = policies
  return {
    times: (spec.calendars ?? []).map(({ hour, minute, second }) =>
      [hour, minute, second].flatMap((ranges) => ranges.map(({ start }) => start)),
    ),
    timeZone: spec.timezone ?? '',
    workflow: [action.workflowType, action.workflowId ?? '', action.taskQueue ?? ''],
    args: action.args ?? [],
    overlap: overlap ?? '',
    catchupWindow,
  }
}
