import { decideStart, type NotStarted, takeUp } from '../../domain/attempt.ts'
import { controlOf, type Hold, type HoldKind, type HoldScope, type StartPlace } from '../../domain/hold.ts'
import { classifyRecipeEnd, type RecipeEndFacts } from '../../domain/recipe-end.ts'

/** The decisions under test; a mutant takes the place of one to show that the invariants would see it. */
export const DOMAIN_RULES = { takeUp, decideStart, controlOf, classifyRecipeEnd }
export type Rules = typeof DOMAIN_RULES

export class Violation extends Error {}
/** What a caller is told when its transaction was committed but the answer got lost, or when a run is closed. */
export class CallFailed extends Error {}

const PLACE: StartPlace = { instrument: 'UVES', date: '2026-03-01', orderId: 1, host: 'muc08', archives: ['folder'] }
const DATE_SCOPE: HoldScope = { type: 'date', instrument: PLACE.instrument, date: PLACE.date }
export const SCOPES: readonly HoldScope[] = [
  { type: 'everything' },
  { type: 'instrument', instrument: 'UVES' },
  DATE_SCOPE,
  { type: 'host', host: 'muc08' },
  { type: 'date', instrument: 'UVES', date: '2026-03-02' },
  { type: 'host', host: 'muc09' },
]
const SCOPES_OF_PLACE = SCOPES.slice(0, 4)

export interface Start {
  readonly id: number
  readonly ab: number
  readonly generation: number
  readonly folder: Folder
  endedAs: 'ended' | 'without end' | 'not attempted' | null
}

/** Private folder of one start on the host's disk, with the processes that work in it. */
export interface Folder {
  readonly runNumber: number
  /** Its job is written; without that no launcher can start. */
  prepared: boolean
  launcher: 'none' | 'running' | 'ended' | 'lost'
  recipeIsAlive: boolean
  /** How the recipe ended, known to the launcher before it has written it. */
  end: RecipeEndFacts | null
}

interface Block {
  generation: number
  rawIsDamaged: boolean
}

interface Answer {
  readonly outcome: 'processed' | 'failed' | 'interrupted'
  readonly startId: number | null
}

/**
 * PostgreSQL, one host and what runs on it, small enough to look at after every step. Every method is one atomic step: a transaction,
 * or one action on the host. What must never happen throws a Violation at once.
 */
export class World {
  readonly blocks: readonly Block[]
  readonly starts: Start[] = []
  readonly answers = new Map<string, Answer>()
  readonly log: string[] = []
  readonly rules: Rules
  holds: Hold[] = []
  folders: Folder[] = []
  runNumber = 1
  runIsOpen = true
  windowIsOpen = true
  loseNextAnswer = false
  private holdsPlaced = 0

  constructor(blocks: number, rules: Rules = DOMAIN_RULES) {
    this.blocks = Array.from({ length: blocks }, () => ({ generation: 1, rawIsDamaged: false }))
    this.rules = rules
  }

  // The record.

  history(ab: number, generation: number) {
    const own = this.starts.filter((start) => start.ab === ab && start.generation === generation)
    return {
      ended: this.answers.has(key(ab, generation)),
      openStart: own.find(({ endedAs }) => endedAs === null) ?? null,
      startsWithoutEnd: own.filter(({ endedAs }) => endedAs === 'without end').length,
    }
  }

