import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import { join } from 'node:path'
import { FileMissing, type IdpArchive } from '../archive/archive.ts'
import { fileExists } from '../archive/copy-file.ts'
import { openTarget } from '../archive/open-archive.ts'
import type { Database } from '../database/connect.ts'
import { readRun } from '../database/date-runs.ts'
import { keepComparison, type Qc1Difference, type TrialAb, trialAbs, type TrialProduct } from '../database/trials.ts'
import type { SpectrumComparison } from '../domain/compare-spectra.ts'
import { PreconditionError } from '../domain/failure.ts'
import { FitsError } from '../fits/fits-error.ts'
import { compareIdps } from '../idp/compare-idps.ts'
import type { CommandContext } from './context.ts'
import type { Output } from './output.ts'
import type { Column } from './table.ts'

/** A product with its comparison, or why there is none. */
interface ComparedProduct extends TrialProduct {
  readonly abName: string
  readonly notCompared: string | null
}

/** Differences of one QC1 parameter over all blocks and orders. */
export interface Qc1Summary {
  /** `QC ORD* OBJ SN`: all orders together. */
  readonly name: string
  readonly values: number
  readonly different: number
  /** Median of (trial - before) / |before|, over values that were not 0. */
  readonly medianRelative: number | null
  readonly largestRelative: number | null
}

/** The number of a trial in `trial/12`; null for anything else. */
export function trialNumber(text: string): number | null {
  const number = /^trial\/(\d{1,15})$/.exec(text)?.[1]
  return number === undefined ? null : Number(number)
}

/**
 * What a trial made beside what is live: per block and in sum.
 * @throws PreconditionError when no trial has that number
 */
export async function reportTrial(
  { settings, output }: CommandContext,
  database: Database,
  runNumber: number,
): Promise<void> {
  const run = await readRun(database, runNumber)
  if (run === null || !run.trial) throw new PreconditionError(`run ${runNumber} is no trial`)
  const abs = await trialAbs(database, runNumber)
  const target = openTarget(settings.archives.idpTarget)
  const products: ComparedProduct[] = []
  for (const { abName, products: made } of abs) {
    for (const product of made) {
      products.push(await compared(database, target, settings.host, { runNumber, abName, product }))
    }
  }
  const qc1 = qc1Summaries(abs.flatMap((ab) => ab.qc1))
  const { instrument, date, state, host } = run
  const totals = totalsOf(products)
  const answers = abs.map((ab) => {
    const { products: _, ...answer } = ab
    return answer
  })
  output.result({ trial: runNumber, instrument, date, state, host, abs: answers, products, totals, qc1 }, () => {
    output.heading(`trial/${runNumber} of ${instrument} ${date}: ${state}, ${outcomesOf(abs)}; nothing was ingested`)
    output.table(abColumns, abs)
    output.table(productColumns, products)
    showTotals(totals, output)
    const different = qc1.filter((summary) => summary.different > 0)
    output.say(`QC1: ${qc1.length} parameters compared, ${different.length} differ`)
    output.table(qc1Columns, different.slice(0, MOST_SHOWN))
    if (different.length > MOST_SHOWN) output.say(`and ${different.length - MOST_SHOWN} more: --json has all`)
  })
}

const MOST_SHOWN = 20

