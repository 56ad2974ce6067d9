import type { CertifiedInstrument } from '../domain/instrument.ts'
import type { Database } from './connect.ts'

/** Keeps the content of an instrument file with which something is done; it is kept once. Returns its SHA-256, which is its key. */
export async function keepInstrumentFile(database: Database, instrument: CertifiedInstrument): Promise<string> {
  const { file, version, status } = instrument
  await database
    .insertInto('instrument_file')
    .values({ ...file, instrument: instrument.instrument, version, status })
    .onConflict((conflict) => conflict.column('sha256').doNothing())
    .execute()
  return file.sha256
}
