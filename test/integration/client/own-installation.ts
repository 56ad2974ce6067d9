import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import type { AssociationBlock } from '../../../domain/association-block.ts'
import { connect, type Database } from '../../../database/connect.ts'
import { DATE, fileOf } from '../../client/blocks.ts'
import { phoenix } from '../../client/captured.ts'
import { ownSchema } from '../own-schema.ts'

export interface OwnInstallation {
  readonly env: NodeJS.ProcessEnv
  readonly database: Database
  /** Lays blocks into the folder of the date from which `register` reads. */
  readonly layBlocks: (abs: readonly AssociationBlock[]) => void
  readonly phoenix: (...commandLine: readonly string[]) => ReturnType<typeof phoenix>
  /** The document that a command gives with `--json`. */
  readonly json: (...commandLine: readonly string[]) => Promise<unknown>
  readonly drop: () => Promise<void>
}

/** A record of its own on the real PostgreSQL, and no Temporal server: what the command line must be able to do without. */
export async function ownInstallation(): Promise<OwnInstallation> {
  const own = await ownSchema()
  const { url, schema } = own
  const home = mkdtempSync(join(os.tmpdir(), 'phoenix-client-'))
  chmodSync(home, 0o711)
  const env = {
    PHOENIX_HOME: home,
    DATABASE_URL: url,
    PHOENIX_SCHEMA: schema,
    PHOENIX_HOST: 'muc08',
    PHOENIX_OPERATOR: 'ada',
    TEMPORAL_CONFIG_FILE: join(home, 'no-profile.toml'),
  }
  const database = connect({ url, schema, connections: 2 })
  const call = (...commandLine: readonly string[]) => phoenix(env, ...commandLine)
  const folder = join(home, 'ab', 'UVES', DATE)
  return {
    env,
    database,
    layBlocks: (abs) => {
      mkdirSync(folder, { recursive: true })
      for (const block of abs) writeFileSync(join(folder, block.name), fileOf(block).bytes)
    },
    phoenix: call,
    json: async (...commandLine) => {
      const { out } = await call(...commandLine, '--json')
      return JSON.parse(out)
    },
    drop: async () => {
      await database.destroy()
      await own.drop()
    },
  }
}
