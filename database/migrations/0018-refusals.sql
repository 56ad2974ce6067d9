-- Which dates an archive has refused is asked whenever a run closes.
create index on date_run (instrument, date) where state = 'blocked';
create index on ingestion_log (run_number) where result <> 'live';
