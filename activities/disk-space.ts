import { mkdir, statfs } from 'node:fs/promises'

/** Free bytes for us on the disk of a folder, which is made if need be. */
export async function freeBytes(folder: string): Promise<number> {
  await mkdir(folder, { recursive: true })
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

/** In words, why no block is taken now; null when there is room. */
export function lackOfSpace(host: string, free: number, needed: number): string | null {
  if (free >= needed) return null
  return `waits for disk space on ${host}: ${gigabytes(free)} GB free, ${gigabytes(needed)} GB needed`
}

function gigabytes(bytes: number): string {
  return (bytes / 1e9).toFixed(1)
}
