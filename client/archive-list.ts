import type { Command } from 'commander'
import { IDP_STATES, type IdpFilter, type IdpState, type ListedIdp, listIdps } from '../database/archive-list.ts'
import { PreconditionError } from '../domain/failure.ts'
import { checkedObservingDate } from '../domain/observing-date.ts'
import { isReleased } from '../domain/release-date.ts'
import { type CarryOut, withRecord } from './context.ts'
import { example, JSON_OPTION } from './example.ts'
import { EXIT } from './exit-code.ts'
import { knownInstrument } from './place.ts'
import type { Column } from './table.ts'

interface ListOptions {
  readonly date?: string
  readonly from?: string
  readonly to?: string
  readonly used?: string
  readonly pipeline?: string
  readonly program?: string
  readonly object?: string
  readonly state?: string
  readonly json?: boolean
}

/** `phoenix archive list`: the IDPs on record, by what one looks for them. */
export function addArchiveList(archive: Command, carryOut: CarryOut): void {
  archive
    .command('list')
    .description('the IDPs on record; every option narrows the list')
    .argument('[instrument]')
    .option('--date <date>', 'of one observing night, YYYY-MM-DD')
    .option('--from <date>', 'of this night and later ones')
    .option('--to <date>', 'of this night and earlier ones')
    .option('--used <file>', 'made with this file: an mcalib, for example')
    .option('--pipeline <version>', 'made by this version: 6.1.8 or uves/6.1.8')
    .option('--program <id>', 'of this observing programme')
    .option('--object <text>', 'of objects whose name has this in it')
    .option('--state <state>', IDP_STATES.join(', '))
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      example(
        'phoenix archive list UVES --date 2026-03-01',
        'phoenix archive list --used UV_MFLT_260301A_BLUE437_2x2.fits --state live',
      ),
    )
    .action((instrument: string | undefined, options: ListOptions) =>
      carryOut(options, async ({ settings, output }) => {
        const known = instrument === undefined ? null : await knownInstrument(settings, instrument)
        const filter = { ...filterOf(options), ...(known === null ? {} : { instrument: known.instrument }) }
        const idps = await withRecord(settings, (database) => listIdps(database, filter))
        output.result({ idps }, () => {
          output.table(columns(new Date()), idps)
          const bytes = idps.reduce((total, idp) => total + idp.bytes, 0)
          if (idps.length === 0 && options.used !== undefined)
            output.warn(
              `no IDP on record that was made with ${options.used} is among those that the other options leave`,
            )
          output.say(`${idps.length} IDPs, ${(bytes / 1e6).toFixed(1)} MB`)
        })
        return EXIT.fine
      }),
    )
}

function filterOf({ date, from, to, used, pipeline, program, object, state }: ListOptions): IdpFilter {
  if (date !== undefined && (from !== undefined || to !== undefined)) {
    throw new PreconditionError('--date is one night: give it, or --from and --to')
  }
  for (const day of [date, from, to]) if (day !== undefined) checkedObservingDate(day)
  const [first, last] = [date ?? from, date ?? to]
  return {
    ...(first === undefined ? {} : { from: first }),
    ...(last === undefined ? {} : { to: last }),
    ...(used === undefined ? {} : { used }),
    ...(pipeline === undefined ? {} : { pipeline }),
    ...(program === undefined ? {} : { programId: program }),
    ...(object === undefined ? {} : { object }),
    ...(state === undefined ? {} : { state: checkedState(state) }),
  }
}

function checkedState(text: string): IdpState {
  const state = IDP_STATES.find((known) => known === text)
  if (state === undefined) throw new PreconditionError(`--state ${text}: expected one of ${IDP_STATES.join(', ')}`)
  return state
}

const columns = (now: Date): readonly Column<ListedIdp>[] => [
  { title: 'archive name', text: ({ archiveName }) => archiveName },
  { title: 'date', text: ({ instrument, date }) => `${instrument} ${date}` },
  { title: 'AB', text: ({ abName }) => abName },
  { title: 'object', text: ({ object }) => object ?? '' },
  { title: 'programme', text: ({ programId }) => programId ?? '' },
  { title: 'pipeline', text: ({ pipelineVersion }) => pipelineVersion ?? '' },
  { title: 'MB', text: ({ bytes }) => (bytes / 1e6).toFixed(1), align: 'right' },
  { title: 'state', text: (idp) => stateText(idp, now) },
]

function stateText({ state, kind, releaseDate, withdrawnReason }: ListedIdp, now: Date): string {
  const unreleased = isReleased(releaseDate, now)
    ? null
    : `proprietary until ${releaseDate?.toISOString().slice(0, 10)}`
  const notes = [kind === 'unconverted' ? 'unconverted' : null, unreleased, withdrawnReason]
  const told = notes.filter((note) => note !== null)
  return told.length === 0 ? state : `${state} (${told.join('; ')})`
}
