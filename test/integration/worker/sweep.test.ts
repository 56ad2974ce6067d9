import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { MARKER } from '../../../activities/scratch.ts'
import { closeRun } from '../../../database/date-runs.ts'
import { readSettings } from '../../../settings/settings.ts'
import { runWorker, workerIsEnding } from '../../../worker.ts'
import { blocks, DATE } from '../../client/blocks.ts'
import { type OwnInstallation, ownInstallation } from '../client/own-installation.ts'

let own: OwnInstallation
beforeEach(async () => {
  own = await ownInstallation()
  own.layBlocks(blocks(1))
  await own.phoenix('register', 'UVES', DATE)
})
afterEach(() => own.drop())

function layRunFolder(runNumber: number): string {
  const folder = join(own.env['PHOENIX_HOME'] ?? '', 'scratch', 'UVES', DATE, `run-${runNumber}`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, MARKER), '')
  return folder
}

function layCachedCalibration(): string {
  const folder = join(own.env['PHOENIX_HOME'] ?? '', 'scratch', '.calibrations', 'files')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'ab'.repeat(32)), 'from an earlier date')
  return join(folder, 'ab'.repeat(32))
}

test('a host worker removes what a crashed run has left before it takes any work; what the open run needs stays', async () => {
  await own.phoenix('run', 'UVES', DATE)
  await closeRun(own.database, { runNumber: 1, state: 'stopped', problems: [], bytesFreed: 0 })
  await own.phoenix('run', 'UVES', DATE)
  const [crashed, open] = [layRunFolder(1), layRunFolder(2)]
  const cached = layCachedCalibration()
  const settings = readSettings({
    ...own.env,
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    PHOENIX_QUEUE_PREFIX: `${randomUUID()}.`,
  })
  const closing = new AbortController()
  const lines: string[] = []
  const log = pino(
    {},
    {
      write: (line: string) => {
        lines.push(line)
        if (line.includes('worker ready')) closing.abort(workerIsEnding())
      },
    },
  )
  await runWorker(settings, 'host', { closing: closing.signal, killing: new AbortController().signal }, log)
  expect([existsSync(crashed), existsSync(open)]).toEqual([false, true])
  const said = lines.join('')
  expect(said).toContain('leftovers swept')
  // The cache is no leftover, but it is off here.
  expect([said.includes('.calibrations'), existsSync(cached)]).toEqual([false, false])
})
