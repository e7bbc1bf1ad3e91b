-- Takes a scan back out of state and log, as if it had never been recorded: its rows go, and so does what later scans
-- logged in relation to them. It is a function, and not a right of the operate role on the tables: an operator can
-- take back whole scans, and change nothing else of what scanners write. The caller keeps writers away from the host.
create or replace function awareness_forget_scan(of_host uuid, forgotten uuid)
returns table (completed_at timestamptz, rules integer, changes integer)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  placed_at timestamptz;
  evaluated text[]; -- the rules that the scan evaluated, as far as that is known
  changed text[];   -- those that it changed
  began text[];     -- those that it was the first to check
  guessed text[];   -- those that it changed, and of which the log has lost what they were before
begin
  select coalesce(
    (select s.completed_at from public.scans s where s.scan_id = forgotten and s.host_id = of_host),
    (select max(t.occurred_at) from public.transactions t where t.scan_id = forgotten and t.host_id = of_host),
    (select max(h.last_checked_at) from public.host_rule_state h
      where h.host_id = of_host and h.last_scan_id = forgotten))
  into placed_at;
  if placed_at is null then return; end if;

  -- What the scan changed is undone in the log. Of a rule that a later scan found as this one had left it, it was the
  -- later scan that changed it. Otherwise the next change of the rule is one in relation to the change before.
  with own as materialized (
    select t.id, t.rule_id, t.change_kind, t.occurred_at, t.status, t.severity
    from public.transactions t
    where t.scan_id = forgotten and t.host_id = of_host
  ), next_scan as materialized (
    select distinct on (rule.rule_id) rule.rule_id, s.scan_id, s.completed_at
    from (
      select distinct on (later.rule_set_id) later.rule_set_id, later.scan_id, later.completed_at
      from public.scans later
      where later.host_id = of_host and later.completed_at > placed_at and later.scan_id <> forgotten
      order by later.rule_set_id, later.completed_at
    ) s
    join public.rule_sets r on r.id = s.rule_set_id
    cross join lateral unnest(r.rule_ids) as rule (rule_id)
    order by rule.rule_id, s.completed_at
  ), chain as materialized (
    select own.id, own.rule_id, own.change_kind,
      before.status as status_before, before.severity as severity_before,
      after.id as id_after, after.status as status_after, after.severity as severity_after,
      coalesce(next_scan.scan_id, last.last_scan_id) as found_by,
      coalesce(next_scan.completed_at, last.last_checked_at) as found_at
    from own
    left join lateral (
      select t.status, t.severity
      from public.transactions t
      where t.host_id = of_host and t.rule_id = own.rule_id and t.occurred_at < own.occurred_at
      order by t.occurred_at desc
      limit 1
    ) before on true
    left join lateral (
      select t.id, t.status, t.severity, t.occurred_at
      from public.transactions t
      where t.host_id = of_host and t.rule_id = own.rule_id and t.occurred_at > own.occurred_at
      order by t.occurred_at
      limit 1
    ) after on true
    left join next_scan
      on next_scan.rule_id = own.rule_id and next_scan.completed_at < coalesce(after.occurred_at, 'infinity')
    -- Of a scan without a row in scans nothing else tells that it found the rule like that.
    left join public.host_rule_state last
      on last.host_id = of_host and last.rule_id = own.rule_id and after.id is null
      and last.last_scan_id <> forgotten and last.last_checked_at > placed_at
  ), moved as (
    update public.transactions t
    set scan_id = chain.found_by, occurred_at = chain.found_at
    from chain
    where t.id = chain.id and chain.found_by is not null
  ), related as (
    update public.transactions t
    set change_kind = case
        when chain.change_kind = 'first_seen' then 'first_seen'
        when chain.status_before <> chain.status_after then 'state_changed'
        when chain.severity_before <> chain.severity_after then 'severity_changed'
        else t.change_kind
      end
    from chain
    where t.id = chain.id_after and chain.found_by is null
      and (chain.status_before is null
        or (chain.status_before, chain.severity_before) <> (chain.status_after, chain.severity_after))
  ), removed as (
    delete from public.transactions t
    using chain
    where chain.found_by is null
      and (t.id = chain.id
        or (t.id = chain.id_after
          and (chain.status_before, chain.severity_before) = (chain.status_after, chain.severity_after)))
  )
  select coalesce(array_agg(rule_id), '{}'),
    coalesce(array_agg(rule_id) filter (where change_kind = 'first_seen'), '{}'),
    coalesce(array_agg(rule_id) filter (where change_kind = 'state_changed' and status_before is null), '{}')
  from chain
  into changed, began, guessed;

  select coalesce(
    (select r.rule_ids from public.scans s join public.rule_sets r on r.id = s.rule_set_id
      where s.scan_id = forgotten and s.host_id = of_host),
    array(
      select unnest(changed)
      union
      select h.rule_id from public.host_rule_state h where h.host_id = of_host and h.last_scan_id = forgotten))
  into evaluated;

  -- A rule that only this scan has checked is not known any more.
  delete from public.host_rule_state h
  where h.host_id = of_host and h.last_scan_id = forgotten and h.rule_id = any (began)
    and not exists (
      select from public.transactions t where t.host_id = of_host and t.rule_id = h.rule_id);

  -- The state of the others is that of the newest change which is left. Where this scan was the last to check a rule,
  -- the scan before it was: what it found as evidence is known from the log, if it changed the rule.
  with checked as materialized (
    select distinct on (rule.rule_id) rule.rule_id, s.scan_id, s.completed_at
    from (
      select distinct on (other.rule_set_id) other.rule_set_id, other.scan_id, other.completed_at
      from public.scans other
      where other.host_id = of_host and other.scan_id <> forgotten
      order by other.rule_set_id, other.completed_at desc
    ) s
    join public.rule_sets r on r.id = s.rule_set_id
    cross join lateral unnest(r.rule_ids) as rule (rule_id)
    order by rule.rule_id, s.completed_at desc
  ), known as materialized (
    select rule.rule_id, newest.status, newest.severity, newest.evidence, newest.framework_refs, newest.skip_reason,
      newest.occurred_at as changed_at, oldest.occurred_at as seen_at,
      case when checked.completed_at >= newest.occurred_at or newest.occurred_at is null
        then checked.scan_id else newest.scan_id end as scan_id,
      greatest(checked.completed_at, newest.occurred_at) as checked_at
    from unnest(evaluated) as rule (rule_id)
    left join checked on checked.rule_id = rule.rule_id
    left join lateral (
      select t.scan_id, t.status, t.severity, t.evidence, t.framework_refs, t.skip_reason, t.occurred_at
      from public.transactions t
      where t.host_id = of_host and t.rule_id = rule.rule_id
      order by t.occurred_at desc
      limit 1
    ) newest on true
    left join lateral (
      select t.occurred_at
      from public.transactions t
      where t.host_id = of_host and t.rule_id = rule.rule_id
      order by t.occurred_at
      limit 1
    ) oldest on true
  )
  update public.host_rule_state h
  set current_status = coalesce(known.status, case
        when h.rule_id = any (guessed) and h.current_status = 'pass' then 'fail'
        when h.rule_id = any (guessed) and h.current_status = 'fail' then 'pass'
        else h.current_status
      end),
    severity = coalesce(known.severity, h.severity),
    first_seen_at = case when h.rule_id = any (began) then coalesce(known.seen_at, h.first_seen_at)
      else h.first_seen_at end,
    last_changed_at = coalesce(known.changed_at, least(h.last_changed_at, h.first_seen_at)),
    check_count = greatest(h.check_count - 1, 1),
    evidence = case when h.last_scan_id = forgotten then known.evidence else h.evidence end,
    framework_refs = case when h.last_scan_id = forgotten then known.framework_refs else h.framework_refs end,
    skip_reason = case when h.last_scan_id = forgotten then known.skip_reason else h.skip_reason end,
    last_checked_at = case when h.last_scan_id = forgotten then coalesce(known.checked_at, h.first_seen_at)
      else h.last_checked_at end,
    last_scan_id = case when h.last_scan_id = forgotten
      then coalesce(known.scan_id, '00000000-0000-0000-0000-000000000000') else h.last_scan_id end
  from known
  where h.host_id = of_host and h.rule_id = known.rule_id;

  delete from public.scans s where s.scan_id = forgotten and s.host_id = of_host;
  delete from public.scan_verdicts v where v.scan_id = forgotten and v.host_id = of_host;
  return query select placed_at, cardinality(evaluated), cardinality(changed);
end
$$;

revoke all on function awareness_forget_scan (uuid, uuid) from public;
grant execute on function awareness_forget_scan (uuid, uuid) to awareness_operate;
