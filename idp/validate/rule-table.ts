import { ALL_RULES } from './rules.ts'

const FAMILIES: readonly (readonly [letter: string, heading: string, words: string])[] = [
  ['F', 'File', "F03 and F04 say what HEASARC's `fitsverify` says of such files; that program is not needed."],
  ['P', 'Primary header', ''],
  ['E', 'Header of the table', ''],
  ['X', 'Between the headers', ''],
  ['D', 'Data', '`bmax` is the largest step of WAVE.'],
  [
    'B',
    'Provenance and delivery',
    'B03 and B18 need the file only, B09 to B20 the raw frames named in PROVi, the others a delivery of several files.',
  ],
  [
    'U',
    'Instrument',
    'U01 to U11 need `idp.checks` of the instrument file, U12 to U17 the raw frames too, U20 to U26 the pipeline products.',
  ],
]

/** The page docs/idp-rules.md. */
export function ruleTable(): string {
  const sections = FAMILIES.map(([letter, heading, words]) => {
    const rows = ALL_RULES.filter(({ id }) => id.startsWith(letter)).map(
      ({ id, title, tolerance = '', severity }) => `| ${[id, title, tolerance, severity].map(cell).join(' | ')} |`,
    )
    const table = ['| id | statement | tolerance | severity |', '|---|---|---|---|', ...rows].join('\n')
    return `## ${heading}\n\n${words === '' ? '' : `${words}\n\n`}${table}\n`
  })
  return `${INTRODUCTION}\n${sections.join('\n')}`
}

const INTRODUCTION = `# Rules for internal data products

\`phoenix idp check FILE...\` and the job of every association block hold a product against these ${ALL_RULES.length} rules: the Science Data
Products standard (ESO-044286, version 8) for SCIENCE.SPECTRUM, the list of checks of ESO's Phase 3 validator (2025-03-27), the FITS
standard (4.0), and rules of this project on one instrument. A product that breaks a rule of severity \`error\` is not ingested:
its block is \`failed (idp: rule)\`. A rule is skipped where a keyword that it needs is missing (P01 and E01 report that), or the raw
frames, products or expectations that it needs are not given.

This page is written by the program (\`idp/validate/rule-table.ts\`); a test compares.
`

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('*', '\\*')
