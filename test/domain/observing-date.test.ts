import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PreconditionError } from '../../domain/failure.ts'
import { checkedObservingDate, isObservingDate, observingDateOf, timeInRawName } from '../../domain/observing-date.ts'

describe('date as an operator types it', () => {
  it.each(['2026-03-01', '2024-02-29', '1999-12-31', '2000-02-29'])('%s is one', (text) => {
    expect(checkedObservingDate(text)).toBe(text)
  })

  it.each([
    '2026-02-29',
    '2026-02-30',
    '1900-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-01-00',
    '2026-01-32',
    '0000-01-01',
    '2026-3-1',
    '26-03-01',
    '2026-03-01T00:00',
    ' 2026-03-01',
    '2026-03-01\n',
    '2026/03/01',
    '',
    '../..',
  ])('%j is none', (text) => {
    expect(isObservingDate(text)).toBe(false)
    expect(() => checkedObservingDate(text)).toThrow(PreconditionError)
  })

  it('every day of the calendar is one', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }), (day) => {
        expect(isObservingDate(day.toISOString().slice(0, 10))).toBe(true)
      }),
    )
  })
})

describe('night to which a moment belongs', () => {
  it.each([
    ['2026-03-02T03:36:00Z', 12, '2026-03-01'],
    ['2026-03-02T11:59:59.999Z', 12, '2026-03-01'],
    ['2026-03-02T12:00:00Z', 12, '2026-03-02'],
    ['2026-01-01T00:00:00Z', 12, '2025-12-31'],
    ['2024-03-01T01:00:00Z', 12, '2024-02-29'],
    ['2026-03-02T00:00:00Z', 0, '2026-03-02'],
  ])('%s with nights from %i h UT: %s', (moment, hour, night) => {
    expect(observingDateOf(new Date(moment), hour)).toBe(night)
  })

  it('begins at most a day before the moment, and at the hour', () => {
    const moment = fc.date({ min: new Date('1998-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
    fc.assert(
      fc.property(moment, fc.integer({ min: 0, max: 23 }), (time, hour) => {
        const begin = Date.parse(`${observingDateOf(time, hour)}T${String(hour).padStart(2, '0')}:00:00Z`)
        const elapsed = time.getTime() - begin
        expect(elapsed >= 0 && elapsed < 24 * 3_600_000).toBe(true)
      }),
    )
  })
})

describe('time in the name of a raw', () => {
  it.each([
    ['UVES.2026-03-02T03:36:00.000.fits', '2026-03-02T03:36:00.000Z'],
    ['UVES.2026-03-02T03:36:00.fits', '2026-03-02T03:36:00.000Z'],
    ['GIRAF.2007-10-13T03:29:13.092_SKY.ab', '2007-10-13T03:29:13.092Z'],
  ])('%s', (name, time) => {
    expect(timeInRawName(name)).toEqual(new Date(time))
  })

  it.each(['UVES.fits', 'UVES.2026-03-02.fits', 'UVES.2026-13-02T03:36:00.000.fits', 'UVES.2026-03-02T25:00:00.fits'])(
    '%s has none',
    (name) => {
      expect(timeInRawName(name)).toBeNull()
    },
  )
})
