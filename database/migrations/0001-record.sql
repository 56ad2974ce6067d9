-- The record of phoenix. Constraints, not code, forbid two open runs of a date, two outcomes of one generation,
-- two open starts of one block and two live IDPs of one identity. Times are timestamptz; keys are natural where they can be.

-- Legal changes of state: the same tables as in domain/ab-state.ts and domain/date-run.ts; a test compares them.
create table state_transition (
  subject text not null check (subject in ('ab', 'date_run')),
  from_state text not null,
  to_state text not null,
  primary key (subject, from_state, to_state)
);

insert into state_transition (subject, from_state, to_state) values
  ('ab', 'left out', 'pending'), ('ab', 'left out', 'withdrawn'),
  ('ab', 'pending', 'left out'), ('ab', 'pending', 'running'), ('ab', 'pending', 'failed'),
  ('ab', 'pending', 'interrupted'), ('ab', 'pending', 'withdrawn'),
  ('ab', 'running', 'pending'), ('ab', 'running', 'processed'), ('ab', 'running', 'failed'), ('ab', 'running', 'interrupted'),
  ('ab', 'processed', 'pending'), ('ab', 'failed', 'pending'), ('ab', 'interrupted', 'pending'),
  ('ab', 'withdrawn', 'pending'), ('ab', 'withdrawn', 'left out'),
  ('date_run', 'running', 'holding'), ('date_run', 'running', 'stopping'), ('date_run', 'running', 'cancelling'),
  ('date_run', 'running', 'blocked'), ('date_run', 'running', 'error'), ('date_run', 'running', 'stopped'), ('date_run', 'running', 'done'),
  ('date_run', 'holding', 'running'), ('date_run', 'holding', 'stopping'), ('date_run', 'holding', 'cancelling'),
  ('date_run', 'holding', 'blocked'), ('date_run', 'holding', 'error'), ('date_run', 'holding', 'stopped'), ('date_run', 'holding', 'done'),
  ('date_run', 'stopping', 'cancelling'), ('date_run', 'stopping', 'blocked'), ('date_run', 'stopping', 'error'),
  ('date_run', 'stopping', 'stopped'), ('date_run', 'stopping', 'done'),
  ('date_run', 'cancelling', 'blocked'), ('date_run', 'cancelling', 'error'), ('date_run', 'cancelling', 'stopped'), ('date_run', 'cancelling', 'done'),
  ('date_run', 'blocked', 'stopped');

create function refuse_illegal_transition() returns trigger language plpgsql as $$
begin
  if new.state is distinct from old.state and not exists (
    select from state_transition where subject = tg_argv[0] and from_state = old.state and to_state = new.state
  ) then
    raise exception 'illegal change of state of %: % to %', tg_argv[0], old.state, new.state using errcode = 'check_violation';
  end if;
  return new;
end $$;

create table sciproc_date (
  instrument text not null,
  date date not null,
  abs integer not null default 0,
  ab_dir text not null,
  registered_at timestamptz not null default now(),
  changed_at timestamptz not null default now(),
  primary key (instrument, date)
);

create table sciproc_ab (
  instrument text not null,
  ab_name text not null,
  date date not null,
  version integer not null default 1,
  generation integer not null default 1 check (generation >= 1),
  state text not null check (state in ('left out', 'pending', 'running', 'processed', 'failed', 'interrupted', 'withdrawn')),
  left_out_code text,
  cause text,
  raw_type text,
  mjd_obs double precision,
  program_id text,
  registered_at timestamptz not null default now(),
  changed_at timestamptz not null default now(),
  primary key (instrument, ab_name),
  foreign key (instrument, date) references sciproc_date,
  check ((state = 'left out') = (left_out_code is not null))
);
create index on sciproc_ab (instrument, date, state);
create trigger ab_state before update of state on sciproc_ab
  for each row execute function refuse_illegal_transition('ab');

-- Every content of a block is a version. `parsed` is null when the text is malformed.
create table ab_version (
  instrument text not null,
  ab_name text not null,
  version integer not null,
  sha256 text not null,
  content text not null,
  parsed jsonb,
  registered_at timestamptz not null default now(),
  primary key (instrument, ab_name, version),
  foreign key (instrument, ab_name) references sciproc_ab
);

create table ab_raw (
  instrument text not null,
  ab_name text not null,
  version integer not null,
  file_name text not null,
  dp_id text not null,
  tag text not null,
  primary key (instrument, ab_name, version, file_name),
  foreign key (instrument, ab_name, version) references ab_version
);
create index on ab_raw (dp_id);

