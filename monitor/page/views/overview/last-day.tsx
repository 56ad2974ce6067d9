import { bytes, count, duration, percent } from '../../format.ts'
import type { Now } from './now.ts'

/** This morning's numbers, and what failed by cause. */
export function LastDay({ now: { lastDay } }: { now: Now }) {
  const answered = lastDay.processed + lastDay.failed + lastDay.interrupted
  const runs = Object.entries(lastDay.runs)
  return (
    <section>
      <h2>Last 24 hours</h2>
      <dl class="facts">
        <dt>processed</dt>
        <dd>{lastDay.processed}</dd>
        <dt>failed</dt>
        <dd>
          {lastDay.failed + lastDay.interrupted}{' '}
          <span class="faint">{percent(lastDay.failed + lastDay.interrupted, answered)}</span>
        </dd>
        <dt>archived</dt>
        <dd>
          {lastDay.idpsArchived} IDPs{' '}
          <span class="faint">{lastDay.idpsArchived > 0 ? bytes(lastDay.bytesArchived) : ''}</span>
        </dd>
        <dt>recipes</dt>
        <dd>{lastDay.recipeSeconds > 0 ? duration(lastDay.recipeSeconds) : 'none'}</dd>
        <dt>runs ended</dt>
        <dd>{runs.length === 0 ? 'none' : runs.map(([state, number]) => `${number} ${state}`).join(', ')}</dd>
        <dt>registered</dt>
        <dd>{count(lastDay.datesRegistered, 'date')}</dd>
      </dl>
      {lastDay.failures.length === 0 ? null : (
        <ul class="causes">
          {lastDay.failures.map((failure) => (
            <li>
              <span class="number">{failure.count}</span>
              <span>
                <a href={`/abs/${failure.instrument}/${failure.abName}`}>{failure.kind}</a>: {failure.cause}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
