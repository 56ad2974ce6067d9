import { expect, test } from 'vitest'
import { groupedReasons, ofAllDates, promisedFiles, someNames } from '../../client/registration-summary.ts'
import { exampleBlock } from '../domain/example-block.ts'

test('reasons are grouped, the most frequent first; those that wait for calibrations stand apart', () => {
  const leftOut = [
    { name: 'a.ab', code: 'mode not certified', reason: 'slicer' },
    { name: 'b.ab', code: 'malformed', reason: 'line 1' },
    { name: 'c.ab', code: 'virtual calibration', reason: 'only promised' },
    { name: 'd.ab', code: 'malformed', reason: 'line 2' },
    { name: 'e.ab', code: 'malformed', reason: 'line 2' },
  ]
  expect(groupedReasons(leftOut)).toEqual([
    { code: 'malformed', reason: 'line 2', abNames: ['d.ab', 'e.ab'] },
    { code: 'mode not certified', reason: 'slicer', abNames: ['a.ab'] },
    { code: 'malformed', reason: 'line 1', abNames: ['b.ab'] },
  ])
})

test('calibrations that are only promised, with the blocks that they would make executable', () => {
  const promised = (name: string, ...categories: string[]) => ({
    name,
    content: '',
    sha256: '',
    ab: exampleBlock({
      calibrations: [
        { flag: 'REAL', fileName: 'bias.fits', category: 'MASTER_BIAS_BLUE', distanceDays: 1 },
        ...categories.map((category) => {
          return { flag: 'VIRTUAL' as const, fileName: `${category}.fits`, category, distanceDays: null }
        }),
      ],
    }),
    leftOut: { code: 'virtual calibration' as const, text: '' },
  })
  const other = { ...promised('d.ab', 'ORDER_TABLE_BLUE'), leftOut: { code: 'no recipe' as const, text: '' } }
  const blocks = [
    promised('a.ab', 'LINE_TABLE_BLUE'),
    promised('b.ab', 'MASTER_FLAT_BLUE'),
    promised('c.ab', 'MASTER_FLAT_BLUE', 'LINE_TABLE_BLUE'),
    other,
  ]
  expect(promisedFiles(blocks)).toEqual([
    { fileName: 'LINE_TABLE_BLUE.fits', category: 'LINE_TABLE_BLUE', abNames: ['a.ab', 'c.ab'] },
    { fileName: 'MASTER_FLAT_BLUE.fits', category: 'MASTER_FLAT_BLUE', abNames: ['b.ab', 'c.ab'] },
  ])
})

test('a calibration that several dates wait for stands there once', () => {
  const file = (fileName: string, ...abNames: string[]) => ({ fileName, category: 'MASTER_FLAT_BLUE', abNames })
  expect(ofAllDates([file('a', '1', '2'), file('b', '3', '4'), file('b', '5')])).toEqual([
    file('b', '3', '4', '5'),
    file('a', '1', '2'),
  ])
})

test('of many names the first few', () => {
  expect(someNames(['a', 'b', 'c'])).toBe('a, b, c')
  expect(someNames(['a', 'b', 'c', 'd', 'e'])).toBe('a, b, c and 2 more')
})
