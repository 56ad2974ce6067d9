import type { AbResult } from '../activities/process-ab.ts'

/** Rows that the table of a workflow shows: its whole text is given anew with every change. */
const MOST_ROWS = 40

/** Counts that the workflow shows while it works. */
export interface LaneCounts {
  readonly waiting: number
  readonly onHost: number
  readonly ended: number
}

/** What the blocks of a run do just now, for the eye: the record has the truth, and nothing decides by this. */
export class AbBoard implements LaneCounts {
  readonly #waiting: Map<string, string>
  readonly #onHost = new Set<string>()
  readonly #ended = new Map<string, string>()
  readonly #changed: () => void

  constructor(abNames: readonly string[], changed: () => void = () => undefined) {
    this.#waiting = new Map(abNames.map((abName) => [abName, '']))
    this.#changed = changed
  }

  get waiting(): number {
    return this.#waiting.size
  }

  get onHost(): number {
    return this.#onHost.size
  }

  get ended(): number {
    return this.#ended.size
  }

  offered(abName: string): void {
    this.#waiting.delete(abName)
    this.#onHost.add(abName)
    this.#changed()
  }

  /** The host has answered. A block that was not started waits again. */
  answered(abName: string, result: AbResult): void {
    this.#onHost.delete(abName)
    if (result.ended) this.#ended.set(abName, result.outcome)
    else this.#waiting.set(abName, result.why)
    this.#changed()
  }

  /** The host has not answered, and the run cannot go on. */
  lost(abName: string): void {
    this.#onHost.delete(abName)
    this.#changed()
  }

  /** A Markdown table of at most forty rows, the most telling first: what runs, what did not go well, what was put back, the newest ends. */
  markdown(): string {
    const ends = [...this.#ended].toReversed()
    const waiting = [...this.#waiting]
    const rows = [
      ...[...this.#onHost].map((abName) => [abName, 'on the host']),
      ...ends.filter(([, outcome]) => outcome !== 'processed'),
      ...waiting.filter(([, why]) => why !== '').map(([abName, why]) => [abName, `waits: ${why}`]),
      ...ends.filter(([, outcome]) => outcome === 'processed'),
      ...waiting.filter(([, why]) => why === '').map(([abName]) => [abName, 'waits']),
    ]
    const shown = rows.slice(0, MOST_ROWS).map((cells) => `| ${cells.map(cell).join(' | ')} |`)
    const more = rows.length > MOST_ROWS ? [`\n${rows.length - MOST_ROWS} more`] : []
    return [this.#counts(), '', '| AB | state |', '|---|---|', ...shown, ...more].join('\n')
  }

  #counts(): string {
    const outcomes = new Map<string, number>()
    for (const outcome of this.#ended.values()) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    const parts = [...outcomes]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([outcome, count]) => `${count} ${outcome}`)
    return [`${this.onHost} on the host`, `${this.waiting} waiting`, ...parts].join(', ')
  }
}

function cell(text: string | undefined): string {
  return (text ?? '').replaceAll('|', '\\|').replaceAll('\n', ' ')
}
