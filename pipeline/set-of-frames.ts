import { isAbsolute } from 'node:path'
import { PreconditionError } from '../domain/failure.ts'

/** One input file of a recipe and its tag, e.g. `SCI_POINT_BLUE`. */
export interface Frame {
  readonly path: string
  readonly tag: string
}

/**
 * Text of a set of frames (SOF) as esorex reads it: one `path tag` per line.
 *
 * Blanks separate columns and cannot be quoted, relative paths count from wherever esorex runs, and `#` begins a comment; so
 * any of these in a path is a PreconditionError rather than a strange failure of the recipe.
 */
export function formatSetOfFrames(frames: readonly Frame[]): string {
  if (frames.length === 0) throw new PreconditionError('the set of frames is empty: a recipe needs at least one frame')
  for (const { path, tag } of frames) {
    if (!isAbsolute(path)) throw new PreconditionError(`path in the set of frames is not absolute: '${path}'`)
    if (!/^[\x21-\x7e]+$/.test(path)) {
      throw new PreconditionError(
        `path in the set of frames has blanks or other than plain characters, which esorex cannot read: '${path}'. Choose a folder without them`,
      )
    }
    if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(tag)) {
      throw new PreconditionError(`tag of '${path}' is '${tag}', expected a name such as SCI_POINT_BLUE`)
    }
  }
  return frames.map(({ path, tag }) => `${path} ${tag}\n`).join('')
}
