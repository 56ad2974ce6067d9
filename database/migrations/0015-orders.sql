-- What an order asks for beside its kind. `host` null: any. An order over many dates (a campaign) keeps its dates and blocks in rows
-- and has an end of its own.
alter table processing_order
  add column any_time boolean not null default false,
  add column trial boolean not null default false,
  add column host text,
  add column newest_first boolean not null default true,
  add column dates_at_once integer not null default 1 check (dates_at_once >= 1),
  add column ended_at timestamptz,
  add column ended_as text check (ended_as in ('done', 'stopped')),
  add check ((ended_at is null) = (ended_as is null));

-- The dates of a campaign in the order in which they are taken. `put off`: somebody else ran the date, it is asked again at the end.
create table order_date (
  order_id bigint not null references processing_order,
  instrument text not null,
  date date not null,
  position integer not null,
  state text not null default 'waiting'
    check (state in ('waiting', 'running', 'put off', 'done', 'error', 'blocked', 'stopped', 'skipped')),
  run_number bigint references date_run,
  detail text,
  changed_at timestamptz not null default now(),
  primary key (order_id, date),
  foreign key (instrument, date) references sciproc_date,
  unique (order_id, position)
);
create index on order_date (instrument, date);

-- The blocks of a campaign, and of each the generation whose answer it asks for.
create table order_ab (
  order_id bigint not null,
  instrument text not null,
  ab_name text not null,
  date date not null,
  generation integer not null,
  primary key (order_id, ab_name),
  foreign key (order_id, date) references order_date,
  foreign key (instrument, ab_name) references sciproc_ab
);
create index on order_ab (instrument, ab_name);
create index on order_ab (order_id, date);

-- A run takes all blocks of its date that have no answer yet, or only those that are listed: of the others it knows nothing.
alter table date_run add column covers text not null default 'all' check (covers in ('all', 'listed'));
create table run_ab (
  run_number bigint not null references date_run,
  instrument text not null,
  ab_name text not null,
  primary key (run_number, ab_name),
  foreign key (instrument, ab_name) references sciproc_ab
);
create index on run_ab (instrument, ab_name);
