/** Rows as CSV (RFC 4180) with a header line; null is an empty field. */
export function csv<Name extends string>(
  columns: readonly Name[],
  rows: readonly Readonly<Record<Name, string | number | null>>[],
): string {
  const lines = rows.map((row) => columns.map((column) => quoted(String(row[column] ?? ''))).join(','))
  return [columns.join(','), ...lines].map((line) => `${line}\r\n`).join('')
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
