export interface Column<Row> {
  readonly title: string
  readonly text: (row: Row) => string
  readonly align?: 'right'
}

/**
 * Rows as text. On a terminal: a header and aligned columns; the last column is cut so that a line fits. In a pipe: one line per row,
 * columns separated by tabs, nothing cut and no header, for other programs.
 */
export function formatTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number | null,
): string[] {
  const cells = rows.map((row) => columns.map(({ text }) => oneLine(text(row))))
  if (width === null) return cells.map((line) => line.join('\t'))
  const lines = [columns.map(({ title }) => title), ...cells]
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => characters(line[index] ?? '').length)))
  return lines.map((line) => {
    const text = line
      .map((cell, index) => pad(cell, widths[index] ?? 0, columns[index]?.align ?? 'left'))
      .join('  ')
      .trimEnd()
    return cut(text, width)
  })
}

/** No cell breaks its line or moves the cursor, whatever a recipe or a file name put into it. */
function oneLine(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\p{Cc}\p{Cf}]/gu, '\u{fffd}')
    .trim()
}

function pad(text: string, width: number, align: 'left' | 'right'): string {
  const fill = ' '.repeat(Math.max(0, width - characters(text).length))
  return align === 'right' ? fill + text : text + fill
}

function cut(text: string, width: number): string {
  const all = characters(text)
  return all.length <= width ? text : `${all.slice(0, Math.max(1, width - 1)).join('')}…`
}

/** Code points: enough for names, numbers and what recipes write. */
function characters(text: string): string[] {
  return Array.from(text)
}
