import type { ArchiveRow } from '../../../database/archive-search.ts'
import { RAW_STATUSES } from '../../../domain/raw-status.ts'
import { useDocument } from '../data.ts'
import { bytes, count, number } from '../format.ts'
import { Download } from '../parts/download.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { go } from '../router.ts'
import { State } from '../states.tsx'
import type { Wire } from '../wire.ts'

type Row = Wire<ArchiveRow>

/** What became of exposures, as an archive user asks. */
export function ArchiveView({ address }: { address: URL }) {
  const { document: found, error } = useDocument<{ rows: readonly Row[]; isCut: boolean }>(
    `/api/archive${address.search}`,
  )
  const given = (name: string) => address.searchParams.get(name) ?? ''
  const search = (event: SubmitEvent & { currentTarget: HTMLFormElement }) => {
    event.preventDefault()
    const wanted = [...new FormData(event.currentTarget)].flatMap(([name, value]) =>
      typeof value === 'string' && value.trim() !== '' ? [[name, value.trim()]] : [],
    )
    go(wanted.length === 0 ? '/archive' : `/archive?${new URLSearchParams(wanted)}`)
  }
  return (
    <>
      <h1>Archive</h1>
      <form class="tools" role="search" onSubmit={search} key={address.search}>
        <label>
          target <input name="target" type="search" defaultValue={given('target')} placeholder="part of its name" />
        </label>
        <label>
          night <input name="date" type="date" defaultValue={given('date')} />
        </label>
        <label>
          programme <input name="program" defaultValue={given('program')} placeholder="60.A-9022(A)" />
        </label>
        <label>
          instrument <input name="instrument" defaultValue={given('instrument')} size={8} />
        </label>
        <label>
          what became of it{' '}
          <select name="status" defaultValue={given('status')}>
            <option value="">anything</option>
            {RAW_STATUSES.map((status) => (
              <option selected={status === given('status')}>{status}</option>
            ))}
          </select>
        </label>
        <button type="submit">Search</button>
      </form>
      {error === null ? null : <p class="trouble">{error}</p>}
      {found === null ? null : (
        <>
          <p class="faint" role="status">
            {count(found.rows.length, 'exposure')}
            {found.isCut ? ', the newest of more: narrow the question' : ''}
          </p>
          <Table
            label="exposures"
            columns={columns}
            rows={found.rows}
            id={({ instrument, abName }) => `${instrument} ${abName}`}
            empty="nothing like that was ever registered"
          />
        </>
      )}
    </>
  )
}

const columns: readonly Column<Row>[] = [
  {
    title: 'night',
    cell: ({ instrument, date }) => <a href={`/dates/${instrument}/${date}`}>{date}</a>,
    key: ({ date }) => date,
  },
  {
    title: 'exposure',
    cell: ({ instrument, abName }) => <a href={`/abs/${instrument}/${abName}`}>{abName.replace(/\.ab$/, '')}</a>,
    key: ({ abName }) => abName,
  },
  { title: 'target', cell: ({ target }) => target ?? '', key: ({ target }) => target },
  { title: 'programme', cell: ({ programId }) => programId ?? '', key: ({ programId }) => programId },
  {
    title: 'exp. s',
    cell: ({ exposureSeconds }) => number(exposureSeconds),
    key: ({ exposureSeconds }) => exposureSeconds,
    align: 'right',
  },
  { title: 'status', cell: ({ status }) => <State state={status} />, key: ({ status }) => status },
  {
    title: 'S/N',
    cell: ({ signalToNoise }) => signalToNoise?.toFixed(1) ?? '',
    key: ({ signalToNoise }) => signalToNoise,
    align: 'right',
  },
  { title: 'IDP', cell: ({ idp }) => (idp === null ? '' : <a href={`/idps/${idp}`}>{idp}</a>), key: ({ idp }) => idp },
  {
    title: 'file',
    hint: 'brings the file of the IDP',
    cell: ({ idp, releaseDate, bytes: size }) =>
      idp === null ? '' : <Download name={idp} releaseDate={releaseDate} text={bytes(size)} />,
    key: ({ bytes: size }) => size,
    align: 'right',
  },
  { title: 'cause', cell: ({ cause }) => cause ?? '', key: ({ cause }) => cause, long: true },
]