async function compared(
  database: Database,
  target: IdpArchive,
  thisHost: string,
  { runNumber, abName, product }: { runNumber: number; abName: string; product: TrialProduct },
): Promise<ComparedProduct> {
  const not = (why: string): ComparedProduct => ({ ...product, abName, notCompared: why })
  if (product.comparison !== null) return { ...product, abName, notCompared: null }
  if (product.live === null) return not('nothing is live to compare with')
  if (product.host !== thisHost) return not(`its file lies on host ${product.host}: ask there`)
  if (!(await fileExists(product.path))) return not('its file is gone: trials are kept as long as the quarantine')
  const folder = await mkdtemp(join(os.tmpdir(), 'phoenix-trial-'))
  try {
    const live = join(folder, product.live.archiveName)
    const { sha256 } = await target.fetchIdp(product.live.archiveName, live)
    if (sha256 !== product.live.sha256) return not('the archive holds another file than was ingested')
    const comparison = await compareIdps(product.path, live)
    await keepComparison(database, { runNumber, abName, role: product.role }, product.live.archiveName, comparison)
    return { ...product, abName, comparison, notCompared: null }
  } catch (error) {
    if (error instanceof FitsError || error instanceof FileMissing) return not(error.message)
    throw error
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

interface Totals {
  readonly compared: number
  readonly notCompared: number
  readonly fluxRatio: Range | null
  readonly signalToNoiseRatio: Range | null
  readonly shift: Range | null
}

interface Range {
  readonly median: number
  readonly least: number
  readonly most: number
}

function totalsOf(products: readonly ComparedProduct[]): Totals {
  const comparisons = products.flatMap(({ comparison }) => (comparison === null ? [] : [comparison]))
  const rangeOf = (of: (comparison: SpectrumComparison) => number | null) =>
    range(comparisons.map(of).filter((value) => value !== null))
  return {
    compared: comparisons.length,
    notCompared: products.length - comparisons.length,
    fluxRatio: rangeOf(({ fluxRatio }) => fluxRatio),
    signalToNoiseRatio: rangeOf(signalToNoiseRatio),
    shift: rangeOf(({ shift }) => shift),
  }
}

function showTotals(
  { compared: count, notCompared, fluxRatio, signalToNoiseRatio: ratio, shift }: Totals,
  output: Output,
) {
  output.say(`${count} products compared with what is live, ${notCompared} not`)
  if (count === 0) return
  output.say(`flux, trial/live: ${rangeText(fluxRatio)}`)
  output.say(`S/N, trial/live: ${rangeText(ratio)}`)
  output.say(`wavelength, trial - live: ${rangeText(shift)} Å`)
}

function signalToNoiseRatio({ signalToNoise }: SpectrumComparison): number | null {
  return signalToNoise === null || signalToNoise.live === 0 ? null : signalToNoise.trial / signalToNoise.live
}

/** QC1 parameters over all blocks, orders together; those that differ most come first. */
export function qc1Summaries(differences: readonly Qc1Difference[]): readonly Qc1Summary[] {
  const byName = new Map<string, Qc1Difference[]>()
  for (const difference of differences) {
    const name = `${difference.name.replace(/\bORD\d+\b/, 'ORD*')} ${difference.category}`
    const known = byName.get(name)
    if (known === undefined) byName.set(name, [difference])
    else known.push(difference)
  }
  const summaries = [...byName].map(([name, values]): Qc1Summary => {
    const relative = values
      .filter(({ before }) => before !== 0)
      .map(({ trial, before }) => (trial - before) / Math.abs(before))
    const largest = relative.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0)
    return {
      name,
      values: values.length,
      different: values.filter(({ trial, before }) => trial !== before).length,
      medianRelative: range(relative)?.median ?? null,
      largestRelative: relative.length === 0 ? null : largest,
    }
  })
  return summaries.toSorted((a, b) => Math.abs(b.largestRelative ?? 0) - Math.abs(a.largestRelative ?? 0))
}

function range(values: readonly number[]): Range | null {
  const sorted = values.toSorted((a, b) => a - b)
  const [least, most] = [sorted[0], sorted.at(-1)]
  if (least === undefined || most === undefined) return null
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? most
  const median = sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? least) + upper) / 2
  return { median, least, most }
}

function rangeText(found: Range | null): string {
  if (found === null) return 'not known'
  return `median ${short(found.median)}, from ${short(found.least)} to ${short(found.most)}`
}

function outcomesOf(abs: readonly TrialAb[]): string {
  const counts = new Map<string, number>()
  for (const { outcome } of abs) counts.set(outcome ?? 'not tried', (counts.get(outcome ?? 'not tried') ?? 0) + 1)
  return [...counts].map(([outcome, count]) => `${count} ${outcome}`).join(', ')
}

function short(value: number | null | undefined): string {
  return value === null || value === undefined ? '' : String(Number(value.toPrecision(5)))
}

function percent(value: number | null): string {
  return value === null ? '' : `${(100 * value).toPrecision(3)} %`
}

const abColumns: readonly Column<TrialAb>[] = [
  { title: 'AB', text: ({ abName }) => abName },
  {
    title: 'outcome',
    text: ({ outcome, failureKind }) => [outcome ?? 'not tried', failureKind].filter(Boolean).join(' '),
  },
  { title: 's', text: ({ wallSeconds }) => wallSeconds?.toFixed(1) ?? '', align: 'right' },
  { title: 'cause', text: ({ cause }) => cause ?? '' },
]

const productColumns: readonly Column<ComparedProduct>[] = [
  { title: 'AB', text: ({ abName }) => abName },
  { title: 'role', text: ({ role }) => role },
  { title: 'flux ratio', text: ({ comparison }) => short(comparison?.fluxRatio), align: 'right' },
  { title: 'spread', text: ({ comparison }) => short(comparison?.fluxRatioSpread), align: 'right' },
  { title: 'S/N', text: ({ comparison }) => short(comparison?.signalToNoise?.trial), align: 'right' },
  { title: 'live S/N', text: ({ comparison }) => short(comparison?.signalToNoise?.live), align: 'right' },
  { title: 'shift Å', text: ({ comparison }) => short(comparison?.shift), align: 'right' },
  { title: '± Å', text: ({ comparison }) => short(comparison?.shiftError), align: 'right' },
  { title: 'live IDP', text: ({ live, notCompared }) => notCompared ?? live?.archiveName ?? '' },
]

const qc1Columns: readonly Column<Qc1Summary>[] = [
  { title: 'QC1 parameter', text: ({ name }) => name },
  { title: 'differ', text: ({ different, values }) => `${different}/${values}`, align: 'right' },
  { title: 'median', text: ({ medianRelative }) => percent(medianRelative), align: 'right' },
  { title: 'largest', text: ({ largestRelative }) => percent(largestRelative), align: 'right' },
]
