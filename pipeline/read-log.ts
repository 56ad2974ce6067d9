import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'

/** In the order of worth: the finished log, what a killed or crashed recipe leaves of it, what was said on the terminal. */
const SOURCES = ['esorex.log', '.logfile', 'stderr.txt'] as const

export interface RecipeLog {
  readonly text: string
  /** Null when the recipe left no log at all. */
  readonly path: string | null
}

/**
 * The log of a recipe that ended in whatever way, or of one that runs. Of a log above `maximumBytes` the beginning and the end
 * are given: the inputs stand in the one, the errors in the other. Bytes that are not UTF-8 are read as Latin-1, so none is lost.
 */
export function readLog(folder: string, maximumBytes = 8 * 1024 * 1024): RecipeLog {
  const path = SOURCES.map((name) => join(folder, name)).find((candidate) => existsSync(candidate))
  return path === undefined ? { text: '', path: null } : { text: readBounded(path, maximumBytes), path }
}

/** What a recipe said on its error output; empty if nothing. */
export function readErrorOutput(folder: string): string {
  const path = join(folder, 'stderr.txt')
  return existsSync(path) ? readBounded(path, 1024 * 1024) : ''
}

/** For a terminal or a page: without control characters, which could move the cursor or change colours; lines and tabs stay. */
export function printable(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(/[\p{Cc}\p{Cf}]/gu, (character) => ('\n\t'.includes(character) ? character : '\u{fffd}'))
}

function readBounded(path: string, maximumBytes: number): string {
  const file = openSync(path, 'r')
  try {
    const { size } = fstatSync(file)
    if (size <= maximumBytes) return decode(readAt(file, 0, size))
    const half = Math.floor(maximumBytes / 2)
    const left = size - 2 * half
    return `${decode(readAt(file, 0, half))}\n[${left} bytes left out]\n${decode(readAt(file, size - half, half))}`
  } finally {
    closeSync(file)
  }
}

function readAt(file: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  return bytes.subarray(0, readSync(file, bytes, 0, length, position))
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return bytes.toString('latin1')
  }
}
