import type { AssociationBlock, Calibration, OtherQualifier, RawFile, RawMatchKey } from './association-block.ts'
import { isFileName } from './file-name.ts'
import { isObservingDate } from './observing-date.ts'
import { releaseMoment } from './release-date.ts'

/** What is wrong with the text of an association block; line 0 means the block as a whole. */
export interface Problem {
  readonly line: number
  readonly message: string
}

export type ParsedBlock =
  | { readonly valid: true; readonly ab: AssociationBlock }
  | { readonly valid: false; readonly problems: readonly Problem[] }

/**
 * Reads the text of an association block: one record per line, the first column is the qualifier (docs/association-blocks.md).
 * All problems are found in one pass, so that whoever wrote the block mends it once.
 *
 * @param fileName name of the file that held the text; AB_NAME must agree with it
 */
export function parseAssociationBlock(text: string, fileName: string): ParsedBlock {
  const records = new Records()
  const lines = text.split(/\r?\n/)
  if (lines.length > MAXIMUM_LINES) {
    return {
      valid: false,
      problems: [{ line: 0, message: `${lines.length} lines: too long to be an association block` }],
    }
  }
  lines.forEach((line, index) => {
    const columns = columnsOf(line)
    // PostgreSQL keeps no such text, and no person wrote it.
    if (line.includes('\0')) records.problem(index + 1, 'holds a NUL byte: this is not a text file')
    else if (columns === null) records.problem(index + 1, 'a quoted value has no closing "')
    else if (columns.length > 0) records.add(columns, index + 1)
  })
  return records.toBlock(fileName)
}

/** First line and every problem in one text, for a message to a person. */
export function describeProblems(problems: readonly Problem[]): string {
  return problems.map(({ line, message }) => (line > 0 ? `line ${line}: ${message}` : message)).join('; ')
}

const NEEDED = [
  'INSTRUMENT',
  'DATE',
  'DPR_CATG',
  'RAW_TYPE',
  'RECIPE',
  'DRS_TYPE',
  'AB_NAME',
  'COMPLETENESS',
  'PROCESS_STATUS',
  'MJD-OBS',
  'PROD_ROOT_NAME',
] as const
const OPTIONAL = [
  'TOOL_VERSION',
  'CONFIG_VERSION',
  'BATCH_ID',
  'AB_EVENT',
  'OBS_PROG_ID',
  'OBS_ID',
  'OBS_MODE',
  'MJD-OBS_MOD',
  'RELEASE_DATE',
]
const NEEDED_SET = new Set<string>(NEEDED)
const SCALARS = new Set<string>([...NEEDED, ...OPTIONAL])
/** A file with more lines than this is not a block: the reader of a foreign file keeps its work bounded. */
const MAXIMUM_LINES = 10_000
/** Tag of a frame and PRO CATG: the second column of the set of frames. */
const TAG = /^[A-Za-z][A-Za-z0-9_]*$/

class Records {
  private readonly scalars = new Map<string, { value: string; line: number }>()
  private readonly problems: Problem[] = []
  private readonly rawFiles: RawFile[] = []
  private readonly calibrations: Calibration[] = []
  private readonly rawMatchKeys: RawMatchKey[] = []
  private readonly recipeParameters: string[] = []
  private readonly otherQualifiers: OtherQualifier[] = []

  problem(line: number, message: string): void {
    this.problems.push({ line, message })
  }

  add(columns: readonly string[], line: number): void {
    const [first = '', ...values] = columns
    const qualifier = first.toUpperCase()
    if (SCALARS.has(qualifier)) this.addScalar(qualifier, values, line)
    else if (qualifier === 'RAWFILE') this.addRawFile(values, line)
    else if (qualifier === 'MCALIB') this.addCalibration(values, line)
    else if (qualifier === 'MASSOC') return
    else if (qualifier === 'RAW_MATCH_KEY') this.addMatchKey(values.join(' '), line)
    else if (qualifier === 'RECIPE_PARAM') this.addParameter(values, line)
    else this.otherQualifiers.push({ qualifier: first, value: values.join(' ') })
  }

