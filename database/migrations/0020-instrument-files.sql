-- Every content of an instrument file with which a run was made: what was certified then can be looked up for ever.
create table instrument_file (
  sha256 text primary key,
  instrument text not null,
  version integer not null,
  status text not null check (status in ('draft', 'certified')),
  content text not null,
  first_used_at timestamptz not null default now()
);

alter table date_run add column instrument_file text references instrument_file;

-- What a recipe was really started with: the file may change while a run is open. Null: started before this was kept.
alter table recipe_start add column instrument_file text references instrument_file;
alter table recipe_start add column parameters text[];
