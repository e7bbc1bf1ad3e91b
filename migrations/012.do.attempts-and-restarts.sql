-- What became of the last attempt to probe a host, also where it says nothing of the host.
alter table host_liveness alter column last_probe_at drop not null; -- a host may only ever have been attempted
alter table host_liveness add column last_attempt_at timestamptz;
-- Null when the last attempt had a result.
alter table host_liveness add column last_inconclusive_reason text;

-- A host at another address or port, or one that is back in the fleet, is another host as far as is known: what was
-- seen of it before is forgotten. In a trigger, because the scanner's database may have had the table of hosts before
-- and change it in ways of its own. The incarnation lets a probe that was under way meanwhile save nothing.
alter table host_liveness add column incarnation integer not null default 0;
alter table host_liveness add column restarted_at timestamptz;

create function restart_liveness() returns trigger
language plpgsql security definer set search_path = pg_catalog, public as $$
begin
  insert into host_liveness as l (
    host_id, reachability_status, consecutive_failures, consecutive_successes, incarnation, restarted_at
  )
  values (new.id, 'unknown', 0, 0, 1, now())
  on conflict (host_id) do update set
    reachability_status      = 'unknown',
    last_probe_at            = null,
    last_response_ms         = null,
    consecutive_failures     = 0,
    consecutive_successes    = 0,
    last_state_change_at     = null,
    last_error_type          = null,
    ssh_identification       = null,
    last_scheduled_for       = null,
    last_attempt_at          = null,
    last_inconclusive_reason = null,
    incarnation              = l.incarnation + 1,
    restarted_at             = excluded.restarted_at,
    updated_at               = now();
  return null;
end
$$;

create trigger restart_liveness after update on hosts for each row
when (
  host(old.ip_address) is distinct from host(new.ip_address)
  or old.port is distinct from new.port
  or (old.deleted_at is not null and new.deleted_at is null)
)
execute function restart_liveness();

-- The first row of a host refers to it, so the host must not be deleted meanwhile. To lock a row takes a right to
-- change it, which the probe function has not: it may call this. Returns the hosts that are still at that address.
create function hold_hosts(endpoints jsonb) returns setof uuid
language sql security definer set search_path = pg_catalog, public as $$
  select h.id
  from hosts h
  join jsonb_to_recordset(endpoints) as e (host_id uuid, address text, port integer)
    on e.host_id = h.id and e.address = coalesce(host(h.ip_address), '') and e.port = h.port
  order by h.id
  for key share of h
$$;
revoke execute on function hold_hosts(jsonb) from public;
grant execute on function hold_hosts(jsonb) to awareness_probe;

-- All that the probe function does goes by the ids of a few hosts. Statistics that are old, as of a fleet that has
-- just grown, must not make it read whole tables; and rows that are changed in the order of their ids do not deadlock
-- with an import that changes the same ones.
alter role awareness_probe set enable_seqscan = off;
alter role awareness_probe set enable_hashjoin = off;
alter role awareness_probe set enable_mergejoin = off;
