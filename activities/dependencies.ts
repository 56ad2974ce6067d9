import type { Logger } from 'pino'
import type { FileSource, IdpTarget } from '../archive/archive.ts'
import type { CalibrationCache } from '../archive/calibration-cache.ts'
import type { Database } from '../database/connect.ts'
import type { CertifiedInstrument } from '../domain/instrument.ts'
import type { NightWindow } from '../domain/night-window.ts'
import type { Pipeline } from '../pipeline/find-pipeline.ts'
import type { CpuGate } from './cpu-gate.ts'
import type { IdpMaker } from './idp-maker.ts'
import type { Quarantine } from './quarantine.ts'

/** What the activities of the orchestration worker need: the record and the configuration. */
export interface Orchestration {
  readonly database: Database
  readonly log: Logger
  readonly window: NightWindow | null
  /** Cores that may be in use outside the window by what has to wait for the night otherwise. */
  readonly coresByDay: number
  /** So many nights daily processing keeps a block from its registration on. */
  readonly dailyNights: number
  readonly loadInstrument: (instrument: string) => Promise<CertifiedInstrument>
  /** Names of the archives that a date needs: a hold on one of them holds the date. */
  readonly archives: readonly string[]
  /** The one of them that takes the IDPs. */
  readonly idpArchive: string
  /** The host of this installation, for a run when no other was seen. */
  readonly ownHost: string
  /** Address of a date in the monitor of this installation; null when none runs. */
  readonly datePage: (place: { readonly instrument: string; readonly date: string }) => string | null
}

/** What the activities of a host worker need beside that: disk, archive, pipeline and cores of this host. */
export interface Host extends Orchestration {
  readonly name: string
  readonly scratchDir: string
  /** With less free bytes on the scratch disk no further block is taken. */
  readonly neededBytes: number
  /** Load of the machine now, and the one above which no recipe starts; null: none. */
  readonly load: () => number
  readonly maximumLoad: number | null
  /** Tells the record that the host is up and how much room it has. */
  readonly sayHostIsSeen: () => Promise<void>
  readonly gencalibDir: string
  readonly source: FileSource
  readonly target: IdpTarget
  /** Null: calibrations go with their date. */
  readonly calibrationCache: CalibrationCache | null
  readonly gate: CpuGate
  /** Places for blocks between the download of their raw and the end of their recipe. */
  readonly slots: CpuGate
  readonly idpMaker: IdpMaker
  /** For IDPs that break a rule. */
  readonly quarantine: Quarantine
  readonly findPipeline: (name: string) => Promise<Pipeline>
  readonly niceness: number
  /** Aborts at the first request to end the worker: nothing new is started. */
  readonly closing: AbortSignal
  /** Aborts when the grace is over: running recipes are killed and count as not attempted. */
  readonly killing: AbortSignal
}
