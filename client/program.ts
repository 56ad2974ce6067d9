import { join } from 'node:path'
import { Command, CommanderError } from 'commander'
import { readSettings, type Settings } from '../settings/settings.ts'
import { addAb } from './ab.ts'
import { addArchive } from './archive.ts'
import { addBacklog } from './backlog.ts'
import { addBackProcess } from './back-process.ts'
import { addCancel } from './cancel.ts'
import { addDaily } from './daily.ts'
import { addCertified } from './certified.ts'
import { addDemo } from './demo.ts'
import { addDoctor } from './doctor.ts'
import { addDown } from './down.ts'
import { addGiveUp } from './give-up.ts'
import { addHosts } from './hosts.ts'
import { addIdp } from './idp.ts'
import { addInstrument } from './instrument.ts'
import { addJobs } from './jobs.ts'
import { addMonitor } from './monitor.ts'
import { addNotify } from './notify.ts'
import { addPause } from './pause.ts'
import { addQc1 } from './qc1.ts'
import { addRegister } from './register.ts'
import { addReport } from './report.ts'
import { addReprocess } from './reprocess.ts'
import { addResume } from './resume.ts'
import { addRun } from './run.ts'
import { addSimulate } from './simulate.ts'
import { addStatus } from './status.ts'
import { addStop } from './stop.ts'
import { addUp } from './up.ts'
import { addVerify } from './verify.ts'
import { addWatch } from './watch.ts'
import { addWorker } from './worker.ts'
import type { CarryOut } from './context.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import { failureLine } from './failure-line.ts'
import { Output, type Streams } from './output.ts'

export interface ProgramWorld {
  readonly env: NodeJS.ProcessEnv
  readonly streams: Streams
}

/** The command line of phoenix. `onEnd` gets the exit code of the command that was carried out. */
export function buildProgram({ env, streams }: ProgramWorld, onEnd: (code: ExitCode) => void): Command {
  const helpWidth = () => streams.width ?? 100
  const program = new Command('phoenix')
    .description('turns each night of science data into archive-ready spectra')
    .exitOverride()
    .configureOutput({
      writeOut: streams.out,
      writeErr: streams.error,
      getOutHelpWidth: helpWidth,
      getErrHelpWidth: helpWidth,
    })
    .helpCommand(false)
  const settings = () => readSettings(env)
  const carryOut: CarryOut = async ({ json = false }, work) => {
    onEnd(await work({ settings: settings(), output: new Output(streams, json) }))
  }
  program.commandsGroup('Every day:')
  addStatus(program, carryOut)
  addWatch(program, carryOut)
  addReport(program, carryOut)
  addAb(program, carryOut)
  addMonitor(program, carryOut)
  program.commandsGroup('Blocks and orders:')
  addRegister(program, carryOut)
  addCertified(program, carryOut)
  addRun(program, carryOut)
  addDaily(program, carryOut)
  addJobs(program, carryOut)
  addBacklog(program, carryOut)
  addBackProcess(program, carryOut)
  addReprocess(program, carryOut)
  program.commandsGroup('Control:')
  addPause(program, carryOut)
  addResume(program, carryOut)
  addStop(program, carryOut)
  addCancel(program, carryOut)
  addGiveUp(program, carryOut)
  addHosts(program, carryOut)
  program.commandsGroup('Products and numbers:')
  addArchive(program, carryOut)
  addQc1(program, carryOut)
  addIdp(program, carryOut)
  addVerify(program, carryOut)
  program.commandsGroup('Installation:')
  addDemo(program, carryOut)
  addUp(program, carryOut)
  addDown(program, carryOut)
  addDoctor(program, carryOut)
  addNotify(program, carryOut)
  addInstrument(program, carryOut)
  addSimulate(program, carryOut)
  addWorker(program, settings)
  return program
}

/** Runs one command line (without `node` and the program's name) and returns its exit code; failures become one line on stderr. */
export async function runProgram(world: ProgramWorld, commandLine: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = EXIT.fine
  try {
    const program = buildProgram(world, (end) => {
      code = end
    })
    await program.parseAsync(commandLine, { from: 'user' })
    return code
  } catch (error) {
    // Commander has said its line (or the help that was asked for) already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.usage
    const failure = failureLine(error, logFolder(world.env))
    world.streams.error(`phoenix: ${failure.line}\n`)
    return failure.code
  }
}

function logFolder(env: NodeJS.ProcessEnv): string | null {
  try {
    const { home }: Settings = readSettings(env)
    return join(home, 'log')
  } catch {
    return null // the settings themselves are what is wrong
  }
}
