import { once } from 'node:events'
import type { Command } from 'commander'
import { pino } from 'pino'
import { PreconditionError } from '../domain/failure.ts'
import { runningMonitor, signInLink } from '../monitor/server/running-monitor.ts'
import { inHome } from '../services/home.ts'
import type { Settings } from '../settings/settings.ts'
import type { CarryOut } from './context.ts'
import { example, JSON_OPTION } from './example.ts'
import { EXIT } from './exit-code.ts'

/** `phoenix monitor`: serves the page in the foreground, or prints the link that signs a browser in. */
export function addMonitor(program: Command, carryOut: CarryOut): void {
  program
    .command('monitor')
    .description('serve the monitor page in the foreground (phoenix up serves it in the background)')
    .option('--link', 'print a link to the running monitor with which a browser may also give orders')
    .option(...JSON_OPTION)
    .addHelpText('after', example('phoenix monitor --link', 'PHOENIX_MONITOR_PORT=8080 phoenix monitor'))
    .action((options: { link?: boolean; json?: boolean }) =>
      carryOut(options, async ({ settings, output }) => {
        const here = await inHome(settings)
        const running = runningMonitor(here.home)
        if (options.link === true) {
          if (running === null) throw new PreconditionError('the monitor does not run: `phoenix up` starts it')
          const link = signInLink(running, settings.operator)
          output.result({ url: running.url, link }, () => output.say(link))
          return EXIT.fine
        }
        if (running !== null) {
          throw new PreconditionError(`the monitor runs already: ${running.url} (process ${running.pid})`)
        }
        await serveUntilSignal(here)
        return EXIT.fine
      }),
    )
}

async function serveUntilSignal(settings: Settings): Promise<void> {
  const log = pino({ base: { role: 'monitor', pid: process.pid } })
  // Loaded here: no other command needs the server.
  const { serveMonitor } = await import('../monitor/server/serve.ts')
  const monitor = await serveMonitor(settings, log)
  log.info({ url: monitor.url }, 'monitor ready')
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  await monitor.close()
}
