import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AssociationBlock } from '../../domain/association-block.ts'
import { alreadyCovered, leftOutReason, modesOf } from '../../domain/certification.ts'
import { exampleBlock, exampleInstrument } from './example-block.ts'

const instrument = exampleInstrument()
const [bias, flat, atmosphere] = exampleBlock().calibrations
if (bias === undefined || flat === undefined || atmosphere === undefined) throw new Error('the example has three')

/** From the first thing that a person would ask to the last, each with what is wrong and how it is told. */
const REASONS: readonly [Partial<AssociationBlock>, string, string][] = [
  [{ dprCategory: 'CALIB' }, 'not science', 'DPR_CATG is CALIB, only SCIENCE is processed'],
  [{ rawType: 'SCI_X' }, 'unknown raw type', 'raw type SCI_X is not in the instrument file'],
  [{ rawType: 'SCI_SLICER_BLUE' }, 'mode not certified', 'SCI_SLICER_BLUE is not certified: image slicer'],
  [{ drsType: 'CON' }, 'DRS type', 'DRS_TYPE is CON, only CPL (one process) is executed'],
  [{ recipe: 'None' }, 'no recipe', 'the block names no recipe'],
  [
    { calibrations: [atmosphere] },
    'calibration missing',
    'required but not in the list: MASTER_BIAS_BLUE, MASTER_FLAT_BLUE',
  ],
  [
    { calibrations: [bias, { ...flat, flag: 'VIRTUAL' }, { ...atmosphere, flag: 'VIRTUAL' }] },
    'virtual calibration',
    'only promised, not yet made: UV_MFLT_260301A_BLUE437_2x2.fits, GU_ATMO_100101A_PARANAL.fits',
  ],
]

describe('reason for which a block is left out', () => {
  it('is none for an executable block, complete or with only optional calibrations missing', () => {
    expect(leftOutReason(exampleBlock(), instrument)).toBeNull()
    expect(leftOutReason(exampleBlock({ completeness: 'INCOMPLETE' }), instrument)).toBeNull()
    expect(leftOutReason(exampleBlock({ calibrations: [bias, flat] }), instrument)).toBeNull()
  })

  it.each(REASONS)('%#: %j', (changes, code, text) => {
    expect(leftOutReason(exampleBlock(changes), instrument)).toEqual({ code, text })
  })

  it('is the first in that order when there are several', () => {
    fc.assert(
      fc.property(fc.subarray([...REASONS.keys()], { minLength: 1 }), (indices) => {
        // The changes of the first count last, so that those of the others cannot hide them.
        const changes = indices.toReversed().map((index) => REASONS[index]?.[0] ?? {})
        const code = REASONS[indices[0] ?? 0]?.[1]
        expect(leftOutReason(exampleBlock(Object.assign({}, ...changes)), instrument)?.code).toBe(code)
      }),
    )
  })

  it('is the recipe when it is not the certified one', () => {
    expect(leftOutReason(exampleBlock({ recipe: 'uves_obs_redchain' }), instrument)).toEqual({
      code: 'no recipe',
      text: 'recipe uves_obs_redchain is not the one certified for SCI_POINT_BLUE (uves_obs_scired)',
    })
  })

  it('is the instrument file as long as that is a draft', () => {
    expect(leftOutReason(exampleBlock(), exampleInstrument({ status: 'draft' }))).toEqual({
      code: 'mode not certified',
      text: 'the instrument file of UVES is a draft',
    })
  })

  it('one certified mode of a raw type suffices: the header of the raw decides between them', () => {
    const [point] = instrument.modes
    if (point === undefined) throw new Error('the example has modes')
    const both = exampleInstrument({ modes: [{ ...point, certified: false }, point] })
    expect(modesOf(both, 'SCI_POINT_BLUE')).toHaveLength(2)
    expect(leftOutReason(exampleBlock(), both)).toBeNull()
    const neither = both.modes.map((mode) => ({ ...mode, certified: false }))
    expect(leftOutReason(exampleBlock(), { ...both, modes: neither })?.text).toBe(
      'SCI_POINT_BLUE is not certified: no reason given; no reason given',
    )
  })

  it('is never the association flag of a calibration that nobody lists: virtual ones count even when optional', () => {
    const calibrations = [bias, flat, { ...atmosphere, flag: 'VIRTUAL' as const }]
    expect(leftOutReason(exampleBlock({ calibrations }), instrument)?.code).toBe('virtual calibration')
  })
})

describe('raw already covered', () => {
  const block = (name: string, ...raws: string[]) =>
    exampleBlock({ name, rawFiles: raws.map((fileName) => ({ fileName, tag: 'SCI_POINT_BLUE' })) })

  it('by an earlier block that has it beside its own', () => {
    const leftOut = alreadyCovered([
      block('B.ab', 'B.fits'),
      block('A.ab', 'A.fits', 'B.fits'),
      block('C.ab', 'C.fits'),
    ])
    expect([...leftOut]).toEqual([
      ['B.ab', { code: 'raw already covered', text: 'its raw is already covered by A.ab' }],
    ])
  })

  it('not when a TAG tells them apart', () => {
    expect(
      alreadyCovered([block('A.ab', 'A.fits'), block('A_SKY.ab', 'A.fits'), block('A_RED.ab', 'A.fits')]).size,
    ).toBe(0)
  })

  it('by the same TAG is covered all the same', () => {
    expect([...alreadyCovered([block('A_SKY.ab', 'A.fits', 'B.fits'), block('B_SKY.ab', 'B.fits')]).keys()]).toEqual([
      'B_SKY.ab',
    ])
  })

  it('what is left out covers nothing itself', () => {
    const blocks = [block('A.ab', 'A.fits', 'B.fits'), block('B.ab', 'B.fits', 'C.fits'), block('C.ab', 'C.fits')]
    expect([...alreadyCovered(blocks).keys()]).toEqual(['B.ab'])
  })

  it('does not depend on the order in which the blocks come, and leaves no raw uncovered that a kept block names', () => {
    const anyBlock = fc
      .tuple(fc.subarray(['A', 'B', 'C', 'D'], { minLength: 1 }), fc.constantFrom('', '_SKY'))
      .map(([raws, tag]) => block(`${raws[0]}${tag}.ab`, ...raws.map((raw) => `${raw}.fits`)))
    const blocks = fc.uniqueArray(anyBlock, { selector: ({ name }) => name, maxLength: 6 })
    fc.assert(
      fc.property(blocks, (abs) => {
        const leftOut = alreadyCovered(abs)
        expect(alreadyCovered(abs.toReversed())).toEqual(leftOut)
        for (const tag of ['', '_SKY']) {
          const kept = abs.filter(({ name }) => !leftOut.has(name) && name.includes('_SKY') === (tag === '_SKY'))
          const raws = kept.flatMap(({ rawFiles }) => rawFiles.map(({ fileName }) => fileName))
          expect(new Set(raws).size).toBe(raws.length)
        }
      }),
      { numRuns: 500 },
    )
  })
})
