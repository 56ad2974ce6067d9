import type { Command } from 'commander'
import type { AbState } from '../domain/ab-state.ts'
import type { Database } from '../database/connect.ts'
import { type FoundFailure, presentFailures } from '../database/found-failures.ts'
import { activeHolds } from '../database/holds.ts'
import { presentDates } from '../database/present-dates.ts'
import { abStatuses, type AbStatus, type DateStatus, dateStatuses, hosts, type HostStatus } from '../database/status.ts'
import { campaignNumber } from '../domain/campaign.ts'
import { isOpenRun } from '../domain/date-run.ts'
import { openCampaigns, readCampaignStatus, showCampaign, showOpenCampaigns } from './campaign-status.ts'
import { describeScope, type Hold, scopeName } from '../domain/hold.ts'
import { type CarryOut, type CommandContext, withRecord } from './context.ts'
import { example, JSON_OPTION } from './example.ts'
import { EXIT } from './exit-code.ts'
import { knownInstrument, knownPlace, notRegistered } from './place.ts'
import { clockTime } from './clock-time.ts'
import { describeFailure } from './retry-cause.ts'
import type { Column } from './table.ts'

/** `phoenix status [INSTRUMENT [DATE]]` or `campaign/12`: what runs, what is held, and where every date stands. */
export function addStatus(program: Command, carryOut: CarryOut): void {
  program
    .command('status')
    .description('open runs and campaigns, holds, and the states of dates; with a date also of its ABs; a campaign')
    .argument('[instrument]', 'or a campaign: campaign/12')
    .argument('[date]', 'observing night, YYYY-MM-DD')
    .option('--all', 'all registered dates, not only the newest, the open ones and those that need a person')
    .option(...JSON_OPTION)
    .addHelpText('after', example('phoenix status', 'phoenix status UVES 2026-03-01', 'phoenix status campaign/12'))
    .action((instrument: string | undefined, date: string | undefined, options: { all?: boolean; json?: boolean }) =>
      carryOut(options, async ({ settings, output }) => {
        const orderId = campaignNumber(instrument ?? '')
        if (orderId !== null) {
          const campaign = await withRecord(settings, (database) => readCampaignStatus(database, orderId))
          output.result(campaign, () => showCampaign(output, campaign))
          return EXIT.fine
        }
        const place = await placeOf(settings, instrument, date)
        const status = await withRecord(settings, (database) => readStatus(database, place, options.all === true))
        output.result(status, () => show(status, output))
        return EXIT.fine
      }),
    )
}

interface Status {
  readonly dates: readonly DateStatus[]
  /** How many dates there are; `dates` may be some of them. */
  readonly registeredDates: number
  readonly campaigns: Awaited<ReturnType<typeof openCampaigns>>
  readonly holds: readonly Hold[]
  /** Systematic failures that hold something, and warnings of the last day. */
  readonly failures: readonly FoundFailure[]
  readonly hosts: readonly HostStatus[]
  /** Of the one date that was asked for; null otherwise. */
  readonly abs: readonly AbStatus[] | null
}

interface Place {
  readonly instrument: string | null
  readonly date: string | null
}

async function placeOf(
  settings: CommandContext['settings'],
  instrument: string | undefined,
  date: string | undefined,
): Promise<Place> {
  if (instrument === undefined) return { instrument: null, date: null }
  if (date !== undefined) return knownPlace(settings, instrument, date)
  return { instrument: (await knownInstrument(settings, instrument)).instrument, date: null }
}

async function readStatus(database: Database, { instrument, date }: Place, all: boolean): Promise<Status> {
  const isOne = instrument !== null && date !== null
  const present = isOne || all ? null : await presentDates(database, instrument)
  const dates = await dateStatuses(database, instrument, date, present?.dates ?? null)
  if (isOne && dates.length === 0) throw notRegistered({ instrument, date })
  return {
    dates,
    registeredDates: present?.registered ?? dates.length,
    campaigns: await openCampaigns(database),
    holds: await activeHolds(database),
    failures: await presentFailures(database),
    hosts: await hosts(database),
    abs: isOne ? await abStatuses(database, instrument, date) : null,
  }
}

