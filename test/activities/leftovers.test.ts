import { describe, expect, test } from 'vitest'
import { fateOfRunFolder, type RunFolderFound } from '../../activities/leftovers.ts'
import type { AuditedRun } from '../../database/archive-audit.ts'
import type { RunState } from '../../domain/date-run.ts'

const folder: RunFolderFound = {
  path: '/scratch/UVES/2026-03-01/run-7',
  instrument: 'UVES',
  date: '2026-03-01',
  runNumber: 7,
  hasMarker: true,
  idpNames: [],
}
const run: AuditedRun = {
  runNumber: 7,
  instrument: 'UVES',
  date: '2026-03-01',
  host: 'muc08',
  state: 'done',
  openStarts: 0,
  pendingIdps: 0,
}
const none = new Set<string>()
const fate = (changes: Partial<RunFolderFound>, ofRun: Partial<AuditedRun> = {}, waiting: ReadonlySet<string> = none) =>
  fateOfRunFolder({ ...folder, ...changes }, { ...run, ...ofRun }, 'muc08', waiting).fate

describe('the folder of a run goes', () => {
  test.each<RunState>(['done', 'error', 'stopped', 'blocked'])(
    'when it is %s and holds nothing that is wanted',
    (state) => {
      expect(fate({}, { state })).toBe('remove')
    },
  )

  test.each<RunState>(['running', 'holding', 'stopping', 'cancelling'])('never while it is %s', (state) => {
    expect(fate({}, { state })).toBe('keep')
  })

  test('not without our marker, nor when the record does not know just this run', () => {
    expect(fate({ hasMarker: false })).toBe('unknown')
    expect(fateOfRunFolder(folder, undefined, 'muc08', none).fate).toBe('unknown')
    expect(fate({}, { instrument: 'GIRAFFE' })).toBe('unknown')
    expect(fate({}, { date: '2026-03-02' })).toBe('unknown')
  })

  test('not when it is of another host, a recipe has not ended, or IDPs wait', () => {
    expect(fate({}, { host: 'muc09' })).toBe('keep')
    expect(fate({}, { openStarts: 1 })).toBe('keep')
    expect(fate({}, { pendingIdps: 1 })).toBe('keep')
  })

  test('not when a file in it waits for whichever run', () => {
    expect(fate({ idpNames: ['a.fits', 'b.fits'] }, {}, new Set(['b.fits']))).toBe('keep')
    expect(fate({ idpNames: ['a.fits'] }, {}, new Set(['b.fits']))).toBe('remove')
  })
})
