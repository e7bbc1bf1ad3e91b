-- Hosts that go down and come up again and again: people are told so once, and not of each change.
alter table policy
  add column flapping_changes smallint not null default 4
    check (flapping_changes = 0 or flapping_changes between 2 and 100), -- 0: no host is ever flapping
  add column flapping_window_minutes smallint not null default 60 check (flapping_window_minutes between 1 and 1440),
  add column flapping_quiet_minutes smallint not null default 30 check (flapping_quiet_minutes between 1 and 1440);
grant update (flapping_changes, flapping_window_minutes, flapping_quiet_minutes) on policy to awareness_operate;

-- A row for each time that a host was flapping. The probe function adds it in the transaction of the change that makes
-- the host flapping, and the fan-out ends it. It stays, because an event of that time may be published late.
create table flapping_spells (
  host_id    uuid not null references hosts (id) on delete cascade,
  started_at timestamptz not null,
  stopped_at timestamptz check (stopped_at >= started_at),
  primary key (host_id, started_at)
);
create unique index flapping_spells_running on flapping_spells (host_id) where stopped_at is null;
create index flapping_spells_by_stop on flapping_spells (stopped_at) where stopped_at is not null;

grant select, insert on flapping_spells to awareness_probe;
-- To count the changes of a host: not what else there is in the log.
grant select (actor_id, action, resource_type, resource_id, occurred_at) on audit_events to awareness_probe;
grant select, delete, update (stopped_at) on flapping_spells to awareness_fan_out;
grant select on flapping_spells to awareness_publish, awareness_operate;
