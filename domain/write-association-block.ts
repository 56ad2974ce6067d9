import type { AssociationBlock } from './association-block.ts'
import { PreconditionError } from './failure.ts'

/**
 * The text of an association block: one record per line, first column the qualifier. Reading it back gives the same block.
 * @throws PreconditionError where a value holds a line break or a double quote, which the format cannot express.
 */
export function writeAssociationBlock(block: AssociationBlock): string {
  return block.otherQualifiers
    .map(({ qualifier, value }) => [qualifier, value])
    .concat(scalars(block))
    .concat(block.rawMatchKeys.map(({ keyword, value }) => ['RAW_MATCH_KEY', `${keyword}=${value}`]))
    .concat(block.recipeParameters.map((parameter) => ['RECIPE_PARAM', parameter]))
    .concat(block.rawFiles.map(({ fileName, tag }) => ['RAWFILE', fileName, tag]))
    .concat(
      block.calibrations.map(({ flag, fileName, category, distanceDays }) => [
        'MCALIB',
        flag,
        fileName,
        category,
        distanceDays === null ? '-' : String(distanceDays),
      ]),
    )
    .map(([qualifier = '', ...values]) => `${qualifier.padEnd(16)}${values.map(column).join('  ')}\n`)
    .join('')
}

function scalars(block: AssociationBlock): string[][] {
  const optional = (qualifier: string, value: string | null) => (value === null ? [] : [[qualifier, value]])
  return [
    ['INSTRUMENT', block.instrument],
    ['DATE', block.date],
    ['DPR_CATG', block.dprCategory],
    ['RAW_TYPE', block.rawType],
    ['RECIPE', block.recipe],
    ['DRS_TYPE', block.drsType],
    ['AB_NAME', block.name],
    ['COMPLETENESS', block.completeness],
    ['PROCESS_STATUS', block.processStatus],
    ...optional('OBS_PROG_ID', block.programId),
    ...optional('OBS_ID', block.observationId),
    ...optional('RELEASE_DATE', block.releaseDate),
    ['MJD-OBS', String(block.mjdObs)],
    ['PROD_ROOT_NAME', block.productRootName],
  ]
}

/** Blanks would end the column and `#` the line, so such a value goes into quotes. */
function column(value: string): string {
  if (/["\r\n]/.test(value)) {
    throw new PreconditionError(
      `association block: a value cannot hold a quote or a line break: ${JSON.stringify(value)}`,
    )
  }
  return value === '' || /[\s#]/.test(value) ? `"${value}"` : value
}
