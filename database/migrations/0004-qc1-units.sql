alter table qc1 add column unit text;
