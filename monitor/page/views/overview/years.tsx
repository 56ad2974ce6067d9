import { useState } from 'preact/hooks'
import type { CalendarDay, CalendarYear } from '../../../../database/calendar.ts'
import { useDocument } from '../../data.ts'
import { count, percent } from '../../format.ts'
import { Calendar } from '../../parts/calendar.tsx'
import type { Wire } from '../../wire.ts'
import type { Now } from './now.ts'

/** The calendar, year by year; the newest of each instrument is open. */
export function Years({ now }: { now: Now }) {
  return (
    <section>
      <h2>Calendar</h2>
      <p class="legend">
        <span class="day fine" /> done <span class="day fine share3">4</span> done, so many failed{' '}
        <span class="day busy">▸</span> running <span class="day warn">H</span> holding <span class="day warn">B</span>{' '}
        blocked <span class="day bad">E</span> error <span class="day calm">S</span> stopped{' '}
        <span class="day calm backlog">○</span> registered; a corner marks backlog
      </p>
      <div class="years">
        {now.years.map((year, index) => (
          <Year
            year={year}
            isOpen={index < 1 || year.instrument !== now.years[index - 1]?.instrument}
            version={versionOf(now)}
          />
        ))}
      </div>
    </section>
  )
}

/** What has changed of the days of a calendar shows in these. */
function versionOf({ openRuns, lastDay, years }: Now): string {
  return JSON.stringify([
    openRuns.map(({ runNumber, state, ended }) => [runNumber, state, ended]),
    lastDay.runs,
    years.length,
  ])
}

function Year({ year, isOpen, version }: { year: Wire<CalendarYear>; isOpen: boolean; version: string }) {
  const [open, setOpen] = useState(isOpen)
  const path = open ? `/api/calendar/${year.instrument}/${year.year}` : null
  const { document, error } = useDocument<{ days: readonly Wire<CalendarDay>[] }>(path, hashOf(version))
  const bad = year.failed
  return (
    <details class="year" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <b>
          {year.instrument} {year.year}
        </b>{' '}
        {count(year.dates, 'date')}, {year.processed.toLocaleString('en')} processed, {bad.toLocaleString('en')} failed{' '}
        <span class="faint">{percent(bad, bad + year.processed)}</span>
        {year.pending > 0 ? `, ${year.pending.toLocaleString('en')} pending` : ''}
      </summary>
      {error === null ? null : <p class="trouble">{error}</p>}
      {document === null ? null : <Calendar instrument={year.instrument} year={year.year} days={document.days} />}
    </details>
  )
}

function hashOf(text: string): number {
  let hash = 0
  for (const character of text) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) | 0
  return hash
}
