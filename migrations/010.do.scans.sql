-- Which rules each scan evaluated, and what they came to. Without it both can only be inferred from the state as it is
-- now, and the verdict on a scan then depends on which later scans were recorded before it was judged.
-- The scanner's database may have a table of one of these names already: then the preflight compares the columns.

-- Thousands of scans check the same rules: each set of rules is stored once.
create table if not exists rule_sets (
  id       uuid primary key, -- derived from the sorted rule ids
  rule_ids text[] not null   -- each once, sorted by code unit
);

create table if not exists scans (
  scan_id      uuid primary key, -- a scan is of one host
  host_id      uuid not null references hosts (id) on delete cascade,
  completed_at timestamptz not null,
  rule_set_id  uuid not null references rule_sets (id),
  rules        integer not null, -- how many the scan evaluated, and how many of them passed and failed in it
  passed       integer not null,
  failed       integer not null,
  recorded_at  timestamptz not null default now()
);
create index if not exists scans_by_host on scans (host_id, completed_at desc);

-- What a scan left is known from its row, and what it changed from the log: the drift function reads no rule set.
grant select on scans to awareness_drift;
