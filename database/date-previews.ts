import { promisify } from 'node:util'
import { gunzip as gunzipCallback } from 'node:zlib'
import type { Database } from './connect.ts'

const gunzip = promisify(gunzipCallback)

export interface DatePreview {
  readonly abName: string
  readonly archiveName: string
  readonly svg: string
}

/** Pictures of the live IDPs of a date, in the order of their exposures. */
export async function datePreviews(
  database: Database,
  instrument: string,
  date: string,
): Promise<readonly DatePreview[]> {
  const rows = await database
    .selectFrom('sciproc_ab as a')
    .innerJoin('idp as i', (join) =>
      join.onRef('i.instrument', '=', 'a.instrument').onRef('i.ab_name', '=', 'a.ab_name'),
    )
    .innerJoin('idp_preview as p', 'p.archive_name', 'i.archive_name')
    .select(['a.ab_name', 'i.archive_name', 'p.svg'])
    .where('a.instrument', '=', instrument)
    .where('a.date', '=', date)
    .where('i.state', '=', 'live')
    .orderBy('a.mjd_obs')
    .orderBy('i.archive_name')
    .execute()
  return Promise.all(
    rows.map(async (row) => {
      return { abName: row.ab_name, archiveName: row.archive_name, svg: (await gunzip(row.svg)).toString() }
    }),
  )
}