create table ab_calibration (
  instrument text not null,
  ab_name text not null,
  version integer not null,
  file_name text not null,
  category text not null,
  flag text not null check (flag in ('REAL', 'VIRTUAL')),
  distance_days double precision,
  primary key (instrument, ab_name, version, file_name),
  foreign key (instrument, ab_name, version) references ab_version
);
create index on ab_calibration (file_name);

create table processing_order (
  order_id bigint generated always as identity primary key,
  kind text not null check (kind in ('run', 'daily', 'back-process', 'reprocess', 'job file')),
  instrument text not null,
  ordered_by text not null,
  reason text,
  leave_out_missing boolean not null default false,
  ordered_at timestamptz not null default now()
);

create table date_run (
  run_number bigint generated always as identity primary key,
  instrument text not null,
  date date not null,
  order_id bigint not null references processing_order,
  host text not null,
  state text not null default 'running'
    check (state in ('running', 'holding', 'stopping', 'cancelling', 'blocked', 'error', 'stopped', 'done')),
  waits_for text,
  problems jsonb not null default '[]',
  pipeline_version text,
  started_at timestamptz not null default now(),
  ended_at timestamptz,
  bytes_freed bigint,
  foreign key (instrument, date) references sciproc_date,
  check ((ended_at is null) = (state in ('running', 'holding', 'stopping', 'cancelling')))
);
create unique index one_open_run_per_date on date_run (instrument, date)
  where state in ('running', 'holding', 'stopping', 'cancelling');
create index on date_run (instrument, date, run_number);
create trigger date_run_state before update of state on date_run
  for each row execute function refuse_illegal_transition('date_run');

create table hold (
  hold_id bigint generated always as identity primary key,
  kind text not null check (kind in ('pause', 'stop', 'cancel')),
  scope jsonb not null,
  reason text not null default '',
  placed_by text not null,
  placed_at timestamptz not null default now(),
  released_by text,
  released_at timestamptz,
  check ((released_at is null) = (released_by is null))
);
create index on hold (hold_id) where released_at is null;

create table recipe_start (
  start_id bigint generated always as identity primary key,
  run_number bigint not null references date_run,
  instrument text not null,
  ab_name text not null,
  generation integer not null,
  version integer not null,
  host text not null,
  folder text not null,
  started_at timestamptz not null default now(),
  ended_at timestamptz,
  ended_as text check (ended_as in ('ended', 'without end', 'not attempted')),
  detail text,
  -- What the recipe had written until it was killed or lost (gzip); the log of an answer is in attempt_text.
  log bytea,
  foreign key (instrument, ab_name) references sciproc_ab,
  check ((ended_at is null) = (ended_as is null))
);
create unique index one_open_start_per_ab on recipe_start (instrument, ab_name) where ended_at is null;
create index on recipe_start (instrument, ab_name, generation);
create index on recipe_start (run_number);

-- The answer of one generation: at most one row, for good.
create table attempt (
  instrument text not null,
  ab_name text not null,
  generation integer not null,
  version integer not null,
  run_number bigint not null references date_run,
  start_id bigint references recipe_start,
  outcome text not null check (outcome in ('processed', 'failed', 'interrupted')),
  failure_kind text check (failure_kind in ('input', 'recipe', 'limit', 'product', 'idp')),
  cause text,
  host text not null,
  recipe text not null,
  pipeline_version text,
  exit_code integer,
  signal text,
  wall_seconds double precision,
  cpu_seconds double precision,
  peak_rss_bytes bigint,
  bytes_read bigint,
  bytes_written bigint,
  warnings integer,
  recipe_started_at timestamptz,
  ended_at timestamptz not null default now(),
  primary key (instrument, ab_name, generation),
  foreign key (instrument, ab_name) references sciproc_ab,
  check ((outcome = 'failed') = (failure_kind is not null)),
  check (outcome = 'processed' or cause is not null)
);
create index on attempt (run_number);

create table attempt_input (
  instrument text not null,
  ab_name text not null,
  generation integer not null,
  file_name text not null,
  kind text not null check (kind in ('raw', 'mcalib', 'gencalib')),
  category text not null,
  bytes bigint not null,
  sha256 text not null,
  primary key (instrument, ab_name, generation, file_name),
  foreign key (instrument, ab_name, generation) references attempt
);

