import { promisify } from 'node:util'
import { gunzip as gunzipCallback } from 'node:zlib'
import type { Database } from './connect.ts'

const gunzip = promisify(gunzipCallback)

/** Picture (SVG) of an IDP by archive name, or of the live IDP of a block; null when there is none. */
export async function idpPreview(database: Database, name: string): Promise<string | null> {
  const row = await database
    .selectFrom('idp_preview as p')
    .innerJoin('idp as i', 'i.archive_name', 'p.archive_name')
    .select('p.svg')
    .where((where) =>
      where.or([
        where('i.archive_name', 'in', [name, `${name}.fits`]),
        where.and([where('i.ab_name', 'in', [name, `${name}.ab`]), where('i.state', '=', 'live')]),
      ]),
    )
    .executeTakeFirst()
  return row === undefined ? null : (await gunzip(row.svg)).toString()
}
