-- What people outside were told, at most one message per cause and hour; a message stays until its command has taken it.
create table notification (
  notification_id bigint generated always as identity primary key,
  cause text not null,
  -- The last event that the message tells of; 0 for a digest.
  through_event bigint not null default 0,
  message jsonb not null,
  created_at timestamptz not null default now(),
  sent_at timestamptz,
  tries integer not null default 0,
  tried_at timestamptz,
  problem text
);
create index on notification (cause, created_at);
create index on notification (created_at) where sent_at is null;
create index on event (at, kind);

-- When a part that works unseen was last at work: what a watchdog from outside asks for.
create table heartbeat (
  part text primary key,
  at timestamptz not null default now()
);
