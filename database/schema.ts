import type { ColumnType, Generated, JSONColumnType } from 'kysely'
import type { AbState } from '../domain/ab-state.ts'
import type { AssociationBlock } from '../domain/association-block.ts'
import type { CampaignEnd } from '../domain/campaign.ts'
import type { StoppedBy } from '../domain/daily.ts'
import type { RunCoverage, RunState } from '../domain/date-run.ts'
import type { SpectrumComparison } from '../domain/compare-spectra.ts'
import type { LeftOut } from '../domain/certification.ts'
import type { FailureKind } from '../domain/failure.ts'
import type { HoldKind, HoldScope } from '../domain/hold.ts'
import type { OrderDateState, OrderKind } from '../domain/order.ts'
import type { SystematicFailure } from '../domain/systematic-failure.ts'

/** What every message to people outside has. */
export interface MessageDocument {
  readonly subject: string
  readonly text: string
}

/** The tables of database/migrations as TypeScript sees them. `date` columns are read and written as `YYYY-MM-DD`. */
export interface Schema {
  sciproc_date: {
    instrument: string
    date: string
    abs: Generated<number>
    ab_dir: string
    registered_at: Generated<Date>
    changed_at: Generated<Date>
  }
  sciproc_ab: {
    instrument: string
    ab_name: string
    date: string
    version: Generated<number>
    generation: Generated<number>
    state: AbState
    left_out_code: LeftOut['code'] | null
    cause: string | null
    raw_type: string | null
    mjd_obs: number | null
    program_id: string | null
    release_date: Date | null
    registered_at: Generated<Date>
    changed_at: Generated<Date>
  }
  ab_version: AbKey & {
    version: number
    sha256: string
    content: string
    parsed: JSONColumnType<AssociationBlock> | null
    left_out_code: LeftOut['code'] | null
    left_out_text: string | null
    registered_at: Generated<Date>
  }
  ab_raw: AbKey & { version: number; file_name: string; dp_id: string; tag: string }
  ab_calibration: AbKey & {
    version: number
    file_name: string
    category: string
    flag: 'REAL' | 'VIRTUAL'
    distance_days: number | null
  }
  processing_order: {
    order_id: Identity
    kind: OrderKind
    instrument: string
    ordered_by: string
    reason: string | null
    leave_out_missing: Generated<boolean>
    any_time: Generated<boolean>
    trial: Generated<boolean>
    host: string | null
    newest_first: Generated<boolean>
    dates_at_once: Generated<number>
    ordered_at: Generated<Date>
    ended_at: Date | null
    ended_as: CampaignEnd | null
    waits_for: string | null
  }
  /** By the SHA-256 of its content. */
  instrument_file: {
    sha256: string
    instrument: string
    version: number
    status: 'draft' | 'certified'
    content: string
    first_used_at: Generated<Date>
  }
  date_run: {
    run_number: Identity
    instrument: string
    date: string
    order_id: number
    host: string
    covers: Generated<RunCoverage>
    state: ColumnType<RunState, RunState | undefined, RunState>
    waits_for: string | null
    problems: JSONColumnType<string[], string | undefined, string>
    pipeline_version: string | null
    instrument_file: string | null
    started_at: Generated<Date>
    ended_at: Date | null
    bytes_freed: number | null
    stopped_by: StoppedBy | null
  }
  date_look: {
    run_number: number
    looked_at: Generated<Date>
    still_missing: JSONColumnType<string[], string, string>
  }
  run_ab: AbKey & { run_number: number }
  order_date: {
    order_id: number
    instrument: string
    date: string
    position: number
    state: Generated<OrderDateState>
    run_number: number | null
    detail: string | null
    abs: Generated<number>
    processed: Generated<number>
    failed: Generated<number>
    interrupted: Generated<number>
    gone: Generated<number>
    changed_at: Generated<Date>
  }
  order_ab: AbKey & { order_id: number; date: string; generation: number }
  hold: {
    hold_id: Identity
    kind: HoldKind
    scope: JSONColumnType<HoldScope>
    reason: Generated<string>
    placed_by: string
    placed_at: Generated<Date>
    released_by: string | null
    released_at: Date | null
    probe: Generated<boolean>
  }
  recipe_start: AbKey & {
    start_id: Identity
    run_number: number
    generation: number
    version: number
    host: string
    folder: string
    instrument_file: string | null
    parameters: string[] | null
    started_at: Generated<Date>
    ended_at: Date | null
    ended_as: 'ended' | 'without end' | 'not attempted' | null
    detail: string | null
    log: Buffer | null
  }
  attempt: GenerationKey & {
    version: number
    run_number: number
    start_id: number | null
    outcome: 'processed' | 'failed' | 'interrupted'
    failure_kind: FailureKind | null
    cause: string | null
    host: string
    recipe: string
    pipeline_version: string | null
    exit_code: number | null
    signal: string | null
    wall_seconds: number | null
    cpu_seconds: number | null
    peak_rss_bytes: number | null
    bytes_read: number | null
    bytes_written: number | null
    warnings: number | null
    setting: string | null
    target: string | null
    exposure_seconds: number | null
    common_cause: string | null
    template_or_setting: string | null
    recipe_started_at: Date | null
    ended_at: Generated<Date>
  }
  systematic_failure: {
    failure_id: Identity
    instrument: string
    action: SystematicFailure['action']
    host: string
    common_cause: string
    template_or_setting: string | null
    example_ab_name: string
    example_cause: string
    since: Date
    found_at: Generated<Date>
    hold_id: number | null
  }
  attempt_input: GenerationKey & {
    file_name: string
    kind: 'raw' | 'mcalib' | 'gencalib'
    category: string
    bytes: number
    sha256: string
  }
  attempt_text: GenerationKey & { kind: 'log' | 'raw header' | 'set of frames' | 'warnings'; content: Buffer }
  qc1: GenerationKey & {
    name: string
    category: string
    chip: string | null
    order_number: number | null
    value: number | null
    text_value: string | null
    unit: string | null
  }
  score: GenerationKey & { name: string; score: 0 | 1 | null; value: number | null; limit_text: string | null }
  idp: GenerationKey & {
    archive_name: string
    role: string
    run_number: number
    kind: 'unconverted' | 'standard'
    state: 'pending' | 'live' | 'superseded' | 'withdrawn'
    category: string
    host: string
    waiting_path: string | null
    bytes: number
    sha256: string
    created_at: Generated<Date>
    ingested_at: Date | null
    superseded_by: string | null
    withdrawn_at: Date | null
    withdrawn_by: string | null
    withdrawn_reason: string | null
    original_name: string | null
    flux_calibrated: boolean | null
    flux_reason: string | null
    findings: JSONColumnType<IdpFinding[], string | undefined, string>
    keywords: JSONColumnType<Record<string, string | number | boolean>, string | undefined, string>
  }
  trial_product: GenerationKey & {
    run_number: number
    role: string
    kind: 'unconverted' | 'standard'
    category: string
    host: string
    path: string
    bytes: number
    sha256: string
    flux_calibrated: boolean | null
    flux_reason: string | null
    keywords: JSONColumnType<Record<string, string | number | boolean>, string | undefined, string>
    compared_with: string | null
    comparison: JSONColumnType<SpectrumComparison, string | null, string | null> | null
  }
  idp_preview: { archive_name: string; svg: Buffer }
  ingestion_log: {
    entry_id: Identity
    archive_name: string
    run_number: number
    at: Generated<Date>
    result: 'live' | 'transport error' | 'refused'
    message: Generated<string>
  }
  event: {
    event_id: Identity
    at: Generated<Date>
    instrument: string | null
    date: string | null
    run_number: number | null
    ab_name: string | null
    kind: string
    message: string
    who: string | null
  }
  job_file: {
    host: string
    path: string
    part: number
    bytes_read: number
    lines_read: number
    sha256: string
    began_at: Generated<Date>
  }
  job: {
    job_id: Identity
    host: string
    path: string
    part: number
    line_number: number
    line: string
    instrument: string | null
    date: string | null
    ab_dir: string | null
    problem: string | null
    nothing_to_do: Generated<boolean>
    run_number: number | null
    read_at: Generated<Date>
  }
  daily_instrument: {
    instrument: string
    active: boolean
    changed_by: string
    changed_at: Generated<Date>
    reason: Generated<string>
  }
  host: {
    host: string
    cores: number
    seen_at: Generated<Date>
    free_bytes: number | null
    needed_bytes: number | null
    look_ahead: number | null
    load_average: number | null
    maximum_load: number | null
  }
  at_work: {
    run_number: number
    subject: string
    phase: string
    host: string
    since: Generated<Date>
    live_log: Generated<string | null>
  }
  notification: {
    notification_id: Identity
    cause: string
    through_event: Generated<number>
    message: JSONColumnType<MessageDocument>
    created_at: Generated<Date>
    sent_at: Date | null
    tries: Generated<number>
    tried_at: Date | null
    problem: string | null
  }
  heartbeat: { part: string; at: Generated<Date> }
  state_transition: { subject: 'ab' | 'date_run'; from_state: string; to_state: string }
  date_status: {
    instrument: string
    date: string
    abs: number
    registered_at: Date
    run_number: number | null
    state: RunState | null
    waits_for: string | null
    problems: string[] | null
    host: string | null
    started_at: Date | null
    ended_at: Date | null
    pipeline_version: string | null
    bytes_freed: number | null
  }
  raw_status: {
    dp_id: string
    instrument: string
    date: string
    ab_name: string
    status: 'processed fine' | 'failed' | 'not attempted' | 'withdrawn'
    cause: string | null
    idp: string | null
  }
}

/** A warning of the validator that did not keep an IDP from the archive. */
export interface IdpFinding {
  rule: string
  message: string
}

interface AbKey {
  instrument: string
  ab_name: string
}

interface GenerationKey extends AbKey {
  generation: number
}

/** A bigint identity column: given by the database, read as a number (below 2^53 for as long as observatories stand). */
type Identity = ColumnType<number, never, never>
