import { PreconditionError } from './failure.ts'

const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._:+-]*$/
const MAXIMUM_LENGTH = 128

/** A name that is safe as one path component: no path, no blank, at most 128 characters. */
export function isFileName(name: string): boolean {
  return name.length <= MAXIMUM_LENGTH && FILE_NAME.test(name) && !name.includes('..')
}

/** The name itself, or a PreconditionError: no outside name becomes a path unchecked. */
export function checkedFileName(name: string): string {
  if (isFileName(name)) return name
  throw new PreconditionError(
    `'${printable(name)}' is not a file name: letters, digits and . _ : + - only, at most 128`,
  )
}

/**
 * A gencalib by its name: kept on the machine, never downloaded or deleted. Its code begins with G, which is the first part of the name
 * (`GU_ATMO_100101A_PARANAL.fits`) or, after the prefix of the instrument itself, the second (`GI_GATM_...` of GIRAFFE, whose masters are
 * `GI_MBIA_...`).
 */
export function isGencalib(fileName: string, instrument: string): boolean {
  const [prefix = '', ...rest] = fileName.split('_')
  const code = rest.length > 0 && instrument.startsWith(prefix) ? rest[0] : prefix
  return code?.startsWith('G') === true
}

/** dp_id of a raw: its file name without `.fits`. */
export function dpId(rawFileName: string): string {
  return rawFileName.replace(/\.fits$/, '')
}

function printable(name: string): string {
  return name.replace(/[^\x20-\x7e]/g, '?').slice(0, MAXIMUM_LENGTH)
}
