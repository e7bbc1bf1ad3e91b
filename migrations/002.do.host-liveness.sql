-- What is known of each host: one row a host, gone with its host.
create table host_liveness (
  host_id               uuid primary key references hosts (id) on delete cascade,
  reachability_status   text not null check (reachability_status in ('unknown', 'reachable', 'unreachable')),
  last_probe_at         timestamptz not null,
  last_response_ms      integer check (last_response_ms >= 0),
  consecutive_failures  integer not null check (consecutive_failures >= 0),
  consecutive_successes integer not null check (consecutive_successes >= 0),
  last_state_change_at  timestamptz,
  last_error_type       text,
  ssh_identification    text check (octet_length(ssh_identification) <= 256),
  last_scheduled_for    timestamptz,
  created_at            timestamptz not null default now(),
  updated_at            timestamptz not null default now()
) with (fillfactor = 70); -- every probe rewrites its row: room on the page keeps those updates out of the indexes

create index host_liveness_unreachable on host_liveness (host_id) where reachability_status = 'unreachable';
