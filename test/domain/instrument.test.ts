import { describe, expect, it } from 'vitest'
import { instrumentSchema } from '../../domain/instrument.ts'
import { uvesSection } from '../idp/convert/example-input.ts'
import { exampleInstrument } from './example-block.ts'

const [mode] = exampleInstrument().modes

describe('instrument file', () => {
  it('is certified by somebody on a day', () => {
    expect(problems({ certifiedBy: undefined })).toEqual([
      'status: certified by whom (certifiedBy) and on which day (certifiedOn)?',
    ])
    expect(problems({ certifiedOn: undefined })).toHaveLength(1)
    expect(problems({ certifiedOn: '2026-02-30' })).toHaveLength(1)
    expect(problems({ status: 'draft', certifiedBy: undefined, certifiedOn: undefined })).toEqual([])
  })

  it('gives a reason for every mode that is not certified', () => {
    const uncertified = { ...mode, certified: false }
    expect(problems({ modes: [uncertified] })).toEqual(['modes.0.reason: a mode that is not certified needs a reason'])
    expect(problems({ modes: [{ ...uncertified, reason: 'delicate' }] })).toEqual([])
  })

  it.each([
    [{ 'reduce.extract.method': 'optimal', 'debug-level': 2, skysub: true }, 0],
    [{ 'reduce.extract.method': 'optimal; rm' }, 1],
    [{ 'reduce.extract.method': '' }, 1],
    [{ '--reduce.extract.method': 'optimal' }, 1],
    [{ 'reduce extract': 'optimal' }, 1],
  ])('parameters of the recipe: %j', (parameters, count) => {
    expect(problems({ modes: [{ ...mode, parameters }] })).toHaveLength(count)
  })

  it('knows the arms of its breakpoints, and two cases of flux calibration', () => {
    const idp = uvesSection()
    const withFlux = (changes: object) => ({
      idp: { ...idp, keywords: [], fluxCalibration: { ...idp.fluxCalibration, ...changes } },
    })
    expect(problems(withFlux({ breakpoints: { BLUE: ['2010-01-01'] } }))).toEqual([])
    expect(problems(withFlux({ breakpoints: { GREEN: ['2010-01-01'] } }))).toEqual([
      'idp.fluxCalibration.breakpoints: breakpoints are of an arm that is not in `arms`',
    ])
    expect(problems(withFlux({ case: 3 }))).toHaveLength(1)
  })
})

/** What the schema says against a good file with these changes. */
function problems(changes: object): string[] {
  const checked = instrumentSchema.safeParse({ ...exampleInstrument(), ...changes })
  return checked.success ? [] : checked.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
}
