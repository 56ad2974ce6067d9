import type { Database } from './connect.ts'

/** Everything on record of one IDP; null when nothing has this name. A block's name means its live IDP. */
export async function idpRecord(database: Database, name: string) {
  const row = await database
    .selectFrom('idp as i')
    .innerJoin('sciproc_ab as a', (join) =>
      join.onRef('a.instrument', '=', 'i.instrument').onRef('a.ab_name', '=', 'i.ab_name'),
    )
    .innerJoin('attempt as t', (join) =>
      join
        .onRef('t.instrument', '=', 'i.instrument')
        .onRef('t.ab_name', '=', 'i.ab_name')
        .onRef('t.generation', '=', 'i.generation'),
    )
    .selectAll('i')
    .select(['a.date', 'a.program_id', 'a.release_date'])
    .select(['t.recipe', 't.pipeline_version', 't.version as ab_version', 't.host as processed_on', 't.ended_at'])
    .where((where) =>
      where.or([
        where('i.archive_name', 'in', [name, `${name}.fits`]),
        where.and([where('i.ab_name', 'in', [name, `${name}.ab`]), where('i.state', '=', 'live')]),
      ]),
    )
    .orderBy('i.role')
    .limit(1)
    .executeTakeFirst()
  if (row === undefined) return null
  const inputs = await database
    .selectFrom('attempt_input')
    .select(['file_name as fileName', 'kind', 'category', 'bytes', 'sha256'])
    .where('instrument', '=', row.instrument)
    .where('ab_name', '=', row.ab_name)
    .where('generation', '=', row.generation)
    .orderBy('kind', 'desc')
    .orderBy('file_name')
    .execute()
  const ingestion = await database
    .selectFrom('ingestion_log')
    .select(['at', 'run_number as runNumber', 'result', 'message'])
    .where('archive_name', '=', row.archive_name)
    .orderBy('entry_id')
    .execute()
  const supersedes = await database
    .selectFrom('idp')
    .select('archive_name')
    .where('superseded_by', '=', row.archive_name)
    .orderBy('generation')
    .execute()
  return {
    archiveName: row.archive_name,
    instrument: row.instrument,
    date: row.date,
    abName: row.ab_name,
    abVersion: row.ab_version,
    role: row.role,
    generation: row.generation,
    runNumber: row.run_number,
    state: row.state,
    kind: row.kind,
    category: row.category,
    originalName: row.original_name,
    host: row.host,
    waitingPath: row.waiting_path,
    bytes: row.bytes,
    sha256: row.sha256,
    createdAt: row.created_at,
    ingestedAt: row.ingested_at,
    releaseDate: row.release_date,
    programId: row.program_id,
    recipe: row.recipe,
    pipelineVersion: row.pipeline_version,
    processedOn: row.processed_on,
    processedAt: row.ended_at,
    fluxCalibrated: row.flux_calibrated,
    fluxReason: row.flux_reason,
    supersededBy: row.superseded_by,
    supersedes: supersedes.map(({ archive_name: older }) => older),
    withdrawn:
      row.withdrawn_at === null
        ? null
        : { at: row.withdrawn_at, by: row.withdrawn_by ?? '', reason: row.withdrawn_reason ?? '' },
    keywords: row.keywords,
    findings: row.findings,
    inputs,
    ingestion,
  }
}

export type IdpRecord = NonNullable<Awaited<ReturnType<typeof idpRecord>>>
