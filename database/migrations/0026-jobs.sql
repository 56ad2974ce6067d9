-- JOB_FILEs, which are read only to us: how much of each has been taken over. A file that was emptied, exchanged, or changed in what had
-- been taken over begins a new part, whose lines are all new.
create table job_file (
  host text not null,
  path text not null,
  part integer not null,
  bytes_read bigint not null default 0,
  lines_read integer not null default 0,
  -- Of the bytes that were taken over.
  sha256 text not null,
  began_at timestamptz not null default now(),
  primary key (host, path, part)
);

-- One line that asks for something. Where it stands is told by its run; a problem or `nothing to do` is an end without one.
create table job (
  job_id bigint generated always as identity primary key,
  host text not null,
  path text not null,
  part integer not null,
  line_number integer not null,
  line text not null,
  instrument text,
  date date,
  ab_dir text,
  problem text,
  nothing_to_do boolean not null default false,
  run_number bigint unique references date_run,
  read_at timestamptz not null default now(),
  unique (host, path, part, line_number),
  foreign key (host, path, part) references job_file,
  check (num_nonnulls(problem, run_number) + nothing_to_do::integer <= 1),
  check (problem is not null or (instrument is not null and date is not null))
);
