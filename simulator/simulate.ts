import { simulateLogNight } from './log-night.ts'
import { simulateNacoNight } from './naco-night.ts'
import { simulateNight } from './night.ts'
import { type Expectation, templatesOf } from './night-plan.ts'
import type { Arm } from './set-up.ts'
import type { OnProgress } from './write-night.ts'

/** Whose nights can be made; the first is meant where nobody says. */
export const SIMULATED_INSTRUMENTS = ['UVES', 'NACO'] as const
export type SimulatedInstrument = (typeof SIMULATED_INSTRUMENTS)[number]

export interface NightToSimulate {
  readonly instrument: SimulatedInstrument
  readonly date: string
  readonly seed: number
  /** Gets `archive/`, `ab/`, `truth/` and `night.json`. */
  readonly folder: string
  /** Blocks that can be processed, beside those that cannot. */
  readonly executable?: number
  /** Of UVES this arm only. */
  readonly arm?: Arm
  /** The night is that of these observing logs of UVES. */
  readonly logs?: {
    readonly scienceLog: string
    readonly calibrationLog: string
    /** Frames with pixels of their own; null: all. */
    readonly exposures: number | null
  }
  readonly onProgress: OnProgress
}

/** What `night.json` holds, as far as it is the same for all. */
export interface AnySimulatedNight {
  readonly request: object
  readonly blocks: readonly ({ readonly name: string } & Expectation)[]
}

/** Makes the night of an instrument. @throws PreconditionError for a night that cannot be */
export async function simulateAnyNight(options: NightToSimulate): Promise<AnySimulatedNight> {
  const { instrument, date, seed, folder, executable = 12, arm, logs, onProgress } = options
  if (logs !== undefined) return simulateLogNight({ date, seed, folder, ...logs, onProgress })
  switch (instrument) {
    case 'UVES': {
      const plan = { executable, ...(arm !== undefined && { settings: templatesOf(arm) }) }
      return simulateNight({ instrument, date, seed, folder, plan, onProgress })
    }
    case 'NACO':
      return simulateNacoNight({ date, seed, folder, executable, onProgress })
  }
}
