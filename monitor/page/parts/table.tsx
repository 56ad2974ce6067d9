import { Component, type ComponentChildren } from 'preact'
import { useMemo, useState } from 'preact/hooks'

export interface Column<Row> {
  readonly title: string
  readonly cell: (row: Row) => ComponentChildren
  /** What is sorted by; null comes last. Without it the column cannot be sorted by. */
  readonly key?: (row: Row) => string | number | null
  readonly align?: 'right'
  /** Longer explanation of the title. */
  readonly hint?: string
  /** Left out on narrow screens. */
  readonly wide?: boolean
  /** May take more than one line. */
  readonly long?: boolean
}

interface Props<Row> {
  readonly label: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly id: (row: Row) => string
  readonly empty?: string
}

/** A table that can be sorted by its titles. Of a live table only the rows that have changed are drawn again. */
export function Table<Row>({ label, columns, rows, id, empty = 'none' }: Props<Row>) {
  const [order, setOrder] = useState<{ title: string; descends: boolean } | null>(null)
  const sorted = useMemo(() => inOrder(rows, columns, order), [rows, order])
  if (rows.length === 0) return <p class="faint">{empty}</p>
  const sortBy = (title: string) =>
    setOrder(order?.title !== title ? { title, descends: false } : order.descends ? null : { title, descends: true })
  const direction = (title: string) => (order?.title !== title ? 'none' : order.descends ? 'descending' : 'ascending')
  return (
    <div class="scroll" role="region" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {columns.map(({ title, key, align, hint, wide }) => (
              <th
                scope="col"
                class={classes(align, wide)}
                title={hint}
                aria-sort={key === undefined ? undefined : direction(title)}
              >
                {key === undefined ? title : <button onClick={() => sortBy(title)}>{title}</button>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted.map((row) => (
            <TableRow key={id(row)} row={row} columns={columns} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

interface RowProps<Row> {
  readonly row: Row
  readonly columns: readonly Column<Row>[]
}

/** Drawn again only for another row or other columns: what a cell shows comes from its row alone. */
class TableRow<Row> extends Component<RowProps<Row>> {
  override shouldComponentUpdate(next: RowProps<Row>): boolean {
    return next.row !== this.props.row || next.columns !== this.props.columns
  }

  override render({ row, columns }: RowProps<Row>) {
    return (
      <tr>
        {columns.map(({ cell, align, wide, long }) => (
          <td class={classes(align, wide, long)}>{cell(row)}</td>
        ))}
      </tr>
    )
  }
}

function inOrder<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  order: { title: string; descends: boolean } | null,
): readonly Row[] {
  const key = columns.find(({ title }) => title === order?.title)?.key
  if (order === null || key === undefined) return rows
  const sign = order.descends ? -1 : 1
  return rows.toSorted((a, b) => {
    const [left, right] = [key(a), key(b)]
    if (left === null || right === null) return Number(left === null) - Number(right === null)
    return left < right ? -sign : left > right ? sign : 0
  })
}

function classes(align?: 'right', wide?: boolean, long?: boolean): string {
  return [align === 'right' ? 'right' : '', wide === true ? 'wide' : '', long === true ? 'long' : '']
    .filter(Boolean)
    .join(' ')
}
