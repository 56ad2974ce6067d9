import type { IdpArchive } from '../archive/archive.ts'
import { fileExists, fileFacts } from '../archive/copy-file.ts'
import { type AuditedIdp, auditedIdps } from '../database/archive-audit.ts'
import type { Database } from '../database/connect.ts'
import { makeLive } from '../database/idps.ts'
import { isOpenRun } from '../domain/date-run.ts'
import { Progress } from './progress.ts'

/** Something that is not as the record says. */
export interface Finding {
  readonly kind: string
  readonly what: string
  /** Why, and what to do. */
  readonly detail: string
  /** What was done about it; null when a person has to. */
  readonly repaired: string | null
}

export interface IdpVerification {
  readonly database: Database
  readonly target: IdpArchive
  readonly host: string
  readonly repair: boolean
  /** Read every file; else its size has to do. */
  readonly checksums: boolean
  /** Told now and then how far it is. */
  readonly say: (line: string) => void
}

/** IDPs both ways: every row has its file, and every file where IDPs are stored has its row. */
export async function verifyIdps(
  verification: IdpVerification,
): Promise<{ checked: number; findings: readonly Finding[]; notes: readonly string[] }> {
  const { database, target } = verification
  // Before the record is read: an IDP has its row before it has its file.
  const names = await target.names()
  const idps = await auditedIdps(database)
  const findings: Finding[] = []
  let elsewhere = 0
  const progress = new Progress(idps.length, 'IDPs looked at', verification.say)
  for (const [index, idp] of idps.entries()) {
    progress.reached(index)
    // Of an open run: it is at work on them.
    if (idp.state === 'pending' && isOpenRun(idp.runState)) continue
    const finding =
      idp.state === 'pending' ? await verifyPending(verification, idp) : await verifyStored(verification, idp)
    if (finding === 'elsewhere') elsewhere += 1
    else if (finding !== null) findings.push(finding)
  }
  const known = new Set(idps.map(({ archiveName }) => archiveName))
  for (const name of names ?? []) {
    if (known.has(name)) continue
    const detail = 'lies where IDPs are stored, but is not on record: look at it, and remove it by hand'
    findings.push({ kind: 'dark data', what: `${target.name} ${name}`, detail, repaired: null })
  }
  const notes = [
    ...(names === null ? [`archive ${target.name} cannot list its files: it was not searched for dark data`] : []),
    ...(elsewhere > 0 ? [`${elsewhere} IDPs wait on other hosts: \`phoenix verify\` there looks at them`] : []),
  ]
  return { checked: idps.length, findings, notes }
}

/** Superseded and withdrawn ones keep their files, so that what somebody has cited can be had. */
async function verifyStored({ target, checksums }: IdpVerification, idp: AuditedIdp): Promise<Finding | null> {
  const { archiveName, state, abName, bytes, sha256 } = idp
  const stored = await target.bytesOf(archiveName)
  if (stored === null) {
    const detail = `${state}, but archive ${target.name} does not have it: bring it back from a copy, or re-process ${abName}`
    return { kind: 'lost file', what: archiveName, detail, repaired: null }
  }
  const read = checksums ? await target.readBack(archiveName) : { bytes: stored, sha256 }
  if (read?.bytes === bytes && read.sha256 === sha256) return null
  const difference = read?.bytes === bytes ? `SHA-256 ${read.sha256}` : `${read?.bytes ?? 0} bytes`
  const detail = `archive ${target.name} has another file under this name (${difference}, the record says ${bytes} bytes, SHA-256 ${sha256})`
  return { kind: 'other content', what: archiveName, detail, repaired: null }
}

/** Of a run that has closed. That one waits is no fault, as long as its file does. */
async function verifyPending(
  { database, target, host, repair, checksums }: IdpVerification,
  idp: AuditedIdp,
): Promise<Finding | 'elsewhere' | null> {
  const { archiveName, abName, instrument, date, runNumber, bytes, sha256, waitingPath } = idp
  const stored = await target.readBack(archiveName)
  if (stored?.bytes === bytes && stored.sha256 === sha256) {
    const detail = 'is in the archive, but still pending: `phoenix verify --repair` makes it live'
    if (repair) await makeLive(database, archiveName, runNumber)
    return { kind: 'unfinished ingestion', what: archiveName, detail, repaired: repair ? 'made live' : null }
  }
  if (stored !== null) {
    const detail = `waits, but archive ${target.name} has another file under this name (SHA-256 ${stored.sha256})`
    return { kind: 'other content', what: archiveName, detail, repaired: null }
  }
  if (idp.host !== host) return 'elsewhere'
  const path = waitingPath ?? ''
  if (!(await fileExists(path))) {
    const detail = `waits to be ingested, but ${path} is gone and the archive does not have it: re-process ${abName} (${instrument} ${date})`
    return { kind: 'lost file', what: archiveName, detail, repaired: null }
  }
  if (checksums && (await fileFacts(path)).sha256 !== sha256) {
    const detail = `waits as ${path}, whose bytes are not those on record: re-process ${abName} (${instrument} ${date})`
    return { kind: 'other content', what: archiveName, detail, repaired: null }
  }
  return null
}
