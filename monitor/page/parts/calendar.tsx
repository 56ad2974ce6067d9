import type { CalendarDay } from '../../../database/calendar.ts'
import { STATES } from '../states.tsx'
import type { Wire } from '../wire.ts'

type Day = Wire<CalendarDay>

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const DAYS = Array.from({ length: 31 }, (_, i) => i + 1)

interface Props {
  readonly instrument: string
  readonly year: number
  readonly days: readonly Day[]
}

/**
 * A year as a grid, months down and days across. A date that is done shows nothing but its colour and how many ABs failed; the height of
 * the dark part is their share. Everything else bears its letter.
 */
export function Calendar({ instrument, year, days }: Props) {
  const byDate = new Map(days.map((day) => [day.date, day]))
  const last = days.at(-1)?.date
  return (
    <div class="scroll">
      <table class="calendar" onKeyDown={walk}>
        <caption>
          {instrument} {year}
        </caption>
        <thead>
          <tr>
            <th scope="col">
              <span class="hidden">month</span>
            </th>
            {DAYS.map((day) => (
              <th scope="col">{day}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {MONTHS.map((month, index) => (
            <tr>
              <th scope="row">{month}</th>
              {DAYS.map((day) => {
                const date = `${year}-${two(index + 1)}-${two(day)}`
                const found = byDate.get(date)
                if (found === undefined) return <td class={isDay(date) ? 'empty' : 'none'} />
                return (
                  <td>
                    <DayLink instrument={instrument} day={found} isFirst={date === last} />
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function DayLink({ instrument, day, isFirst }: { instrument: string; day: Day; isFirst: boolean }) {
  const words = describe(day)
  const answered = day.processed + day.failed + day.interrupted
  const bad = day.failed + day.interrupted
  const { look, sign } = STATES[day.state ?? 'registered']
  // Five heights tell enough, and need no style of their own.
  const share = bad === 0 ? 0 : Math.max(1, Math.round((bad / answered) * 5))
  return (
    <a
      href={`/dates/${instrument}/${day.date}`}
      class={`day ${look} share${share} ${isBacklog(day) ? 'backlog' : ''}`}
      title={words}
      aria-label={words}
      tabIndex={isFirst ? 0 : -1}
      data-date={day.date}
    >
      {day.state === 'done' ? (bad === 0 ? '' : bad > 99 ? '+' : bad) : sign}
    </a>
  )
}

function describe(day: Day): string {
  const parts = [
    `${day.processed} processed`,
    ...(day.failed > 0 ? [`${day.failed} failed`] : []),
    ...(day.interrupted > 0 ? [`${day.interrupted} interrupted`] : []),
    ...(day.running > 0 ? [`${day.running} running`] : []),
    ...(day.pending > 0 ? [`${day.pending} ${isBacklog(day) ? 'backlog' : 'pending'}`] : []),
    ...(day.leftOut > 0 ? [`${day.leftOut} left out`] : []),
  ]
  return `${day.date}: ${day.state ?? 'registered, never run'}; ${parts.join(', ')}`
}

/** ABs that wait and that no open run covers. */
function isBacklog({ pending, state }: Day): boolean {
  return pending > 0 && !(state === 'running' || state === 'holding' || state === 'stopping' || state === 'cancelling')
}

/** Arrow keys go to the next registered date in that direction. */
function walk(event: KeyboardEvent & { currentTarget: HTMLElement }): void {
  const here = document.activeElement?.getAttribute('data-date')
  const steps: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -30, ArrowDown: 30 }
  const step = steps[event.key]
  if (here === null || here === undefined || step === undefined) return
  event.preventDefault()
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>('a.day')]
  const wanted = Date.parse(here) + step * 86_400_000
  const beyond = links.filter(({ dataset }) => (Date.parse(dataset['date'] ?? '') - Date.parse(here)) * step > 0)
  const next = beyond.toSorted((a, b) => distance(a, wanted) - distance(b, wanted))[0]
  next?.focus()
}

function distance({ dataset }: HTMLElement, time: number): number {
  return Math.abs(Date.parse(dataset['date'] ?? '') - time)
}

function isDay(date: string): boolean {
  const time = Date.parse(`${date}T00:00:00Z`)
  return Number.isFinite(time) && new Date(time).toISOString().startsWith(date)
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
