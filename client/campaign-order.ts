import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { type Covered, type NewCampaign, placeCampaign, type PlacedCampaign, toOrder } from '../database/campaigns.ts'
import type { Database } from '../database/connect.ts'
import { estimateOrder, type OrderEstimate } from '../database/order-estimate.ts'
import {
  namedAbs,
  registeredDates,
  type SelectedAb,
  selectAbs,
  type Selection,
  stateCounts,
} from '../database/order-selection.ts'
import { counted } from '../domain/counted.ts'
import { campaignName, campaignTitle } from '../domain/campaign.ts'
import { checkedDateRange } from '../domain/date-range.ts'
import { PreconditionError } from '../domain/failure.ts'
import type { CampaignKind } from '../domain/order.ts'
import { type CommandContext, withTemporal } from './context.ts'
import { JSON_OPTION } from './example.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import { followCampaign } from './follow-campaign.ts'
import { bytesInWords, secondsInWords } from './in-words.ts'
import { selectedToTry } from './order-trial.ts'
import { knownInstrument, notRegistered } from './place.ts'
import { wholeNumber } from './whole-number.ts'

/** Options that both orders over many dates have. */
export interface CampaignOptions {
  readonly oldestFirst?: boolean
  readonly datesAtOnce: number
  readonly program?: string
  readonly abs?: string
  readonly anyTime?: boolean
  readonly leaveOutMissing?: boolean
  readonly dryRun?: boolean
  readonly wait?: boolean
  readonly json?: boolean
}

export interface CampaignRequest {
  readonly kind: CampaignKind
  readonly instrument: string
  /** A date or a range as typed; undefined: every registered date. */
  readonly dates: string | undefined
  readonly reason: string | null
  readonly only: Pick<Selection, 'onlyFailed' | 'onlyChanged' | 'used' | 'pipeline'>
  /** Everything but the ingestion, of so many of the blocks (null: of all); undefined: no trial. */
  readonly trial?: { readonly sample: number | null } | undefined
}

const MOST_DATES_AT_ONCE = 64

/** Adds the options that both orders over many dates have. */
export function addCampaignOptions(command: Command): Command {
  return command
    .option('--oldest-first', 'take the oldest date first (otherwise the newest)')
    .option('--dates-at-once <number>', 'dates that may run in parallel', wholeNumber(1, MOST_DATES_AT_ONCE), 2)
    .option('--program <id>', 'only ABs of this observing programme')
    .option('--abs <file>', 'only the ABs that this file lists, one name a line')
    .option('--any-time', 'recipes may start outside the night window too')
    .option('--leave-out-missing', 'when mcalibs are missing, leave out the ABs that need them and run the rest')
    .option('--dry-run', 'tell what would be ordered, with an estimate, and order nothing')
    .option('--wait', 'follow the campaign to its end')
    .option(...JSON_OPTION)
}

/** Places an order over many dates, or tells what it would be. */
export async function orderCampaign(
  context: CommandContext,
  database: Database,
  request: CampaignRequest,
  options: CampaignOptions,
): Promise<ExitCode> {
  const { settings, output } = context
  const selection = await selectionOf(context, database, request, options)
  const selected = await selectAbs(database, selection)
  if (selected.length === 0) return nothing(context, database, selection, [])
  const abs =
    request.trial === undefined
      ? selected
      : await selectedToTry(
          database,
          await knownInstrument(settings, request.instrument),
          selected,
          request.trial.sample,
        )
  const campaign = {
    kind: request.kind,
    instrument: selection.instrument,
    orderedBy: settings.operator,
    reason: request.reason,
    newestFirst: options.oldestFirst !== true,
    datesAtOnce: options.datesAtOnce,
    anyTime: options.anyTime === true,
    leaveOutMissing: options.leaveOutMissing === true,
    trial: request.trial !== undefined,
  }
  if (options.dryRun === true) return dryRun(context, database, campaign, abs)
  const placed = await placeCampaign(database, campaign, abs)
  sayCovered(context, placed.covered)
  const { orderId } = placed
  if (orderId === null) return nothing(context, database, selection, placed.covered)
  output.say(
    `${campaignName(orderId)} is on record: ${campaignTitle(campaign)} of ${counted(placed.abs, 'AB')} of ${counted(placed.dates, 'date')}`,
  )
  await startWorkflow(context, { ...campaign, orderId })
  if (options.wait === true) return followCampaign(context, database, orderId)
  output.result(placed satisfies PlacedCampaign, () =>
    output.say(`follow it with \`phoenix status ${campaignName(orderId)}\``),
  )
  return EXIT.fine
}

async function selectionOf(
  { settings }: CommandContext,
  database: Database,
  { kind, instrument: name, dates, only }: CampaignRequest,
  options: CampaignOptions,
): Promise<Selection> {
  const { instrument } = await knownInstrument(settings, name)
  const range = dates === undefined ? null : checkedDateRange(dates)
  if (range !== null && (await registeredDates(database, instrument, range)) === 0) {
    if (range.first === range.last) throw notRegistered({ instrument, date: range.first })
    throw new PreconditionError(
      `no date of ${instrument} from ${range.first} to ${range.last} is registered: \`phoenix register\` does that`,
    )
  }
  const abNames = options.abs === undefined ? null : readNames(options.abs)
  if (abNames !== null) await refuseUnfit(database, instrument, abNames, options.abs ?? '')
  return { kind, instrument, range, abNames, programId: options.program ?? null, ...only }
}

