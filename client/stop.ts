import type { Command } from 'commander'
import type { CarryOut } from './context.ts'
import { addHoldCommand } from './hold.ts'

/** `phoenix stop`: running recipes finish, what is made is ingested, the run ends. */
export function addStop(program: Command, carryOut: CarryOut): void {
  addHoldCommand(program, carryOut, 'stop', 'end runs in good order: recipes finish, ingest, clean up')
}
