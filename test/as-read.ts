import { createHash } from 'node:crypto'
import type { CertifiedInstrument, Instrument } from '../domain/instrument.ts'

/** An instrument of a test as if it had been read from a file. */
export function asRead(instrument: Instrument): CertifiedInstrument {
  const content = JSON.stringify(instrument)
  return { ...instrument, file: { content, sha256: createHash('sha256').update(content).digest('hex') } }
}