function readNames(path: string): readonly string[] {
  let text
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new PreconditionError(`cannot read the list of ABs ${path}`, { cause })
  }
  const names = text.split('\n').map((line) => line.trim())
  const listed = names.filter((name) => name !== '' && !name.startsWith('#'))
  if (listed.length === 0) throw new PreconditionError(`${path} lists no AB`)
  return listed
}

/** What somebody names must be there and executable: nothing of a list is left out in silence. */
async function refuseUnfit(
  database: Database,
  instrument: string,
  abNames: readonly string[],
  path: string,
): Promise<void> {
  const known = new Map((await namedAbs(database, instrument, abNames)).map((ab) => [ab.abName, ab]))
  for (const name of abNames) {
    const ab = known.get(name)
    if (ab === undefined) throw new PreconditionError(`${path}: ${name} is not a registered AB of ${instrument}`)
    if (ab.state === 'left out') {
      throw new PreconditionError(`${path}: ${name} cannot be ordered, it is left out: ${ab.leftOutCode} (${ab.cause})`)
    }
  }
}

/** Says what the blocks in question are, when none of them is for this order. */
async function nothing(
  { output }: CommandContext,
  database: Database,
  selection: Selection,
  covered: readonly Covered[],
): Promise<ExitCode> {
  const states = await stateCounts(database, selection)
  output.result({ orderId: null, abs: 0, dates: 0, covered, states }, () => {
    const words = states.map(
      ({ state, leftOutCode, count }) => `${count} ${state}${leftOutCode === null ? '' : ` (${leftOutCode})`}`,
    )
    const verb = selection.kind === 'reprocess' ? 're-process' : 'process'
    output.say(`nothing to ${verb}${words.length === 0 ? '' : `: ${words.join(', ')}`}`)
  })
  return EXIT.fine
}

function sayCovered({ output }: CommandContext, covered: readonly Covered[]): void {
  for (const { orderId, abs, dates } of covered) {
    output.warn(
      `${counted(abs, 'AB')} of ${counted(dates, 'date')} are in ${campaignName(orderId)}, which is open: left to it, nothing is run twice`,
    )
  }
}

async function dryRun(
  context: CommandContext,
  database: Database,
  campaign: NewCampaign,
  selected: readonly SelectedAb[],
): Promise<ExitCode> {
  const { output } = context
  const { free: abs, covered } = await toOrder(database, campaign, selected)
  sayCovered(context, covered)
  const estimate = await estimateOrder(database, campaign.instrument, abs)
  const dates = [...new Set(abs.map(({ date }) => date))].map((date) => ({
    date,
    abs: abs.filter((ab) => ab.date === date).length,
  }))
  output.result({ abs: abs.length, dates, covered, estimate }, () => {
    output.heading(
      `dry run: ${campaignTitle(campaign)} of ${counted(abs.length, 'AB')} of ${counted(dates.length, 'date')} would be ordered`,
    )
    output.table(
      [
        { title: 'date', text: ({ date }) => date },
        { title: 'ABs', text: ({ abs: count }) => String(count), align: 'right' },
      ],
      dates,
    )
    for (const line of estimateInWords(estimate)) output.say(line)
  })
  return EXIT.fine
}

function estimateInWords({ recipeSeconds, rawBytes, cores, basis, withoutRecord }: OrderEstimate): string[] {
  if (recipeSeconds === null) return ['no estimate: no attempt of this instrument is on record']
  const bytes = rawBytes === null ? '' : `, ${bytesInWords(rawBytes)} of raws`
  return [
    `estimated: ${secondsInWords(recipeSeconds)} of recipes, ${secondsInWords(recipeSeconds / cores)} on ${counted(cores, 'core')}${bytes}`,
    ...basis.map(
      ({ rawType, abs, attempts, secondsPerAb }) =>
        `  ${counted(abs, 'AB')} of ${rawType}: ${secondsPerAb.toFixed(1)} s each, mean of ${counted(attempts, 'attempt')}`,
    ),
    ...(withoutRecord === 0
      ? []
      : [`  ${counted(withoutRecord, 'AB')} of types never attempted: taken as the mean of all`]),
  ]
}

async function startWorkflow(
  { settings, output }: CommandContext,
  campaign: { orderId: number; instrument: string; kind: CampaignKind },
): Promise<void> {
  const problem = await withTemporal(settings, async (temporal) => {
    if (temporal === null) return 'Temporal is away'
    try {
      await temporal.ensureCampaignWorkflow(campaign)
      return null
    } catch (error) {
      return `Temporal did not take the workflow (${error instanceof Error ? error.message : String(error)})`
    }
  })
  if (problem !== null) {
    output.warn(`${problem}: the orchestration worker starts the campaign within a minute of being up`)
  }
}
