/**
 * Generations below zero are trials, each that of its run: nothing of them counts, and a later trial of the same block never meets an
 * earlier one.
 */
export function trialGeneration(runNumber: number): number {
  return -runNumber
}

/** How people call a run: that of a trial has a report of its own under this name. */
export function runName(runNumber: number | null, isTrialRun: boolean): string {
  if (runNumber === null) return ''
  return isTrialRun ? `trial/${runNumber}` : String(runNumber)
}

/** What a block of a trial campaign has until the run of its date is open: no attempt bears it. */
export const TRIAL_TO_COME = 0

export function isTrial(generation: number): boolean {
  return generation < 0
}

/** A block that could be tried. */
export interface Candidate {
  readonly abName: string
  /** Blocks of one setting behave alike. */
  readonly setting: string
}

/**
 * So many of the blocks, spread over the settings and within each over its blocks in the order of their names: one of every setting before
 * a second of any. The same blocks give the same sample, in whatever order they come.
 */
export function sampleOf<Block extends Candidate>(blocks: readonly Block[], size: number): readonly Block[] {
  const settings = new Map<string, Block[]>()
  for (const block of blocks.toSorted((a, b) => (a.abName < b.abName ? -1 : 1))) {
    const group = settings.get(block.setting)
    if (group === undefined) settings.set(block.setting, [block])
    else group.push(block)
  }
  const groups = [...settings].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group)
  const quotas = groups.map(() => 0)
  let left = Math.min(size, blocks.length)
  while (left > 0) {
    for (const [i, group] of groups.entries()) {
      if (left === 0 || (quotas[i] ?? 0) >= group.length) continue
      quotas[i] = (quotas[i] ?? 0) + 1
      left -= 1
    }
  }
  return groups.flatMap((group, i) => spread(group, quotas[i] ?? 0))
}

/** `count` items at even distances, the first among them. */
function spread<Item>(items: readonly Item[], count: number): readonly Item[] {
  return items.filter((_, i) => Math.ceil((i * count) / items.length) < Math.ceil(((i + 1) * count) / items.length))
}
