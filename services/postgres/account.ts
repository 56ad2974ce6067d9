import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { InfrastructureError } from '../../domain/failure.ts'

/** The account that the database server runs under. */
export interface Account {
  readonly name: string
  /** Options for child_process; empty where the account is our own. */
  readonly spawnAs: { readonly uid?: number; readonly gid?: number }
}

/** PostgreSQL refuses to run as root: then it runs as `postgres` or, without such an account, as one of ours. */
export async function databaseAccount(say: (line: string) => void): Promise<Account> {
  const found = await findDatabaseAccount()
  if (found !== null) return found
  say(`creating the system account ${ownAccount} for the database server`)
  await run('useradd', ['--system', '--no-create-home', '--shell', '/usr/sbin/nologin', ownAccount])
  const created = await lookUp(ownAccount)
  if (created === null) throw new InfrastructureError(`useradd did not create the account ${ownAccount}`)
  return created
}

/** The same without making an account: null where there would have to be one. */
export async function findDatabaseAccount(): Promise<Account | null> {
  if (process.getuid?.() !== 0) return { name: process.env['USER'] ?? 'this user', spawnAs: {} }
  return (await lookUp('postgres')) ?? (await lookUp(ownAccount))
}

/** Whether the account can enter the folder and, if given, run the program. */
export async function canReach(account: Account, folder: string, program?: string): Promise<boolean> {
  const command = program === undefined ? 'cd "$1"' : 'cd "$1" && exec "$2" --version'
  try {
    await run('/bin/sh', ['-c', command, 'sh', folder, program ?? ''], { cwd: '/', ...account.spawnAs })
    return true
  } catch {
    return false // the shell says no by its exit code; what it could not reach is the caller's to tell
  }
}

const ownAccount = 'phoenix-postgres'
const run = promisify(execFile)

async function lookUp(name: string): Promise<Account | null> {
  try {
    const [user, group] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])])
    return { name, spawnAs: { uid: Number(user.stdout), gid: Number(group.stdout) } }
  } catch {
    return null // `id` ends with 1 when there is no such account
  }
}
