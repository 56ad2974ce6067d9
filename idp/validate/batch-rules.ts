import { ANCILLARY_FITS_CATEGORIES } from './ancillary-categories.ts'
import { duplicates } from './conformance/header.ts'
import type { Keywords } from './keywords.ts'
import type { Rule } from './rule.ts'

/** A delivery: spectra, and files that go with them. */
export interface Batch {
  readonly science: readonly ScienceFile[]
  readonly ancillaries: readonly AncillaryFile[]
}

export interface ScienceFile {
  readonly name: string
  readonly primary: Keywords
  readonly title: string | undefined
}

export interface AncillaryFile {
  readonly name: string
  readonly md5: string
  /** Null if it is no FITS file. */
  readonly primary: Keywords | null
}

/** Rules on the files of a delivery among each other. */
export const BATCH_RULES: readonly Rule<Batch>[] = [
  {
    id: 'B01',
    severity: 'error',
    title: 'the file names are unique in the delivery',
    check: (batch) => duplicates(filesOf(batch)).map((name) => `two files are called ${name}`),
  },
  {
    id: 'B02',
    severity: 'error',
    title: 'TITLE is unique in the delivery',
    keyword: 'TITLE',
    check: ({ science }) =>
      duplicates(science.flatMap(({ title }) => title ?? [])).map((title) => {
        const names = science.filter((file) => file.title === title).map(({ name }) => name)
        return `TITLE = '${title}' stands in ${names.join(' and ')}`
      }),
  },
  {
    id: 'B04',
    severity: 'error',
    title: 'every ASSONi is in the delivery',
    check: (batch) => {
      const names = new Set(filesOf(batch))
      return associations(batch)
        .filter(({ text }) => !names.has(text))
        .map(({ file, keyword, text }) => ({
          keyword,
          message: `${file}: ${keyword} = '${text}' is not in the delivery`,
        }))
    },
  },
  {
    id: 'B05',
    severity: 'error',
    title: 'ASSOMi is the md5 sum of the file',
    check: (batch) =>
      associations(batch).flatMap(({ file, primary, digits, text }) => {
        const keyword = `ASSOM${digits}`
        const [written, found] = [primary.text(keyword), batch.ancillaries.find(({ name }) => name === text)]
        return written === undefined || found === undefined || written === found.md5
          ? []
          : [{ keyword, message: `${file}: ${keyword} = ${written}, the md5 sum of ${text} is ${found.md5}` }]
      }),
  },
  {
    id: 'B06',
    severity: 'error',
    title: 'an ancillary FITS file has a PRODCATG of the standard',
    keyword: 'PRODCATG',
    check: ({ ancillaries }) =>
      ancillaries.flatMap(({ name, primary }) => {
        const category = primary?.text('PRODCATG') ?? ''
        return primary === null || ANCILLARY_FITS_CATEGORIES.has(category)
          ? []
          : [`${name}: PRODCATG = '${category}' is no category of ancillary files`]
      }),
  },
  {
    id: 'B07',
    severity: 'error',
    title: 'an ancillary FITS file has no ASSONi',
    check: ({ ancillaries }) =>
      ancillaries.flatMap(({ name, primary }) =>
        (primary?.numbered('ASSON') ?? []).map(({ keyword }) => ({
          keyword,
          message: `${name} is ancillary, but has ${keyword}`,
        })),
      ),
  },
  {
    id: 'B08',
    severity: 'error',
    title: 'every file of the delivery is a science file or named by one',
    check: (batch) => {
      const named = new Set(associations(batch).map(({ text }) => text))
      return batch.ancillaries.filter(({ name }) => !named.has(name)).map(({ name }) => `no science file names ${name}`)
    },
  },
]

const filesOf = ({ science, ancillaries }: Batch): string[] => [...science, ...ancillaries].map(({ name }) => name)

function associations({ science }: Batch) {
  return science.flatMap(({ name: file, primary }) =>
    primary.numbered('ASSON').map((association) => ({ ...association, file, primary })),
  )
}
