import { sleep } from '@temporalio/workflow'
import type { AbResult } from '../activities/process-ab.ts'
import type { AbBoard } from './ab-board.ts'
import type { DateControl } from './date-control.ts'

/** What is to be done on one host. */
export interface Lane {
  readonly abNames: readonly string[]
  /** Blocks whose recipe was started before: offered first, and whatever is held, since somebody has to wait for its end. */
  readonly startedAbNames: readonly string[]
  /** Blocks that may be on the host at once. */
  readonly slots: number
  readonly processAB: (abName: string) => Promise<AbResult>
  /** The history has grown so long that the workflow has to continue as a new one. */
  readonly isLong: () => boolean
  /** Shows what each block does. */
  readonly board: AbBoard
}

/** What a lane asks and tells of the date's control. */
export type LaneControl = Pick<DateControl, 'isOld' | 'mayStart' | 'mustEnd' | 'grewOld' | 'refresh' | 'wait'>

export type LaneEnd = 'all ended' | 'stopped' | 'history is long'

/**
 * Offers blocks to a host, at most `slots` at once, until each has ended, or the operator stops the date. A block that was not started
 * goes back to the front of the queue and is offered again when that may help.
 */
export async function processABs(lane: Lane, control: LaneControl): Promise<LaneEnd> {
  const { slots, board } = lane
  const waiting = [...lane.abNames]
  const started = new Set(lane.startedAbNames)
  let refused = false
  const failures: Error[] = []
  const offer = async (abName: string) => {
    board.offered(abName)
    try {
      const result = await lane.processAB(abName)
      if (!result.ended) {
        waiting.unshift(abName)
        refused = true
        control.grewOld()
      }
      board.answered(abName, result)
    } catch (error) {
      failures.push(error instanceof Error ? error : new Error(String(error)))
      board.lost(abName)
    }
  }
  for (;;) {
    if (control.isOld) await control.refresh()
    if (refused && control.mayStart) await sleep(SECOND_THOUGHT)
    refused = false
    const isLong = lane.isLong()
    const [failure] = failures
    const mayOffer = failure === undefined && !isLong
    while (mayOffer && board.onHost < slots) {
      const [next] = waiting
      if (next === undefined || !(control.mayStart || started.has(next))) break
      waiting.shift()
      started.delete(next)
      void offer(next)
    }
    if (board.onHost === 0) {
      if (failure !== undefined) throw failure
      if (waiting.length === 0) return 'all ended'
      if (control.mustEnd) return 'stopped'
      if (isLong) return 'history is long'
    }
    const [onHost, queued] = [board.onHost, waiting.length]
    await control.wait(() => board.onHost < onHost || waiting.length !== queued)
  }
}

/** The host refuses though the record says go: its clock differs, or a hold was lifted meanwhile. Not again in the same instant. */
const SECOND_THOUGHT = '5 seconds'
