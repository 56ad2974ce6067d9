import type { AbReport } from '../../../database/report.ts'
import { isOpenRun } from '../../../domain/date-run.ts'
import type { DatePage } from '../../server/routes/date.ts'
import { count } from '../format.ts'
import type { Look } from '../states.tsx'
import type { Wire } from '../wire.ts'

type Abs = readonly Wire<AbReport>[]
type Rest = Wire<Omit<DatePage, 'abs'>>

interface Box {
  readonly name: string
  readonly look: Look
  readonly sign: string
  readonly text: string
}

/** The sketch of 2012 with what is going on in each of its boxes. */
export function Sketch({ abs, date }: { abs: Abs; date: Rest }) {
  const { before, each, after } = boxesOf(abs, date)
  return (
    <div class="sketch" role="group" aria-label="flow of the date">
      {before.map((box) => (
        <BoxOf {...box} />
      ))}
      <div class="each">
        <div class="each-title">{eachTitle(abs)}</div>
        <div class="each-boxes">
          {each.map((box) => (
            <BoxOf {...box} />
          ))}
        </div>
        <Progress abs={abs} />
      </div>
      {after.map((box) => (
        <BoxOf {...box} />
      ))}
    </div>
  )
}

function BoxOf({ name, look, sign, text }: Box) {
  return (
    <div class={`box ${look}`} data-box={name}>
      <div class="box-name">
        <span class="sign" aria-hidden="true">
          {sign}
        </span>
        {name}
      </div>
      <div class="box-text">{text}</div>
    </div>
  )
}

function Progress({ abs }: { abs: Abs }) {
  const of = (state: string) => abs.filter((ab) => ab.state === state).length
  const parts = [
    { look: 'fine', number: of('processed'), name: 'processed' },
    { look: 'bad', number: of('failed'), name: 'failed' },
    { look: 'odd', number: of('interrupted'), name: 'interrupted' },
    { look: 'busy', number: of('running'), name: 'running' },
    { look: 'calm', number: of('pending'), name: 'pending' },
  ].filter(({ number }) => number > 0)
  return (
    <div class="progress" role="img" aria-label={parts.map(({ number, name }) => `${number} ${name}`).join(', ')}>
      {parts.map(({ look, number, name }) => (
        <div class={`part ${look}`} style={{ flexGrow: number }} title={`${number} ${name}`} />
      ))}
    </div>
  )
}

function eachTitle(abs: Abs): string {
  const executable = abs.filter(({ state }) => state !== 'left out' && state !== 'withdrawn')
  const answered = executable.filter(({ state }) => state !== 'pending' && state !== 'running')
  return `per AB, in parallel: ${answered.length} of ${executable.length} have their answer`
}

function boxesOf(abs: Abs, { runs, phase }: Rest) {
  const run = runs.at(-1) ?? null
  const isOpen = run !== null && isOpenRun(run.state)
  const leftOut = abs.filter(({ state }) => state === 'left out').length
  const started = abs.some(({ state }) => state !== 'left out' && state !== 'pending')
  const idps = abs.flatMap((ab) => ab.idps)
  const live = idps.filter(({ state }) => state === 'live').length
  const waiting = idps.filter(({ state }) => state === 'pending').length

  const plan = (): Box => {
    const text = `${count(abs.length - leftOut, 'executable AB')}, ${leftOut} left out`
    return { name: 'Plan', look: run === null ? 'calm' : 'fine', sign: run === null ? '○' : '✓', text }
  }
  const mcalibs = (): Box => {
    const name = 'Mcalibs'
    if (phase === 'mcalibs') return { name, look: 'busy', sign: '▸', text: 'downloading, checking' }
    if (run?.state === 'error') return { name, look: 'bad', sign: 'E', text: count(run.problems.length, 'problem') }
    return started
      ? { name, look: 'fine', sign: '✓', text: 'all here, checked' }
      : { name, look: 'calm', sign: '○', text: '' }
  }
  const at = (phaseName: string) => abs.filter((ab) => ab.phase === phaseName).length
  const step = (name: string, phaseName: string, rest: string): Box => {
    const number = at(phaseName)
    return {
      name,
      look: number > 0 ? 'busy' : 'none',
      sign: number > 0 ? '▸' : '',
      text: number > 0 ? `${number} now` : rest,
    }
  }
  const failed = abs.filter(({ state }) => state === 'failed' || state === 'interrupted').length
  const ingest = (): Box => {
    const name = 'Ingest'
    const text = `${live} archived${waiting > 0 ? `, ${waiting} wait` : ''}`
    if (phase === 'ingest') return { name, look: 'busy', sign: '▸', text }
    if (run?.state === 'blocked') return { name, look: 'warn', sign: 'B', text: `archive refuses: ${waiting} wait` }
    return live > 0 && waiting === 0 ? { name, look: 'fine', sign: '✓', text } : { name, look: 'calm', sign: '○', text }
  }
  const closed = run !== null && !isOpen
  return {
    before: [plan(), mcalibs()],
    each: [
      step('Download raw', 'raw', ''),
      step('Wait for a core', 'core', ''),
      step('Recipe', 'recipe', ''),
      step('Check, scores, IDP', 'products', ''),
      {
        name: 'Record',
        look: failed > 0 ? 'bad' : 'none',
        sign: failed > 0 ? '✗' : '',
        text: failed > 0 ? `${failed} failed` : '',
      } as const,
    ],
    after: [
      ingest(),
      phase === 'clean up'
        ? ({ name: 'Clean up', look: 'busy', sign: '▸', text: '' } as const)
        : ({ name: 'Clean up', look: closed ? 'fine' : 'calm', sign: closed ? '✓' : '○', text: '' } as const),
    ],
  }
}
