import type { Calibration } from '../../../../domain/association-block.ts'
import type { Score } from '../../../../domain/scores.ts'
import { number } from '../../format.ts'
import { type Column, Table } from '../../parts/table.tsx'
import { State } from '../../states.tsx'
import type { Wire } from '../../wire.ts'
import type { Ab } from './block.ts'

interface CalibrationRow extends Wire<Calibration> {
  readonly score: Wire<Score> | null
}

/** Calibrations of the block, and those that it should have. */
export function Calibrations({ ab, scores }: { ab: Ab; scores: readonly Wire<Score>[] }) {
  const scoreOf = (category: string) => scores.find(({ name }) => name === `association ${category}`) ?? null
  const own: readonly CalibrationRow[] = (ab.ab?.calibrations ?? []).map((calibration) => ({
    ...calibration,
    score: scoreOf(calibration.category),
  }))
  const missing = scores.filter(
    ({ name, limit }) => name.startsWith('association ') && limit.includes('none in the block'),
  )
  const rows = [
    ...missing.map(
      (score): CalibrationRow => ({
        flag: 'VIRTUAL',
        fileName: '',
        category: score.name.slice('association '.length),
        distanceDays: null,
        score,
      }),
    ),
    ...own,
  ]
  return (
    <section>
      <h2>Calibrations</h2>
      <Table
        label="calibrations"
        columns={calibrationColumns}
        rows={rows}
        id={({ category, fileName }) => `${category} ${fileName}`}
        empty="the block names none"
      />
    </section>
  )
}

const calibrationColumns: readonly Column<CalibrationRow>[] = [
  { title: 'category', cell: ({ category }) => category, key: ({ category }) => category },
  {
    title: 'file',
    cell: ({ fileName, flag }) =>
      fileName === '' ? (
        ''
      ) : flag === 'VIRTUAL' ? (
        <>
          {fileName} <State state="interrupted" text="virtual" />
        </>
      ) : (
        fileName
      ),
    key: ({ fileName }) => fileName,
  },
  {
    title: 'days away',
    hint: 'from the exposure; negative: before it',
    cell: ({ distanceDays }) => number(distanceDays, 3),
    key: ({ distanceDays }) => (distanceDays === null ? null : Math.abs(distanceDays)),
    align: 'right',
  },
  { title: 'is', cell: ({ score, fileName }) => evaluation(score, fileName), key: ({ score }) => score?.score ?? null },
  { title: 'limit', cell: ({ score }) => score?.limit ?? '', long: true },
]

function evaluation(score: Wire<Score> | null, fileName: string) {
  if (score === null || score.score === null) return <span class="faint">not scored</span>
  if (score.score === 0) return <State state="done" text="OK" />
  return <State state="failed" text={fileName === '' ? 'MISS' : 'NOK'} />
}
