import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { PreconditionError } from '../domain/failure.ts'
import { CsvError, type CsvRecord, parseCsv } from '../domain/parse-csv.ts'
import { timeInRawName } from '../domain/observing-date.ts'

/** One science exposure as an observing log has it. */
export interface LoggedExposure {
  /** `UVES.2014-09-16T00:46:03.450` */
  readonly dpId: string
  readonly start: Date
  readonly exposureSeconds: number
  /** As typed by the observer, with its blanks. */
  readonly object: string
  readonly raDegrees: number
  readonly decDegrees: number
  readonly programId: string
  /** Exposures of one template share it; where the log has none, those of one target do. */
  readonly template: string
  /** Central wavelength in nm. */
  readonly setting: number
}

/** The flats of one template: what one master is made of. */
export interface LoggedFlats {
  readonly start: Date
  readonly setting: number
}

const time = z.string().transform((dpId, context) => {
  const start = timeInRawName(dpId)
  if (start !== null) return start
  context.addIssue('expected a name with a time, such as UVES.2014-09-16T00:46:03.450')
  return z.NEVER
})
const number = z
  .string()
  .regex(/^\d+(\.\d+)?$/, 'expected a number')
  .transform(Number)
const sexagesimal = z
  .string()
  .regex(/^[+-]?\d{1,3}:\d\d:\d\d(\.\d+)?$/, 'expected an angle such as 16:11:59.78')
  .transform((text) => {
    const [whole = 0, minutes = 0, seconds = 0] = text.replace(/^[+-]/, '').split(':').map(Number)
    return (text.startsWith('-') ? -1 : 1) * (whole + minutes / 60 + seconds / 3600)
  })

const exposure = z
  .object({
    dp_id: z.string(),
    exptime: number,
    object: z.string(),
    ra: sexagesimal,
    dec: sexagesimal,
    prog_id: z.string(),
    tpl_start: z.string(),
    setting_nm: number,
  })
  .transform(
    (row): Omit<LoggedExposure, 'start'> => ({
      dpId: row.dp_id,
      exposureSeconds: row.exptime,
      object: row.object,
      raDegrees: row.ra * 15,
      decDegrees: row.dec,
      programId: row.prog_id,
      template: row.tpl_start === '' ? row.object : row.tpl_start,
      setting: row.setting_nm,
    }),
  )
const flats = z
  .object({ setting_nm: number })
  .transform((row): Omit<LoggedFlats, 'start'> => ({ setting: row.setting_nm }))

/**
 * Reads a log of science exposures (simulator/logs/README.md).
 * @throws PreconditionError that names the row and what is wrong with it
 */
export async function readScienceLog(path: string): Promise<LoggedExposure[]> {
  return readLog(path, exposure)
}

/** Reads a log of flat-field templates. @throws PreconditionError as `readScienceLog` */
export async function readCalibrationLog(path: string): Promise<LoggedFlats[]> {
  return readLog(path, flats)
}

async function readLog<Row>(path: string, schema: z.ZodType<Row>): Promise<(Row & { readonly start: Date })[]> {
  const timed = z.object({ dp_id: time })
  return (await recordsOf(path)).map((record, index) => {
    const [row, when] = [schema.safeParse(record), timed.safeParse(record)]
    if (row.success && when.success) return { ...row.data, start: when.data.dp_id }
    const [issue] = [...(row.error?.issues ?? []), ...(when.error?.issues ?? [])]
    throw new PreconditionError(`${path}, row ${index + 1}: ${issue?.path.join('.')}: ${issue?.message}`)
  })
}

async function recordsOf(path: string): Promise<CsvRecord[]> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    throw new PreconditionError(
      `${path} cannot be read: name an observing log, such as simulator/logs/uves-science-log.csv`,
      {
        cause,
      },
    )
  }
  try {
    return parseCsv(text)
  } catch (error) {
    if (error instanceof CsvError) throw new PreconditionError(`${path}, ${error.message}`, { cause: error })
    throw error
  }
}
