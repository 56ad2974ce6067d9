import { createHash } from 'node:crypto'
import { type AncillaryFile, type Batch, BATCH_RULES, type ScienceFile } from './batch-rules.ts'
import { type ContextFor, contextFor } from './context.ts'
import { inContext, readIdp } from './idp.ts'
import { judge } from './judge.ts'
import { applyRules, type Finding, type Judgement } from './rule.ts'

/** A finding, and the file that it is about; null: the delivery as a whole. */
export interface BatchFinding extends Finding {
  readonly path: string | null
}

export interface BatchJudgement {
  readonly findings: readonly BatchFinding[]
  /** By path: ids of the rules that could not be applied. */
  readonly skipped: ReadonlyMap<string, readonly string[]>
}

type Seen =
  | {
      readonly kind: 'science'
      readonly path: string
      readonly file: ScienceFile
      readonly other: AncillaryFile
      readonly judgement: Judgement
    }
  | { readonly kind: 'ancillary'; readonly file: AncillaryFile }

/**
 * Judges the files of a delivery one by one (only headers stay in memory), then among each other. What another file names in ASSONi,
 * what has an ancillary category and what is neither FITS nor called so counts as ancillary.
 */
export async function judgeBatch(paths: readonly string[], context: ContextFor): Promise<BatchJudgement> {
  const seen: Seen[] = []
  for (const path of paths) seen.push(await look(path, context))
  const named = new Set(
    seen.flatMap((each) =>
      each.kind === 'science' ? each.file.primary.numbered('ASSON').map(({ text }) => text) : [],
    ),
  )
  const science = seen.filter(
    (each) => each.kind === 'science' && (isSpectrum(each.file) || !named.has(each.file.name)),
  )
  const batch: Batch = {
    science: science.flatMap((each) => (each.kind === 'science' ? [each.file] : [])),
    ancillaries: seen
      .filter((each) => !science.includes(each))
      .map((each) => (each.kind === 'science' ? each.other : each.file)),
  }
  return {
    findings: [
      ...science.flatMap((each) =>
        each.kind === 'science' ? each.judgement.findings.map((finding) => ({ ...finding, path: each.path })) : [],
      ),
      ...applyRules(BATCH_RULES, batch).findings.map((finding) => ({ ...finding, path: null })),
    ],
    skipped: new Map(
      science.flatMap((each) => (each.kind === 'science' ? [[each.path, each.judgement.skipped] as const] : [])),
    ),
  }
}

async function look(path: string, context: ContextFor): Promise<Seen> {
  const read = await readIdp(path)
  const { name, primary, extension, layout } = read
  const isFits = layout.hdus.length > 0
  const other = { name, md5: createHash('md5').update(read.bytes).digest('hex'), primary: isFits ? primary : null }
  const isAncillary = isFits ? primary.text('PRODCATG')?.startsWith('ANCILLARY.') === true : !/\.fits(\.|$)/.test(name)
  if (isAncillary) return { kind: 'ancillary', file: other }
  const judgement = judge(await inContext(read, await contextFor(context, primary)))
  return { kind: 'science', path, other, judgement, file: { name, primary, title: extension?.text('TITLE') } }
}

const isSpectrum = ({ primary }: ScienceFile): boolean => primary.text('PRODCATG')?.startsWith('SCIENCE.') === true
