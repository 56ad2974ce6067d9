import type { FailureKind } from './failure.ts'

/** What is known of a recipe that is no longer running. */
export interface RecipeEndFacts {
  readonly exitCode: number | null
  readonly signal: string | null
  /** Which of us ended it, null when nobody did. */
  readonly killedBy: null | 'cancel' | 'wall' | 'memory' | 'output'
  /** First error of the recipe's log, null when it gave none. */
  readonly firstError: string | null
}

export type RecipeEnd =
  | { readonly class: 'success' }
  | { readonly class: 'outcome'; readonly kind: FailureKind; readonly cause: string }
  /** The machine's doing: repeated, and counted as a start without an end. */
  | { readonly class: 'infrastructure'; readonly cause: string }
  /** Killed by us on request: the block has not been attempted. */
  | { readonly class: 'not attempted' }

/** From esorex: products could not be moved to the output folder (full or broken disk). */
const PRODUCTS_NOT_MOVED = 66
/** CPL_ERROR_FILE_IO; an outcome when it came from reading, infrastructure when from writing. */
const FILE_IO = 5
/** What CFITSIO says in the first error when a write failed. */
const WRITING_FAILED = /error writing to FITS file|ffclos/
/** What the system says, whatever exit code the program makes of it. */
const DISK_FULL = /No space left on device|Disk quota exceeded/
/** Signals by which a program ends itself: it has given its answer. All others came from the machine. */
const CRASHES = new Set(['SIGSEGV', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGABRT', 'SIGTRAP', 'SIGSYS'])
const SIGNAL_BY_EXIT_CODE: Record<number, string> = {
  132: 'SIGILL',
  134: 'SIGABRT',
  135: 'SIGBUS',
  136: 'SIGFPE',
  137: 'SIGKILL',
  139: 'SIGSEGV',
  143: 'SIGTERM',
}

/**
 * The table that decides what is an answer of the recipe and what the observatory's machines did to it (docs/architecture.md,
 * "Outcome or infrastructure"). Nothing else decides that.
 */
export function classifyRecipeEnd(facts: RecipeEndFacts): RecipeEnd {
  const { exitCode, killedBy, firstError } = facts
  // A recipe that had ended with 0 when our kill arrived has given its answer all the same.
  if (exitCode === 0) return { class: 'success' }
  if (killedBy === 'cancel') return { class: 'not attempted' }
  if (killedBy !== null) return { class: 'outcome', kind: 'limit', cause: LIMIT_CAUSE[killedBy] }
  const signal = facts.signal ?? SIGNAL_BY_EXIT_CODE[exitCode ?? -1] ?? null
  if (signal !== null) return classifySignal(signal, firstError)
  if (exitCode === null) return { class: 'infrastructure', cause: 'ended without exit code or signal' }
  if (exitCode === PRODUCTS_NOT_MOVED) {
    return { class: 'infrastructure', cause: 'exit code 66: products could not be moved to the output folder' }
  }
  if (firstError !== null && DISK_FULL.test(firstError)) {
    return { class: 'infrastructure', cause: `disk full: ${firstError}` }
  }
  if (exitCode === FILE_IO && firstError !== null && WRITING_FAILED.test(firstError)) {
    return { class: 'infrastructure', cause: `exit code 5 on writing: ${firstError}` }
  }
  return { class: 'outcome', kind: 'recipe', cause: firstError ?? `exit code ${exitCode} without an error message` }
}

const LIMIT_CAUSE = {
  wall: 'ended by us: wall time limit',
  memory: 'ended by us: memory limit',
  output: 'ended by us: output size limit',
} as const

function classifySignal(signal: string, firstError: string | null): RecipeEnd {
  if (!CRASHES.has(signal)) return { class: 'infrastructure', cause: `killed by ${signal}, not by us` }
  const detail = firstError === null ? '' : `: ${firstError}`
  return { class: 'outcome', kind: 'recipe', cause: `the recipe crashed (${signal})${detail}` }
}
