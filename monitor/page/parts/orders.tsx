import { useRef, useState } from 'preact/hooks'
import type { CampaignEnd } from '../../../domain/campaign.ts'
import { messageOf, order } from '../data.ts'
import { useSession } from '../session.ts'

interface Order {
  readonly name: string
  /** What will happen, for whoever is about to order it. */
  readonly meaning: string
  readonly path: string
  readonly body: (reason: string) => unknown
  readonly needsReason?: boolean
  readonly isGrave?: boolean
}

/** Buttons of orders. Each asks once more and says what it means; the reply is what the command of the same name says. */
export function Orders({ orders }: { orders: readonly Order[] }) {
  const { operator } = useSession()
  const dialog = useRef<HTMLDialogElement>(null)
  const [asked, setAsked] = useState<Order | null>(null)
  const [reason, setReason] = useState('')
  const [said, setSaid] = useState<readonly string[]>([])
  const ask = (wanted: Order) => {
    setAsked(wanted)
    setReason('')
    dialog.current?.showModal()
  }
  const carryOut = async () => {
    if (asked === null) return
    dialog.current?.close()
    try {
      setSaid((await order<{ lines: readonly string[] }>(asked.path, asked.body(reason))).lines)
    } catch (error) {
      setSaid([messageOf(error)])
    }
  }
  return (
    <div class="orders">
      {orders.map((one) => (
        <button
          disabled={operator === null}
          title={operator === null ? 'sign in first: phoenix monitor --link prints a link' : one.meaning}
          class={one.isGrave === true ? 'grave' : ''}
          onClick={() => ask(one)}
        >
          {one.name}
        </button>
      ))}
      {operator === null ? <span class="faint">sign in to give orders</span> : null}
      <div role="status" aria-live="polite">
        {said.map((line) => (
          <p class="said">{line}</p>
        ))}
      </div>
      <dialog ref={dialog} aria-labelledby="order-name">
        <form
          method="dialog"
          onSubmit={(event) => {
            event.preventDefault()
            void carryOut()
          }}
        >
          <h2 id="order-name">{asked?.name}</h2>
          <p>{asked?.meaning}</p>
          <label>
            Reason{asked?.needsReason === true ? '' : ' (others will read it)'}
            <input
              value={reason}
              maxLength={500}
              required={asked?.needsReason === true}
              onInput={(event) => setReason(event.currentTarget.value)}
            />
          </label>
          <div class="choices">
            <button type="submit" class={asked?.isGrave === true ? 'grave' : ''}>
              {asked?.name}
            </button>
            <button type="button" onClick={() => dialog.current?.close()}>
              leave it
            </button>
          </div>
        </form>
      </dialog>
    </div>
  )
}

/** What can be ordered for one date. */
export function dateOrders(
  instrument: string,
  date: string,
  { isOpen, isBlocked }: { isOpen: boolean; isBlocked: boolean },
): readonly Order[] {
  const scope = { instrument, date }
  const hold = (kind: 'pause' | 'stop' | 'cancel') => (reason: string) => ({ kind, scope, reason })
  return [
    ...(isOpen
      ? [
          {
            name: 'Pause',
            meaning: 'Running recipes finish, no new ones start until somebody resumes.',
            path: '/api/holds',
            body: hold('pause'),
          },
          {
            name: 'Stop',
            meaning: 'Running recipes finish, what is there is ingested and cleaned up, and the run ends.',
            path: '/api/holds',
            body: hold('stop'),
          },
          {
            name: 'Cancel',
            meaning: 'As stop, but running recipes are killed; their ABs count as not attempted.',
            path: '/api/holds',
            body: hold('cancel'),
            isGrave: true,
          },
        ]
      : []),
    {
      name: 'Resume',
      meaning: 'Releases the holds of this date; a blocked or stopped date goes on with what is left.',
      path: '/api/resume',
      body: () => ({ scope }),
    },
    ...(isBlocked
      ? [
          {
            name: 'Give up',
            meaning: 'The blocked date counts as stopped, which is recorded with your reason. Nothing is deleted.',
            path: '/api/give-up',
            body: (reason: string) => ({ instrument, date, reason }),
            needsReason: true,
            isGrave: true,
          },
        ]
      : []),
  ]
}

/** What can be ordered for a campaign: its open runs are part of it. */
export function campaignOrders(name: string, endedAs: CampaignEnd | null): readonly Order[] {
  if (endedAs === 'done') return []
  const scope = { instrument: name }
  const hold = (kind: 'pause' | 'stop' | 'cancel') => (reason: string) => ({ kind, scope, reason })
  const path = '/api/holds'
  return [
    ...(endedAs === null
      ? [
          {
            name: 'Pause',
            meaning: 'Running recipes finish, no date and no recipe of it starts.',
            path,
            body: hold('pause'),
          },
          {
            name: 'Stop',
            meaning: 'Its open dates are brought to an end, no other is begun.',
            path,
            body: hold('stop'),
          },
          {
            name: 'Cancel',
            meaning: 'As stop, but running recipes are killed.',
            path,
            body: hold('cancel'),
            isGrave: true,
          },
        ]
      : []),
    {
      name: 'Resume',
      meaning: 'Releases the holds of this campaign; a stopped one goes on with what it did not finish.',
      path: '/api/resume',
      body: () => ({ scope }),
    },
  ]
}
