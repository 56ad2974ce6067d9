/** A terminal that is drawn as a whole: its other content comes back when it is closed. */
export class Screen {
  readonly #write: (text: string) => void
  readonly #size: () => { readonly width: number; readonly height: number }

  constructor(write: (text: string) => void, size: () => { readonly width: number; readonly height: number }) {
    this.#write = write
    this.#size = size
    // The alternate buffer, without a cursor.
    this.#write('\u001b[?1049h\u001b[?25l')
  }

  get width(): number {
    return this.#size().width
  }

  get height(): number {
    return this.#size().height
  }

  /** Draws in place, line by line, so that nothing flickers. The lines must fit. */
  draw(lines: readonly string[]): void {
    this.#write(`\u001b[H${lines.map((line) => `${line}\u001b[K`).join('\r\n')}\u001b[J`)
  }

  close(): void {
    this.#write('\u001b[?25h\u001b[?1049l')
  }
}
