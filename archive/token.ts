import { readFile } from 'node:fs/promises'
import { PreconditionError } from '../domain/failure.ts'

/**
 * Where a secret is, never the secret: `env:NAME` for an environment variable, else the path of a file. It is read anew for each request,
 * so that a token can be renewed under a running worker.
 */
export type TokenReference = string

/** @throws PreconditionError when there is none, or more than one line, without a word of what it holds */
export async function readToken(reference: TokenReference): Promise<string> {
  const variable = /^env:(.+)$/.exec(reference)?.[1]
  const text = variable === undefined ? await readTokenFile(reference) : (process.env[variable] ?? '')
  const token = text.trim()
  if (/^[\x21-\x7e]+$/.test(token)) return token
  throw new PreconditionError(`the archive's token (${reference}) must be one line without blanks, and is not`)
}

async function readTokenFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new PreconditionError(`cannot read the archive's token from ${path}`, { cause: error })
  }
}
