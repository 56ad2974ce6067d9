import type { NewsItem } from '../database/news.ts'
import type { OpenRunLine, Overview } from '../database/overview.ts'
import { describeScope } from '../domain/hold.ts'
import { clockTime } from './clock-time.ts'
import { harmless } from './table.ts'
import { newsLine } from './news-line.ts'

export interface ScreenSize {
  readonly width: number
  readonly height: number
}

const BAR = 20
const LEAST_NEWS = 5
/** The others are in `phoenix status` and on the page: what runs must stay in sight. */
const MOST_TROUBLED = 5

/** The screen as lines, none longer than the screen is wide, and no more than it has: what needs a person first, what happened last. */
export function watchLines(now: Overview, news: readonly NewsItem[], { width, height }: ScreenSize): readonly string[] {
  const { openRuns, holds, troubled, hosts, lastDay } = now
  const top = [
    `phoenix  ${clockTime(now.at)}   last 24 h: ${lastDay.processed} processed, ${lastDay.failed} failed, ${lastDay.idpsArchived} archived   Ctrl-C ends`,
    ...hosts.map(({ host, cores, recipes, load, freeBytes, seenAt }) => {
      const silent = now.at.getTime() - seenAt.getTime() > 180_000 ? `   SILENT since ${clockTime(seenAt)}` : ''
      const disk = freeBytes === null ? '' : `   ${(freeBytes / 1e9).toFixed(1)} GB free`
      return `host ${host}: ${recipes} of ${cores} cores${load === null ? '' : `   load ${load.toFixed(1)}`}${disk}${silent}`
    }),
    ...troubled.slice(0, MOST_TROUBLED).map(({ instrument, date, state, problems }) => {
      return `! ${[`${instrument} ${date} ${state}`, ...problems].join('; ')}`
    }),
    ...(troubled.length > MOST_TROUBLED ? [`! and ${troubled.length - MOST_TROUBLED} more dates`] : []),
    ...holds.map(
      ({ kind, scope, placedBy, reason }) =>
        `‖ ${kind} of ${describeScope(scope)} by ${placedBy}${reason === '' ? '' : `: ${reason}`}`,
    ),
    '',
    openRuns.length === 0 ? 'no open run' : `${openRuns.length} open ${openRuns.length === 1 ? 'run' : 'runs'}`,
    ...openRuns.flatMap(runLines),
  ].slice(0, Math.max(1, height - LEAST_NEWS - 1))
  const room = Math.max(0, height - top.length - 1)
  const recent = news.slice(-room).map(newsLine)
  return [...top, '', ...recent].slice(0, height).map((line) => cut(harmless(line), width))
}

function runLines(run: OpenRunLine): string[] {
  const { instrument, date, kind, state, ended, failed, running, pending, phase, waitsFor, endExpectedAt } = run
  const total = ended + running + pending
  const done = total === 0 ? 0 : Math.round((ended / total) * BAR)
  const eta = endExpectedAt === null ? '' : `   ends about ${clockTime(endExpectedAt).slice(11, 16)}`
  const counts = `${ended}/${total}${failed === 0 ? '' : `, ${failed} failed`}, ${running} running`
  return [
    `  ${instrument} ${date}  ${kind}  ${state}  [${'#'.repeat(done)}${'.'.repeat(BAR - done)}] ${counts}${phase === null ? '' : `   ${phase}`}${eta}`,
    ...(waitsFor === null ? [] : [`      waits: ${waitsFor}`]),
  ]
}

function cut(line: string, width: number): string {
  const points = Array.from(line)
  return points.length <= width ? line : `${points.slice(0, Math.max(0, width - 1)).join('')}…`
}
