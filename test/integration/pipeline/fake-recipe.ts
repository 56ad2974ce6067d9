import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeAll } from 'vitest'
import type { Pipeline } from '../../../pipeline/find-pipeline.ts'
import { killOrphans, launcherOf } from '../../../pipeline/recipe-folder.ts'
import { prepareRecipe } from '../../../pipeline/run-recipe.ts'
import { signalProcess } from '../../../pipeline/process-table.ts'

export const projectRoot = resolve(import.meta.dirname, '../../..')

export const fakePipeline: Pipeline = {
  name: 'fake',
  version: '0.0.1',
  esorex: join(projectRoot, 'test/fixtures/recipes/esorex'),
  esorexVersion: '0.0.1',
  recipeDir: '/nowhere/fake-0.0.1',
  recipes: [],
}

const folders: string[] = []

/** A new private folder beside a scratch folder of the test; what still runs in it is killed after the test. */
export function newFolder(): { folder: string; scratch: string } {
  const scratch = mkdtempSync(join(tmpdir(), 'phoenix-recipe-'))
  folders.push(scratch)
  return { folder: join(scratch, 'recipe'), scratch }
}

export interface FakeOptions {
  parameters?: string[]
  wallSeconds?: number
  memoryBytes?: number
  outputBytes?: number
  graceSeconds?: number
}

export async function prepareFake(folder: string, recipe: string, options: FakeOptions = {}): Promise<void> {
  await prepareRecipe({
    folder,
    pipeline: fakePipeline,
    recipe,
    parameters: options.parameters ?? [],
    frames: [{ path: '/data/raw.fits', tag: 'SCI_POINT_BLUE' }],
    limits: {
      wallSeconds: options.wallSeconds ?? 600,
      memoryBytes: options.memoryBytes ?? 4e9,
      outputBytes: options.outputBytes ?? 1e9,
    },
    graceSeconds: options.graceSeconds ?? 5,
  })
}

/** Numbers of the processes that noted themselves as `<name> <pid>`. */
export function noted(path: string): number[] {
  if (!existsSync(path)) return []
  return [...readFileSync(path, 'utf8').matchAll(/^(?!SIG)\S+ (\d+)$/gm)].map(([, pid]) => Number(pid))
}

export function launcherPid(folder: string): number {
  const launcher = launcherOf(folder)
  if (launcher === null) throw new Error(`no launcher in ${folder}`)
  return launcher.pid
}

/** Waits for something to come true; the test's own time limit is the only one. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((wake) => setTimeout(wake, 20))
}

/** Zombies do not run: nobody may be there to reap them. */
export function runs(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

/** What runs from dist/ in these tests; everything else runs from source. */
const BUILT = [
  'launcher',
  'bounded-capture',
  'process-table',
  'ready-launcher',
  'resource-usage',
  'write-durably',
  'recipe-folder',
  'run-recipe',
]

beforeAll(() => {
  for (const name of BUILT) {
    const built = statSync(join(projectRoot, `dist/pipeline/${name}.js`), { throwIfNoEntry: false })
    if (built === undefined || statSync(join(projectRoot, `pipeline/${name}.ts`)).mtimeMs > built.mtimeMs) {
      throw new Error(`dist/pipeline/${name}.js is not built from the present source: npx tsc -p tsconfig.build.json`)
    }
  }
})

afterEach(async () => {
  for (const scratch of folders.splice(0)) {
    const folder = join(scratch, 'recipe')
    if (existsSync(folder)) {
      const launcher = launcherOf(folder)
      if (launcher !== null) signalProcess(launcher, 'SIGKILL')
      await killOrphans(folder)
    }
    rmSync(scratch, { recursive: true, force: true })
  }
})
