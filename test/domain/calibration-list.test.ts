import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Calibration } from '../../domain/association-block.ts'
import { type CalibrationList, calibrationList } from '../../domain/calibration-list.ts'
import { exampleBlock } from './example-block.ts'

const calibration = (fileName: string): Calibration => ({
  flag: 'REAL',
  fileName,
  category: `CATEGORY_${fileName.slice(0, 7)}`,
  distanceDays: null,
})

const uves = { instrument: 'UVES', gencalibs: [{ category: 'EXTCOEFF_TABLE' }] }

it('names each file once, with the blocks that need it; gencalibs stand apart', () => {
  const abs = [
    exampleBlock({ name: 'B.ab', calibrations: ['UV_MFLT.fits', 'UV_MBIA.fits', 'GU_ATMO.fits'].map(calibration) }),
    exampleBlock({ name: 'A.ab', calibrations: ['UV_MBIA.fits', 'GU_ATMO.fits'].map(calibration) }),
  ]
  expect(calibrationList(abs, uves)).toEqual({
    mcalibs: [
      { fileName: 'UV_MBIA.fits', categories: ['CATEGORY_UV_MBIA'], neededBy: ['B.ab', 'A.ab'] },
      { fileName: 'UV_MFLT.fits', categories: ['CATEGORY_UV_MFLT'], neededBy: ['B.ab'] },
    ],
    gencalibs: [{ fileName: 'GU_ATMO.fits', categories: ['CATEGORY_GU_ATMO'], neededBy: ['B.ab', 'A.ab'] }],
  })
})

it('tells of every category that a block gives to a file', () => {
  const given = (name: string, category: string) =>
    exampleBlock({ name, calibrations: [{ ...calibration('UV_MFLT.fits'), category }] })
  const { mcalibs } = calibrationList(
    [given('A.ab', 'FLAT_REDL'), given('B.ab', 'FLAT_REDU'), given('C.ab', 'FLAT_REDL')],
    uves,
  )
  expect(mcalibs).toEqual([
    { fileName: 'UV_MFLT.fits', categories: ['FLAT_REDL', 'FLAT_REDU'], neededBy: ['A.ab', 'B.ab', 'C.ab'] },
  ])
})

it('a category that the instrument file lists is static whatever the name, and a master of GIRAFFE is none', () => {
  const listed: Calibration = { ...calibration('UV_EXTC.fits'), category: 'EXTCOEFF_TABLE' }
  const giraffe = { instrument: 'GIRAFFE', gencalibs: [] }
  const ofGiraffe = exampleBlock({ calibrations: ['GI_MBIA_071012A_1x1.fits', 'GI_GATM.fits'].map(calibration) })
  const names = ({ mcalibs, gencalibs }: CalibrationList) =>
    [mcalibs, gencalibs].map((list) => list.map((one) => one.fileName))
  expect(names(calibrationList([exampleBlock({ calibrations: [listed] })], uves))).toEqual([[], ['UV_EXTC.fits']])
  expect(names(calibrationList([ofGiraffe], giraffe))).toEqual([['GI_MBIA_071012A_1x1.fits'], ['GI_GATM.fits']])
})

it('is the union over all blocks, sorted, and tells of every need', () => {
  const fileName = fc.stringMatching(/^[GUM][A-C]_[A-C]\.fits$/)
  const blocks = fc.array(fc.uniqueArray(fileName, { maxLength: 6 }), { maxLength: 12 })
  fc.assert(
    fc.property(blocks, (lists) => {
      const abs = lists.map((names, i) => exampleBlock({ name: `${i}.ab`, calibrations: names.map(calibration) }))
      const { mcalibs, gencalibs } = calibrationList(abs, uves)
      const listed = [...mcalibs, ...gencalibs]
      expect(listed.map((one) => one.fileName).toSorted()).toEqual([...new Set(lists.flat())].toSorted())
      expect(gencalibs.every((one) => one.fileName.startsWith('G'))).toBe(true)
      expect(mcalibs.every((one) => !one.fileName.startsWith('G'))).toBe(true)
      for (const list of [mcalibs, gencalibs]) {
        expect(list.map((one) => one.fileName)).toEqual(list.map((one) => one.fileName).toSorted())
      }
      for (const { fileName: name, neededBy } of listed) {
        expect(neededBy).toEqual(abs.filter((_, i) => lists[i]?.includes(name)).map((ab) => ab.name))
      }
    }),
    { numRuns: 500 },
  )
})
