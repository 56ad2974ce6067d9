import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, chown, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { PreconditionError } from '../../domain/failure.ts'
import { type Account, canReach } from './account.ts'
import { type Binaries, copyBinaries } from './binaries.ts'

/** Where a database cluster lies and what runs it. */
export interface Place {
  /** The server's private folder: data, password, log. It belongs to the server's account. */
  readonly folder: string
  readonly account: Account
  readonly binaries: Binaries
  /** Why this is not the state folder; null where it is. */
  readonly moved: string | null
}

/** The private folder under `home` that earlier starts used; null if there was none. */
export async function recordedFolder(home: string): Promise<{ folder: string; moved: string | null } | null> {
  if (existsSync(recordPath(home))) {
    return placeRecord.parse(JSON.parse(await readFile(recordPath(home), 'utf8')))
  }
  const folder = join(home, 'postgres')
  return existsSync(join(folder, 'data')) ? { folder, moved: null } : null
}

/**
 * Chooses the place of the cluster: `<home>/postgres`, or `<elsewhere>/phoenix-<hash of home>` where the server's
 * account cannot enter `home` (root's own folder, for one). The choice is recorded in `home` and kept from then on.
 * Binaries that the account cannot run where they are (a checkout under /root) are copied beside the data.
 * Throws PreconditionError where a recorded place has become unreachable.
 */
export async function preparePlace(
  home: string,
  account: Account,
  binaries: Binaries,
  say: (line: string) => void,
  elsewhere = '/var/lib',
): Promise<Place> {
  const recorded = await recordedFolder(home)
  const { folder, moved } = recorded ?? (await choose(home, account, elsewhere))
  if (recorded === null && moved !== null) say(`PostgreSQL: ${moved}: its data go to ${folder}`)
  await makePrivate(folder, account)
  if (!(await canReach(account, folder))) {
    throw new PreconditionError(
      `PostgreSQL: the user ${account.name} can no longer enter ${folder}: allow it with \`chmod o+x\` on the folders above`,
    )
  }
  if (await canReach(account, folder, join(binaries.folder, 'bin', 'postgres'))) {
    return { folder, account, binaries, moved }
  }
  say(`PostgreSQL: the user ${account.name} cannot reach ${binaries.folder}: copying the programs`)
  const parent = join(folder, '..')
  return { folder, account, binaries: await copyBinaries(binaries, parent), moved }
}

const placeRecord = z.object({ folder: z.string(), moved: z.string().nullable() })
const recordPath = (home: string) => join(home, 'postgres-place.json')

async function choose(
  home: string,
  account: Account,
  elsewhere: string,
): Promise<{ folder: string; moved: string | null }> {
  if (await canReach(account, home)) return { folder: join(home, 'postgres'), moved: null }
  const hash = createHash('sha256').update(home).digest('hex').slice(0, 12)
  const chosen = {
    folder: join(elsewhere, `phoenix-${hash}`, 'postgres'),
    moved: `the user ${account.name} cannot enter ${home}`,
  }
  await writeFile(recordPath(home), `${JSON.stringify(chosen, null, 2)}\n`, { mode: 0o600 })
  return chosen
}

async function makePrivate(folder: string, { spawnAs }: Account): Promise<void> {
  const parent = join(folder, '..')
  const made = await mkdir(parent, { recursive: true })
  if (made !== undefined) await chmod(parent, 0o711)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  if (spawnAs.uid !== undefined && spawnAs.gid !== undefined) await chown(folder, spawnAs.uid, spawnAs.gid)
}
