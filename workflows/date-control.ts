import { CancellationScope, condition, setHandler } from '@temporalio/workflow'
import type { RunControl } from '../activities/control.ts'
import type { OpenRunState } from '../domain/date-run.ts'
import type { HoldKind } from '../domain/hold.ts'
import { record } from './activities.ts'
import type { DateView } from './date-view.ts'
import { cancel, pause, resume, stop, wake } from './messages.ts'

/** Rows are looked at this often even when nobody wakes the workflow. */
const LOOK_EVERY_MS = 60_000

const STATE: Record<RunControl['command'], OpenRunState> = {
  go: 'running',
  wait: 'holding',
  pause: 'holding',
  stop: 'stopping',
  cancel: 'cancelling',
}

/** What the record lets this run do: kept fresh by signals, and by a look every minute while it has to wait. */
export class DateControl {
  #control: RunControl = { command: 'go', why: '', until: null }
  #changed = true
  #shown = ''
  readonly #runNumber: number

  readonly #view: Pick<DateView, 'state'>

  constructor(runNumber: number, view: Pick<DateView, 'state'>) {
    this.#runNumber = runNumber
    this.#view = view
    // Outside of the cancelled scope: after a cancellation from the Temporal UI, signals must still be able to write rows.
    const write = (row: () => Promise<void>) =>
      CancellationScope.nonCancellable(async () => {
        await row()
        this.#changed = true
      })
    const hold = (kind: HoldKind) => (reason?: string) => write(() => record.holdDate(runNumber, kind, reason ?? ''))
    setHandler(wake, () => {
      this.#changed = true
    })
    setHandler(pause, hold('pause'))
    setHandler(stop, hold('stop'))
    setHandler(cancel, hold('cancel'))
    setHandler(resume, () => write(() => record.releaseDate(runNumber)))
    // "Request cancellation" in the Temporal UI means cancel: the hold is written, and the run ends in good order.
    const requested = CancellationScope.current().cancelRequested
    void requested.catch(() => hold('cancel')('cancellation requested in Temporal'))
  }

  get mayStart(): boolean {
    return this.#control.command === 'go'
  }

  get mustEnd(): boolean {
    return this.#control.command === 'stop' || this.#control.command === 'cancel'
  }

  /** Somebody has changed a row, or a host has refused a start: what we know may be old. */
  get isOld(): boolean {
    return this.#changed
  }

  grewOld(): void {
    this.#changed = true
  }

  /** Reads the rows and shows in the record what the run does or waits for. */
  async refresh(): Promise<void> {
    this.#changed = false
    this.#control = await record.readControl(this.#runNumber)
    const { command, why } = this.#control
    const shown = `${command} ${why}`
    // A night of waiting is a long history even without saying the same every minute.
    if (shown === this.#shown) return
    await record.showRunState(this.#runNumber, STATE[command], command === 'go' ? null : why)
    this.#shown = shown
    this.#view.state(STATE[command], why)
  }

  /** Waits until something happens that may change what is allowed: a signal, `alsoUntil`, the window, or a minute. */
  async wait(alsoUntil: () => boolean): Promise<void> {
    const { until } = this.#control
    const toWindow = until === null ? LOOK_EVERY_MS : Math.max(0, Date.parse(until) - Date.now())
    const happened = await condition(() => this.#changed || alsoUntil(), Math.min(LOOK_EVERY_MS, toWindow))
    if (!happened) this.#changed = true
  }
}
