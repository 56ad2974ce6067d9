export interface Column<Row> {
  readonly title: string
  readonly text: (row: Row) => string
  readonly align?: 'right'
}

/** A last column that has at least this room is wrapped beside the others, else it goes below them. */
const ROOM_BESIDE = 36
const INDENT = 4

/**
 * Rows as text; nothing is ever cut. On a terminal of `width` columns: a header and aligned columns, the last column wrapped. In a pipe
 * (null): no header, one line per row, columns separated by tabs, for other programs.
 */
export function formatTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number | null,
): { header: string | null; lines: string[] } {
  const cells = rows.map((row) => columns.map(({ text }) => oneLine(text(row))))
  if (width === null) return { header: null, lines: cells.map((line) => line.join('\t')) }
  const titles = columns.map(({ title }) => title)
  const widths = columns.map((_, index) => Math.max(...[titles, ...cells].map((line) => lengthOf(line[index] ?? ''))))
  const start = widths.slice(0, -1).reduce((total, columnWidth) => total + columnWidth + 2, 0)
  const room = width - start
  const isBeside = room >= Math.min(ROOM_BESIDE, widths.at(-1) ?? 0)
  const draw = (line: readonly string[]) => {
    const head = line
      .slice(0, -1)
      .map((cell, index) => `${pad(cell, widths[index] ?? 0, columns[index]?.align ?? 'left')}  `)
      .join('')
    const [last = ''] = line.slice(-1)
    const text = columns.at(-1)?.align === 'right' ? pad(last, widths.at(-1) ?? 0, 'right') : last
    if (isBeside) {
      const [first = '', ...more] = wrap(text, room)
      return [(head + first).trimEnd(), ...more.map((rest) => ' '.repeat(start) + rest)]
    }
    const below = text === '' ? [] : wrap(text, Math.max(1, width - INDENT)).map((rest) => ' '.repeat(INDENT) + rest)
    return [head.trimEnd(), ...below]
  }
  return { header: draw(titles).join('\n'), lines: cells.flatMap(draw) }
}

/** Breaks at blanks; a word that is longer than the room stays whole. */
function wrap(text: string, room: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && lengthOf(line) + 1 + lengthOf(word) > room) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}

/** No cell breaks its line or moves the cursor, whatever a recipe or a file name put into it. */
function oneLine(text: string): string {
  return harmless(text.replace(/\s+/g, ' ')).trim()
}

/** Nothing that a terminal would obey. */
export function harmless(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, '\u{fffd}')
}

function pad(text: string, width: number, align: 'left' | 'right'): string {
  const fill = ' '.repeat(Math.max(0, width - lengthOf(text)))
  return align === 'right' ? fill + text : text + fill
}

/** Code points: enough for names, numbers and what recipes write. */
function lengthOf(text: string): number {
  return Array.from(text).length
}
