import type { HostDigest, InstrumentDigest } from '../database/digest.ts'
import { type Message, plain } from './message.ts'

export const DIGEST_CAUSE = 'digest'
const DAY_MS = 86_400_000
const SHOWN_CAUSES = 5
const SHOWN_DATES = 10

export interface DigestOf {
  readonly since: Date
  readonly at: Date
  readonly instruments: readonly InstrumentDigest[]
  readonly hosts: readonly HostDigest[]
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
  const subject = `phoenix: ${state}, ${sum((one) => one.processed)} processed, ${sum((one) => one.failed)} failed, ${sum((one) => one.archived.idps)} archived`
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
  const silent = lastRegistered === null ? 0 : Math.floor((at.getTime() - lastRegistered.getTime()) / DAY_MS)
  return [
    ...(blocked.length === 0 ? [] : [`${instrument}: blocked, the archive refuses: ${shown(blocked)}`]),
    ...(inError.length === 0 ? [] : [`${instrument}: in error, not attempted: ${shown(inError)}`]),
    ...(silent < silentNights ? [] : [`${instrument}: nothing registered for ${silent} nights`]),
  ]
}

function linesOf(one: InstrumentDigest): string[] {
  const { instrument, processed, failed, interrupted, failures, leftOut, archived, openDates, waiting, backlog } = one
  const virtual = leftOut.filter(({ code }) => code === VIRTUAL)
  const others = leftOut.filter(({ code }) => code !== VIRTUAL)
  return [
    `${instrument}: ${processed} processed, ${failed} failed, ${interrupted} interrupted; ${archived.idps} archived (${megabytes(archived.bytes)} MB)`,
    ...failures.slice(0, SHOWN_CAUSES).map(({ cause, abs }) => `  failed, ${abs} times: ${plain(cause)}`),
    ...(failures.length > SHOWN_CAUSES ? [`  and ${failures.length - SHOWN_CAUSES} other causes`] : []),
    ...(others.length === 0 ? [] : [`  left out: ${others.map(({ code, abs }) => `${abs} ${code}`).join(', ')}`]),
    ...virtual.map(({ abs }) => `  wait for calibrations that are only promised: ${abs}`),
    `  open dates: ${openDates}; ABs that wait: ${waiting}, of them backlog: ${backlog}`,
  ]
}

/** The reason of blocks whose calibrations are only promised (domain/certification.ts): no trouble, so they are counted apart. */
const VIRTUAL = 'virtual calibration'

const LATE_MS = 180_000

function troubleOfHost({ host, seenAt, freeBytes, neededBytes }: HostDigest, at: Date): string[] {
  if (at.getTime() - seenAt.getTime() > LATE_MS) return [`host ${host}: no worker seen since ${seenAt.toISOString()}`]
  if (freeBytes === null || neededBytes === null || freeBytes >= neededBytes) return []
  return [`host ${host}: disk full, ${megabytes(freeBytes)} MB free, ${megabytes(neededBytes)} MB needed`]
}

function lineOfHost({ host, freeBytes }: HostDigest): string {
  return `host ${host}: ${freeBytes === null ? 'disk not known' : `${megabytes(freeBytes)} MB free on scratch`}`
}

function shown(dates: readonly string[]): string {
  const more = dates.length - SHOWN_DATES
  return `${dates.slice(0, SHOWN_DATES).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0)
}
