import type { IdpRecord } from '../../../database/archive-record.ts'
import { useDocument } from '../data.ts'
import { bytes, moment, number } from '../format.ts'
import { Download } from '../parts/download.tsx'
import { Inputs } from '../parts/inputs.tsx'
import { Spectrum } from '../parts/spectrum.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { State } from '../states.tsx'
import type { Wire } from '../wire.ts'

type Idp = Wire<IdpRecord>

/** One IDP: picture, spectrum, where it comes from, its keywords. */
export function IdpView({ name }: { name: string }) {
  const { document: idp, error } = useDocument<Idp>(`/api/archive/idps/${name}`)
  if (error !== null) return <p class="trouble">{error}</p>
  if (idp === null) return <p class="faint">asking</p>
  const keywords = Object.entries(idp.keywords)
    .map(([keyword, value]) => ({ keyword, value: String(value) }))
    .toSorted((a, b) => (a.keyword < b.keyword ? -1 : 1))
  return (
    <>
      <h1>
        {idp.archiveName} <State state={idp.state} />
      </h1>
      {idp.withdrawn === null ? null : (
        <p class="cause bad">
          withdrawn by {idp.withdrawn.by} at {moment(idp.withdrawn.at)}: {idp.withdrawn.reason}
        </p>
      )}
      {idp.supersededBy === null ? null : (
        <p class="waits">
          superseded by <a href={`/idps/${idp.supersededBy}`}>{idp.supersededBy}</a>
        </p>
      )}
      <dl class="facts wide-facts">
        <dt>exposure</dt>
        <dd>
          <a href={`/abs/${idp.instrument}/${idp.abName}`}>{idp.abName}</a>
        </dd>
        <dt>night</dt>
        <dd>
          <a href={`/dates/${idp.instrument}/${idp.date}`}>
            {idp.instrument} {idp.date}
          </a>
        </dd>
        <dt>target</dt>
        <dd>{String(idp.keywords['OBJECT'] ?? '')}</dd>
        <dt>programme</dt>
        <dd>{idp.programId ?? ''}</dd>
        <dt>made by</dt>
        <dd>
          {idp.recipe}, {idp.pipelineVersion}, on {idp.processedOn} at {moment(idp.processedAt)}
        </dd>
        <dt>flux</dt>
        <dd>
          {idp.fluxCalibrated === true ? 'calibrated' : 'not calibrated'}
          {idp.fluxReason === null ? '' : `: ${idp.fluxReason}`}
        </dd>
        <dt>file</dt>
        <dd>
          {bytes(idp.bytes)}{' '}
          {idp.state === 'pending' ? (
            `waits on ${idp.host}`
          ) : (
            <Download name={idp.archiveName} releaseDate={idp.releaseDate} />
          )}
        </dd>
        <dt>SHA-256</dt>
        <dd>
          <code>{idp.sha256}</code>
        </dd>
      </dl>
      {idp.kind === 'standard' ? (
        <section>
          <h2>Spectrum</h2>
          <Spectrum name={idp.archiveName} other={null} />
        </section>
      ) : null}
      {idp.findings.length === 0 ? null : (
        <section>
          <h2>Warnings of the validator</h2>
          <ul class="problems">
            {idp.findings.map(({ rule, message }) => (
              <li>
                {rule}: {message}
              </li>
            ))}
          </ul>
        </section>
      )}
      <section>
        <h2>Provenance</h2>
        <Inputs inputs={idp.inputs} />
      </section>
      <section>
        <h2>Keywords</h2>
        <Table label="keywords" columns={keywordColumns} rows={keywords} id={({ keyword }) => keyword} />
      </section>
      <section>
        <h2>Ingestion</h2>
        <Table
          label="ingestion"
          columns={ingestionColumns}
          rows={idp.ingestion}
          id={({ at }) => at}
          empty="not tried yet"
        />
      </section>
    </>
  )
}

const keywordColumns: readonly Column<{ keyword: string; value: string }>[] = [
  { title: 'keyword', cell: ({ keyword }) => <code>{keyword}</code>, key: ({ keyword }) => keyword },
  {
    title: 'value',
    cell: ({ value }) => (Number.isFinite(Number(value)) && value !== '' ? number(Number(value), 10) : value),
    long: true,
  },
]

const ingestionColumns: readonly Column<Idp['ingestion'][number]>[] = [
  { title: 'at', cell: ({ at }) => moment(at) },
  { title: 'run', cell: ({ runNumber }) => runNumber, align: 'right' },
  { title: 'result', cell: ({ result }) => result },
  { title: 'message', cell: ({ message }) => message, long: true },
]
