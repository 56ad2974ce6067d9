/** A record of a CSV file with a header line: column name to text. */
export type CsvRecord = Readonly<Record<string, string>>

/** The text is not CSV; `line` is where the record in question begins. */
export class CsvError extends Error {
  readonly line: number
  constructor(line: number, problem: string) {
    super(`line ${line}: ${problem}`)
    this.line = line
  }
}

/**
 * Reads CSV as RFC 4180 has it, with LF or CRLF at the ends of lines; the first line names the columns. Blank lines are skipped.
 * @throws CsvError for a quote that is never closed or stands within a value, a column named twice, a record of another length
 */
export function parseCsv(text: string): CsvRecord[] {
  const [header, ...rows] = rowsOf(text)
  const columns = header?.fields ?? []
  const twice = columns.find((column, i) => columns.indexOf(column) < i)
  if (twice !== undefined) throw new CsvError(1, `column ${twice} occurs twice`)
  return rows.map(({ fields, line }) => {
    if (fields.length !== columns.length) {
      throw new CsvError(line, `${fields.length} values, the header names ${columns.length} columns`)
    }
    return Object.fromEntries(columns.map((column, i) => [column, fields[i] ?? '']))
  })
}

interface Row {
  readonly fields: readonly string[]
  readonly line: number
}

/** A field with what ends it: quoted, with `""` for a quote, or plain. */
const FIELD = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y

function rowsOf(text: string): Row[] {
  const rows: Row[] = []
  let fields: string[] = []
  let line = 1
  let lineOfRow = 1
  FIELD.lastIndex = text.startsWith('\uFEFF') ? 1 : 0
  while (FIELD.lastIndex < text.length || fields.length > 0) {
    const found = FIELD.exec(text)
    if (found === null) throw new CsvError(lineOfRow, 'a quote stands within a value or is never closed')
    const [whole, quoted, plain = '', end = ''] = found
    fields.push(quoted?.replaceAll('""', '"') ?? plain)
    line += whole.split('\n').length - 1
    if (end === ',') continue
    if (fields.length > 1 || quoted !== undefined || plain !== '') rows.push({ fields, line: lineOfRow })
    fields = []
    lineOfRow = line
  }
  return rows
}
