-- Scheduler fires by whole minutes, so the cadence is a whole number of them: then there always is one within a
-- fifth of it. What was set in other seconds is rounded here, once, and the audit log says so.
with policy_before as (
  select probe_interval_seconds as seconds from policy where probe_interval_seconds % 60 <> 0
),
policy_after as (
  update policy
  set probe_interval_seconds = round(probe_interval_seconds / 60.0) * 60, updated_at = now()
  where probe_interval_seconds % 60 <> 0
  returning probe_interval_seconds as seconds
)
insert into audit_events (
  id, correlation_id, actor_type, actor_id, action, resource_type, resource_id, detail, occurred_at, severity, outcome
)
select gen_random_uuid(), 'migration-013', 'system', 'awareness-migrate', 'policy.changed', 'policy', 'policy',
       jsonb_build_object(
         'before', jsonb_build_object('probe_interval_seconds', policy_before.seconds),
         'after', jsonb_build_object('probe_interval_seconds', policy_after.seconds),
         'reason', 'the cadence is now set in whole minutes: it was rounded to the nearest'
       ),
       now(), 'info', 'success'
from policy_before, policy_after;

alter table policy add constraint probe_interval_in_whole_minutes check (probe_interval_seconds % 60 = 0);
