-- audit_events is also the outbox: what is not published yet goes to the event bus in the order of `sequence`.
-- Rows that are there already are history: they are never published. Where the scanner has made the table, its
-- writers name their columns and notice nothing; both columns are added without rewriting the table.
alter table audit_events
  add column sequence     bigint not null default 0,
  add column published_at timestamptz default '-infinity'; -- -infinity: not for the bus
alter table audit_events alter column published_at drop default;
alter table audit_events alter column sequence drop default;
alter table audit_events alter column sequence add generated always as identity;

create index audit_events_unpublished on audit_events (sequence) where published_at is null;

-- Actions of other writers of the same table that go to the bus too: names with commas between, `*` at the end of
-- one for all that begin so. The product's own events always do.
alter table policy add column publish_actions text not null default '' check (
  length(publish_actions) <= 1000
  and publish_actions ~ '^((\*|[A-Za-z0-9_.:-]+\*?)(,(\*|[A-Za-z0-9_.:-]+\*?))*)?$'
);
grant update (publish_actions) on policy to awareness_operate;

-- Who publishes: reads events and the hosts that they are about, and may mark events as published.
do $$
begin
  if not exists (select from pg_roles where rolname = 'awareness_publish') then
    create role awareness_publish login;
  end if;
  -- On RDS the function signs in with an IAM token; elsewhere the installation sets a password.
  if exists (select from pg_roles where rolname = 'rds_iam') then
    grant rds_iam to awareness_publish;
  end if;
  execute format('grant connect on database %I to awareness_publish', current_database());
  grant usage on schema public to awareness_publish;
end
$$;

-- 15 s to put a batch < 20 s idle in transaction: a run that was frozen while it held the lock loses it here.
alter role awareness_publish set idle_in_transaction_session_timeout = '20s';
alter role awareness_publish set statement_timeout = '30s';
-- Two runs wait for each other, a batch at a time.
alter role awareness_publish set lock_timeout = '20s';
-- A plan from when the table was small would be kept for as long as the connection is.
alter role awareness_publish set plan_cache_mode = force_custom_plan;

grant select on audit_events, hosts, policy to awareness_publish;
grant update (published_at) on audit_events to awareness_publish;
