-- Hosts of which nobody wants to hear for a while: they are probed as ever, and their events say so. Each host has a
-- row with its own end, because a host may be taken out of a maintenance before the others. What has ended stays for as
-- long as its reason may be asked for: an event of that time says so also when it is published late.
create table maintenances (
  id         uuid primary key,
  starts_at  timestamptz not null,
  ends_at    timestamptz not null check (ends_at > starts_at), -- as it was set
  reason     text not null check (length(reason) between 1 and 200)
);
create index maintenances_by_end on maintenances (ends_at);

create table maintenance_hosts (
  maintenance_id uuid not null references maintenances (id) on delete cascade,
  host_id        uuid not null references hosts (id) on delete cascade,
  starts_at      timestamptz not null,
  ends_at        timestamptz not null check (ends_at >= starts_at), -- for this host
  end_event_id   uuid, -- the audit event that reported the end; null until then
  -- What people knew when it began: since when they have heard nothing of the host, and whether it was down by then.
  -- A maintenance that begins during another one has this from the other.
  quiet_since    timestamptz not null,
  was_down       boolean not null,
  primary key (maintenance_id, host_id)
);
create index maintenance_hosts_by_host on maintenance_hosts (host_id, ends_at);
create index maintenance_hosts_running on maintenance_hosts (ends_at) where end_event_id is null;
create index maintenance_hosts_by_end_event on maintenance_hosts (end_event_id) where end_event_id is not null;

-- Operators start and end maintenances. The fan-out reports the end of those whose time has passed.
grant select, insert, delete on maintenances to awareness_operate;
grant select, insert, update (ends_at, end_event_id) on maintenance_hosts to awareness_operate;
grant select on maintenances, maintenance_hosts to awareness_fan_out;
grant update (ends_at, end_event_id) on maintenance_hosts to awareness_fan_out;
grant insert, select (id) on audit_events to awareness_fan_out;
grant select on maintenance_hosts to awareness_publish;
grant select (host_id, starts_at, ends_at) on maintenance_hosts to awareness_probe;
