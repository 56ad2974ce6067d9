import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PreconditionError } from '../domain/failure.ts'
import { convertFiles } from '../idp/convert.ts'
import { loadInstrument } from '../settings/instruments.ts'
import { realProducts } from './real-products.ts'

/**
 * CPU time and memory of one conversion, over many, on real products of uves_obs_scired (390 nm: flux-calibrated; 437 nm: not).
 * Run compiled, in the project's folder: `node dist/bench/convert-idp.js [conversions]`.
 */
async function main(count: number): Promise<void> {
  const { idp: section } = await loadInstrument('instruments', 'UVES')
  if (section === undefined) throw new PreconditionError('instruments/uves.yaml has no part idp')
  const folder = await mkdtemp(join(tmpdir(), 'phoenix-bench-'))
  try {
    for (const setting of [437, 390] as const) {
      const exposure = await realProducts(setting, join(folder, String(setting)))
      const request = {
        section,
        ...exposure,
        database: {},
        archiveName: null,
        attemptEndedAt: new Date('2026-03-03T10:00:00Z'),
        path: join(folder, 'idp.fits'),
      }
      const { bytes, fluxCalibrated } = await convertFiles(request)
      console.log(`${setting} nm, ${fluxCalibrated ? 'flux-calibrated' : 'not flux-calibrated'}, ${bytes} bytes`)
      const before = process.cpuUsage()
      const start = performance.now()
      for (let done = 1; done <= count; done++) {
        await convertFiles(request)
        if (done % Math.ceil(count / 10) !== 0 && done !== count) continue
        const { user, system } = process.cpuUsage(before)
        const perConversion = (microseconds: number) => (microseconds / 1000 / done).toFixed(1)
        const wall = ((performance.now() - start) / done).toFixed(1)
        const memory = (process.memoryUsage.rss() / 2 ** 20).toFixed(0)
        console.log(
          `${done} conversions: ${perConversion(user + system)} ms of CPU each (${wall} ms of wall), resident ${memory} MiB`,
        )
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

await main(Number(process.argv[2] ?? 1000))
