-- Blocks beyond its cores that a host works on, so that their raws are here when a core is free; null: a quarter of its cores, at least one.
alter table host add column look_ahead integer check (look_ahead >= 0);
