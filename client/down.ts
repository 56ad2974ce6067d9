import type { Command } from 'commander'
import type { CarryOut } from './context.ts'
import { example, JSON_OPTION } from './example.ts'
import { EXIT } from './exit-code.ts'
import { stopInstallation } from './stop-installation.ts'
import { wholeNumber } from './whole-number.ts'

/** `phoenix down`: nothing of ours is left running. Open runs go on at the next `up`. */
export function addDown(program: Command, carryOut: CarryOut): void {
  program
    .command('down')
    .description('end the workers and our own services; open runs go on at the next `phoenix up`')
    .option(
      '--grace-seconds <seconds>',
      'how long running recipes may go on; then they are killed and count as not attempted',
      wholeNumber(0, 86_400),
      30,
    )
    .option(...JSON_OPTION)
    .addHelpText('after', example('phoenix down', 'phoenix down --grace-seconds 0'))
    .action((options: { graceSeconds: number; json?: boolean }) =>
      carryOut(options, async ({ settings, output }) => {
        const stopped = await stopInstallation(settings, options.graceSeconds, (line) => output.say(line))
        output.result(stopped, () => {
          if (stopped.workers.length + stopped.services.length === 0) output.say('nothing was running')
        })
        return EXIT.fine
      }),
    )
}
