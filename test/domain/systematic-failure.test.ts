import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { commonCause, type CountedOutcome, findSystematicFailure } from '../../domain/systematic-failure.ts'

const outcome = (ab: number, facts: Partial<CountedOutcome> = {}): CountedOutcome => ({
  abName: `AB ${ab}`,
  host: 'muc01',
  templateOrSetting: `template ${ab % 2}`,
  cause: 'recipe: no light',
  ...facts,
})
const failures = (count: number, facts: Partial<CountedOutcome> = {}) =>
  Array.from({ length: count }, (_, ab) => outcome(ab, facts))
const SUCCESS = { cause: null }

describe('the same cause', () => {
  it('on five ABs of two templates holds the instrument, on four does not', () => {
    expect(findSystematicFailure([])).toBeNull()
    expect(findSystematicFailure(failures(4))).toBeNull()
    expect(findSystematicFailure(failures(5))).toMatchObject({ action: 'hold', cause: 'recipe: no light' })
  })

  it('on one template only warns, however many exposures it has; one of another template is enough to hold', () => {
    const bad = failures(10, { templateOrSetting: 'a template' })
    expect(findSystematicFailure(bad)).toMatchObject({ action: 'warn', counted: bad })
    expect(findSystematicFailure([...bad, outcome(11)])?.action).toBe('hold')
  })

  it('five times on one AB is one AB', () => {
    expect(findSystematicFailure(failures(5).map((one) => ({ ...one, abName: 'AB' })))).toBeNull()
  })

  it('counts through failures of other causes, not through a success', () => {
    const [other, success] = [outcome(90, { cause: 'idp: rule #' }), outcome(91, SUCCESS)]
    expect(findSystematicFailure([...failures(4), other, outcome(4)])?.action).toBe('hold')
    expect(findSystematicFailure([...failures(4), other])).toBeNull()
    expect(findSystematicFailure([...failures(4), success, outcome(4)])).toBeNull()
    expect(findSystematicFailure([...failures(5), success])).toBeNull()
  })

  it('on one host while another succeeds drains that host; on both it holds the instrument', () => {
    const here = failures(5)
    const there = outcome(9, { host: 'muc02', cause: null })
    expect(findSystematicFailure([...here.slice(0, 3), there, ...here.slice(3)])).toMatchObject({
      action: 'drain',
      host: 'muc01',
      counted: here,
    })
    const both = [...failures(3), ...failures(5, { host: 'muc02' }).slice(3)]
    expect(findSystematicFailure(both)).toMatchObject({ action: 'hold', counted: both })
  })
})

