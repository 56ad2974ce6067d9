import type { Command } from 'commander'
import type { CarryOut } from './context.ts'
import { addHoldCommand } from './hold.ts'

/** `phoenix cancel`: as stop, but running recipes are killed; their blocks count as not attempted. */
export function addCancel(program: Command, carryOut: CarryOut): void {
  addHoldCommand(program, carryOut, 'cancel', 'as stop, but running recipes are killed and count as not attempted')
}
