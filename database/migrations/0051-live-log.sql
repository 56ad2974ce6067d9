-- What the log of a running recipe says, for who looks from another host: its beginning and its end, without control characters.
alter table at_work add column live_log text;
