import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { HoldKind } from '../../domain/hold.ts'
import type { RecipeEndFacts } from '../../domain/recipe-end.ts'
import { processAb } from './history-activity.ts'
import { CallFailed, DOMAIN_RULES, type Folder, type Rules, SCOPES, Violation, World } from './history-world.ts'

/** At most so many attempts at one block at a time: the present one and two that Temporal has given up but that still run. */
const MAXIMUM_ATTEMPTS = 3
/** Steps within which every block must end once nothing happens any more. */
const CALM_ROUNDS = 120

interface Attempt {
  readonly ab: number
  readonly runNumber: number
  readonly steps: Generator<void, void>
}

const SUCCESS: RecipeEndFacts = { exitCode: 0, signal: null, killedBy: null, firstError: null }
const ENDS: readonly RecipeEndFacts[] = [
  SUCCESS,
  { exitCode: 10, signal: null, killedBy: null, firstError: 'Data not found' },
  { exitCode: null, signal: 'SIGSEGV', killedBy: null, firstError: null },
  { exitCode: null, signal: 'SIGKILL', killedBy: 'wall', firstError: null },
  { exitCode: null, signal: 'SIGKILL', killedBy: null, firstError: null },
  { exitCode: 66, signal: null, killedBy: null, firstError: null },
]
const KINDS: readonly HoldKind[] = ['pause', 'stop', 'cancel']

class History {
  readonly world: World
  attempts: Attempt[] = []

  constructor(blocks: number, rules: Rules) {
    this.world = new World(blocks, rules)
  }

  /** One number of the generated list is one event; its upper part chooses what it happens to. */
  happen(code: number): void {
    const { world } = this
    const choice = Math.floor(code / 32)
    const ab = choice % world.blocks.length
    const event = code % 32
    if (event < 11) this.advanceSome(choice)
    else if (event < 16) this.offer(ab)
    else if (event === 16) this.attempts = []
    else if (event === 17) this.attempts.splice(choice % Math.max(1, this.attempts.length), 1)
    else if (event === 18) this.loseTemporal()
    else if (event < 21) this.endRecipe(choice)
    else if (event === 21) pick(this.running(), choice, (folder) => world.writeStatus(folder))
    else if (event === 22) pick(this.running(), choice, (folder) => world.killLauncher(folder))
    else if (event === 23) pick(KINDS, choice, (kind) => pick(SCOPES, choice >> 2, (s) => world.placeHold(kind, s)))
    else if (event < 26) world.holds.splice(choice % 3, 1)
    else if (event === 26) world.windowIsOpen = !world.windowIsOpen
    else if (event === 27) world.closeRun()
    else if (event === 28) this.openNext(choice)
    else if (event === 29) world.reprocess(ab)
    else if (event === 30) world.loseNextAnswer = true
    else this.damage(choice)
    world.check()
  }

  /** Operators and machines leave it alone: every block must come to its end. Returns the rounds that it took. */
  calmDown(): number {
    const { world } = this
    world.holds = []
    world.windowIsOpen = true
    world.loseNextAnswer = false
    world.openRun()
    for (let round = 1; round <= CALM_ROUNDS; round += 1) {
      const left = [...world.blocks.keys()].filter((ab) => !world.hasEnded(ab))
      if (left.length === 0) return round
      for (const ab of left) {
        if (!this.attempts.some((one) => one.ab === ab && world.isOpenRun(one.runNumber))) this.offer(ab, Infinity)
      }
      for (const attempt of this.attempts.slice()) this.advance(this.attempts.indexOf(attempt))
      for (const folder of this.running()) {
        world.endRecipe(folder, SUCCESS)
        world.writeStatus(folder)
      }
      world.check()
    }
    throw new Violation(`some block has not ended\n  ${world.log.join('\n  ')}`)
  }

  private offer(ab: number, most = MAXIMUM_ATTEMPTS): void {
    const { world } = this
    if (!world.runIsOpen || this.attempts.filter((one) => one.ab === ab).length >= most) return
    this.attempts.push({ ab, runNumber: world.runNumber, steps: processAb(world, ab, world.runNumber) })
  }

  private advance(index: number): void {
    const attempt = this.attempts[index]
    if (attempt === undefined) return
    try {
      if (attempt.steps.next().done !== true) return
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error
    }
    this.attempts.splice(this.attempts.indexOf(attempt), 1)
  }

  /** One step, so that others come between, or a few, so that something is done. */
  private advanceSome(choice: number): void {
    const attempt = this.attempts[choice % Math.max(1, this.attempts.length)]
    for (let steps = 1 + (choice >> 3); steps > 0 && attempt !== undefined; steps -= 1) {
      this.advance(this.attempts.indexOf(attempt))
    }
  }

  /** Its activities learn by their heartbeats that nobody knows them any more; the reconciler starts new ones from the record. */
  private loseTemporal(): void {
    this.attempts = []
    for (const ab of this.world.blocks.keys()) this.offer(ab)
  }

