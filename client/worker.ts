import type { Command } from 'commander'
import { pino } from 'pino'
import { runWorker, type WorkerRole, workerIsEnding } from '../worker.ts'
import type { Settings } from '../settings/settings.ts'

/** `phoenix worker --role host|orchestration`: runs in the foreground and writes its log to standard output. */
export function addWorker(program: Command, settings: () => Settings): void {
  program
    .command('worker')
    .description('run one worker in the foreground (phoenix up starts both)')
    .requiredOption('--role <role>', 'orchestration: workflows and record; host: files and recipes of this machine')
    .option('--grace-seconds <seconds>', 'how long running recipes may go on after the first SIGTERM or Ctrl-C', '30')
    .action(async ({ role, graceSeconds }: { role: string; graceSeconds: string }) => {
      const log = pino({ base: { role, pid: process.pid } })
      await runWorker(settings(), checkedRole(role), stopOnSignals(Number(graceSeconds)), log)
    })
}

function checkedRole(role: string): WorkerRole {
  if (role === 'orchestration' || role === 'host') return role
  throw new Error(`--role ${role}: expected orchestration or host`)
}

/** First signal: nothing new, recipes get their grace. Second signal, or the end of the grace: recipes are killed, not attempted. */
function stopOnSignals(graceSeconds: number) {
  const closing = new AbortController()
  const killing = new AbortController()
  const onSignal = () => {
    if (closing.signal.aborted) killing.abort()
    closing.abort(workerIsEnding())
    setTimeout(() => killing.abort(), graceSeconds * 1000).unref()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return { closing: closing.signal, killing: killing.signal }
}
