-- Who ended a run that was stopped: a person, or daily processing itself because its blocks had grown too old.
alter table date_run add column stopped_by text check (stopped_by in ('operator', 'age'));
update date_run set stopped_by = 'operator' where state = 'stopped';
alter table date_run add constraint stopped_by_somebody check (state <> 'stopped' or stopped_by is not null);

-- Instruments whose new blocks are processed night by night. Without a row, or with one that says so, they wait for an order.
create table daily_instrument (
  instrument text primary key,
  active boolean not null,
  changed_by text not null,
  changed_at timestamptz not null default now(),
  reason text not null default ''
);

-- The load above which a host takes no block; null: no limit.
alter table host add column maximum_load double precision;
