-- What a scanner writes and the drift function reads: the state of every rule on every host, and a log with
-- one row a change. The scanner's database may have both already. There is no table of baselines: what a
-- host was like before a scan is its state with the log undone.
create table if not exists host_rule_state (
  host_id         uuid not null references hosts (id) on delete cascade,
  rule_id         text not null,
  current_status  text not null check (current_status in ('pass', 'fail', 'skipped', 'error')),
  severity        text not null check (severity <> ''), -- critical, high, medium and low are counted
  last_checked_at timestamptz not null,
  check_count     integer not null default 1 check (check_count > 0),
  last_scan_id    uuid not null,
  evidence        jsonb,
  framework_refs  jsonb,
  skip_reason     text,
  first_seen_at   timestamptz not null,
  last_changed_at timestamptz not null,
  primary key (host_id, rule_id)
) with (fillfactor = 70); -- every scan rewrites all rows of its host: room on the page keeps that out of the index

create table if not exists transactions (
  id             uuid primary key default gen_random_uuid(),
  host_id        uuid not null references hosts (id) on delete cascade,
  rule_id        text not null,
  scan_id        uuid not null,
  status         text not null check (status in ('pass', 'fail', 'skipped', 'error')),
  severity       text not null check (severity <> ''),
  change_kind    text not null check (change_kind in ('first_seen', 'state_changed', 'severity_changed')),
  evidence       jsonb,
  framework_refs jsonb,
  skip_reason    text,
  occurred_at    timestamptz not null,
  unique (scan_id, rule_id) -- also how the rows of one scan are found
);

-- To undo a change is to find the newest earlier row of its host and rule: one step down this index.
create index if not exists transactions_by_rule on transactions (host_id, rule_id, occurred_at desc);
-- What changed in a scan or since.
create index if not exists transactions_by_host on transactions (host_id, occurred_at);

-- It may look, and no more.
grant select on host_rule_state, transactions to awareness_drift;
-- `on conflict (id) do nothing returning id` reads the id.
grant select (id) on audit_events to awareness_drift;
-- Plan every statement for the tables as they are: a plan kept from when they were small searched the wrong
-- index for every rule (20 s for a scan of 20,000 rules, instead of 0.1 s). Planning takes half a millisecond.
alter role awareness_drift set plan_cache_mode = force_custom_plan;
-- The number of scans in a batch is not known to the planner, and compiling takes longer than judging them.
alter role awareness_drift set jit = off;
