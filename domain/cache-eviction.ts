/** A file that a cache holds. */
export interface CachedFile {
  readonly id: string
  readonly bytes: number
  readonly lastUsedMs: number
  /** Somebody works with it: it must stay. */
  readonly isLeased: boolean
}

/**
 * Ids of what has to go so that at most `limitBytes` are held with `newBytes` more: the longest unused first, never what is leased. Null when
 * there would not be room even then; then nothing has to go either.
 */
export function toEvict(
  files: readonly CachedFile[],
  { limitBytes, newBytes }: { readonly limitBytes: number; readonly newBytes: number },
): readonly string[] | null {
  let excess = files.reduce((sum, { bytes }) => sum + bytes, newBytes) - limitBytes
  const evicted: string[] = []
  for (const { id, bytes } of files.filter(({ isLeased }) => !isLeased).toSorted(byAge)) {
    if (excess <= 0) break
    evicted.push(id)
    excess -= bytes
  }
  return excess > 0 ? null : evicted
}

const byAge = (a: CachedFile, b: CachedFile) => a.lastUsedMs - b.lastUsedMs || (a.id < b.id ? -1 : 1)
