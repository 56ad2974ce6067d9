import { z } from 'zod'

/**
 * The variables that phoenix reads, from the environment and from `<home>/phoenix.yaml`, and what each may hold.
 * An empty value counts as not given, as a shell's `VARIABLE= command` means it.
 */
export const variables = z.object({
  PHOENIX_HOME: text(),
  PHOENIX_SCRATCH: text(),
  PHOENIX_ARCHIVE: text((value) => !/^[a-z]+:\/\//i.test(value), 'must be a folder, not an address'),
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
  PHOENIX_POSTGRES_PORT: wholeNumber(1, 65535),
  PHOENIX_TEMPORAL_PORT: wholeNumber(1, 65535),
  PHOENIX_TEMPORAL_UI_PORT: wholeNumber(1, 65535),
  PHOENIX_WINDOW: text().transform((value, context) => {
    if (value === undefined || value === 'none') return null
    const window = parseWindow(value)
    if (window !== null) return window
    context.addIssue('must look like `America/Santiago 20:00-07:00` (time zone, begin, end), or be `none`')
    return z.NEVER
  }),
  DATABASE_URL: text(/^postgres(ql)?:\/\//, 'must begin with postgres:// or postgresql://'),
})

/** The hours in which recipes may start, as clock times `20:00` in a time zone of the IANA data base. */
export interface WindowSetting {
  readonly timeZone: string
  readonly start: string
  readonly end: string
}

function text(rule: RegExp | ((value: string) => boolean) = () => true, message = '') {
  const test = rule instanceof RegExp ? (value: string) => rule.test(value) : rule
  return z.coerce.string().refine(test, message).optional()
}

function wholeNumber(least: number, most: number) {
  const message = `must be a whole number from ${least} to ${most}`
  return text((value) => /^\d+$/.test(value) && Number(value) >= least && Number(value) <= most, message).transform(
    (value) => (value === undefined ? undefined : Number(value)),
  )
}

const clockTime = '(?:[01][0-9]|2[0-3]):[0-5][0-9]'
const windowPattern = new RegExp(`^(?<timeZone>\\S+) +(?<start>${clockTime})-(?<end>${clockTime})$`)

function parseWindow(value: string): WindowSetting | null {
  const { timeZone, start, end } = windowPattern.exec(value)?.groups ?? {}
  if (timeZone === undefined || start === undefined || end === undefined || start === end) return null
  return isTimeZone(timeZone) ? { timeZone, start, end } : null
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false // RangeError is how Intl says that it does not know the zone
  }
}
