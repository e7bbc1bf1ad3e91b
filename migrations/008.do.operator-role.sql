-- Who works the operator's door: imports the fleet, looks at it, and turns the policy. It may add to the audit
-- log and read it, and change nothing in it; what scanners write is none of its business.
do $$
begin
  if not exists (select from pg_roles where rolname = 'awareness_operate') then
    create role awareness_operate login;
  end if;
  -- On RDS the function signs in with an IAM token; elsewhere the installation sets a password.
  if exists (select from pg_roles where rolname = 'rds_iam') then
    grant rds_iam to awareness_operate;
  end if;
  execute format('grant connect on database %I to awareness_operate', current_database());
  grant usage on schema public to awareness_operate;
end
$$;

alter role awareness_operate set idle_in_transaction_session_timeout = '15s';
alter role awareness_operate set statement_timeout = '30s';
alter role awareness_operate set lock_timeout = '5s';

-- A host that leaves the fleet is marked, never deleted.
grant select, insert, update (hostname, ip_address, port, updated_at, deleted_at) on hosts to awareness_operate;
grant select on host_liveness, probe_schedules to awareness_operate;
grant select, update (
  probe_interval_seconds, failures_to_go_down, successes_to_come_up, hosts_per_schedule,
  drift_major_worsening_pp, drift_minor_worsening_pp, drift_improvement_pp, drift_basis, updated_at
) on policy to awareness_operate;
grant select, insert on audit_events to awareness_operate;
