import type { AssociationBlock } from './association-block.ts'
import type { Mode } from './instrument.ts'

/**
 * Parameters as esorex takes them, `--reduce.extract.method=optimal`: those of the certified mode, where the block has none of the same
 * name. Each name comes once, since esorex minds every one that it is given.
 */
export function recipeParameters(
  mode: Pick<Mode, 'parameters'>,
  ab: Pick<AssociationBlock, 'recipeParameters'>,
): readonly string[] {
  const certified = Object.entries(mode.parameters).map(([name, value]) => `--${name}=${textOf(value)}`)
  const byName = [...certified, ...ab.recipeParameters].map((parameter) => [nameOf(parameter), parameter] as const)
  return [...new Map(byName).values()]
}

function nameOf(parameter: string): string {
  return parameter.split('=', 1)[0] ?? ''
}

/** esorex wants its truth values in capitals. */
function textOf(value: string | number | boolean): string {
  return typeof value === 'boolean' ? String(value).toUpperCase() : String(value)
}
