import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { controlOf, describeScope, type Hold, type HoldScope, inScope, type StartPlace } from '../../domain/hold.ts'

const place: StartPlace = {
  instrument: 'UVES',
  date: '2026-03-01',
  orderId: 7,
  host: 'muc08',
  archives: ['raw', 'products'],
}

const hold = (id: number, kind: Hold['kind'], scope: HoldScope = { type: 'everything' }): Hold => ({
  id,
  kind,
  scope,
  reason: '',
  placedBy: 'me',
  placedAt: new Date('2026-03-01T20:00:00Z'),
})

describe('scope', () => {
  it.each<[HoldScope, boolean, string]>([
    [{ type: 'everything' }, true, 'everything'],
    [{ type: 'instrument', instrument: 'UVES' }, true, 'UVES'],
    [{ type: 'instrument', instrument: 'FORS2' }, false, 'FORS2'],
    [{ type: 'date', instrument: 'UVES', date: '2026-03-01' }, true, 'UVES 2026-03-01'],
    [{ type: 'date', instrument: 'UVES', date: '2026-03-02' }, false, 'UVES 2026-03-02'],
    [{ type: 'date', instrument: 'FORS2', date: '2026-03-01' }, false, 'FORS2 2026-03-01'],
    [{ type: 'campaign', orderId: 7 }, true, 'campaign 7'],
    [{ type: 'campaign', orderId: 8 }, false, 'campaign 8'],
    [{ type: 'host', host: 'muc08' }, true, 'host muc08'],
    [{ type: 'host', host: 'muc09' }, false, 'host muc09'],
    [{ type: 'archive', archive: 'products' }, true, 'archive products'],
    [{ type: 'archive', archive: 'other' }, false, 'archive other'],
  ])('%j holds the place: %s', (scope, held, words) => {
    expect(inScope(scope, place)).toBe(held)
    expect(controlOf([hold(1, 'pause', scope)], place).command).toBe(held ? 'pause' : 'go')
    expect(describeScope(scope)).toBe(words)
  })
})

describe('several holds', () => {
  it('the strongest wins, the oldest among equals', () => {
    const holds = [hold(4, 'pause'), hold(3, 'cancel'), hold(2, 'cancel'), hold(1, 'stop')]
    expect(controlOf(holds, place)).toEqual({ command: 'cancel', hold: holds[2] })
    expect(controlOf([hold(2, 'pause'), hold(9, 'stop')], place).command).toBe('stop')
    expect(controlOf([], place)).toEqual({ command: 'go' })
  })

  it('the answer does not depend on their order, and one more in scope never weakens it', () => {
    const strength = { go: 0, pause: 1, stop: 2, cancel: 3 }
    const scope = fc.constantFrom<HoldScope>(
      { type: 'everything' },
      { type: 'host', host: 'muc08' },
      { type: 'host', host: 'elsewhere' },
      { type: 'instrument', instrument: 'UVES' },
    )
    const kinds = fc.array(fc.tuple(fc.constantFrom<Hold['kind']>('pause', 'stop', 'cancel'), scope))
    fc.assert(
      fc.property(kinds, fc.constantFrom<Hold['kind']>('pause', 'stop', 'cancel'), (list, more) => {
        const holds = list.map(([kind, where], id) => hold(id, kind, where))
        const control = controlOf(holds, place)
        expect(controlOf(holds.toReversed(), place)).toEqual(control)
        const stricter = controlOf([...holds, hold(99, more)], place)
        expect(strength[stricter.command]).toBe(Math.max(strength[control.command], strength[more]))
      }),
    )
  })
})