  toBlock(fileName: string): ParsedBlock {
    for (const qualifier of NEEDED) {
      if (!this.scalars.has(qualifier)) this.problem(0, `${qualifier} is missing`)
    }
    if (this.rawFiles.length === 0) this.problem(0, 'no RAWFILE line: at least one raw is expected')
    const name = this.text('AB_NAME')
    if (name !== '' && name !== fileName) {
      this.problem(this.lineOf('AB_NAME'), `AB_NAME is ${name}, but the file is called ${fileName}`)
    }
    const firstRaw = this.rawFiles[0]?.fileName.replace(/\.fits$/, '')
    if (firstRaw !== undefined && name !== '' && name !== `${firstRaw}.ab` && !name.startsWith(`${firstRaw}_`)) {
      this.problem(this.lineOf('AB_NAME'), `AB_NAME is ${name}, expected ${firstRaw}.ab after its first raw`)
    }
    if (name !== '' && (!isFileName(name) || !name.endsWith('.ab'))) {
      this.problem(this.lineOf('AB_NAME'), 'AB_NAME is not a file name that ends in .ab')
    }
    this.expect('INSTRUMENT', /^[A-Z][A-Z0-9_-]*$/, 'an instrument name in capitals')
    const date = this.text('DATE')
    if (date !== '' && !isObservingDate(date)) {
      this.problem(this.lineOf('DATE'), `DATE is '${date}', expected a day as YYYY-MM-DD`)
    }
    this.expect('RECIPE', /^[A-Za-z][A-Za-z0-9_]*$/, 'a recipe name or none')
    const completeness = this.text('COMPLETENESS').toUpperCase()
    if (completeness !== '' && completeness !== 'COMPLETE' && completeness !== 'INCOMPLETE') {
      this.problem(this.lineOf('COMPLETENESS'), `COMPLETENESS is '${completeness}', expected COMPLETE or INCOMPLETE`)
    }
    this.expect('PROD_ROOT_NAME', /^[A-Za-z0-9][A-Za-z0-9._:+-]{0,127}$/, 'a root of file names')
    const mjdObs = decimal(this.text('MJD-OBS'))
    if (this.scalars.has('MJD-OBS') && !(Number.isFinite(mjdObs) && mjdObs > 0)) {
      this.problem(this.lineOf('MJD-OBS'), `MJD-OBS is '${this.text('MJD-OBS')}', expected a number of days`)
    }
    const releaseDate = this.scalars.get('RELEASE_DATE')?.value ?? null
    if (releaseDate !== null && releaseMoment(releaseDate) === null) {
      this.problem(
        this.lineOf('RELEASE_DATE'),
        `RELEASE_DATE is '${releaseDate}', expected YYYY-MM-DD or YYYY-MM-DDThh:mm:ss (UT)`,
      )
    }
    if (this.problems.length > 0) {
      return { valid: false, problems: this.problems.toSorted((a, b) => a.line - b.line) }
    }
    return {
      valid: true,
      ab: {
        name,
        instrument: this.text('INSTRUMENT'),
        date,
        dprCategory: this.text('DPR_CATG').toUpperCase(),
        rawType: this.text('RAW_TYPE'),
        recipe: this.text('RECIPE'),
        drsType: this.text('DRS_TYPE').toUpperCase(),
        completeness: completeness === 'COMPLETE' ? 'COMPLETE' : 'INCOMPLETE',
        processStatus: this.text('PROCESS_STATUS'),
        mjdObs,
        productRootName: this.text('PROD_ROOT_NAME'),
        programId: this.scalars.get('OBS_PROG_ID')?.value ?? null,
        observationId: this.scalars.get('OBS_ID')?.value ?? null,
        releaseDate,
        rawFiles: this.rawFiles,
        calibrations: this.calibrations,
        rawMatchKeys: this.rawMatchKeys,
        recipeParameters: this.recipeParameters,
        otherQualifiers: this.otherQualifiers,
      },
    }
  }

  private addScalar(qualifier: string, values: readonly string[], line: number): void {
    const earlier = this.scalars.get(qualifier)
    if (earlier !== undefined) {
      this.problem(line, `${qualifier} occurs a second time (first on line ${earlier.line})`)
    } else if (values.join('').trim() === '') {
      // What nobody needs may be left blank.
      if (NEEDED_SET.has(qualifier)) this.problem(line, `${qualifier} has no value`)
    } else {
      this.scalars.set(qualifier, { value: values.join(' '), line })
    }
  }

