import { count } from '../../format.ts'
import { isAway } from './hosts.tsx'
import type { Now } from './now.ts'

/** One line that says whether anybody has to do anything. */
export function Verdict({ now }: { now: Now }) {
  const away = now.hosts.filter((host) => isAway(host, now.at))
  const lacking = now.hosts.filter(
    ({ freeBytes, neededBytes }) => freeBytes !== null && neededBytes !== null && freeBytes < neededBytes,
  )
  const wrong = [
    ...(now.troubled.length > 0 ? [`${count(now.troubled.length, 'date')} blocked or in error`] : []),
    ...(now.holds.length > 0 ? [count(now.holds.length, 'hold')] : []),
    ...(away.length > 0 ? [`no worker seen on ${away.map(({ host }) => host).join(', ')}`] : []),
    ...(lacking.length > 0 ? [`little disk on ${lacking.map(({ host }) => host).join(', ')}`] : []),
  ]
  return wrong.length === 0 ? (
    <p class="verdict fine">
      <span class="sign">✓</span>Nothing needs a hand.
    </p>
  ) : (
    <p class="verdict bad">
      <span class="sign">✗</span>
      {wrong.join('; ')}
    </p>
  )
}
