import type { Folder, Start, World } from './history-world.ts'

/**
 * One attempt of the activity that brings a block to its end, step by step: at every `yield` it may be killed, or another attempt at
 * the same block, whom Temporal started meanwhile, may go on. It ends when there is nothing to do, or throws like a real one.
 */
export function* processAb(world: World, ab: number, runNumber: number): Generator<void, void> {
  const { generation } = world.block(ab)
  for (;;) {
    yield
    const facts = world.history(ab, generation)
    yield
    const launcher = facts.openStart?.folder.launcher ?? 'none'
    const { step } = world.rules.takeUp({ ...facts, openStart: facts.openStart !== null, launcher })
    yield
    if (step === 'already ended') return
    if (step === 'give up as interrupted') {
      return world.recordAnswer(runNumber, ab, generation, { outcome: 'interrupted', startId: null })
    }
    const start = facts.openStart ?? (yield* startRecipe(world, ab, generation, runNumber))
    if (start === 'look again') continue
    if (start === 'not now') return
    if (step === 'close lost start') yield* closeLost(world, start)
    else if ((yield* waitFor(world, start.folder)) === 'ended') {
      if ((yield* conclude(world, start, runNumber)) === 'done') return
    }
  }
}

function* startRecipe(world: World, ab: number, generation: number, runNumber: number) {
  if (world.block(ab).rawIsDamaged) {
    world.recordAnswer(runNumber, ab, generation, { outcome: 'failed', startId: null })
    return 'not now'
  }
  // Prepared before the commit and never after it: a folder that was cleaned up meanwhile must not come back.
  const folder = world.prepare(runNumber)
  yield
  const start = world.startRecipe(runNumber, ab, generation, folder)
  if (typeof start === 'string') {
    return start === 'held' || start === 'window closed' || start === 'stale run' ? 'not now' : 'look again'
  }
  yield
  world.spawn(start)
  return start
}

/** The claim first, then the row: a launcher that was on its way all the time comes too late for both. */
function* closeLost(world: World, start: Start) {
  if (!world.abandon(start.folder)) return
  yield
  world.closeStart(start, 'without end')
}

function* waitFor(world: World, folder: Folder) {
  while (folder.launcher === 'running') {
    yield
    if (world.control().command === 'cancel') {
      yield
      world.cancelRecipe(folder)
    }
  }
  return folder.launcher
}

function* conclude(world: World, start: Start, runNumber: number) {
  const { ab, generation, id, folder } = start
  if (folder.end === null) throw new Error('a status without content')
  const end = world.rules.classifyRecipeEnd(folder.end)
  yield
  if (end.class === 'success') world.recordAnswer(runNumber, ab, generation, { outcome: 'processed', startId: id })
  else if (end.class === 'outcome') world.recordAnswer(runNumber, ab, generation, { outcome: 'failed', startId: id })
  else if (end.class === 'not attempted') world.closeStart(start, 'not attempted')
  else {
    world.closeStart(start, 'without end')
    return 'look again'
  }
  return 'done'
}
