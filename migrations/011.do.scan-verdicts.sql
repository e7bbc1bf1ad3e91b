-- The verdict on every scan that was judged, stable ones included. The first verdict on a scan stands. Nothing is
-- judged by this table: the log is the baseline.
create table if not exists scan_verdicts (
  host_id             uuid not null references hosts (id) on delete cascade,
  scan_id             uuid not null,
  completed_at        timestamptz not null,
  judged_at           timestamptz not null default now(),
  kind                text not null check (kind in ('improvement', 'stable', 'minor_worsening', 'major_worsening')),
  not_comparable      text check (
    not_comparable in ('no_prior_baseline', 'nothing_scored_before', 'nothing_scored_after')),
  prior_score         double precision, -- percent; null where nothing was scored
  current_score       double precision,
  score_delta         double precision, -- percentage points
  like_for_like_delta double precision, -- without the rules that are new
  basis               text not null check (basis in ('all_rules', 'common_rules')), -- which delta was compared
  new_rules           integer not null,
  primary key (host_id, scan_id)
);
create index if not exists scan_verdicts_by_host on scan_verdicts (host_id, completed_at desc);

-- `on conflict do nothing returning` reads the key, and so does the drift function to find what it has judged.
grant insert, select (host_id, scan_id) on scan_verdicts to awareness_drift;
grant select on scan_verdicts to awareness_operate;
