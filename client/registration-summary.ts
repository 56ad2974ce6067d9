import type { BlockToRegister } from '../database/registration.ts'

export interface LeftOutBlock {
  readonly name: string
  readonly code: string
  readonly reason: string
}

/** Blocks that are left out for one reason. */
export interface ReasonGroup {
  readonly code: string
  readonly reason: string
  readonly abNames: readonly string[]
}

/** A calibration that is only promised, and the blocks that wait for it. */
export interface PromisedFile {
  readonly fileName: string
  readonly category: string
  readonly abNames: readonly string[]
}

/** Why blocks are left out, the most frequent reason first. Those that wait for calibrations are told by `promisedFiles`. */
export function groupedReasons(blocks: readonly LeftOutBlock[]): readonly ReasonGroup[] {
  const others = blocks.filter(({ code }) => code !== 'virtual calibration')
  return grouped(others, ({ code, reason }) => `${code} ${reason}`).map(([first, ...rest]) => {
    return { code: first.code, reason: first.reason, abNames: [first, ...rest].map(({ name }) => name) }
  })
}

/** Calibrations that would make blocks executable once they exist, the most wanted first. */
export function promisedFiles(blocks: readonly BlockToRegister[]): readonly PromisedFile[] {
  const wanted = blocks
    .filter(({ leftOut }) => leftOut?.code === 'virtual calibration')
    .flatMap(({ name, ab }) =>
      (ab?.calibrations ?? []).filter(({ flag }) => flag === 'VIRTUAL').map((file) => ({ ...file, name })),
    )
  return grouped(wanted, ({ fileName }) => fileName).map(([first, ...rest]) => {
    return { fileName: first.fileName, category: first.category, abNames: [first, ...rest].map(({ name }) => name) }
  })
}

/** The same calibration may be waited for on several dates. */
export function ofAllDates(files: readonly PromisedFile[]): readonly PromisedFile[] {
  return grouped(files, ({ fileName }) => fileName)
    .map((same) => ({ ...same[0], abNames: same.flatMap(({ abNames }) => abNames) }))
    .toSorted((a, b) => b.abNames.length - a.abNames.length)
}

const NAMES_SHOWN = 3

/** The first few names, and how many there are beside them. */
export function someNames(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_SHOWN).join(', ')
  return names.length > NAMES_SHOWN ? `${shown} and ${names.length - NAMES_SHOWN} more` : shown
}

/** Never an empty group; the largest first, those of one size in the order in which they were met. */
function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => string): [Item, ...Item[]][] {
  const groups = new Map<string, [Item, ...Item[]]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group === undefined) groups.set(keyOf(item), [item])
    else group.push(item)
  }
  return [...groups.values()].toSorted((a, b) => b.length - a.length)
}
