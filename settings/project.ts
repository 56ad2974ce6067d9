import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const manifest = z.object({ name: z.string() })

/**
 * The project's folder, found upward from this file: the code runs from its source as well as from `dist/`,
 * and the files that are not code (instrument files, migrations, pages) are read from the project in both cases.
 */
export function projectRoot(): string {
  const start = dirname(fileURLToPath(import.meta.url))
  for (let folder = start; ; folder = dirname(folder)) {
    if (isProject(join(folder, 'package.json'))) return folder
    if (folder === dirname(folder)) throw new Error(`no package.json named phoenix above ${start}`)
  }
}

function isProject(path: string): boolean {
  if (!existsSync(path)) return false
  const parsed = manifest.safeParse(JSON.parse(readFileSync(path, 'utf8')))
  return parsed.success && parsed.data.name === 'phoenix'
}
