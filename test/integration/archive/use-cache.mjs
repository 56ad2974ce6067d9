// A process to be killed: run after run works with the cache of the compiled program, as fast as it can.
import { createHash } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const [dist, scratch, limitBytes, seed] = process.argv.slice(2)
const { CalibrationCache } = await import(`${dist}/archive/calibration-cache.js`)
const { randomFrom } = await import(`${dist}/simulator/random.js`)
const cache = new CalibrationCache(join(scratch, '.calibrations'), Number(limitBytes))
const random = randomFrom(`cache/${seed}`)
for (let run = 0; ; run += 1) {
  const folder = join(scratch, `run-${seed}-${run % 3}`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  for (let wanted = 0; wanted < 4; wanted += 1) {
    const name = `${random.integer(0, 11)}.fits`
    const path = join(folder, name)
    if ((await cache.take(name, 'v1', path)) !== null) continue
    const data = Buffer.alloc(20_000, name)
    writeFileSync(`${path}.new`, data)
    rmSync(path, { force: true })
    const sha256 = createHash('sha256').update(data).digest('hex')
    await cache.keep(name, 'v1', { path: `${path}.new`, bytes: data.length, sha256 })
  }
  if (run === 0) process.send('at work')
}
