import type { AbState } from '../../domain/ab-state.ts'
import type { RunState } from '../../domain/date-run.ts'

export type AnyState = AbState | RunState | 'registered' | 'live' | 'superseded' | 'not attempted' | 'processed fine'

/**
 * How a state looks: a class of style.css, which has the colours, and a sign, so that nothing is told by colour alone. Colours after Okabe
 * and Ito, which people with any kind of colour blindness tell apart.
 */
export const STATES: Record<AnyState, { readonly look: Look; readonly sign: string }> = {
  processed: { look: 'fine', sign: '✓' },
  'processed fine': { look: 'fine', sign: '✓' },
  done: { look: 'fine', sign: '✓' },
  live: { look: 'fine', sign: '✓' },
  failed: { look: 'bad', sign: '✗' },
  error: { look: 'bad', sign: 'E' },
  interrupted: { look: 'odd', sign: '!' },
  blocked: { look: 'warn', sign: 'B' },
  holding: { look: 'warn', sign: 'H' },
  running: { look: 'busy', sign: '▸' },
  stopping: { look: 'warn', sign: 'S' },
  cancelling: { look: 'warn', sign: 'C' },
  stopped: { look: 'calm', sign: 'S' },
  pending: { look: 'calm', sign: '○' },
  registered: { look: 'calm', sign: '○' },
  'not attempted': { look: 'calm', sign: '○' },
  'left out': { look: 'none', sign: '–' },
  withdrawn: { look: 'odd', sign: 'W' },
  superseded: { look: 'none', sign: '‹' },
}

export type Look = 'fine' | 'bad' | 'odd' | 'warn' | 'busy' | 'calm' | 'none'

/** Sign and word of a state. */
export function State({ state, text }: { state: AnyState; text?: string }) {
  const { look, sign } = STATES[state]
  return (
    <span class={`state ${look}`}>
      <span class="sign" aria-hidden="true">
        {sign}
      </span>
      {text ?? state}
    </span>
  )
}
