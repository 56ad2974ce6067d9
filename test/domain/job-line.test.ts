import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { completeLines, type Job, parseJobLine, writeJobLine } from '../../domain/job-line.ts'

describe('a line of a JOB_FILE', () => {
  it.each<[string, Partial<Job>]>([
    ['UVES 2026-03-01', { instrument: 'UVES', date: '2026-03-01', abDir: null }],
    ['  UVES\t2026-03-01  ', { abDir: null }],
    ['UVES 2026-03-01 /data/ab', { abDir: '/data/ab' }],
    ['UVES 2026-03-01 /data/my blocks/of  March ', { abDir: '/data/my blocks/of  March' }],
    ['UVES 2026-03-01 "/data/my blocks"', { abDir: '/data/my blocks' }],
    ['uves 2026-03-01 ../ab', { instrument: 'uves', abDir: '../ab' }],
  ])('%j', (line, job) => {
    expect(parseJobLine(line)).toMatchObject({ valid: true, job })
  })

  it.each(['', '   ', '\t', '# UVES 2026-03-01', '  #'])('%j asks for nothing', (line) => {
    expect(parseJobLine(line)).toBeNull()
  })

  it.each([
    ['UVES', 'a date is missing: expected INSTRUMENT DATE [AB_DIR]'],
    ['UVES tonight', "'tonight' is not a date: expected YYYY-MM-DD"],
    ['2026-03-01 UVES', "'UVES' is not a date: expected YYYY-MM-DD"],
    ['UVES 2026-02-30', "'2026-02-30' is not a date: expected YYYY-MM-DD"],
    ['UVES 2026-03-01 "/data', 'AB_DIR "/data has a double quote in it'],
    ['UVES 2026-03-01 /da\u0000ta', 'it holds characters that cannot be printed'],
  ])('%j: %s', (line, problem) => {
    expect(parseJobLine(line)).toEqual({ valid: false, problem })
  })

  it('whatever it is, it gets an answer', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string()), (line) => {
        expect([true, false, undefined]).toContain(parseJobLine(line)?.valid)
      }),
    )
  })

  test('what is written is read back', () => {
    const abDir = fc.option(fc.stringMatching(/^[A-Za-z0-9/ ._-]+$/))
    const job = fc.record({ instrument: fc.constantFrom('UVES', 'FEROS'), date: fc.constant('2026-03-01'), abDir })
    fc.assert(
      fc.property(job, (written) => {
        expect(parseJobLine(writeJobLine(written))).toEqual({ valid: true, job: written })
      }),
    )
  })
})

describe('a file that is being written', () => {
  const bytes = (text: string) => new TextEncoder().encode(text)

  it.each([
    ['', [], 0],
    ['UVES 2026-0', [], 0],
    ['a b\nc d', ['a b'], 4],
    ['a b\r\n\nc\n', ['a b', '', 'c'], 8],
  ])('%j has %j', (text, lines, byteLength) => {
    expect(completeLines(bytes(text))).toEqual({ lines, byteLength })
  })

  it('cut anywhere, read on from where it ended: every line once, none lost, none in two pieces', () => {
    const line = fc.stringMatching(/^[a-zé ]{0,12}$/)
    const cuts = fc.array(fc.nat(200))
    fc.assert(
      fc.property(fc.array(line), cuts, (lines, at) => {
        const whole = bytes(lines.map((text) => `${text}\n`).join(''))
        const read: string[] = []
        let offset = 0
        for (const end of [...at.map((cut) => Math.min(cut, whole.length)).toSorted((a, b) => a - b), whole.length]) {
          const part = completeLines(whole.subarray(offset, Math.max(offset, end)))
          read.push(...part.lines)
          offset += part.byteLength
        }
        expect(read).toEqual(lines)
      }),
    )
  })
})