  startRecipe(runNumber: number, ab: number, generation: number, folder: Folder): Start | NotStarted {
    const { ended, openStart, startsWithoutEnd } = this.history(ab, generation)
    const decision = this.rules.decideStart({
      fenceIsCurrent: this.isOpenRun(runNumber) && this.block(ab).generation === generation,
      contentIsCurrent: true,
      control: this.control(),
      windowIsOpen: this.windowIsOpen,
      ended,
      openStart: openStart !== null,
      startsWithoutEnd,
    })
    if (!decision.start) return this.committed(decision.reason)
    this.forbid(this.holdsInScope().length > 0, `start of ${ab} while a hold is in scope`)
    this.forbid(!this.windowIsOpen, `start of ${ab} outside the window`)
    this.forbid(!this.isOpenRun(runNumber), `start of ${ab} by the closed run ${runNumber}`)
    this.forbid(this.answers.has(key(ab, generation)), `start of ${ab} whose generation ${generation} has ended`)
    this.forbid(this.openStarts(ab).length > 0, `second open start of ${ab}`)
    const start: Start = { id: this.starts.length, ab, generation, folder, endedAs: null }
    this.starts.push(start)
    this.log.push(`start ${start.id} of ${ab}.${generation} committed by run ${runNumber}`)
    return this.committed(start)
  }

  /** As database/attempts.ts: the first answer counts, and none without a start is taken while a start is open. */
  recordAnswer(runNumber: number, ab: number, generation: number, answer: Answer): void {
    if (!this.isOpenRun(runNumber)) throw new CallFailed(`run ${runNumber} is closed`)
    if (this.answers.has(key(ab, generation))) return this.committed(undefined)
    const open = this.openStarts(ab)
    if (open.some(({ id }) => id !== answer.startId)) throw new CallFailed('another start is open')
    const { startsWithoutEnd } = this.history(ab, generation)
    this.forbid(
      answer.outcome === 'interrupted' && startsWithoutEnd < 2,
      `interrupted after ${startsWithoutEnd} starts`,
    )
    const start = answer.startId === null ? undefined : this.starts[answer.startId]
    this.forbid(start?.folder.end?.killedBy === 'cancel', `an answer of ${ab} from a recipe that a cancel killed`)
    this.forbid(start !== undefined && start.endedAs !== null, `an answer of ${ab} from a start without an answer`)
    this.answers.set(key(ab, generation), answer)
    for (const one of open) one.endedAs = 'ended'
    this.log.push(`${ab}.${generation} ${answer.outcome}`)
    this.committed(undefined)
  }

  closeStart(start: Start, endedAs: 'without end' | 'not attempted'): void {
    if (start.endedAs === null) {
      const ofCancel = start.folder.end?.killedBy === 'cancel'
      this.forbid(ofCancel && endedAs === 'without end', `cancelled start ${start.id} counted as one without end`)
      start.endedAs = endedAs
      this.log.push(`start ${start.id} closed: ${endedAs}`)
    }
    this.committed(undefined)
  }

  placeHold(kind: HoldKind, scope: HoldScope): void {
    this.holdsPlaced += 1
    this.holds.push({ id: this.holdsPlaced, kind, scope, reason: '', placedBy: 'operator', placedAt: new Date(0) })
  }

  closeRun(): void {
    this.runIsOpen = false
    this.holds = this.holds.filter(({ kind, scope }) => kind === 'pause' || scope !== DATE_SCOPE)
  }

  openRun(): void {
    if (this.runIsOpen) return
    this.runNumber += 1
    this.runIsOpen = true
  }

  /** An order to re-process: the only thing that raises a generation. */
  reprocess(ab: number): void {
    const block = this.block(ab)
    if (this.answers.has(key(ab, block.generation))) block.generation += 1
  }

  control() {
    return this.rules.controlOf(this.holds, PLACE)
  }

  hasEnded(ab: number): boolean {
    return this.answers.has(key(ab, this.block(ab).generation))
  }

  block(ab: number): Block {
    const block = this.blocks[ab]
    if (block === undefined) throw new Error(`no block ${ab}`)
    return block
  }

  // The host.

  prepare(runNumber: number): Folder {
    const folder: Folder = { runNumber, prepared: true, launcher: 'none', recipeIsAlive: false, end: null }
    this.folders.push(folder)
    return folder
  }

