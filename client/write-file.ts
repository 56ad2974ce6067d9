import { writeFile as write } from 'node:fs/promises'
import { PreconditionError } from '../domain/failure.ts'

/** Writes a file that a person named. @throws PreconditionError when that place cannot be written */
export async function writeNamedFile(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await write(path, content)
  } catch (cause) {
    throw new PreconditionError(
      `${path} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        cause,
      },
    )
  }
}
