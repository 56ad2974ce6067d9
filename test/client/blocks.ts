import type { AssociationBlock } from '../../domain/association-block.ts'
import { writeAssociationBlock } from '../../domain/write-association-block.ts'
import type { BlockFile } from '../../client/read-blocks.ts'
import { planNight } from '../../simulator/night-plan.ts'

export const DATE = '2026-03-01'

/** Executable blocks of a simulated night. */
export function blocks(executable: number, withExtras = false): readonly AssociationBlock[] {
  return planNight({ instrument: 'UVES', date: DATE, seed: 1, executable, settings: [346], withExtras }).map(
    ({ block }) => block,
  )
}

export function fileOf(block: AssociationBlock, name = block.name): BlockFile {
  return { name, bytes: Buffer.from(writeAssociationBlock(block)) }
}
