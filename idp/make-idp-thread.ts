import { OutcomeError } from '../domain/failure.ts'
import { type IdpToMake, type MadeIdp, makeIdp } from './make-idp.ts'

/** What comes back from a thread: an OutcomeError loses its class on the way, so it travels as a value. */
export type ThreadAnswer =
  | { readonly made: MadeIdp }
  | { readonly outcome: { readonly kind: OutcomeError['kind']; readonly cause: string } }

/** The function that a thread of the pool runs. */
export default async function makeIdpInThread(request: IdpToMake): Promise<ThreadAnswer> {
  try {
    return { made: await makeIdp(request) }
  } catch (error) {
    if (error instanceof OutcomeError) return { outcome: { kind: error.kind, cause: error.message } }
    throw error
  }
}
