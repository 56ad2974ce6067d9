import type { ConnectionLike } from '@temporalio/client'
import { SEARCH_ATTRIBUTES } from '../../domain/search-attributes.ts'

/** Options of the dev server that make it know our attributes from its start. */
export const searchAttributeOptions: readonly string[] = SEARCH_ATTRIBUTES.flatMap((name) => [
  '--search-attribute',
  `${name}=Keyword`,
])

/**
 * Registers those of our search attributes that a namespace lacks: an older server of ours, or somebody else's. Returns why not, where
 * the server does not allow it: runs are then found by the names of their workflows only, and nothing else is lost.
 */
export async function registerSearchAttributes(connection: ConnectionLike, namespace: string): Promise<string | null> {
  try {
    const missing = await missingSearchAttributes(connection, namespace)
    if (missing.length === 0) return null
    const searchAttributes = Object.fromEntries(missing.map((name) => [name, KEYWORD]))
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes })
    // A server says nothing about a name that it has already as another type.
    const refused = await missingSearchAttributes(connection, namespace)
    return refused.length === 0
      ? null
      : `its namespace has no search attribute of type keyword called ${refused.join(', ')}`
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** Whether a start may carry our attributes: a server refuses a start with one that it does not know. */
export async function hasSearchAttributes(connection: ConnectionLike, namespace: string): Promise<boolean> {
  try {
    return (await missingSearchAttributes(connection, namespace)).length === 0
  } catch {
    return false
  }
}

/** INDEXED_VALUE_TYPE_KEYWORD of temporal/api/enums/v1/common.proto. */
const KEYWORD = 2

/** One that is there with another type is missing too: the namespace may be that of others. */
async function missingSearchAttributes(connection: ConnectionLike, namespace: string): Promise<readonly string[]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace })
  return SEARCH_ATTRIBUTES.filter((name) => customAttributes?.[name] !== KEYWORD)
}
