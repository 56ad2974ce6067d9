import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'
import { type Instrument, instrumentSchema } from '../domain/instrument.ts'

/** Where something stands in an instrument file: `['modes', 0, 'recipe']`. */
export type PlaceInFile = readonly PropertyKey[]

export interface FileProblem {
  /** Line of the file, from 1; null when it is the file as a whole. */
  readonly line: number | null
  readonly place: PlaceInFile
  readonly message: string
}

export type InstrumentFile =
  | { readonly valid: true; readonly instrument: Instrument; readonly lineOf: (place: PlaceInFile) => number | null }
  | { readonly valid: false; readonly problems: readonly FileProblem[] }

/** Reads the text of an instrument file: what it says, or everything that is wrong with its form, each with its line. */
export function parseInstrumentFile(text: string): InstrumentFile {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  if (document.errors.length > 0) {
    const problems = document.errors.map(({ pos, code }) => {
      return { line: lines.linePos(pos[0]).line, place: [], message: `not YAML: ${code}` }
    })
    return { valid: false, problems }
  }
  const lineOf = (place: PlaceInFile) => lineOfPlace(document, lines, place)
  const content = contentOf(document)
  if (content instanceof ReferenceError) {
    return { valid: false, problems: [{ line: null, place: [], message: `not YAML: ${content.message}` }] }
  }
  const checked = instrumentSchema.safeParse(content)
  if (checked.success) return { valid: true, instrument: checked.data, lineOf }
  const problems = checked.error.issues.flatMap(placesOf).map(({ place, message }) => {
    return { line: lineOf(place), place, message }
  })
  return { valid: false, problems }
}

/** An alias may name an anchor that is not there. */
function contentOf(document: Document): unknown {
  try {
    return document.toJS()
  } catch (error) {
    if (error instanceof ReferenceError) return error
    throw error
  }
}

/** `modes.0.recipe` */
export function placeText(place: PlaceInFile): string {
  return place.map(String).join('.')
}

/** A key that does not belong there is the problem, not what it stands in. */
function placesOf(issue: z.core.$ZodIssue): { readonly place: PlaceInFile; readonly message: string }[] {
  if (issue.code !== 'unrecognized_keys') return [{ place: issue.path, message: issue.message }]
  return issue.keys.map((key) => ({ place: [...issue.path, key], message: 'there is no such field here' }))
}

/** Line of the deepest part of the place that the file has: of a missing field, that of what it is missing in. */
function lineOfPlace(document: Document, lines: LineCounter, place: PlaceInFile): number | null {
  for (let depth = place.length; depth > 0; depth--) {
    const start = startOf(document.getIn(place.slice(0, depth - 1), true), place[depth - 1])
    if (start !== undefined) return lines.linePos(start).line
  }
  return null
}

/** Where the name of a field begins, or an entry of a list. */
function startOf(parent: unknown, key: PropertyKey | undefined): number | undefined {
  const found = isMap(parent)
    ? parent.items.find((pair) => isScalar(pair.key) && pair.key.value === key)?.key
    : isSeq(parent) && typeof key === 'number'
      ? parent.items[key]
      : undefined
  return isNode(found) ? found.range?.[0] : undefined
}
