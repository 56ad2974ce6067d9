-- What failures have in common, and by which template (or setting, where that is not known) the exposure was taken.
alter table attempt add column common_cause text;
alter table attempt add column template_or_setting text;
create index on attempt (instrument, ended_at) where generation > 0;

-- The same cause on many ABs. Its count lasts until its hold is released; then it starts anew.
create table systematic_failure (
  failure_id bigint generated always as identity primary key,
  instrument text not null,
  action text not null check (action in ('hold', 'drain', 'warn')),
  -- The host on which it was found; a drain concerns no other.
  host text not null,
  common_cause text not null,
  -- The one template that a warning is about.
  template_or_setting text,
  example_ab_name text not null,
  example_cause text not null,
  -- End of the first attempt that was counted.
  since timestamptz not null,
  found_at timestamptz not null default now(),
  hold_id bigint references hold,
  check ((action = 'warn') = (hold_id is null)),
  check ((action = 'warn') = (template_or_setting is not null))
);
create index on systematic_failure (instrument, found_at);
