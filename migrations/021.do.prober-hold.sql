-- Whether the prober is trusted: a prober that has lost its own network must not call a fleet down. `exhausted` is a
-- hold that has lasted as long as it may: hosts go down again, and the next hold begins only after somebody answered.
create table prober_hold (
  only_row            boolean primary key default true check (only_row),
  state               text not null default 'trusted' check (state in ('trusted', 'suspect', 'exhausted')),
  -- When the state began.
  since               timestamptz,
  -- When a witness answered last in this hold; null when the last confirmation found none.
  witness_answered_at timestamptz,
  -- When the failing hosts were last compared with all that were probed.
  measured_at         timestamptz,
  check (state = 'trusted' or since is not null)
);
insert into prober_hold default values;

-- The hosts that failed and are not down yet: few, most of the time none. By the error and not by the counters, which
-- each probe changes: a column in the condition of an index keeps changes to it from being made in place.
create index host_liveness_failing on host_liveness (host_id)
  where last_error_type is not null and reachability_status <> 'unreachable';

-- The probe begins a hold, the fan-out begins and ends it; both report that.
grant select, update (state, since, witness_answered_at) on prober_hold to awareness_probe;
grant select, update (state, since, witness_answered_at, measured_at) on prober_hold to awareness_fan_out;
grant insert, select (id) on audit_events to awareness_fan_out;
grant select on prober_hold to awareness_operate;
