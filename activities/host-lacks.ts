import type { Database } from '../database/connect.ts'
import { lackOfSpace } from './disk-space.ts'
import { excessOfLoad } from './host-load.ts'

/** What a host lacks for a further block, room on its disk or time, as it has told the record; null when nothing, or when it has told nothing. */
export async function hostLacks(database: Database, host: string): Promise<string | null> {
  const row = await database.selectFrom('host').selectAll().where('host', '=', host).executeTakeFirst()
  if (row === undefined) return null
  const { free_bytes: free, needed_bytes: needed, load_average: load, maximum_load: maximum } = row
  const space = free === null || needed === null ? null : lackOfSpace(host, free, needed)
  return space ?? (load === null ? null : excessOfLoad(host, load, maximum))
}