describe('any history', () => {
  const HOSTS = ['muc01', 'muc02', 'muc03']
  const outcomes = fc.array(
    fc.record({
      abName: fc.nat({ max: 20 }).map(String),
      host: fc.constantFrom(...HOSTS),
      templateOrSetting: fc.constantFrom('a', 'a', 'a', 'a', 'a', 'b'),
      cause: fc.oneof(
        { arbitrary: fc.constantFrom('recipe: x', 'product: y'), weight: 6 },
        { arbitrary: fc.constant(null), weight: 1 },
      ),
    }),
    { maxLength: 30, size: 'max' },
  )

  /** The promise word for word: some end of the history without a success holds five ABs of two templates that share the newest cause. */
  const promise = (history: readonly CountedOutcome[]): 'hold' | 'drain' | 'warn' | null => {
    const cause = history.at(-1)?.cause ?? null
    if (cause === null) return null
    const ends = (of: readonly CountedOutcome[]) =>
      of
        .map((_, from) => of.slice(from))
        .filter((end) => end.every((one) => one.cause !== null))
        .map((end) => end.filter((one) => one.cause === cause))
        .filter((end) => new Set(end.map((one) => one.abName)).size >= 5)
    const varied = (end: readonly CountedOutcome[]) =>
      end.some((one) => one.templateOrSetting !== end[0]?.templateOrSetting)
    const onHost = ends(history.filter((one) => one.host === history.at(-1)?.host))
    if (ends(history).some(varied)) return 'hold'
    if (onHost.some(varied)) return 'drain'
    return ends(history).length + onHost.length > 0 ? 'warn' : null
  }

  it('is judged as promised', () => {
    const seen = new Set<string>()
    fc.assert(
      fc.property(outcomes, (history) => {
        const found = findSystematicFailure(history)?.action ?? null
        seen.add(String(found))
        expect(found).toBe(promise(history))
      }),
      { numRuns: 3000 },
    )
    expect([...seen].toSorted()).toEqual(['drain', 'hold', 'null', 'warn'])
  })

  it('a success begins the count anew', () => {
    fc.assert(
      fc.property(outcomes, outcomes, fc.constantFrom(...HOSTS), (before, after, host) => {
        // A success on every host: nothing of before counts.
        const successes = HOSTS.map((one) => outcome(99, { host: one, ...SUCCESS }))
        expect(findSystematicFailure([...before, ...successes, ...after])).toEqual(findSystematicFailure(after))
        expect(findSystematicFailure([...before, outcome(99, { host, ...SUCCESS })])).toBeNull()
      }),
    )
  })

  it('whatever it is, at most so many burn: five, or one template and one more, and what runs meanwhile', () => {
    const shape = fc.record({
      hosts: fc.integer({ min: 1, max: 3 }),
      cores: fc.integer({ min: 1, max: 8 }),
      // Exposures of each template, in the order in which they are processed.
      templates: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 2, maxLength: 30 }),
    })
    fc.assert(
      fc.property(shape, fc.infiniteStream(fc.nat()), ({ hosts, cores, templates }, choices) => {
        const waiting = templates.flatMap((count, template) => Array.from({ length: count }, () => `${template}`))
        const inFlight: CountedOutcome[] = []
        const burnt: CountedOutcome[] = []
        let held = false
        for (;;) {
          while (!held && inFlight.length < hosts * cores) {
            const templateOrSetting = waiting.shift()
            if (templateOrSetting === undefined) break
            const ab = burnt.length + inFlight.length
            inFlight.push(outcome(ab, { templateOrSetting, host: `muc0${ab % hosts}` }))
          }
          if (inFlight.length === 0) break
          const ended = inFlight.splice((choices.next().value ?? 0) % inFlight.length, 1)
          burnt.push(...ended)
          held ||= findSystematicFailure(burnt)?.action === 'hold'
        }
        expect(burnt.length).toBeLessThanOrEqual(Math.max(5, Math.max(...templates) + 1) + hosts * cores - 1)
        // There are always two templates.
        expect(held).toBe(templates.reduce((sum, count) => sum + count) >= 5)
      }),
    )
  })
})

describe('what failures have in common', () => {
  it.each([
    ['exit code 1 without an error message', 'exit code # without an error message'],
    ['no light in this frame at uves_extract', 'no light in this frame at uves_extract'],
    ['raw UVES.2026-03-02T03:36:00.000.fits is not in the archive', 'raw # is not in the archive'],
    [
      "Could not open '/nonexist/a.fits' with tag 'BIAS_BLUE' of the SOF 'in.sof'",
      "Could not open '#' with tag 'BIAS_BLUE' of the SOF '#'",
    ],
    ["the raw's ESO INS GRAT1 WLEN is 390, UVES.2026.ab says 437.0", "the raw's ESO INS # WLEN is # says #"],
    ['order 14 ends at 3521.4 nm, 3.0e-2 too early', 'order # ends at # nm, # too early'],
    ['mean is NaN,  limit -inf', 'mean is #, limit -#'],
    ['the recipe ended with exit code 0 but without products.json', 'the recipe ended with exit code # but without #'],
  ])('%s', (cause, expected) => {
    expect(commonCause('recipe', cause)).toBe(`recipe: ${expected}`)
  })

  it('different numbers, names and paths give one cause; the kind stays', () => {
    const number = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })).map(String)
    const name = fc.stringMatching(/^UVES\.20\d\d-[0-9T:.]{4,12}\.fits$/)
    const path = fc.stringMatching(/^\/[a-z]{1,8}(\/[\w.]{1,8}){1,3}$/)
    const text = (n: string, file: string, folder: string) => `cannot read ${file} in ${folder}: ${n} of 16 bytes`
    fc.assert(
      fc.property(number, name, path, (...parts) => {
        expect(commonCause('product', text(...parts))).toBe('product: cannot read # in # of # bytes')
      }),
    )
    expect(commonCause('product', 'x')).not.toBe(commonCause('idp', 'x'))
  })

  it('is bounded and applied twice gives the same', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 2000 }), (cause) => {
        const once = commonCause('recipe', cause)
        expect(once.length).toBeLessThanOrEqual(320)
        expect(commonCause('recipe', once.slice('recipe: '.length))).toBe(once)
      }),
    )
  })
})
