import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatSetOfFrames } from '../../pipeline/set-of-frames.ts'

describe('formatSetOfFrames', () => {
  test('one path and tag per line, LF, colons in names allowed', () => {
    const text = formatSetOfFrames([
      { path: '/s/UVES.2026-03-02T03:36:00.000.fits', tag: 'SCI_POINT_BLUE' },
      { path: '/c/bias.fits', tag: 'MASTER_BIAS_BLUE' },
    ])
    expect(text).toBe('/s/UVES.2026-03-02T03:36:00.000.fits SCI_POINT_BLUE\n/c/bias.fits MASTER_BIAS_BLUE\n')
  })

  test.each([
    ['/a b.fits', 'A', 'blanks'],
    ['/a\tb.fits', 'A', 'blanks'],
    ['/a\r', 'A', 'blanks'],
    ['/a\n/b', 'A', 'blanks'],
    ['/é.fits', 'A', 'blanks'],
    ['a.fits', 'A', 'not absolute'],
    ['', 'A', 'not absolute'],
    ['/a.fits', '', 'tag'],
    ['/a.fits', 'A B', 'tag'],
    ['/a.fits', 'A\r', 'tag'],
  ])('%j with tag %j is refused', (path, tag, message) => {
    expect(() => formatSetOfFrames([{ path, tag }])).toThrow(message)
  })

  test('an empty set is refused', () => {
    expect(() => formatSetOfFrames([])).toThrow('empty')
  })

  test('whatever is accepted is read back as given by one who splits at lines and blanks', () => {
    const frame = fc.record({
      path: fc.string().map((text) => `/${text}`),
      tag: fc.stringMatching(/^[A-Z][A-Z_0-9]*$/),
    })
    const check = fc.property(fc.array(frame, { minLength: 1 }), (frames) => {
      const readable = frames.every(({ path }) => /^[!-~]+$/.test(path))
      const read = (text: string) =>
        text
          .split('\n')
          .slice(0, -1)
          .map((line) => line.split(/\s+/))
      const formatted = () => read(formatSetOfFrames(frames))
      if (readable)
        assert.deepEqual(
          formatted(),
          frames.map(({ path, tag }) => [path, tag]),
        )
      else assert.throws(formatted)
    })
    expect(() => fc.assert(check)).not.toThrow()
  })
})
