import { sql } from 'kysely'
import type { Database } from '../database/connect.ts'
import type { AssociationBlock } from '../domain/association-block.ts'

/** How large a record is made: the defaults are what an instrument of 27 years would have. */
export interface RecordSize {
  readonly dates: number
  readonly absPerDate: number
}

export const TWENTY_SEVEN_YEARS: RecordSize = { dates: 10_000, absPerDate: 60 }

const FIRST_DATE = '2000-01-01'
const SETTINGS = ['346.0', '390.0', '437.0', '564.0', '580.0', '760.0', '860.0']
const QC1_PER_AB = 8
const SCORES_PER_AB = 5
/** Beside the one of everything: each of a 27th of the dates. */
const CAMPAIGNS = 27

/**
 * Fills an empty record with dates, blocks, runs, attempts, QC1, scores, IDPs and events of a made-up instrument life, by set-based SQL: of
 * 100 blocks 80 are processed, 4 failed, 10 left out, and the last 50 dates wait. Everything that a view counts or searches is there in
 * its true number; logs, headers and pictures are left out, since no view reads more than one of them.
 */
export async function fillLargeRecord(
  database: Database,
  { dates, absPerDate }: RecordSize,
  say: (line: string) => void,
): Promise<void> {
  const template = JSON.stringify(exampleBlock())
  const settings = sql.raw(`(array['${SETTINGS.join("','")}'])[1 + i % ${SETTINGS.length}]`)
  const steps: [name: string, statement: ReturnType<typeof sql>][] = [
    [
      'order',
      sql`insert into processing_order (kind, instrument, ordered_by, reason) values ('back-process', 'UVES', 'ada', 'all of it')`,
    ],
    ['host', sql`insert into host (host, cores, free_bytes, needed_bytes) values ('muc01', 32, 9e11, 2e9)`],
    [
      'dates',
      sql`insert into sciproc_date (instrument, date, abs, ab_dir, registered_at)
          select 'UVES', ${FIRST_DATE}::date + n, ${absPerDate}, '/ab/UVES', ${FIRST_DATE}::date + n + 1
          from generate_series(0, ${dates - 1}) n`,
    ],
    [
      'plan of the blocks',
      sql`create temporary table made as
          select n, i, ${FIRST_DATE}::date + n as date,
                 'UVES.' || to_char(${FIRST_DATE}::date + n + 1, 'YYYY-MM-DD') || 'T'
                   || to_char(time '00:00' + i * interval '8 minutes', 'HH24:MI:SS') || '.' || lpad((n % 1000)::text, 3, '0') as raw,
                 case when n >= ${dates - 50} then 'pending' when i % 25 = 3 then 'failed'
                      when i % 10 = 7 then 'left out' when i % 50 = 9 then 'interrupted' else 'processed' end as state,
                 'HD ' || (n * 7 + i * 13) % 40000 as target, ${settings} as setting
          from generate_series(0, ${dates - 1}) n, generate_series(0, ${absPerDate - 1}) i`,
    ],
    [
      'blocks',
      sql`insert into sciproc_ab (instrument, ab_name, date, state, left_out_code, cause, raw_type, mjd_obs, program_id)
          select 'UVES', raw || '.ab', date, state,
                 case when state = 'left out' then case when i % 20 = 7 then 'virtual calibration' else 'mode not certified' end end,
                 case when state = 'failed' then 'Data not found: Too many (0/1536000 ) bad pixels' when state = 'left out' then 'only promised'
                      when state = 'interrupted' then '2 starts without an end' end,
                 'SCI_POINT_BLUE', 51544 + n + i / 200.0, (100 + n / 180)::text || '.C-' || lpad((i % 30)::text, 4, '0')
          from made`,
    ],
    [
      'versions',
      sql`insert into ab_version (instrument, ab_name, version, sha256, content, parsed)
          select 'UVES', raw || '.ab', 1, md5(raw), '', replace(replace(${template}, '@RAW@', raw), '@WLEN@', setting)::jsonb from made`,
    ],
    [
      'raws',
      sql`insert into ab_raw (instrument, ab_name, version, file_name, dp_id, tag)
          select 'UVES', raw || '.ab', 1, raw || '.fits', raw, 'SCI_POINT_BLUE' from made`,
    ],
    [
      'calibrations',
      sql`insert into ab_calibration (instrument, ab_name, version, file_name, category, flag, distance_days)
          select 'UVES', raw || '.ab', 1, 'UV_' || category || '_' || to_char(date, 'YYMMDD') || '_' || setting || '.fits', category, 'REAL', 0.4
          from made, unnest(array['MASTER_BIAS_BLUE', 'MASTER_FLAT_BLUE', 'ORDER_TABLE_BLUE', 'LINE_TABLE_BLUE']) category`,
    ],
    [
      'runs',
      sql`insert into date_run (instrument, date, order_id, host, state, started_at, ended_at, pipeline_version, bytes_freed)
          select 'UVES', ${FIRST_DATE}::date + n, 1, 'muc01', case when n % 200 = 11 then 'error' else 'done' end,
                 now() - (${dates} - n) * interval '5 minutes', now() - (${dates} - n) * interval '5 minutes' + interval '4 minutes', 'uves/6.1.8', 1e9
          from generate_series(0, ${dates - 51}) n`,
    ],
    [
      'campaigns',
      sql`with campaign as (
            insert into processing_order (kind, instrument, ordered_by, reason, ended_at, ended_as)
            select 'reprocess', 'UVES', 'ada', 'year ' || k, now(), 'done' from generate_series(1, ${CAMPAIGNS}) k
            returning order_id
          )
          insert into order_date (order_id, instrument, date, position, state, run_number)
          select c.order_id, 'UVES', ${FIRST_DATE}::date + n, n, 'done', n + 1
          from (select 1 as order_id union all select order_id from campaign) c, generate_series(0, ${dates - 51}) n
          where c.order_id = 1 or n % ${CAMPAIGNS} = c.order_id % ${CAMPAIGNS}`,
    ],
    [
      'blocks of campaigns',
      sql`insert into order_ab (order_id, instrument, date, ab_name, generation)
          select d.order_id, 'UVES', d.date, a.ab_name, 1
          from order_date d join sciproc_ab a on a.instrument = 'UVES' and a.date = d.date
          where a.state <> 'left out'`,
    ],
    [
      'starts',
      sql`insert into recipe_start (run_number, instrument, ab_name, generation, version, host, folder, started_at, ended_at, ended_as)
          select n + 1, 'UVES', raw || '.ab', 1, 1, 'muc01', '/scratch', now() - (${dates} - n) * interval '5 minutes' + i * interval '3 seconds',
                 now() - (${dates} - n) * interval '5 minutes' + i * interval '3 seconds' + interval '5 seconds', 'ended'
          from made where state in ('processed', 'failed')`,
    ],
    [
      'attempts',
      sql`insert into attempt (instrument, ab_name, generation, version, run_number, start_id, outcome, failure_kind, cause, host, recipe,
                               pipeline_version, exit_code, wall_seconds, cpu_seconds, peak_rss_bytes, warnings, setting, target,
                               exposure_seconds, recipe_started_at, ended_at)
          select 'UVES', raw || '.ab', 1, 1, n + 1, s.start_id, state, case when state = 'failed' then 'recipe' end,
                 case state when 'failed' then 'Data not found: Too many (0/1536000 ) bad pixels' when 'interrupted' then '2 starts without an end' end,
                 'muc01', 'uves_obs_scired', 'uves/6.1.8', 0, 3 + i % 5, 2, 2e8, 0, setting, target, 600, s.started_at,
                 coalesce(s.ended_at, now() - interval '1 year')
          from made left join recipe_start s on s.instrument = 'UVES' and s.ab_name = raw || '.ab'
          where state in ('processed', 'failed', 'interrupted')`,
    ],
    [
      'counts of campaigns',
      sql`update order_date d set abs = c.abs, processed = c.processed, failed = c.failed, interrupted = c.interrupted
          from (
            select l.order_id, l.date, count(*) as abs, count(*) filter (where a.state = 'processed') as processed,
                   count(*) filter (where a.state = 'failed') as failed,
                   count(*) filter (where a.state = 'interrupted') as interrupted
            from order_ab l join sciproc_ab a on a.instrument = l.instrument and a.ab_name = l.ab_name
            group by l.order_id, l.date
          ) c
          where c.order_id = d.order_id and c.date = d.date`,
    ],
    [
      'QC1 parameters',
      sql`insert into qc1 (instrument, ab_name, generation, name, category, order_number, value)
          select 'UVES', raw || '.ab', 1, 'QC ORD' || k || ' OBJ SN', 'RED_SCI_POINT_BLUE', k, 20 + (n * 31 + i * 7 + k) % 60
          from made, generate_series(1, ${QC1_PER_AB}) k where state = 'processed'`,
    ],
    [
      'scores',
      sql`insert into score (instrument, ab_name, generation, name, score, value, limit_text)
          select 'UVES', raw || '.ab', 1, 'score ' || k, case when (n + i + k) % 97 = 0 then 1 else 0 end, k, 'at least 1'
          from made, generate_series(1, ${SCORES_PER_AB}) k where state = 'processed'`,
    ],
    [
      'IDPs',
      sql`insert into idp (archive_name, instrument, ab_name, role, generation, run_number, kind, state, category, host, bytes, sha256,
                           created_at, ingested_at, flux_calibrated, keywords)
          select 'ADP.' || to_char(timestamp '2026-01-01' + (n * ${absPerDate} + i) * interval '1 second', 'YYYY-MM-DD"T"HH24:MI:SS') || '.000.fits',
                 'UVES', raw || '.ab', 'spectrum', 1, n + 1, 'standard', 'live', 'RED_SCI_POINT_BLUE', 'muc01', 1100000, md5(raw),
                 now() - (${dates} - n) * interval '5 minutes', now() - (${dates} - n) * interval '5 minutes' + interval '4 minutes', true,
                 jsonb_build_object('OBJECT', target, 'RA', 10.5, 'DEC', -30.25, 'MJD-OBS', 51544 + n, 'MJD-END', 51544.01 + n, 'TEXPTIME', 600,
                                    'WAVELMIN', 303, 'WAVELMAX', 388, 'SPEC_RES', 41400, 'TELESCOP', 'ESO-VLT-U2', 'PROG_ID', '100.C-0001', 'SNR', 40)
          from made where state = 'processed'`,
    ],
    [
      'events',
      sql`insert into event (at, instrument, date, run_number, kind, message)
          select now() - (${dates} - n) * interval '5 minutes', 'UVES', ${FIRST_DATE}::date + n, n + 1, kind, kind || ' ' || n
          from generate_series(0, ${dates - 51}) n, unnest(array['registered', 'run opened', 'run closed']) kind`,
    ],
  ]
  const begin = performance.now()
  await database.connection().execute(async (connection) => {
    for (const [name, statement] of steps) {
      await statement.execute(connection)
      say(`${((performance.now() - begin) / 1000).toFixed(0)} s: ${name}`)
    }
    await sql`analyze`.execute(connection)
  })
}

function exampleBlock(): AssociationBlock {
  const calibration = (category: string) => {
    return { flag: 'REAL', fileName: `UV_${category}_260301.fits`, category, distanceDays: 0.4 } as const
  }
  return {
    name: '@RAW@.ab',
    instrument: 'UVES',
    date: '2026-03-01',
    dprCategory: 'SCIENCE',
    rawType: 'SCI_POINT_BLUE',
    recipe: 'uves_obs_scired',
    drsType: 'CPL',
    completeness: 'COMPLETE',
    processStatus: 'CREATED',
    mjdObs: 61101.1,
    productRootName: '@RAW@',
    programId: '100.C-0001',
    observationId: '4711',
    releaseDate: null,
    rawFiles: [{ fileName: '@RAW@.fits', tag: 'SCI_POINT_BLUE' }],
    calibrations: ['MASTER_BIAS_BLUE', 'MASTER_FLAT_BLUE', 'ORDER_TABLE_BLUE', 'LINE_TABLE_BLUE'].map(calibration),
    rawMatchKeys: [{ keyword: 'INS.GRAT1.WLEN', value: '@WLEN@' }],
    recipeParameters: [],
    otherQualifiers: [],
  }
}
