import { OutcomeError } from '../../domain/failure.ts'

/** The products or headers at hand do not make an IDP: the outcome of the block, for good. */
export function notConvertible(what: string): OutcomeError {
  return new OutcomeError('idp', what)
}