function show(
  { dates, registeredDates, campaigns, holds, failures, hosts: known, abs }: Status,
  output: CommandContext['output'],
): void {
  const open = dates.flatMap(({ run, ...date }) => (run !== null && isOpenRun(run.state) ? [{ ...date, run }] : []))
  output.heading(`${open.length} open ${open.length === 1 ? 'run' : 'runs'}`)
  output.table(
    [
      { title: 'run', text: ({ run }) => String(run.runNumber), align: 'right' },
      { title: 'date', text: ({ instrument, date }) => `${instrument} ${date}` },
      { title: 'state', text: ({ run }) => run.state },
      { title: 'host', text: ({ run }) => run.host },
      { title: 'since', text: ({ run }) => clockTime(run.startedAt) },
      { title: 'ordered by', text: ({ run }) => run.orderedBy },
      { title: 'waits for', text: ({ run }) => run.waitsFor ?? '' },
    ],
    open,
  )
  if (campaigns.length > 0) showOpenCampaigns(output, campaigns)
  output.heading(`${holds.length} ${holds.length === 1 ? 'hold' : 'holds'}`)
  output.table(
    [
      { title: 'hold', text: ({ id }) => String(id), align: 'right' },
      { title: 'kind', text: ({ kind }) => kind },
      { title: 'scope', text: ({ scope }) => describeScope(scope) },
      { title: 'by', text: ({ placedBy }) => placedBy },
      { title: 'since', text: ({ placedAt }) => clockTime(placedAt) },
      { title: 'reason', text: ({ reason }) => reason },
    ],
    holds,
  )
  for (const failure of failures) {
    output.say(describeFailure(failure))
    output.say(whatToDo(failure))
  }
  const more = registeredDates > dates.length ? `, ${dates.length} of them here (--all shows all)` : ''
  output.heading(`${registeredDates} registered ${registeredDates === 1 ? 'date' : 'dates'}${more}`)
  output.table(dateColumns, dates)
  if (abs !== null) {
    output.table(
      [
        { title: 'AB', text: ({ abName }) => abName },
        { title: 'state', text: ({ state }) => state },
        { title: 'seconds', text: ({ wallSeconds }) => wallSeconds?.toFixed(1) ?? '', align: 'right' },
        { title: 'cause', text: ({ leftOutCode, cause }) => [leftOutCode, cause].filter(Boolean).join(': ') },
      ],
      abs,
    )
  }
  for (const { host, cores, seenAt } of known)
    output.say(`host ${host}: ${cores} cores, worker last seen ${clockTime(seenAt)}`)
}

/** The hold of a systematic failure waits for a person: which command goes on, and which gives those ABs another attempt. */
function whatToDo({ scope, commonCause }: FoundFailure): string {
  if (scope === null) return `  one template only, nothing is held (${commonCause})`
  const resume = `phoenix resume ${scopeName(scope)}`
  return `  mend the cause, then \`${resume} --retry-cause\` gives these ABs another attempt, \`${resume}\` goes on without them`
}

const STATES: readonly AbState[] = ['pending', 'running', 'processed', 'failed', 'interrupted', 'left out', 'withdrawn']

const dateColumns: readonly Column<DateStatus>[] = [
  { title: 'date', text: ({ instrument, date }) => `${instrument} ${date}` },
  { title: 'state', text: ({ run }) => run?.state ?? 'registered' },
  { title: 'run', text: ({ run }) => String(run?.runNumber ?? ''), align: 'right' },
  ...STATES.map((state): Column<DateStatus> => {
    return { title: state, text: ({ abs }) => String(abs[state] ?? 0), align: 'right' }
  }),
  { title: 'IDPs waiting', text: ({ pendingIdps }) => String(pendingIdps), align: 'right' },
  { title: 'problems', text: ({ run }) => run?.problems.join('; ') ?? '' },
]
