-- Who brought a host into the fleet: an operator's import, or the runs of one fleet file on one machine. What a
-- source has added it may take away again, unless another source has added the host too. A host without a row
-- here was added by somebody else, a scanner for example, and only an operator removes it.
create table host_sources (
  source   text not null check (source <> ''),
  host_id  uuid not null references hosts (id) on delete cascade,
  added_at timestamptz not null default now(),
  primary key (source, host_id)
);

create index host_sources_by_host on host_sources (host_id);

grant select, insert, delete on host_sources to awareness_operate;
