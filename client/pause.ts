import type { Command } from 'commander'
import type { CarryOut } from './context.ts'
import { addHoldCommand } from './hold.ts'

/** `phoenix pause`: running recipes finish, no new ones start, until `resume`. */
export function addPause(program: Command, carryOut: CarryOut): void {
  addHoldCommand(program, carryOut, 'pause', 'start no more recipes until resume; those that run finish')
}
