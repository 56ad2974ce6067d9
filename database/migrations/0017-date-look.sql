-- What a look at the archive found for a date whose run ended in error: which of the missing calibrations are still missing.
create table date_look (
  run_number bigint primary key references date_run,
  looked_at timestamptz not null default now(),
  still_missing jsonb not null
);
