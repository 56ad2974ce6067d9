import { Command } from 'commander'
import { readSettings } from '../settings/settings.ts'
import { addWorker } from './worker.ts'

const program = new Command('phoenix').description('turns each night of science data into archive-ready spectra')
addWorker(program, () => readSettings())
await program.parseAsync()
