/**
 * The three classes of error (docs/architecture.md, "Errors").
 * Everything that is thrown on purpose in phoenix is one of these; anything else is a defect of ours.
 */

/** Known before any start, and for a person to mend: bad input, a missing program, a mistake on the command line. */
export class PreconditionError extends Error {
  override readonly name = 'PreconditionError'
}

/** What became of one association block, for good: it is recorded and never retried. */
export class OutcomeError extends Error {
  override readonly name = 'OutcomeError'
  readonly kind: FailureKind

  constructor(kind: FailureKind, cause: string) {
    super(cause)
    this.kind = kind
  }
}

/** What the observatory's machines did (disk, network, services away): repeated with back-off, never an outcome. */
export class InfrastructureError extends Error {
  override readonly name = 'InfrastructureError'
}

/** Where a failed association block failed. */
export type FailureKind = 'input' | 'recipe' | 'limit' | 'product' | 'idp'
