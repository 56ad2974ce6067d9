-- Why a campaign starts no further date at the moment.
alter table processing_order add column waits_for text;

-- An archive that refused the products of several dates is held until it takes one of them: a probe, not a person, may release such a hold.
alter table hold add column probe boolean not null default false;
