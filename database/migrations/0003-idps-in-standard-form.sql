-- What an archive user searches by: the primary header of the IDP as it was made, and how its flux is to be read.
alter table idp add column original_name text;
alter table idp add column flux_calibrated boolean;
alter table idp add column flux_reason text;
alter table idp add column findings jsonb not null default '[]';
alter table idp add column keywords jsonb not null default '{}';

-- A picture of each IDP (SVG, gzip): drawn once, shown by the monitor and the archive.
create table idp_preview (
  archive_name text primary key references idp,
  svg bytea not null
);

drop view obscore;
-- ObsCore 1.1 (IVOA REC-ObsCore 1.1, table 1): columns of the live IDPs. Unconverted products do not follow the standard and stay hidden.
create view obscore as
select 'spectrum'::text as dataproduct_type,
       2 as calib_level,
       'phoenix ' || i.instrument as obs_collection,
       split_part(i.ab_name, '.ab', 1) as obs_id,
       i.archive_name as obs_publisher_did,
       'image/fits'::text as access_format,
       i.bytes / 1024 as access_estsize,
       i.keywords ->> 'OBJECT' as target_name,
       (i.keywords ->> 'RA')::double precision as s_ra,
       (i.keywords ->> 'DEC')::double precision as s_dec,
       (i.keywords ->> 'MJD-OBS')::double precision as t_min,
       (i.keywords ->> 'MJD-END')::double precision as t_max,
       (i.keywords ->> 'TEXPTIME')::double precision as t_exptime,
       (i.keywords ->> 'WAVELMIN')::double precision * 1e-9 as em_min,
       (i.keywords ->> 'WAVELMAX')::double precision * 1e-9 as em_max,
       (i.keywords ->> 'SPEC_RES')::double precision as em_res_power,
       case when i.flux_calibrated then 'phot.flux.density' else 'phot.count' end as o_ucd,
       i.keywords ->> 'TELESCOP' as facility_name,
       i.instrument as instrument_name,
       i.keywords ->> 'PROG_ID' as proposal_id,
       (i.keywords ->> 'SNR')::double precision as snr,
       i.original_name
from idp i
where i.state = 'live' and i.kind = 'standard';
