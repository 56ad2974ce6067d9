import { IANAZone } from 'luxon'
import { z } from 'zod'
import { PreconditionError } from '../domain/failure.ts'
import { checkedNightWindow, type NightWindow } from '../domain/night-window.ts'

const hostPattern = '(?:https?://)?[A-Za-z0-9.:-]+'
const hostsPattern = new RegExp(`^${hostPattern}(?: *, *${hostPattern})*$`)

/**
 * The variables that phoenix reads, from the environment and from `<home>/phoenix.yaml`, and what each may hold.
 * An empty value counts as not given, as a shell's `VARIABLE= command` means it.
 */
export const variables = z.object({
  PHOENIX_HOME: text(),
  PHOENIX_SCRATCH: text(),
  PHOENIX_ARCHIVE: archive(),
  PHOENIX_RAW_SOURCE: archive(),
  PHOENIX_CALIBRATION_SOURCE: archive(),
  PHOENIX_IDP_TARGET: archive(),
  PHOENIX_ARCHIVE_TOKEN_FILE: text(),
  PHOENIX_RAW_SOURCE_TOKEN_FILE: text(),
  PHOENIX_CALIBRATION_SOURCE_TOKEN_FILE: text(),
  PHOENIX_IDP_TARGET_TOKEN_FILE: text(),
  PHOENIX_ARCHIVE_HOSTS: text(
    hostsPattern,
    'must be hosts, such as `cdn.eso.org` or `http://10.0.0.7:8080`, and commas between them',
  ),
  PHOENIX_ARCHIVE_CHECKSUM_LIST: text(/^\//, 'must be a path that begins with /'),
  PHOENIX_ARCHIVE_CONNECTIONS: wholeNumber(1, 64),
  PHOENIX_ARCHIVE_BYTES_PER_SECOND: wholeNumber(1000, 1e12),
  PHOENIX_ARCHIVE_MAXIMUM_FILE_BYTES: wholeNumber(2880, 1e13),
  PHOENIX_GENCALIB: text(),
  PHOENIX_AB_DIR: text(),
  PHOENIX_CACHE: text(),
  PHOENIX_RECIPE_DIR: text(),
  PHOENIX_INSTRUMENTS: text(),
  PHOENIX_SCHEMA: text(/^[a-z_][a-z0-9_]{0,62}$/, 'must be lower-case letters, digits and _, at most 63'),
  PHOENIX_HOST: text(/^[A-Za-z0-9._-]+$/, 'must be letters, digits and . _ -'),
  PHOENIX_QUEUE_PREFIX: text(/^[A-Za-z0-9._-]*$/, 'must be letters, digits and . _ -'),
  PHOENIX_OPERATOR: text(),
  PHOENIX_CORES: wholeNumber(1, 4096),
  PHOENIX_LOOK_AHEAD: wholeNumber(0, 4096),
  PHOENIX_MEMORY_BYTES: wholeNumber(1e6, 1e15),
  PHOENIX_CALIBRATION_CACHE_BYTES: wholeNumber(0, 1e15),
  PHOENIX_MINIMUM_FREE_BYTES: wholeNumber(0, 1e15),
  PHOENIX_POSTGRES_PORT: wholeNumber(1, 65535),
  PHOENIX_TEMPORAL_PORT: wholeNumber(1, 65535),
  PHOENIX_TEMPORAL_UI_PORT: wholeNumber(1, 65535),
  PHOENIX_MONITOR_ADDRESS: text(/^[0-9a-fA-F.:]+$/, 'must be an IP address of this machine, such as 127.0.0.1'),
  PHOENIX_MONITOR_PORT: wholeNumber(1, 65535),
  PHOENIX_MONITOR_HOSTS: text(
    /^[A-Za-z0-9.-]+(?: *, *[A-Za-z0-9.-]+)*$/,
    'must be names under which browsers reach the monitor, and commas between them',
  ),
  PHOENIX_WINDOW: text().transform((value, context) => {
    if (value === 'none') return null
    try {
      return value === undefined ? nightOfThisMachine() : parseWindow(value)
    } catch (error) {
      if (!(error instanceof PreconditionError)) throw error
      context.addIssue(error.message)
      return z.NEVER
    }
  }),
  PHOENIX_CORES_BY_DAY: wholeNumber(0, 4096),
  PHOENIX_NICE: wholeNumber(0, 19),
  PHOENIX_MAXIMUM_LOAD: text(
    (value) => /^\d+(?:\.\d+)?$/.test(value) && Number(value) > 0 && Number(value) <= 1e6,
    'must be a number above 0, such as 6 or 7.5',
  ).transform((value) => (value === undefined ? undefined : Number(value))),
  PHOENIX_DAILY_NIGHTS: wholeNumber(1, 365),
  PHOENIX_JOB_FILE: text(),
  PHOENIX_METRICS_PORT: wholeNumber(1, 65534),
  PHOENIX_NOTIFY_COMMAND: text().transform((value) => {
    const [program, ...args] = (value ?? '').split(' ').filter((word) => word !== '')
    return program === undefined ? null : ([program, ...args] as const)
  }),
  PHOENIX_DIGEST_AT: text().transform((value, context) => {
    if (value === undefined || value === 'none') return value
    const digest = parseDigestTime(value)
    if (digest !== null) return digest
    context.addIssue('must look like `America/Santiago 08:00` (time zone and time of day), or be `none`')
    return z.NEVER
  }),
  PHOENIX_SILENT_NIGHTS: wholeNumber(1, 10_000),
  DATABASE_URL: text(/^postgres(ql)?:\/\//, 'must begin with postgres:// or postgresql://'),
})

function text(rule: RegExp | ((value: string) => boolean) = () => true, message = '') {
  const test = rule instanceof RegExp ? (value: string) => rule.test(value) : rule
  return z.coerce.string().refine(test, message).optional()
}

/** An address must name a host, and have no login in it: those are shown and stored. */
function archive() {
  const isAllowed = (value: string) => {
    if (!isAddress(value)) return true
    const url = URL.canParse(value) ? new URL(value) : null
    if (url === null || url.host === '' || url.username !== '' || url.password !== '') return false
    return (
      /^https?:$/.test(url.protocol) || (url.protocol === 'ngas:' && /^\/?$/.test(url.pathname) && url.search === '')
    )
  }
  return text(isAllowed, 'must be a folder, http(s)://host/path or ngas://host:port (a login goes into a token file)')
}

/** An archive that is named by an address, not by a folder. */
export function isAddress(archivePlace: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(archivePlace)
}

function wholeNumber(least: number, most: number) {
  const message = `must be a whole number from ${least} to ${most}`
  return text((value) => /^\d+$/.test(value) && Number(value) >= least && Number(value) <= most, message).transform(
    (value) => (value === undefined ? undefined : Number(value)),
  )
}

const digestPattern = /^(?<timeZone>\S+) +(?<time>(?:[01][0-9]|2[0-3]):[0-5][0-9])$/

function parseDigestTime(value: string): { timeZone: string; time: string } | null {
  const { timeZone, time } = digestPattern.exec(value)?.groups ?? {}
  return timeZone === undefined || time === undefined || !IANAZone.isValidZone(timeZone) ? null : { timeZone, time }
}

/** Time zone, begin, end. @throws PreconditionError */
function parseWindow(value: string): NightWindow {
  const { timeZone, start, end } = /^(?<timeZone>\S+) +(?<start>[^ -]+)-(?<end>[^ -]+)$/.exec(value)?.groups ?? {}
  if (timeZone === undefined || start === undefined || end === undefined) {
    throw new PreconditionError('must look like `America/Santiago 20:00-07:00` (time zone, begin, end), or be `none`')
  }
  return checkedNightWindow({ timeZone, start, end })
}

function nightOfThisMachine(): NightWindow {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions()
  // Node gives no name for a TZ that it does not know.
  return { timeZone: IANAZone.isValidZone(timeZone) ? timeZone : 'UTC', start: '20:00', end: '07:00' }
}
