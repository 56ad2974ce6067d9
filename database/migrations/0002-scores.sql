-- Values are compared within one setting: the keywords of the raw that name it, as the instrument file lists them.
alter table attempt add column setting text;
create index on attempt (instrument, setting) where outcome = 'processed';

-- Unusual warnings of the pipeline, one per line: what a person looks at first.
alter table attempt_text drop constraint attempt_text_kind_check;
alter table attempt_text add constraint attempt_text_kind_check
  check (kind in ('log', 'raw header', 'set of frames', 'warnings'));
