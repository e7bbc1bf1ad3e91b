-- The schedules that EventBridge Scheduler was last told of, so that an unchanged fleet needs no call to it.
create table probe_schedules (
  name       text primary key,
  spec_hash  text not null,
  applied_at timestamptz not null default now()
);
