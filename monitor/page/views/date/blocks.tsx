import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { AbReport } from '../../../../database/report.ts'
import { duration, number } from '../../format.ts'
import { type Column, Table } from '../../parts/table.tsx'
import { go, useAddress, withSearch } from '../../router.ts'
import { type AnyState, State, STATES } from '../../states.tsx'
import type { Wire } from '../../wire.ts'
import { shortName } from './short-name.ts'

type Ab = Wire<AbReport>

const FILTERS: readonly AnyState[] = [
  'running',
  'pending',
  'processed',
  'failed',
  'interrupted',
  'left out',
  'withdrawn',
]

/** The blocks, as an operator recognises them. What is filtered stands in the address, so that it can be sent to a colleague. */
export function Blocks({ instrument, abs }: { instrument: string; abs: readonly Ab[] }) {
  const address = useAddress()
  const input = useRef<HTMLInputElement>(null)
  const wanted = address.searchParams.get('state') ?? ''
  const text = address.searchParams.get('find') ?? ''
  const columns = useMemo(() => blockColumns(instrument), [instrument])
  const rows = useMemo(
    () => abs.filter((ab) => (wanted === '' || ab.state === wanted) && matches(ab, text)),
    [abs, wanted, text],
  )
  const set = (values: Record<string, string>) => go(withSearch(address, values), { replace: true })
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.target instanceof HTMLInputElement) return
      event.preventDefault()
      input.current?.focus()
    }
    document.addEventListener('keydown', focus)
    return () => document.removeEventListener('keydown', focus)
  }, [])
  return (
    <section>
      <h2>
        Association blocks{' '}
        <span class="faint">{rows.length === abs.length ? abs.length : `${rows.length} of ${abs.length}`}</span>
      </h2>
      <div class="tools">
        {['' as const, ...FILTERS].map((state) => {
          const many = state === '' ? abs.length : abs.filter((ab) => ab.state === state).length
          if (many === 0 && state !== '' && wanted !== state) return null
          return (
            <button aria-pressed={wanted === state} onClick={() => set({ state })}>
              {state === '' ? 'all' : `${STATES[state].sign} ${state}`} <span class="faint">{many}</span>
            </button>
          )
        })}
        <input
          ref={input}
          type="search"
          placeholder="find (/)"
          aria-label="find in the blocks"
          value={text}
          onInput={(event) => set({ find: event.currentTarget.value })}
        />
      </div>
      <Table
        label="association blocks"
        columns={columns}
        rows={rows}
        id={({ abName }) => abName}
        empty="no block is like that"
      />
    </section>
  )
}

function matches(ab: Ab, text: string): boolean {
  if (text === '') return true
  const words = [
    ab.abName,
    ab.target,
    ab.programId,
    ab.observationId,
    ab.rawType,
    ab.setting,
    ab.state,
    ab.leftOutCode,
    ab.cause,
    ab.host,
  ]
  const all = words
    .filter((word) => word !== null)
    .join(' ')
    .toLowerCase()
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word))
}

const PHASES = { raw: 'downloads raw', core: 'waits for a core', recipe: 'recipe', products: 'checks, IDP' } as const

function blockColumns(instrument: string): readonly Column<Ab>[] {
  return [
    {
      title: 'exposure',
      hint: 'start of the exposure, from the name of the raw (UT)',
      cell: ({ abName }) => (
        <a href={`/abs/${instrument}/${abName}`} title={abName}>
          {shortName(abName)}
        </a>
      ),
      key: ({ abName }) => abName,
    },
    { title: 'target', cell: ({ target }) => target ?? '', key: ({ target }) => target },
    { title: 'programme', cell: ({ programId }) => programId ?? '', key: ({ programId }) => programId, wide: true },
    {
      title: 'OB',
      cell: ({ observationId }) => observationId ?? '',
      key: ({ observationId }) => observationId,
      wide: true,
    },
    {
      title: 'nm',
      hint: 'central wavelength',
      cell: ({ setting }) => setting ?? '',
      key: ({ setting }) => Number(setting),
      align: 'right',
    },
    { title: 'mode', cell: ({ rawType }) => rawType ?? '', key: ({ rawType }) => rawType, wide: true },
    {
      title: 'exp. s',
      hint: 'exposure time',
      cell: ({ exposureSeconds }) => number(exposureSeconds),
      key: ({ exposureSeconds }) => exposureSeconds,
      align: 'right',
      wide: true,
    },
    {
      title: 'state',
      cell: ({ state, phase }) => (
        <State
          state={phase === null || state === 'running' ? state : 'running'}
          text={phase === null ? state : PHASES[phase]}
        />
      ),
      key: ({ state }) => state,
    },
    { title: 'host', cell: ({ host }) => host ?? '', key: ({ host }) => host, wide: true },
    {
      title: 'time',
      hint: 'of the recipe',
      cell: ({ wallSeconds }) => duration(wallSeconds),
      key: ({ wallSeconds }) => wallSeconds,
      align: 'right',
    },
    {
      title: 'calib.',
      hint: 'calibrations beyond their validity (NOK) and missing ones (MISS)',
      cell: (ab) => calibrations(ab),
      key: ({ calibrationsNok, calibrationsMissing }) => calibrationsNok + calibrationsMissing,
    },
    {
      title: 'S/N',
      hint: 'median over the orders',
      cell: ({ signalToNoise }) => signalToNoise?.toFixed(1) ?? '',
      key: ({ signalToNoise }) => signalToNoise,
      align: 'right',
    },
    {
      title: 'scores',
      hint: 'not fine, of those that could be held against a limit',
      cell: ({ scored, notFine }) =>
        scored === 0 ? (
          ''
        ) : notFine === 0 ? (
          <span class="faint">0 of {scored}</span>
        ) : (
          <b>{`${notFine} of ${scored}`}</b>
        ),
      key: ({ notFine, scored }) => (scored === 0 ? null : notFine),
      align: 'right',
    },
    {
      title: 'cause',
      cell: ({ leftOutCode, failureKind, cause }) => [leftOutCode ?? failureKind, cause].filter(Boolean).join(': '),
      key: ({ leftOutCode, failureKind, cause }) => leftOutCode ?? failureKind ?? cause,
      long: true,
    },
  ]
}

function calibrations({ calibrationsNok, calibrationsMissing, scored }: Ab) {
  const parts = [
    ...(calibrationsNok > 0 ? [`${calibrationsNok} NOK`] : []),
    ...(calibrationsMissing > 0 ? [`${calibrationsMissing} MISS`] : []),
  ]
  if (parts.length > 0) return <b>{parts.join(', ')}</b>
  return scored > 0 ? <span class="faint">OK</span> : ''
}
