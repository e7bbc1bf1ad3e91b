-- One role a function, with the least it needs. Timeouts are set on each role itself: a role's settings are
-- not inherited by its members, and a pooler such as RDS Proxy does not let a client set them as it connects.
do $$
declare
  role_name text;
begin
  foreach role_name in array array['awareness_probe', 'awareness_drift', 'awareness_fan_out'] loop
    if not exists (select from pg_roles where rolname = role_name) then
      execute format('create role %I login', role_name);
    end if;
    -- On RDS a function signs in with an IAM token; elsewhere the installation sets a password.
    if exists (select from pg_roles where rolname = 'rds_iam') then
      execute format('grant rds_iam to %I', role_name);
    end if;
    execute format('grant connect on database %I to %I', current_database(), role_name);
    execute format('grant usage on schema public to %I', role_name);
  end loop;
end
$$;

-- 5 s probe < 10 s handler deadline < 15 s idle in transaction < 20 s Lambda timeout: a function that was
-- frozen while it held a host's lock loses it here, before its next probe is due.
alter role awareness_probe set idle_in_transaction_session_timeout = '15s';
alter role awareness_probe set statement_timeout = '10s';
alter role awareness_probe set lock_timeout = '5s';
-- Frozen between two messages of one statement the function is not idle, and none of the above ends it. Then the
-- network does, as a frozen Lambda answers no keepalive, or the transaction's own limit, which came with 17.
alter role awareness_probe set tcp_keepalives_idle = '5s';
alter role awareness_probe set tcp_keepalives_interval = '5s';
alter role awareness_probe set tcp_keepalives_count = 2;
do $$
begin
  if current_setting('server_version_num')::integer >= 170000 then
    alter role awareness_probe set transaction_timeout = '20s';
  end if;
end
$$;
alter role awareness_drift set idle_in_transaction_session_timeout = '15s';
alter role awareness_drift set statement_timeout = '30s';
alter role awareness_drift set lock_timeout = '5s';
alter role awareness_fan_out set idle_in_transaction_session_timeout = '15s';
alter role awareness_fan_out set statement_timeout = '30s';
alter role awareness_fan_out set lock_timeout = '5s';

grant select on hosts, policy to awareness_probe;
grant select, insert, update on host_liveness to awareness_probe;
-- To pass over an event that is there already, its id must be readable.
grant insert, select (id) on audit_events to awareness_probe;

grant select on hosts, policy, host_liveness to awareness_fan_out;
grant select, insert, update, delete on probe_schedules to awareness_fan_out;

grant select on hosts, policy to awareness_drift;
grant insert, select (id) on audit_events to awareness_drift;
