-- Frames of several chips have the same parameters once for each: `REDL`, `REDU`. Null where the frame is one, and in rows from before.
alter table qc1 add column chip text;
