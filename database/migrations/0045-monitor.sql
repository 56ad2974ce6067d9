-- What a person knows an exposure by, as the raw's header says it. For attempts of before: what their IDP kept of it.
alter table attempt add column target text;
alter table attempt add column exposure_seconds double precision;
update attempt t
set target = i.keywords ->> 'OBJECT', exposure_seconds = (i.keywords ->> 'EXPTIME')::double precision
from idp i
where i.instrument = t.instrument and i.ab_name = t.ab_name and i.generation = t.generation and i.keywords ? 'OBJECT';

-- What is in flight, for the eye alone: nothing is decided by it. A run itself is the row with an empty subject.
create table at_work (
  run_number bigint not null references date_run,
  subject text not null,
  phase text not null,
  host text not null,
  since timestamptz not null default now(),
  primary key (run_number, subject)
);

-- One-minute load of a host when its worker was last seen.
alter table host add column load_average double precision;

-- For the views of the monitor: what came in lately, what is searched by, what is counted.
create index on attempt (ended_at);
create index on attempt (instrument, lower(target));
create index on idp (ingested_at);
create index on sciproc_ab (program_id, date);
create index on sciproc_ab (left_out_code, changed_at) where state = 'left out';
create index on score (instrument, name);
create index on date_run (instrument, date, run_number desc) include (state);
create index on event (event_id) where ab_name is null;

-- A part of a target's name is found by its three-letter pieces; a server without that extension reads all of them.
do $$
begin
  create extension if not exists pg_trgm schema public;
  create index attempt_target_pieces on attempt using gin (lower(target) public.gin_trgm_ops);
exception when others then
  raise notice 'no index on parts of target names: %', sqlerrm;
end $$;