  private addRawFile(values: readonly string[], line: number): void {
    const [fileName = '', tag = ''] = values
    if (values.length !== 2) this.problem(line, `RAWFILE has ${values.length} columns, expected 2: file name and tag`)
    else if (!isFileName(fileName)) this.problem(line, `RAWFILE '${fileName}' is not a plain file name`)
    else if (!TAG.test(tag)) this.problem(line, `RAWFILE tag is '${tag}', expected a name such as SCI_POINT_BLUE`)
    else if (this.rawFiles.some((raw) => raw.fileName === fileName))
      this.problem(line, `RAWFILE ${fileName} is listed twice`)
    else this.rawFiles.push({ fileName, tag })
  }

  private addCalibration(values: readonly string[], line: number): void {
    const [flagText = '', fileName = '', category = '', distance = ''] = values
    const flag = flagText.toUpperCase()
    const distanceDays = distance === '-' ? null : decimal(distance)
    if (values.length !== 4) {
      this.problem(line, `MCALIB has ${values.length} columns, expected 4: REAL or VIRTUAL, file name, category, days`)
    } else if (flag !== 'REAL' && flag !== 'VIRTUAL') {
      this.problem(line, `MCALIB flag is '${flagText}', expected REAL or VIRTUAL`)
    } else if (!isFileName(fileName)) {
      this.problem(line, `MCALIB '${fileName}' is not a plain file name`)
    } else if (!TAG.test(category)) {
      this.problem(line, `MCALIB category is '${category}', expected a name such as MASTER_BIAS_BLUE`)
    } else if (distanceDays !== null && !Number.isFinite(distanceDays)) {
      this.problem(line, `MCALIB distance is '${distance}', expected days or -`)
    } else if (this.calibrations.some((c) => c.fileName === fileName || c.category === category)) {
      this.problem(line, `MCALIB ${fileName} (${category}): this file or category is listed twice`)
    } else {
      this.calibrations.push({ flag, fileName, category, distanceDays })
    }
  }

  private addMatchKey(text: string, line: number): void {
    const [, keyword, value] = /^([A-Z0-9._ -]+?)\s*=\s*(.+)$/i.exec(text) ?? []
    if (keyword === undefined || value === undefined) {
      this.problem(line, `RAW_MATCH_KEY is '${text}', expected KEY=VALUE such as INS.GRAT1.WLEN=437.0`)
    } else {
      this.rawMatchKeys.push({ keyword, value: value.trim() })
    }
  }

  private addParameter(values: readonly string[], line: number): void {
    const [parameter = ''] = values
    if (values.length !== 1 || !/^--[a-z][\w.-]*(=[\w.,:+-]*)?$/i.test(parameter)) {
      this.problem(line, `RECIPE_PARAM is '${values.join(' ')}', expected --name=value`)
    } else {
      this.recipeParameters.push(parameter)
    }
  }

  private expect(qualifier: string, form: RegExp, expected: string): void {
    const scalar = this.scalars.get(qualifier)
    if (scalar !== undefined && !form.test(scalar.value)) {
      this.problem(scalar.line, `${qualifier} is '${scalar.value}', expected ${expected}`)
    }
  }

  private text(qualifier: string): string {
    return this.scalars.get(qualifier)?.value ?? ''
  }

  private lineOf(qualifier: string): number {
    return this.scalars.get(qualifier)?.line ?? 0
  }
}

/** A decimal number as people write it; NaN for anything else, such as the hexadecimal and empty texts that Number() takes. */
function decimal(text: string): number {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN
}

/** Columns of a line without its comment; null when a quote is left open. `#` within quotes is text. */
function columnsOf(line: string): string[] | null {
  const columns: string[] = []
  let rest = line.trimStart()
  while (rest !== '' && !rest.startsWith('#')) {
    const found = rest.startsWith('"') ? /^"([^"]*)"/.exec(rest) : /^([^\s#]+)/.exec(rest)
    if (found === null) return null
    columns.push(found[1] ?? '')
    rest = rest.slice(found[0].length).trimStart()
  }
  return columns
}
