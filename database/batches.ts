/** PostgreSQL takes at most 65535 parameters in one statement: enough for rows of a dozen columns. */
const ROWS_AT_ONCE = 5000

/** Calls `write` for as many rows at a time as fit into one statement; never for none. */
export async function inBatches<Row>(
  rows: readonly Row[],
  write: (batch: readonly Row[]) => Promise<unknown>,
): Promise<void> {
  for (let first = 0; first < rows.length; first += ROWS_AT_ONCE) await write(rows.slice(first, first + ROWS_AT_ONCE))
}
