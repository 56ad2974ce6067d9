import { readFileSync } from 'node:fs'
import { type RunningProcess, runningProcesses } from '../services/process.ts'

/** Processes that have to do with a folder, whoever started them: it is in their command line or in their environment. */
export function processesOf(folder: string): RunningProcess[] {
  return runningProcesses().filter(
    ({ pid, commandLine }) => mentions(commandLine.join('\0'), folder) || mentions(environmentOf(pid), folder),
  )
}

function mentions(text: string, folder: string): boolean {
  return text.includes(`${folder}/`) || text.split('\0').some((word) => word.endsWith(folder))
}

/** Empty for a process that has ended meanwhile, or that is not ours to look into. */
function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1')
  } catch {
    return ''
  }
}
