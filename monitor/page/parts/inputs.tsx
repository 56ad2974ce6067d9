import { bytes } from '../format.ts'
import { type Column, Table } from './table.tsx'

interface Input {
  readonly fileName: string
  readonly kind: string
  readonly category: string
  readonly bytes: number
  readonly sha256: string
}

/** Files that a recipe has read, with their checksums. */
export function Inputs({ inputs }: { inputs: readonly Input[] }) {
  return (
    <Table
      label="inputs"
      columns={inputColumns}
      rows={inputs}
      id={({ fileName }) => fileName}
      empty="no recipe has read any"
    />
  )
}

const inputColumns: readonly Column<Input>[] = [
  { title: 'file', cell: ({ fileName }) => fileName },
  { title: 'kind', cell: ({ kind }) => kind },
  { title: 'category', cell: ({ category }) => category },
  { title: 'size', cell: ({ bytes: size }) => bytes(size), align: 'right' },
  { title: 'SHA-256', cell: ({ sha256 }) => <code title={sha256}>{sha256.slice(0, 16)}…</code> },
]
