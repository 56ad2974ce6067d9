-- Why a version of a block is not executable, as it was judged when it was last registered; null: it is. After the attempt the block's own
-- row tells of the version that was attempted, and newer ones wait for an order.
alter table ab_version add column left_out_code text;
alter table ab_version add column left_out_text text;
alter table ab_version add check ((left_out_code is null) = (left_out_text is null));

update ab_version v
set left_out_code = a.left_out_code, left_out_text = coalesce(a.cause, '')
from sciproc_ab a
where a.instrument = v.instrument and a.ab_name = v.ab_name and a.version = v.version and a.left_out_code is not null;
