-- What became of the blocks of each date of a campaign: counted when the date changes its state there, so that nobody has to count 600,000.
alter table order_date
  add column abs integer not null default 0,
  add column processed integer not null default 0,
  add column failed integer not null default 0,
  add column interrupted integer not null default 0,
  add column gone integer not null default 0;
update order_date d
set abs = c.abs, processed = c.processed, failed = c.failed, interrupted = c.interrupted, gone = c.gone
from (
  select l.order_id, l.date, count(*) as abs,
         count(*) filter (where t.outcome = 'processed') as processed,
         count(*) filter (where t.outcome = 'failed') as failed,
         count(*) filter (where t.outcome = 'interrupted') as interrupted,
         count(*) filter (where t.outcome is null and a.state in ('left out', 'withdrawn')) as gone
  from order_ab l
  join sciproc_ab a on a.instrument = l.instrument and a.ab_name = l.ab_name
  left join attempt t on t.instrument = l.instrument and t.ab_name = l.ab_name and t.generation = l.generation
  group by l.order_id, l.date
) c
where c.order_id = d.order_id and c.date = d.date;

-- A block is also asked for by the name of its raw's file, and its events by its name.
create index on ab_raw (file_name);
create index on event (instrument, ab_name) where ab_name is not null;
-- Failures are few, and looked for among many.
create index on attempt (instrument, ab_name, generation) where outcome <> 'processed';
