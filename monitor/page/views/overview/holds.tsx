import { campaignName } from '../../../../domain/campaign.ts'
import { describeScope, type Hold } from '../../../../domain/hold.ts'
import { moment } from '../../format.ts'
import { Orders } from '../../parts/orders.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import type { Wire } from '../../wire.ts'

/** Who holds what and why, each with the way to release it. */
export function Holds({ holds }: { holds: readonly Wire<Hold>[] }) {
  return (
    <section>
      <h2>Holds</h2>
      <Table label="holds" columns={holdColumns} rows={holds} id={({ id }) => String(id)} />
    </section>
  )
}

const holdColumns: readonly Column<Wire<Hold>>[] = [
  { title: 'hold', cell: ({ kind }) => kind },
  { title: 'of', cell: ({ scope }) => describeScope(scope) },
  { title: 'by', cell: ({ placedBy }) => placedBy },
  { title: 'since', cell: ({ placedAt }) => moment(placedAt) },
  { title: 'why', cell: ({ reason }) => reason, long: true },
  { title: 'release', cell: ({ scope }) => <Release scope={scope} /> },
]

/** Releases what this hold holds. */
function Release({ scope }: { scope: Hold['scope'] }) {
  const body = scopeBody(scope)
  return (
    <Orders
      orders={[
        {
          name: 'Resume',
          meaning: `Releases every hold of ${describeScope(scope)}; what waited there goes on.`,
          path: '/api/resume',
          body: () => ({ scope: body }),
        },
      ]}
    />
  )
}

function scopeBody(scope: Hold['scope']): Record<string, unknown> {
  switch (scope.type) {
    case 'everything':
      return { all: true }
    case 'instrument':
      return { instrument: scope.instrument }
    case 'date':
      return { instrument: scope.instrument, date: scope.date }
    case 'host':
      return { host: scope.host }
    case 'archive':
      return { archive: scope.archive }
    case 'campaign':
      return { instrument: campaignName(scope.orderId) }
    case 'daily':
      return { instrument: `daily/${scope.instrument}` }
  }
}
