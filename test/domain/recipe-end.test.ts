import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { classifyRecipeEnd, type RecipeEnd, type RecipeEndFacts } from '../../domain/recipe-end.ts'

const plain: RecipeEndFacts = { exitCode: 1, signal: null, killedBy: null, firstError: null }
const failed = (cause: string): RecipeEnd => ({ class: 'outcome', kind: 'recipe', cause })
const limit = (cause: string): RecipeEnd => ({ class: 'outcome', kind: 'limit', cause })
const machine = (cause: string): RecipeEnd => ({ class: 'infrastructure', cause })

const noSky = 'Data not found: Too many (0/1536000 ) bad pixels. Could not measure sky profile'
const readError = 'File not found: "error reading from FITS file" .. ffdkopn()=108'
const writeError = 'Bad file format: "error writing to FITS file" .. ffclos()=106'

describe('outcome or infrastructure, row by row', () => {
  it.each<[string, Partial<RecipeEndFacts>, RecipeEnd]>([
    ['exit code 0', { exitCode: 0 }, { class: 'success' }],
    ['exit code 0 with errors in the log', { exitCode: 0, firstError: noSky }, { class: 'success' }],
    ['exit code ≠ 0', { exitCode: 10, firstError: noSky }, failed(noSky)],
    ['without a message', { exitCode: 255 }, failed('exit code 255 without an error message')],
    ['crash, as a shell tells it', { exitCode: 139 }, failed('the recipe crashed (SIGSEGV)')],
    [
      'crash, as the system tells it',
      { exitCode: null, signal: 'SIGSEGV', firstError: noSky },
      failed(`the recipe crashed (SIGSEGV): ${noSky}`),
    ],
    ['abort', { exitCode: null, signal: 'SIGABRT' }, failed('the recipe crashed (SIGABRT)')],
    ['arithmetic', { exitCode: 136 }, failed('the recipe crashed (SIGFPE)')],
    ['our wall limit', { exitCode: null, signal: 'SIGKILL', killedBy: 'wall' }, limit('ended by us: wall time limit')],
    ['our memory limit', { exitCode: 137, killedBy: 'memory' }, limit('ended by us: memory limit')],
    ['our output limit', { exitCode: 143, killedBy: 'output' }, limit('ended by us: output size limit')],
    ['kill not by us', { exitCode: 137 }, machine('killed by SIGKILL, not by us')],
    ['termination not by us', { exitCode: 143 }, machine('killed by SIGTERM, not by us')],
    ['kernel out of memory', { exitCode: null, signal: 'SIGKILL' }, machine('killed by SIGKILL, not by us')],
    ['hang-up of the machine', { exitCode: null, signal: 'SIGHUP' }, machine('killed by SIGHUP, not by us')],
    ['rc 66', { exitCode: 66 }, machine('exit code 66: products could not be moved to the output folder')],
    ['rc 5 on writing', { exitCode: 5, firstError: writeError }, machine(`exit code 5 on writing: ${writeError}`)],
    ['rc 5 on reading', { exitCode: 5, firstError: readError }, failed(readError)],
    ['rc 5 without a message', { exitCode: 5 }, failed('exit code 5 without an error message')],
    [
      'disk full, whatever the code',
      { exitCode: 1, firstError: 'fwrite: No space left on device' },
      machine('disk full: fwrite: No space left on device'),
    ],
    ['killed by our cancel', { exitCode: null, signal: 'SIGKILL', killedBy: 'cancel' }, { class: 'not attempted' }],
    ['cancelled, ended by itself with an error', { exitCode: 10, killedBy: 'cancel' }, { class: 'not attempted' }],
    ['had ended well when our kill came', { exitCode: 0, killedBy: 'cancel' }, { class: 'success' }],
    ['had ended well at its wall limit', { exitCode: 0, killedBy: 'wall' }, { class: 'success' }],
    ['nothing known', { exitCode: null }, machine('ended without exit code or signal')],
  ])('%s', (_row, facts, end) => {
    expect(classifyRecipeEnd({ ...plain, ...facts })).toEqual(end)
  })
})

describe('whatever ended it', () => {
  const facts: fc.Arbitrary<RecipeEndFacts> = fc.record({
    exitCode: fc.option(fc.integer({ min: 0, max: 255 })),
    signal: fc.option(fc.constantFrom('SIGKILL', 'SIGTERM', 'SIGSEGV', 'SIGABRT', 'SIGHUP', 'SIGXCPU')),
    killedBy: fc.option(fc.constantFrom('cancel' as const, 'wall' as const, 'memory' as const, 'output' as const)),
    firstError: fc.option(fc.constantFrom(noSky, readError, writeError)),
  })

  it('a limit of ours is an outcome, our cancel is no attempt, and only exit code 0 is a success', () => {
    fc.assert(
      fc.property(facts, (one) => {
        const end = classifyRecipeEnd(one)
        expect(end.class === 'success').toBe(one.exitCode === 0)
        if (one.exitCode === 0) return
        expect(end.class === 'not attempted').toBe(one.killedBy === 'cancel')
        const ofOurs = one.killedBy !== null && one.killedBy !== 'cancel'
        expect(end.class === 'outcome' && end.kind === 'limit').toBe(ofOurs)
      }),
      { numRuns: 2000 },
    )
  })

  it('every cause says something', () => {
    fc.assert(
      fc.property(facts, (one) => {
        const end = classifyRecipeEnd(one)
        expect('cause' in end ? end.cause : end.class).toMatch(/\w{3}/)
      }),
    )
  })
})
