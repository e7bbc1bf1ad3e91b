-- Who records scans: the ingest function, and scanners that write by themselves. It finds the host that results belong
-- to, and writes what `recordScan` writes. It reads no policy, and no event.
do $$
begin
  if not exists (select from pg_roles where rolname = 'awareness_scanner') then
    create role awareness_scanner login;
  end if;
  -- On RDS the function signs in with an IAM token; elsewhere the installation sets a password.
  if exists (select from pg_roles where rolname = 'rds_iam') then
    grant rds_iam to awareness_scanner;
  end if;
  execute format('grant connect on database %I to awareness_scanner', current_database());
  grant usage on schema public to awareness_scanner;
end
$$;

-- A scan of 50,000 rules is written in ten statements of some seconds. Two scans of a host wait for each other.
alter role awareness_scanner set idle_in_transaction_session_timeout = '30s';
alter role awareness_scanner set statement_timeout = '60s';
alter role awareness_scanner set lock_timeout = '60s';
-- As of the drift function: a plan from when the tables were small searches the wrong index for every rule.
alter role awareness_scanner set plan_cache_mode = force_custom_plan;
alter role awareness_scanner set jit = off;

grant select (id, hostname, ip_address, port, deleted_at) on hosts to awareness_scanner;
grant select, insert, update on host_rule_state to awareness_scanner;
grant select, insert on transactions to awareness_scanner;
grant select, insert on scans to awareness_scanner;
-- A rule set that is stored already is passed over by its id.
grant select (id), insert on rule_sets to awareness_scanner;
