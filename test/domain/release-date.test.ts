import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isReleased, releaseMoment } from '../../domain/release-date.ts'

it.each([
  ['2027-03-02', '2027-03-02T00:00:00.000Z'],
  ['2027-03-02T12:30:00', '2027-03-02T12:30:00.000Z'],
  ['2027-03-02T12:30:00.25Z', '2027-03-02T12:30:00.250Z'],
])('%s is %s, whatever the time zone of the machine', (text, moment) => {
  expect(releaseMoment(text)?.toISOString()).toBe(moment)
})

it.each(['', 'soon', '2027-02-29', '2027-3-2', '2027-03-02T24:00:00', '2027-03-02T12:30', '2027-03-02T12:30:00+01:00'])(
  '%j is none',
  (text) => {
    expect(releaseMoment(text)).toBeNull()
  },
)

it('every moment is read back as it was written', () => {
  const moment = fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
  fc.assert(
    fc.property(moment, (date) => {
      expect(releaseMoment(date.toISOString())).toEqual(date)
    }),
  )
})

it('whatever the text, there is an answer', () => {
  const digits = fc.stringMatching(/^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?Z?)?$/)
  fc.assert(
    fc.property(fc.oneof(fc.string(), digits), (text) => {
      const moment = releaseMoment(text)
      expect([null, text.slice(0, 10)]).toContain(moment === null ? null : moment.toISOString().slice(0, 10))
    }),
  )
})

it('data are public without a date, and from the very moment of it', () => {
  const moment = new Date('2027-03-02T12:00:00Z')
  expect(isReleased(null, moment)).toBe(true)
  expect(isReleased(moment, moment)).toBe(true)
  expect(isReleased(moment, new Date(moment.getTime() - 1))).toBe(false)
})
