-- The archive is searched newest night first.
create index on sciproc_ab (date desc, mjd_obs desc);
