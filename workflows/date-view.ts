import { setCurrentDetails, setHandler } from '@temporalio/workflow'
import type { DatePlan } from '../activities/plan-date.ts'
import { AbBoard } from './ab-board.ts'
import { type DateProgress, progress } from './messages.ts'
import { showState } from './show-state.ts'

/** What the Temporal UI shows of a date's workflow: its current details, and the search attribute State. Nothing is decided by it. */
export class DateView {
  #title = ''
  #step = 'plan'
  #state = 'running'
  #why = ''
  #board = new AbBoard([])

  constructor() {
    setHandler(progress, () => this.#progress())
  }

  planned(runNumber: number, { instrument, date, host }: DatePlan): void {
    this.#title = `${instrument} ${date}, run ${runNumber} on ${host}`
    this.#show()
  }

  step(name: string): void {
    this.#step = name
    this.#show()
  }

  /** What the run does or waits for, as the record shows it. */
  state(state: string, why: string): void {
    this.#state = state
    this.#why = why
    showState(state)
    this.#show()
  }

  /** The table of these blocks, shown from now on. */
  blocks(abNames: readonly string[]): AbBoard {
    this.#board = new AbBoard(abNames, () => this.#show())
    return this.#board
  }

  #progress(): DateProgress {
    const { waiting, onHost, ended } = this.#board
    return { step: this.#step, waiting, onHost, ended }
  }

  #show(): void {
    const state = this.#why === '' ? this.#state : `${this.#state} (${this.#why})`
    setCurrentDetails([`**${this.#title}**`, `${state}; ${this.#step}`, this.#board.markdown()].join('\n\n'))
  }
}
