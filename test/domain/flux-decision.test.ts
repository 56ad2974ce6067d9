import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fluxDecision, type FluxQuestion } from '../../domain/flux-decision.ts'

const question: FluxQuestion = {
  case: 1,
  response: { fileName: 'UV_MRSP_260301A_BLUE390d2_2x2.fits', mjdObs: 61_000 },
  hasExtinction: true,
  rawMjd: 61_100.15,
  validityDays: 730,
  breakpoints: ['2004-10-14'],
}

describe('fluxDecision', () => {
  it('calibrates with a valid response', () => {
    expect(fluxDecision(question)).toEqual({ flux: true })
  })

  it.each<[string, Partial<FluxQuestion>]>([
    ['this stream is never flux-calibrated', { case: 2 }],
    ['the block lists no master response', { response: null }],
    ['the block lists no table of atmospheric extinction', { hasExtinction: false }],
    ['the header of RESPONSE.fits does not tell its date', { response: { fileName: 'RESPONSE.fits', mjdObs: null } }],
    [
      'OLD.fits is 100.2 days away from the exposure, its validity is 100 days',
      { response: { fileName: 'OLD.fits', mjdObs: 61_000 }, validityDays: 100 },
    ],
    // MJD 53292 = 2004-10-14
    [
      'B.fits lies on the other side of the change of 2004-10-14',
      { response: { fileName: 'B.fits', mjdObs: 53_291.9 }, rawMjd: 53_292 },
    ],
    [
      'B.fits lies on the other side of the change of 2004-10-14',
      { response: { fileName: 'B.fits', mjdObs: 53_292 }, rawMjd: 53_291.9 },
    ],
  ])('%s', (reason, change) => {
    expect(fluxDecision({ ...question, ...change })).toEqual({ flux: false, reason })
  })

  it.each([
    [53_291.1, 53_291.9],
    [53_292, 53_292.5],
  ])('calibrates on the same side of a change, also at its very beginning: %d with %d', (rawMjd, mjdObs) => {
    expect(fluxDecision({ ...question, rawMjd, response: { fileName: 'B.fits', mjdObs } })).toEqual({ flux: true })
  })

  it('does not calibrate when a time is not a number', () => {
    expect(fluxDecision({ ...question, rawMjd: Number.NaN }).flux).toBe(false)
  })

  it('never calibrates in case 2, and does not care for the order of response and exposure in case 1', () => {
    const mjd = fc.double({ min: 51_000, max: 62_000, noNaN: true })
    const breakpoints = fc.array(fc.constantFrom('2004-10-14', '2009-07-02', '2015-01-01'))
    fc.assert(
      fc.property(mjd, mjd, breakpoints, fc.integer({ min: 1, max: 5000 }), (left, right, dates, validityDays) => {
        const ask = (rawMjd: number, mjdObs: number, choice: FluxQuestion['case']) =>
          fluxDecision({
            ...question,
            case: choice,
            rawMjd,
            response: { fileName: 'R', mjdObs },
            breakpoints: dates,
            validityDays,
          })
        expect(ask(left, right, 2).flux).toBe(false)
        expect(ask(left, right, 1).flux).toBe(ask(right, left, 1).flux)
        expect(ask(left, right, 1).flux && Math.abs(left - right) > validityDays).toBe(false)
        expect(ask(left, left, 1).flux).toBe(true)
      }),
    )
  })
})
