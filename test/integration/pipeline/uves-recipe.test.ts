import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { ensureRecipe, findPipeline } from '../../../pipeline/find-pipeline.ts'
import type { Pipeline } from '../../../pipeline/find-pipeline.ts'
import { firstError, recipeSeconds, warnings } from '../../../pipeline/log-findings.ts'
import { listProducts } from '../../../pipeline/products.ts'
import { readQcParameters } from '../../../pipeline/qc-parameters.ts'
import { readErrorOutput, readLog } from '../../../pipeline/read-log.ts'
import { prepareRecipe, startRecipe, waitForRecipe } from '../../../pipeline/run-recipe.ts'
import type { RecipeStatus } from '../../../pipeline/run-recipe.ts'
import { writeBiasFrame } from './bias-frame.ts'
import { newFolder } from './fake-recipe.ts'

let uves: Pipeline
beforeAll(async () => {
  uves = await findPipeline('uves')
})

interface Run {
  readonly recipe?: string
  readonly parameters?: string[]
  readonly without?: string
  readonly memoryBytes?: number
}

/** Runs `uves_cal_mbias` on three bias frames. */
async function runOnBiases(options: Run = {}): Promise<{ folder: string; status: RecipeStatus; scratch: string }> {
  const { folder, scratch } = newFolder()
  const frames = [1, 2, 3].map((seed) => ({ path: join(scratch, `bias${seed}.fits`), tag: 'BIAS_BLUE' }))
  await Promise.all(frames.map(({ path }, i) => writeBiasFrame(path, i + 1, options.without)))
  await prepareRecipe({
    folder,
    pipeline: uves,
    recipe: options.recipe ?? 'uves_cal_mbias',
    parameters: options.parameters ?? [],
    frames,
    limits: { wallSeconds: 60, memoryBytes: options.memoryBytes ?? 2e9, outputBytes: 1e9 },
    nice: 5,
  })
  await startRecipe(folder)
  return { folder, scratch, status: await waitForRecipe(folder) }
}

test('the installed pipeline is found with its recipes', () => {
  expect(uves).toMatchObject({ name: 'uves', version: expect.stringMatching(/^\d+\.\d+\.\d+$/) })
  expect(uves.esorexVersion).toMatch(/^\d+\.\d+/)
  ensureRecipe(uves, 'uves_obs_scired')
  expect(() => ensureRecipe(uves, 'uves_obs_nothing')).toThrow('has no recipe uves_obs_nothing')
})

test('a recipe that succeeds: products, QC parameters, log, resources', async () => {
  const { folder, status } = await runOnBiases()
  expect(status).toMatchObject({ exitCode: 0, signal: null, killedBy: null, startError: null })
  expect(status.cpuSeconds).toBeGreaterThan(0)
  // Three frames of 3.2 MB in, one image of 1024 x 1500 floats out.
  expect(status.bytesRead).toBeGreaterThan(9.6e6)
  expect(status.bytesWritten).toBeGreaterThan(6e6)

  const products = listProducts(folder)
  expect(products).toMatchObject([{ fileName: 'masterbias_blue.fits', category: 'MASTER_BIAS_BLUE' }])
  expect(products[0]?.bytes).toBeGreaterThan(6e6)
  const [qc] = await readQcParameters(products)
  const noise = qc?.parameters.find(({ name }) => name === 'QC OUT1 RON MASTER')
  expect(noise).toMatchObject({ orderNumber: null, text: null, value: expect.any(Number) })

  const log = readLog(folder)
  expect(log.path).toBe(join(folder, 'esorex.log'))
  expect(firstError(log.text, readErrorOutput(folder))).toBeNull()
  expect(warnings(log.text)).toEqual({ count: 0, lines: [] })
  expect(recipeSeconds(log.text)).toBeGreaterThan(0)
})

test('a recipe that fails: its own exit code and first error, no products', async () => {
  const { folder, status } = await runOnBiases({ without: 'ESO DET READ SPEED' })
  expect(status).toMatchObject({ exitCode: 10, signal: null, killedBy: null })
  expect(firstError(readLog(folder).text, readErrorOutput(folder))).toBe(
    'Data not found: Keyword ESO DET READ SPEED does not exist',
  )
  expect(() => listProducts(folder)).toThrow('exit code 10')
})

test('an unknown parameter', async () => {
  const { folder, status } = await runOnBiases({ parameters: ['--foo=1'] })
  expect(status.exitCode).toBe(255)
  expect(firstError(readLog(folder).text, '')).toBe("Command line parameter '--foo=1' not recognized")
})

test('a memory limit that the real recipe passes: killed, and what it logged is there', async () => {
  const { folder, status } = await runOnBiases({ memoryBytes: 1e6 })
  expect(status).toMatchObject({ exitCode: null, signal: 'SIGKILL', killedBy: 'memory' })
  expect(existsSync(join(folder, 'esorex.log'))).toBe(false)
  expect(() => listProducts(folder)).toThrow('exit code none')
})

test('two recipes at once do not touch one another', async () => {
  const runs = await Promise.all([runOnBiases(), runOnBiases()])
  for (const { folder, status } of runs) {
    expect(status.exitCode).toBe(0)
    expect(listProducts(folder)).toHaveLength(1)
  }
})

test('a home with its own esorex.rc has no say', async () => {
  const { scratch } = newFolder()
  const before = process.env['HOME']
  process.env['HOME'] = scratch
  mkdirSync(join(scratch, '.esorex'))
  writeFileSync(
    join(scratch, '.esorex/esorex.rc'),
    'esorex.caller.output-dir=/nonexistent\nesorex.caller.suppress-prefix=FALSE\n',
  )
  try {
    const { folder, status } = await runOnBiases()
    expect(status.exitCode).toBe(0)
    expect(readdirSync(join(folder, 'products'))).toEqual(['masterbias_blue.fits'])
  } finally {
    if (before === undefined) delete process.env['HOME']
    else process.env['HOME'] = before
  }
})
