import { type Column, Table } from '../../parts/table.tsx'
import type { Now } from './now.ts'

/** Blocks that are left out, by reason; those that only wait for calibrations apart. */
export function LeftOut({ now: { leftOut } }: { now: Now }) {
  const owned = leftOut.filter(({ isVirtual }) => !isVirtual)
  const virtual = leftOut.find(({ isVirtual }) => isVirtual)
  return (
    <section>
      <h2>Left out</h2>
      <Table label="left out by reason" columns={leftOutColumns} rows={owned} id={({ code }) => code} empty="none" />
      <p>
        Waiting for real calibrations (virtual): <b>{(virtual?.count ?? 0).toLocaleString('en')}</b>
        <span class="faint"> {virtual === undefined ? '' : `${virtual.recent} in 24 h`}</span>
      </p>
    </section>
  )
}

const leftOutColumns: readonly Column<Now['leftOut'][number]>[] = [
  { title: 'reason', cell: ({ code }) => code, key: ({ code }) => code },
  { title: '24 h', cell: ({ recent }) => recent, key: ({ recent }) => recent, align: 'right' },
  {
    title: 'all',
    cell: ({ count: number }) => number.toLocaleString('en'),
    key: ({ count: number }) => number,
    align: 'right',
  },
]
