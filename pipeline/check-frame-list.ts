import type { AssociationBlock } from '../domain/association-block.ts'
import { OutcomeError } from '../domain/failure.ts'
import type { Mode } from '../domain/instrument.ts'

/**
 * Holds the lists of a block against what the recipe can do with them: of two science frames it takes the first and
 * says nothing, and a file with a tag that it does not know it leaves aside. (Two files of one category make a block malformed.)
 *
 * @param modes those of the block's raw type
 * @throws OutcomeError of kind `input`
 */
export function checkFrameList(ab: AssociationBlock, modes: readonly Mode[]): void {
  const wrongTag = ab.rawFiles.find(({ tag }) => tag !== ab.rawType)
  if (wrongTag !== undefined) {
    throw refused(
      `raw ${wrongTag.fileName} is tagged ${wrongTag.tag}, a block of ${ab.rawType} takes ${ab.rawType} only`,
    )
  }
  const found = ab.rawFiles.length
  if (!modes.some(({ raw: { frames } }) => found >= frames.minimum && found <= frames.maximum)) {
    const counts = new Set(modes.map(({ raw: { frames } }) => inWords(frames)))
    throw refused(`${found} raw frames, ${ab.recipe} takes ${[...counts].join(' or ')} of ${ab.rawType}`)
  }
  const known = new Set(modes.flatMap(({ required, optional }) => [...required, ...optional]))
  for (const { fileName, category } of ab.calibrations) {
    if (!known.has(category)) throw refused(`${fileName} is a ${category}, which ${ab.rawType} does not know`)
  }
}

function inWords({ minimum, maximum }: Mode['raw']['frames']): string {
  return minimum === maximum ? String(minimum) : `${minimum} to ${maximum}`
}

function refused(cause: string): OutcomeError {
  return new OutcomeError('input', `the block's list cannot be right: ${cause}`)
}
