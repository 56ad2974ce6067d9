import type { HostStatus } from '../../../../database/status.ts'
import { bytes, moment } from '../../format.ts'
import { type Column, Table } from '../../parts/table.tsx'
import type { Wire } from '../../wire.ts'

/** Hosts with their recipes, load and disk, as their workers said last. */
export function Hosts({ hosts, at }: { hosts: readonly Wire<HostStatus>[]; at: string }) {
  return (
    <section>
      <h2>Hosts</h2>
      <Table
        label="hosts"
        columns={hostColumns(at)}
        rows={hosts}
        id={({ host }) => host}
        empty="no worker was ever seen"
      />
    </section>
  )
}

const AWAY_MS = 120_000

export function isAway({ seenAt }: Wire<HostStatus>, at: string): boolean {
  return Date.parse(at) - Date.parse(seenAt) > AWAY_MS
}

function hostColumns(at: string): readonly Column<Wire<HostStatus>>[] {
  return [
    { title: 'host', cell: ({ host }) => host, key: ({ host }) => host },
    {
      title: 'recipes',
      hint: 'running recipes of the cores that may be used',
      cell: ({ recipes, cores }) => `${recipes} of ${cores}`,
      key: ({ recipes }) => recipes,
      align: 'right',
    },
    { title: 'load', cell: ({ load }) => load?.toFixed(1) ?? '', key: ({ load }) => load, align: 'right' },
    {
      title: 'disk free',
      cell: ({ freeBytes, neededBytes }) => (
        <span class={freeBytes !== null && neededBytes !== null && freeBytes < neededBytes ? 'state bad' : ''}>
          {bytes(freeBytes)}
        </span>
      ),
      key: ({ freeBytes }) => freeBytes,
      align: 'right',
    },
    {
      title: 'worker seen',
      cell: (host) =>
        isAway(host, at) ? (
          <span class="state bad">
            <span class="sign">✗</span>
            {moment(host.seenAt)}
          </span>
        ) : (
          'now'
        ),
      key: ({ seenAt }) => seenAt,
    },
  ]
}
