import type { Header } from '../../fits/header.ts'
import type { IdpExpectations } from './expectations.ts'
import type { Keywords } from './keywords.ts'

/** What a file is held against besides itself. Rules whose needs are absent are skipped. */
export interface IdpContext {
  /** Name under which the file is to be known, where the one that it has on this disk is of no meaning. */
  readonly name?: string
  /** Headers of the raw frames that PROVi names, by dp_id (name without `.fits`). */
  readonly raws?: ReadonlyMap<string, Header>
  readonly products?: PipelineProducts
  readonly expectations?: IdpExpectations
  /** dp_ids of raw frames and names of products that the archive has, to prove that a PROVi exists. */
  readonly archiveNames?: ReadonlySet<string>
  /** For "not in the future"; the clock of this machine unless given. */
  readonly now?: Date
}

/** Paths of the pipeline products that went into the file: one per chip, shortest wavelengths first. */
export interface PipelineProducts {
  /** Reduced, not flux-calibrated. */
  readonly spectrum: readonly string[]
  readonly error: readonly string[]
  /** Flux-calibrated; only where the file's main flux is. */
  readonly flux?: readonly string[]
  readonly fluxError?: readonly string[]
}

/** The context, or how to find it once the primary header is known (the instrument's name stands there). */
export type ContextFor = IdpContext | ((primary: Keywords) => IdpContext | Promise<IdpContext>)

export async function contextFor(context: ContextFor, primary: Keywords): Promise<IdpContext> {
  return typeof context === 'function' ? context(primary) : context
}
