-- What changed, and only that. The columns are those of the scanner's own table, which may be here already.
create table if not exists audit_events (
  id             uuid primary key,
  correlation_id text not null,
  actor_type     text not null,
  actor_id       text,
  action         text not null,
  resource_type  text,
  resource_id    text,
  detail         jsonb,
  occurred_at    timestamptz not null,
  recorded_at    timestamptz not null default now(),
  severity       text,
  outcome        text
);

create index if not exists audit_events_by_resource on audit_events (resource_type, resource_id, occurred_at desc);
create index if not exists audit_events_by_time on audit_events (occurred_at desc);
