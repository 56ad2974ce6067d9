import type { Command } from 'commander'
import { SEEN_WITHIN_MS } from '../database/choose-host.ts'
import { activeHolds } from '../database/holds.ts'
import { hosts, type HostStatus } from '../database/status.ts'
import type { Hold, HoldScope } from '../domain/hold.ts'
import { clockTime } from './clock-time.ts'
import { type CarryOut, type CommandContext, withRecord } from './context.ts'
import { example, JSON_OPTION } from './example.ts'
import { EXIT } from './exit-code.ts'
import { dryHold, hold } from './hold.ts'
import { dryResume, resume } from './resume.ts'

interface DrainOptions {
  readonly reason?: string
  readonly dryRun?: boolean
  readonly json?: boolean
}

/** `phoenix hosts list|drain|undrain`: draining a host is a pause of it, and no new run chooses it. */
export function addHosts(program: Command, carryOut: CarryOut): void {
  const group = program.command('hosts').description('the hosts that run recipes')
  group
    .command('list', { isDefault: true })
    .description('hosts with cores, load, disk, what they run, when they were seen, and whether they are drained')
    .option(...JSON_OPTION)
    .addHelpText('after', example('phoenix hosts list'))
    .action((options: { json?: boolean }) =>
      carryOut(options, ({ settings, output }) =>
        withRecord(settings, async (database) => {
          const drains = (await activeHolds(database)).filter(({ scope }) => scope.type === 'host')
          const rows = (await hosts(database)).map((host) => ({ ...host, drain: drainOf(host.host, drains) }))
          output.result({ hosts: rows }, () => show(rows, output))
          return EXIT.fine
        }),
      ),
    )
  group
    .command('drain')
    .description('start nothing more on a host: its recipes finish, its runs wait, new runs choose another')
    .argument('<host>')
    .option('--reason <text>', 'why, for those who find the hold')
    .option('--dry-run', 'only tell what would be held')
    .option(...JSON_OPTION)
    .addHelpText('after', example('phoenix hosts drain muc08 --reason "new memory"'))
    .action((host: string, options: DrainOptions) =>
      carryOut(options, (context) =>
        withRecord(context.settings, (database) =>
          options.dryRun === true
            ? dryHold(context, database, 'pause', scopeOfHost(host))
            : hold(context, database, 'pause', scopeOfHost(host), options.reason ?? ''),
        ),
      ),
    )
  group
    .command('undrain')
    .description('let a drained host start recipes again')
    .argument('<host>')
    .option('--dry-run', 'only tell what would be released')
    .option(...JSON_OPTION)
    .addHelpText('after', example('phoenix hosts undrain muc08'))
    .action((host: string, options: DrainOptions) =>
      carryOut(options, (context) =>
        withRecord(context.settings, (database) =>
          options.dryRun === true
            ? dryResume(context, database, scopeOfHost(host), false)
            : resume(context, database, scopeOfHost(host), false),
        ),
      ),
    )
}

type HostRow = HostStatus & { readonly drain: Hold | null }

const scopeOfHost = (host: string): HoldScope => ({ type: 'host', host })

function drainOf(host: string, drains: readonly Hold[]): Hold | null {
  return drains.find(({ scope }) => scope.type === 'host' && scope.host === host) ?? null
}

function show(rows: readonly HostRow[], output: CommandContext['output']): void {
  output.table(
    [
      { title: 'host', text: ({ host }) => host },
      { title: 'cores', text: ({ cores }) => String(cores), align: 'right' },
      { title: 'load', text: ({ load }) => load?.toFixed(1) ?? '', align: 'right' },
      { title: 'GB free', text: ({ freeBytes }) => gigabytes(freeBytes), align: 'right' },
      { title: 'recipes', text: ({ recipes }) => String(recipes), align: 'right' },
      { title: 'runs', text: ({ runs }) => String(runs), align: 'right' },
      { title: 'seen', text: ({ seenAt }) => clockTime(seenAt) },
      { title: 'state', text: stateOf },
    ],
    rows,
  )
}

/** What keeps a host from work, in words; `ready` when nothing does. */
function stateOf({ drain, seenAt, freeBytes, neededBytes }: HostRow): string {
  const isAway = Date.now() - seenAt.getTime() > SEEN_WITHIN_MS
  const lacksSpace = freeBytes !== null && neededBytes !== null && freeBytes < neededBytes
  const parts = [
    isAway ? 'away' : null,
    drain === null
      ? null
      : `drained (${drain.kind} by ${drain.placedBy}${drain.reason === '' ? '' : `: ${drain.reason}`})`,
    lacksSpace ? `disk below the ${gigabytes(neededBytes)} GB that it wants free` : null,
  ].filter((part) => part !== null)
  return parts.length === 0 ? 'ready' : parts.join(', ')
}

function gigabytes(bytes: number | null): string {
  return bytes === null ? '' : (bytes / 1e9).toFixed(1)
}