-- Compressed (gzip). `log` of a recipe that was killed is what it had written until then.
create table attempt_text (
  instrument text not null,
  ab_name text not null,
  generation integer not null,
  kind text not null check (kind in ('log', 'raw header', 'set of frames')),
  content bytea not null,
  primary key (instrument, ab_name, generation, kind),
  foreign key (instrument, ab_name, generation) references attempt
);

create table qc1 (
  instrument text not null,
  ab_name text not null,
  generation integer not null,
  name text not null,
  category text not null,
  order_number integer,
  value double precision,
  text_value text,
  primary key (instrument, ab_name, generation, name, category),
  foreign key (instrument, ab_name, generation) references attempt
);
create index on qc1 (instrument, name);

create table score (
  instrument text not null,
  ab_name text not null,
  generation integer not null,
  name text not null,
  score integer check (score in (0, 1)),
  value double precision,
  limit_text text,
  primary key (instrument, ab_name, generation, name),
  foreign key (instrument, ab_name, generation) references attempt
);

-- Identity of an IDP: (instrument, AB name, role). At most one is live per identity.
create table idp (
  archive_name text primary key check (archive_name ~ '^ADP\.\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}\.fits$'),
  instrument text not null,
  ab_name text not null,
  role text not null,
  generation integer not null,
  run_number bigint not null references date_run,
  kind text not null check (kind in ('unconverted', 'standard')),
  state text not null check (state in ('pending', 'live', 'superseded', 'withdrawn')),
  category text not null,
  host text not null,
  -- Where the file waits on `host` until it was read back from the archive; null afterwards.
  waiting_path text,
  bytes bigint not null,
  sha256 text not null,
  created_at timestamptz not null default now(),
  ingested_at timestamptz,
  superseded_by text references idp,
  foreign key (instrument, ab_name, generation) references attempt,
  unique (instrument, ab_name, role, generation),
  check ((state = 'pending') = (waiting_path is not null))
);
create unique index one_live_idp_per_identity on idp (instrument, ab_name, role) where state = 'live';
create index on idp (state) where state = 'pending';

create table ingestion_log (
  entry_id bigint generated always as identity primary key,
  archive_name text not null references idp,
  run_number bigint not null,
  at timestamptz not null default now(),
  result text not null check (result in ('live', 'transport error', 'refused')),
  message text not null default ''
);
create index on ingestion_log (archive_name);

create table event (
  event_id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  instrument text,
  date date,
  run_number bigint,
  ab_name text,
  kind text not null,
  message text not null,
  who text
);
create index on event (instrument, date, event_id);

create table host (
  host text primary key,
  cores integer not null,
  seen_at timestamptz not null default now()
);

-- The newest run of every registered date: what an operator means by "the state of the date".
create view date_status as
select d.instrument, d.date, d.abs, d.registered_at, r.run_number, r.state, r.waits_for, r.problems, r.host,
       r.started_at, r.ended_at, r.pipeline_version, r.bytes_freed
from sciproc_date d
left join lateral (
  select * from date_run where instrument = d.instrument and date = d.date order by run_number desc limit 1
) r on true;

-- What became of any raw that was ever registered, in words for an archive user.
create view raw_status as
select r.dp_id, a.instrument, a.date, a.ab_name,
       case
         when a.state = 'processed' then 'processed fine'
         when a.state = 'failed' then 'failed'
         else 'not attempted'
       end as status,
       coalesce(a.cause, case a.state when 'pending' then 'waits to be processed' when 'running' then 'is being processed' end) as cause,
       i.archive_name as idp
from sciproc_ab a
join ab_raw r on r.instrument = a.instrument and r.ab_name = a.ab_name and r.version = a.version
left join idp i on i.instrument = a.instrument and i.ab_name = a.ab_name and i.state = 'live';

-- ObsCore 1.1 columns of the live IDPs. Unconverted products do not follow the standard and stay hidden.
create view obscore as
select 'spectrum'::text as dataproduct_type, 3 as calib_level, 'phoenix'::text as obs_collection,
       i.archive_name as obs_publisher_did, i.ab_name as obs_id, i.instrument as instrument_name,
       i.bytes / 1024 as access_estsize, a.mjd_obs as t_min
from idp i
join sciproc_ab a on a.instrument = i.instrument and a.ab_name = i.ab_name
where i.state = 'live' and i.kind = 'standard';
