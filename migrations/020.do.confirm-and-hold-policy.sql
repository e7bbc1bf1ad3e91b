-- How soon a host that has failed is probed again, and when the prober itself is suspected instead of the fleet.
alter table policy
  -- 0: hosts are probed again by their schedule only.
  add column confirm_after_seconds smallint not null default 20 check (confirm_after_seconds between 0 and 600),
  add column hold_min_hosts        integer  not null default 10 check (hold_min_hosts between 1 and 1000000),
  -- 0: the prober is never suspected.
  add column hold_above_percent    smallint not null default 50 check (hold_above_percent between 0 and 100),
  add column hold_at_most_minutes  smallint not null default 15 check (hold_at_most_minutes between 1 and 1440);
grant update (confirm_after_seconds, hold_min_hosts, hold_above_percent, hold_at_most_minutes)
  on policy to awareness_operate;

-- People hear of a suspected prober too. What was set by hand is left alone, and the audit log says what was not.
alter table policy drop constraint policy_notify_check;
alter table policy add constraint policy_notify_check check (
  notify = '' or string_to_array(notify, ',') <@ array['down', 'up', 'major', 'minor', 'improvement', 'prober']
);
alter table policy alter column notify set default 'down,up,major,prober';
with policy_after as (
  update policy
  set notify = 'down,up,major,prober', updated_at = now()
  where notify = 'down,up,major'
  returning notify
)
insert into audit_events (
  id, correlation_id, actor_type, actor_id, action, resource_type, resource_id, detail, occurred_at, severity, outcome
)
select gen_random_uuid(), 'migration-021', 'system', 'awareness-migrate', 'policy.changed', 'policy', 'policy',
       jsonb_build_object(
         'before', jsonb_build_object('notify', 'down,up,major'),
         'after', jsonb_build_object('notify', notify),
         'reason', 'the default now tells people when the prober is suspect'
       ),
       now(), 'info', 'success'
from policy_after
where exists (select from hosts); -- a new installation has changed nothing
