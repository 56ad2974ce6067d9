import type { IdpChecks } from '../../domain/idp-checks.ts'
import type { Instrument } from '../../domain/instrument.ts'

/** What one instrument's files must say beyond the standard (rules U..): from the instrument file, so that no rule knows an instrument. */
export interface IdpExpectations extends IdpChecks {
  /** Value of INSTRUME. */
  readonly instrument: string
  /** The choice of the stream is never to calibrate the flux. */
  readonly neverFluxCalibrated: boolean
}

/** Null where the instrument file says nothing of internal data products, or nothing of their checks. */
export function expectationsOf({ instrument, idp }: Instrument): IdpExpectations | null {
  if (idp?.checks === undefined) return null
  return { ...idp.checks, instrument, neverFluxCalibrated: idp.fluxCalibration.case === 2 }
}