  private endRecipe(choice: number): void {
    const alive = this.world.folders.filter(({ recipeIsAlive }) => recipeIsAlive)
    pick(alive, choice, (folder) => {
      pick(ENDS, choice >> 3, (end) => this.world.endRecipe(folder, end))
      if (choice % 2 === 0) this.world.writeStatus(folder)
    })
  }

  private openNext(choice: number): void {
    this.world.openRun()
    if (choice % 2 === 0) this.world.cleanUp()
  }

  private damage(choice: number): void {
    if (choice % 4 === 0) {
      this.world.reboot()
      this.attempts = []
    } else pick(this.world.blocks, choice, (block) => (block.rawIsDamaged = !block.rawIsDamaged))
  }

  private running(): readonly Folder[] {
    return this.world.folders.filter(({ launcher }) => launcher === 'running')
  }
}

const events = fc.array(fc.nat(32 * 64 - 1), { minLength: 40, maxLength: 160, size: 'max' })

/** Lives through the events, then calms down: a Violation tells what must never happen. */
function live(blocks: number, codes: readonly number[], rules: Rules = DOMAIN_RULES): History {
  const history = new History(blocks, rules)
  for (const code of codes) history.happen(code)
  history.calmDown()
  return history
}

describe('histories of blocks, with everything that may happen to them', () => {
  it.each([
    [1, 20_000],
    [3, 10_000],
  ])(
    '%i at once: every invariant holds and every block ends (%i histories)',
    (blocks, numRuns) => {
      const seen = { processed: 0, failed: 0, interrupted: 0, 'not attempted': 0, 'without end': 0, generations: 0 }
      fc.assert(
        fc.property(events, (codes) => {
          const { world } = live(blocks, codes)
          for (const { outcome } of world.answers.values()) seen[outcome] += 1
          for (const { endedAs } of world.starts) if (endedAs !== null && endedAs !== 'ended') seen[endedAs] += 1
          seen.generations += world.blocks.filter(({ generation }) => generation > 1).length
        }),
        { numRuns },
      )
      // What nothing puts to the test proves nothing.
      for (const count of Object.values(seen)) expect(count).toBeGreaterThan(numRuns / 100)
    },
    120_000,
  )
})

describe('a decision that went wrong would be seen', () => {
  const { takeUp, decideStart, controlOf, classifyRecipeEnd } = DOMAIN_RULES

  it.each<[string, Partial<Rules>, RegExp]>([
    [
      'starts under a hold',
      { decideStart: (f) => decideStart({ ...f, control: { command: 'go' } }) },
      /hold is in scope/,
    ],
    ['forgets the host in a scope', { controlOf: (h, p) => controlOf(h, { ...p, host: '' }) }, /hold is in scope/],
    [
      'starts outside the window',
      { decideStart: (f) => decideStart({ ...f, windowIsOpen: true }) },
      /outside the window/,
    ],
    ['ignores the fence', { decideStart: (f) => decideStart({ ...f, fenceIsCurrent: true }) }, /closed run/],
    [
      'starts what has ended',
      {
        takeUp: (f) => takeUp({ ...f, ended: false }),
        decideStart: (f) => decideStart({ ...f, ended: false }),
      },
      /whose generation \d+ has ended/,
    ],
    ['starts twice', { decideStart: (f) => decideStart({ ...f, openStart: false }) }, /second open start/],
    [
      'starts for ever',
      {
        takeUp: (f) => takeUp({ ...f, startsWithoutEnd: 0 }),
        decideStart: (f) => decideStart({ ...f, startsWithoutEnd: 0 }),
      },
      /started too often/,
    ],
    [
      'gives up too early',
      { takeUp: (f) => takeUp({ ...f, startsWithoutEnd: f.startsWithoutEnd * 2 }) },
      /interrupted after 1 starts/,
    ],
    [
      'takes a cancelled recipe for a failed one',
      {
        classifyRecipeEnd: (f) => classifyRecipeEnd({ ...f, killedBy: f.killedBy === 'cancel' ? 'wall' : f.killedBy }),
      },
      /from a recipe that a cancel killed/,
    ],
    [
      'counts a cancelled recipe as one without end',
      { classifyRecipeEnd: (f) => classifyRecipeEnd({ ...f, killedBy: null }) },
      /counted as one without end/,
    ],
    ['joins what is lost', { takeUp: (f) => takeUp({ ...f, launcher: 'running' }) }, /has not ended/],
    ['never comes to an end', { decideStart: () => ({ start: false, reason: 'held', detail: '' }) }, /has not ended/],
  ])('%s', (_what, mutant, violation) => {
    const result = fc.check(
      fc.property(events, (codes) => void live(1, codes, { ...DOMAIN_RULES, ...mutant })),
      { numRuns: 3000, endOnFailure: true },
    )
    expect(String(result.errorInstance)).toMatch(violation)
  })
})

function pick<T>(from: readonly T[], choice: number, act: (chosen: T) => void): void {
  const chosen = from[choice % from.length]
  if (chosen !== undefined) act(chosen)
}
