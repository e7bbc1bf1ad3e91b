-- Who brings hosts into the fleet from where they are listed, and takes away what it has brought. It may add to the
-- audit log, and read nothing of what the sensors find.
do $$
begin
  if not exists (select from pg_roles where rolname = 'awareness_inventory') then
    create role awareness_inventory login;
  end if;
  -- On RDS the function signs in with an IAM token; elsewhere the installation sets a password.
  if exists (select from pg_roles where rolname = 'rds_iam') then
    grant rds_iam to awareness_inventory;
  end if;
  execute format('grant connect on database %I to awareness_inventory', current_database());
  grant usage on schema public to awareness_inventory;
end
$$;

alter role awareness_inventory set idle_in_transaction_session_timeout = '15s';
alter role awareness_inventory set statement_timeout = '30s';
alter role awareness_inventory set lock_timeout = '5s';
-- A plan from when the table was small would be kept for as long as the connection is.
alter role awareness_inventory set plan_cache_mode = force_custom_plan;

-- Of the hosts of one source that are no longer listed, at most this share leaves the fleet in one run.
alter table policy add column remove_at_most_percent smallint not null default 20
  check (remove_at_most_percent between 1 and 100);
grant update (remove_at_most_percent) on policy to awareness_operate;

-- A host that leaves the fleet is marked, never deleted.
grant select, insert, update (hostname, ip_address, port, updated_at, deleted_at) on hosts to awareness_inventory;
grant select, insert, delete on host_sources to awareness_inventory;
grant select on policy to awareness_inventory;
grant insert, select (id) on audit_events to awareness_inventory;

-- Two runs at once could undo each other's changes.
insert into run_leases (name) values ('inventory');
grant select on run_leases to awareness_inventory;
grant update (holder, expires_at) on run_leases to awareness_inventory;
