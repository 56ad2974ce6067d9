import type { Command } from 'commander'
import type { CarryOut, CommandContext } from './context.ts'
import { example, JSON_OPTION } from './example.ts'
import { EXIT } from './exit-code.ts'
import { type Installation, startInstallation } from './installation.ts'
import { wholeNumber } from './whole-number.ts'

/** `phoenix up`: services, workers and monitor, in the background. */
export function addUp(program: Command, carryOut: CarryOut): void {
  program
    .command('up')
    .description('start PostgreSQL, the Temporal server, the workers and the monitor, or adopt those that run')
    .option(
      '--grace-seconds <seconds>',
      'how long running recipes may go on when the workers are told to end',
      wholeNumber(0, 86_400),
      30,
    )
    .option(...JSON_OPTION)
    .addHelpText('after', example('phoenix up'))
    .action((options: { graceSeconds: number; json?: boolean }) =>
      carryOut(options, async ({ settings, output }) => {
        const installation = await startInstallation(settings, options.graceSeconds, (line) => output.say(line))
        output.result(describeInstallation(installation), () => showInstallation(installation, output))
        return EXIT.fine
      }),
    )
}

/** Where everything is, for people. */
export function showInstallation({ services, workers, monitor }: Installation, output: CommandContext['output']): void {
  const { postgres, temporal } = services
  output.say(`PostgreSQL ${postgres.version}: ${postgres.found}, ${postgres.where}`)
  output.say(`Temporal ${temporal.version}: ${temporal.found}, ${temporal.address}`)
  if (temporal.uiUrl !== null) output.say(`Temporal UI: ${temporal.uiUrl}`)
  for (const { role, pid, found, logPath } of workers)
    output.say(`worker ${role}: ${found}, process ${pid}, log ${logPath}`)
  if (monitor !== null) {
    output.say(
      `monitor: ${monitor.found}, process ${monitor.pid}, ${monitor.url} (\`phoenix monitor --link\` to sign in)`,
    )
  }
}

function describeInstallation({ services: { postgres, temporal }, workers, monitor }: Installation): unknown {
  // Not the URL of the database: it holds the password.
  const { url: _, ...database } = postgres
  return { postgres: database, temporal, workers, monitor }
}
