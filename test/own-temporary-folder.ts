import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { endProcess, runningProcess } from '../services/process.ts'
import { processesOf } from './processes-of.ts'

const prefix = 'phoenix-tests-'

/** All temporary folders of a test run lie in one, which goes with it. The database's account must be able to pass through. */
export default async function setUp(): Promise<() => void> {
  await clearAfterKilledRuns()
  const before = process.env['TMPDIR']
  const folder = mkdtempSync(join(tmpdir(), prefix))
  chmodSync(folder, 0o711)
  writeFileSync(join(folder, 'owner'), String(process.pid))
  process.env['TMPDIR'] = folder
  return () => {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** A run that was killed leaves its folder, and whatever it had started there: servers, workers, recipes. */
async function clearAfterKilledRuns(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(prefix))) {
    const folder = join(tmpdir(), name)
    if (isOwned(folder)) continue
    await Promise.all(processesOf(folder).map(({ pid }) => endProcess(pid, 'SIGTERM', 10)))
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

function isOwned(folder: string): boolean {
  try {
    return runningProcess(Number(readFileSync(join(folder, 'owner'), 'utf8'))) !== null
  } catch {
    return true // just being made, or being removed, by another run
  }
}
