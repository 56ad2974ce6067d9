import type { DigestNumbers, InstrumentDigest } from '../database/digest.ts'
import type { HostStatus } from '../database/status.ts'
import { type Message, plain } from './message.ts'

export const DIGEST_CAUSE = 'digest'
const DAY_MS = 86_400_000
const SHOWN_CAUSES = 5
const SHOWN_DATES = 10

export interface DigestOf extends DigestNumbers {
  readonly since: Date
  readonly at: Date
  /** An instrument of which nothing was registered for so many nights is named. */
  readonly silentNights: number
}

/** The daily digest: also when all is well, so that its absence tells too. What needs a person comes first. */
export function digestMessage({ since, at, instruments, hosts, silentNights }: DigestOf): Message {
  const trouble = [
    ...instruments.flatMap((instrument) => troubleOf(instrument, at, silentNights)),
    ...hosts.flatMap((host) => troubleOfHost(host, at)),
  ]
  const sum = (of: (instrument: InstrumentDigest) => number) => instruments.reduce((total, one) => total + of(one), 0)
  const state = trouble.length === 0 ? 'all well' : `${trouble.length} to look at`
  const [processed, failed, archived] = [
    sum(({ numbers }) => numbers.processed),
    sum(({ numbers }) => numbers.failed),
    sum(({ numbers }) => numbers.idpsArchived),
  ]
  const subject = `phoenix: ${state}, ${processed} processed, ${failed} failed, ${archived} archived`
  const text = [
    `From ${since.toISOString()} to ${at.toISOString()}.`,
    ...(trouble.length === 0 ? ['Nothing needs a person.'] : ['To look at:', ...trouble.map((line) => `  ${line}`)]),
    ...instruments.flatMap((one) => ['', ...linesOf(one)]),
    '',
    ...hosts.map(lineOfHost),
    '',
  ].join('\n')
  return {
    kind: 'digest',
    cause: DIGEST_CAUSE,
    subject,
    text,
    at: at.toISOString(),
    data: { since, instruments, hosts },
  }
}

function troubleOf({ instrument, blocked, inError, lastRegistered }: InstrumentDigest, at: Date, silentNights: number) {
  const silent = Math.floor((at.getTime() - lastRegistered.getTime()) / DAY_MS)
  return [
    ...(blocked.length === 0 ? [] : [`${instrument}: blocked, the archive refuses: ${shown(blocked)}`]),
    ...(inError.length === 0 ? [] : [`${instrument}: in error, not attempted: ${shown(inError)}`]),
    ...(silent < silentNights ? [] : [`${instrument}: nothing registered for ${silent} nights`]),
  ]
}

function linesOf({ instrument, numbers, leftOut, openDates, waiting, backlog }: InstrumentDigest): string[] {
  const { processed, failed, interrupted, failures, idpsArchived, bytesArchived } = numbers
  const recent = leftOut.filter((reason) => reason.recent > 0)
  const others = recent.filter(({ isVirtual }) => !isVirtual)
  // Calibrations that are only promised are no trouble: those blocks are counted apart.
  const virtual = recent.filter(({ isVirtual }) => isVirtual)
  return [
    `${instrument}: ${processed} processed, ${failed} failed, ${interrupted} interrupted; ${idpsArchived} archived (${megabytes(bytesArchived)} MB)`,
    ...failures.slice(0, SHOWN_CAUSES).map(({ cause, count }) => `  failed, ${count} times: ${plain(cause)}`),
    ...(failures.length > SHOWN_CAUSES ? [`  and ${failures.length - SHOWN_CAUSES} other causes`] : []),
    ...(others.length === 0
      ? []
      : [`  left out: ${others.map((reason) => `${reason.recent} ${reason.code}`).join(', ')}`]),
    ...virtual.map((reason) => `  wait for calibrations that are only promised: ${reason.recent}`),
    `  open dates: ${openDates}; ABs that wait: ${waiting}, of them backlog: ${backlog}`,
  ]
}

const LATE_MS = 180_000

function troubleOfHost({ host, seenAt, freeBytes, neededBytes }: HostStatus, at: Date): string[] {
  if (at.getTime() - seenAt.getTime() > LATE_MS) return [`host ${host}: no worker seen since ${seenAt.toISOString()}`]
  if (freeBytes === null || neededBytes === null || freeBytes >= neededBytes) return []
  return [`host ${host}: disk full, ${megabytes(freeBytes)} MB free, ${megabytes(neededBytes)} MB needed`]
}

function lineOfHost({ host, freeBytes }: HostStatus): string {
  return `host ${host}: ${freeBytes === null ? 'disk not known' : `${megabytes(freeBytes)} MB free on scratch`}`
}

function shown(dates: readonly string[]): string {
  const more = dates.length - SHOWN_DATES
  return `${dates.slice(0, SHOWN_DATES).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0)
}
