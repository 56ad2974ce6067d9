-- Trials have generations below zero, that of a run minus its number. What they made waits on the host, bounded in days and bytes, to be
-- set beside what is live; the comparison stays when the file has gone.
create table trial_product (
  run_number bigint not null references date_run,
  instrument text not null,
  ab_name text not null,
  generation integer not null check (generation < 0),
  role text not null,
  kind text not null check (kind in ('unconverted', 'standard')),
  category text not null,
  host text not null,
  path text not null,
  bytes bigint not null,
  sha256 text not null,
  flux_calibrated boolean,
  flux_reason text,
  keywords jsonb not null default '{}',
  -- The live IDP that it was held against, and what came of it.
  compared_with text references idp,
  comparison jsonb,
  primary key (run_number, ab_name, role),
  foreign key (instrument, ab_name, generation) references attempt
);

-- Nothing of a trial is ever ingested.
alter table idp add constraint no_trial check (generation > 0);

-- The newest run of every registered date: what an operator means by "the state of the date". A trial counts only while it is open.
create or replace view date_status as
select d.instrument, d.date, d.abs, d.registered_at, r.run_number, r.state, r.waits_for, r.problems, r.host,
       r.started_at, r.ended_at, r.pipeline_version, r.bytes_freed
from sciproc_date d
left join lateral (
  select n.* from date_run n join processing_order o using (order_id)
  where n.instrument = d.instrument and n.date = d.date and (n.ended_at is null or not o.trial)
  order by n.run_number desc limit 1
) r on true;
