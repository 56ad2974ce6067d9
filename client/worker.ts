import type { Command } from 'commander'
import { pino } from 'pino'
import { logContext } from '../activities/log-context.ts'
import { type InfrastructureError, PreconditionError } from '../domain/failure.ts'
import type { Settings } from '../settings/settings.ts'
import { example } from './example.ts'
import { wholeNumber } from './whole-number.ts'

/** `phoenix worker --role host|orchestration`: runs in the foreground and writes its log to standard output. */
export function addWorker(program: Command, settings: () => Settings): void {
  program
    .command('worker')
    .description('run one worker in the foreground (phoenix up starts both)')
    .requiredOption('--role <role>', 'orchestration: workflows and record; host: files and recipes of this machine')
    .option(
      '--grace-seconds <seconds>',
      'how long running recipes may go on after the first SIGTERM or Ctrl-C',
      wholeNumber(0, 86_400),
      30,
    )
    .addHelpText('after', example('phoenix worker --role host'))
    .action(async ({ role, graceSeconds }: { role: string; graceSeconds: number }) => {
      const log = pino({ base: { role, pid: process.pid }, mixin: logContext })
      // Loaded here: no other command needs Temporal's worker, whose native part takes its time.
      const { runWorker, workerIsEnding } = await import('../worker.ts')
      await runWorker(settings(), checkedRole(role), stopOnSignals(graceSeconds, workerIsEnding), log)
    })
}

function checkedRole(role: string): 'orchestration' | 'host' {
  if (role === 'orchestration' || role === 'host') return role
  throw new PreconditionError(`--role ${role}: expected orchestration or host`)
}

/** First signal: nothing new, recipes get their grace. Second signal, or the end of the grace: recipes are killed, not attempted. */
function stopOnSignals(graceSeconds: number, reason: () => InfrastructureError) {
  const closing = new AbortController()
  const killing = new AbortController()
  const onSignal = () => {
    if (closing.signal.aborted) killing.abort()
    closing.abort(reason())
    setTimeout(() => killing.abort(), graceSeconds * 1000).unref()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return { closing: closing.signal, killing: killing.signal }
}
