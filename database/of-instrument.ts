import { type RawBuilder, sql } from 'kysely'

/** The condition that a row is of an instrument; with null every row is. */
export function ofInstrument(instrument: string | null, column = 'instrument'): RawBuilder<boolean> {
  return sql`(${instrument}::text is null or ${sql.ref(column)} = ${instrument})`
}
