/**
 * Bytes that are not FITS, or content that FITS cannot hold. The message says what, where, and what was expected.
 * What it means (an outcome for a raw, a precondition for a calibration, a defect when writing) is the caller's decision.
 */
export class FitsError extends Error {
  override readonly name = 'FitsError'
}
