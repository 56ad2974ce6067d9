import { Screen } from './screen.ts'
import { type Column, formatTable, harmless } from './table.ts'

/** Where a command writes. The program makes one of the process's own streams; a test gives its own. */
export interface Streams {
  readonly out: (text: string) => void
  readonly error: (text: string) => void
  /** Columns of the terminal; null when standard output is not one. */
  readonly width: number | null
  readonly colour: boolean
  /** Of the terminal, at this moment; null when the whole of it cannot be drawn. */
  readonly size: (() => { readonly width: number; readonly height: number }) | null
}

/**
 * What a command says. For people: lines and tables on standard output. With `--json`: exactly one JSON document on standard output, and
 * whatever is said on the way goes to standard error.
 */
export class Output {
  readonly json: boolean
  readonly #streams: Streams

  constructor(streams: Streams, json: boolean) {
    this.#streams = streams
    this.json = json
  }

  /** The same for a part of a larger command: what that part would give as its document is left out. */
  withoutResult(): Output {
    return new Output({ ...this.#streams, out: () => undefined }, this.json)
  }

  /** Something on the way: progress, an acknowledgement. */
  say(line: string): void {
    if (this.json) this.#streams.error(`${line}\n`)
    else this.#streams.out(`${line}\n`)
  }

  /** Something that a person should look at. */
  warn(line: string): void {
    this.#streams.error(`${this.#paint(33, 'warning:')} ${line}\n`)
  }

  heading(text: string): void {
    this.say(this.#paint(1, text))
  }

  table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): void {
    if (this.json || rows.length === 0) return
    const { header, lines } = formatTable(columns, rows, this.#streams.width)
    if (header !== null) this.#streams.out(`${this.#paint(1, header)}\n`)
    for (const line of lines) this.#streams.out(`${line}\n`)
  }

  /** Text as it is, such as a log: nothing but this on standard output. */
  text(text: string): void {
    this.#streams.out(text)
  }

  /** The result of the command: a document with `--json`, else what `show` says and draws. */
  result(value: unknown, show: () => void): void {
    if (this.json) this.#streams.out(`${JSON.stringify(value, null, 2)}\n`)
    else show()
  }

  /** One thing of many that come as they happen: a line, or with `--json` a document on one line (JSON Lines). */
  item(value: unknown, line: string): void {
    this.#streams.out(this.json ? `${JSON.stringify(value)}\n` : `${harmless(line)}\n`)
  }

  /** The whole terminal to draw on; null where lines are wanted. */
  screen(): Screen | null {
    const { size } = this.#streams
    if (this.json || size === null) return null
    return new Screen(this.#streams.out, size)
  }

  #paint(code: number, text: string): string {
    return this.#streams.colour ? `\u001b[${code}m${text}\u001b[0m` : text
  }
}

/** The streams of this process. Colour on a terminal only, and not where NO_COLOR is set (no-color.org) or the terminal is dumb. */
export function processStreams(env: NodeJS.ProcessEnv = process.env): Streams {
  const { stdout, stderr } = process
  const plain = (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb'
  return {
    out: (text) => stdout.write(text),
    error: (text) => stderr.write(text),
    width: stdout.isTTY ? stdout.columns || 120 : null,
    colour: stdout.isTTY && stderr.isTTY && !plain,
    size: stdout.isTTY && env['TERM'] !== 'dumb' ? () => ({ width: stdout.columns, height: stdout.rows }) : null,
  }
}