  /** The launcher claims its folder in one step; who comes second, or finds no job, does nothing. */
  spawn({ folder, ab, generation, id, endedAs }: Start): void {
    if (!folder.prepared || folder.launcher !== 'none') return
    this.forbid(this.answers.has(key(ab, generation)), `recipe of ${ab}.${generation} started again`)
    this.forbid(endedAs !== null, `recipe of start ${id}, which is closed as ${endedAs}`)
    folder.launcher = 'running'
    folder.recipeIsAlive = true
    this.log.push(`recipe of start ${id} runs`)
  }

  /**
   * Makes sure that nothing runs in a folder and nothing ever will: takes the claim that no launcher took, ends what a dead one left.
   * False when a launcher is at work or has left its status: look again.
   */
  abandon(folder: Folder): boolean {
    if (folder.launcher === 'running' || folder.launcher === 'ended') return false
    folder.launcher = 'lost'
    folder.recipeIsAlive = false
    return true
  }

  cancelRecipe(folder: Folder): void {
    if (folder.launcher !== 'running') return
    this.endRecipe(folder, { exitCode: null, signal: 'SIGKILL', killedBy: 'cancel', firstError: null })
    this.writeStatus(folder)
  }

  endRecipe(folder: Folder, end: RecipeEndFacts): void {
    if (!folder.recipeIsAlive) return
    folder.recipeIsAlive = false
    folder.end = end
  }

  writeStatus(folder: Folder): void {
    if (folder.launcher === 'running' && folder.end !== null) folder.launcher = 'ended'
  }

  /** The recipe lives on without anybody to write its end. */
  killLauncher(folder: Folder): void {
    if (folder.launcher === 'running') folder.launcher = 'lost'
  }

  reboot(): void {
    for (const folder of this.folders) {
      folder.recipeIsAlive = false
      this.killLauncher(folder)
    }
  }

  /** Removes what closed runs left on disk, but for folders whose start is open: a later run still has to go on from them. */
  cleanUp(): void {
    const inUse = new Set(this.starts.filter(({ endedAs }) => endedAs === null).map(({ folder }) => folder))
    for (const folder of this.folders) {
      if (this.isOpenRun(folder.runNumber) || inUse.has(folder)) continue
      folder.prepared = false
      folder.recipeIsAlive = false
      folder.launcher = 'none'
    }
  }

  /** What must hold at any moment, whoever just did what. */
  check(): void {
    for (const ab of this.blocks.keys()) {
      const own = this.starts.filter((start) => start.ab === ab)
      const alive = own.filter(({ folder }) => folder.recipeIsAlive)
      this.forbid(alive.length > 1, `${alive.length} recipes of ${ab} at the same time`)
      this.forbid(this.openStarts(ab).length > 1, `two open starts of ${ab}`)
      this.forbid(this.hasEnded(ab) && this.openStarts(ab).length > 0, `${ab} has ended with an open start`)
      for (let generation = 1; generation <= this.block(ab).generation; generation += 1) {
        this.forbid(this.history(ab, generation).startsWithoutEnd > 2, `${ab}.${generation} started too often`)
      }
    }
  }

  isOpenRun(runNumber: number): boolean {
    return this.runIsOpen && runNumber === this.runNumber
  }

  private openStarts(ab: number): readonly Start[] {
    return this.starts.filter((start) => start.ab === ab && start.endedAs === null)
  }

  /** Found without the rules under test. */
  private holdsInScope(): readonly Hold[] {
    return this.holds.filter(({ scope }) => SCOPES_OF_PLACE.includes(scope))
  }

  private committed<T>(answer: T): T {
    if (!this.loseNextAnswer) return answer
    this.loseNextAnswer = false
    throw new CallFailed('the connection broke after the commit')
  }

  private forbid(seen: boolean, what: string): void {
    if (seen) throw new Violation(`${what}\n  ${this.log.join('\n  ')}`)
  }
}

function key(ab: number, generation: number): string {
  return `${ab}.${generation}`
}
