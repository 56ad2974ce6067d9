-- Free bytes of a host's scratch disk, and how many it wants to see before it takes another block.
alter table host add column free_bytes bigint;
alter table host add column needed_bytes bigint;

-- An IDP that turned out bad: its file is kept, ObsCore does not show it, the raw's status says so.
alter table idp add column withdrawn_at timestamptz;
alter table idp add column withdrawn_by text;
alter table idp add column withdrawn_reason text;
alter table idp add constraint withdrawn_with_reason
  check ((state = 'withdrawn') = (withdrawn_at is not null and withdrawn_by is not null and withdrawn_reason is not null));

-- End of the proprietary period, as the block says; null when it says nothing: then the data are public.
alter table sciproc_ab add column release_date timestamptz;

drop view raw_status;
-- What became of any raw that was ever registered, in words for an archive user.
create view raw_status as
select r.dp_id, a.instrument, a.date, a.ab_name,
       case
         when a.state = 'processed' and w.archive_name is not null then 'withdrawn'
         when a.state = 'processed' then 'processed fine'
         when a.state = 'failed' then 'failed'
         else 'not attempted'
       end as status,
       coalesce(
         w.withdrawn_reason,
         a.cause,
         case a.state when 'pending' then 'waits to be processed' when 'running' then 'is being processed' end
       ) as cause,
       i.archive_name as idp
from sciproc_ab a
join ab_raw r on r.instrument = a.instrument and r.ab_name = a.ab_name and r.version = a.version
left join lateral (
  select archive_name from idp
  where instrument = a.instrument and ab_name = a.ab_name and state = 'live' order by role limit 1
) i on true
left join lateral (
  select archive_name, withdrawn_reason from idp
  where instrument = a.instrument and ab_name = a.ab_name and state = 'withdrawn' and i.archive_name is null
  order by generation desc limit 1
) w on true;

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
       a.release_date as obs_release_date,
       case when a.release_date > now() then 'proprietary' else 'public' end as data_rights,
       (i.keywords ->> 'SNR')::double precision as snr,
       i.original_name
from idp i
join sciproc_ab a on a.instrument = i.instrument and a.ab_name = i.ab_name
where i.state = 'live' and i.kind = 'standard';
