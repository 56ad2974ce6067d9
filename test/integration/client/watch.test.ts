import { afterEach, beforeEach, expect, test } from 'vitest'
import { Output } from '../../../client/output.ts'
import { watch } from '../../../client/watch.ts'
import { placeHold } from '../../../database/holds.ts'
import { blocks, DATE } from '../../client/blocks.ts'
import { capturedStreams } from '../../client/captured.ts'
import { type OwnInstallation, ownInstallation } from './own-installation.ts'

let own: OwnInstallation
beforeEach(async () => {
  own = await ownInstallation()
  own.layBlocks(blocks(2, true))
  await own.phoenix('register', 'UVES', DATE)
})
afterEach(() => own.drop())

/** Watches until `seen` is written, or for as long as a test may take. */
async function watched(json: boolean, happen: () => Promise<unknown>, seen: string): Promise<string> {
  const { streams, out } = capturedStreams()
  const ended = new AbortController()
  const told = {
    ...streams,
    out: (text: string) => {
      streams.out(text)
      if (out().includes(seen)) ended.abort()
    },
  }
  const watching = watch({ output: new Output(told, json) }, own.database, ended.signal)
  // Until the watch has begun to look nothing counts as news.
  const repeat = setInterval(() => void happen(), 700)
  await watching
  clearInterval(repeat)
  return out()
}

test('in a pipe: a line for each thing that happens from now on', async () => {
  const out = await watched(false, () => own.phoenix('run', 'UVES', DATE), 'run opened')
  expect(out).toMatch(/^\S+ \S+Z  UVES 2026-03-01  run opened  run 1 on muc08  \(ada\)\n/m)
  expect(out).not.toContain('registered')
})

test('with --json: JSON Lines', async () => {
  let number = 0
  const pause = () => {
    number += 1
    const scope = { type: 'host', host: `muc${number}` } as const
    return placeHold(own.database, { kind: 'pause', scope, reason: 'x', placedBy: 'ada' })
  }
  const out = await watched(true, pause, '"pause"')
  const [first = ''] = out.split('\n')
  expect(JSON.parse(first)).toMatchObject({ what: 'pause', who: 'ada', abName: null })
})
