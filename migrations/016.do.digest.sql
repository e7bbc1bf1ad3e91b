-- What people were told of: all events up to `told_through`, and those in `told_beyond` as [sequence, ms since the
-- epoch]. Sequences are given out before transactions commit, so one number alone would pass over late rows.
create table digest_state (
  only_row     boolean primary key default true check (only_row),
  told_through bigint not null,
  told_beyond  jsonb not null default '[]' check (jsonb_typeof(told_beyond) = 'array'),
  last_told_at timestamptz
);
-- What happened before is no news.
insert into digest_state (told_through)
select coalesce(pg_sequence_last_value(pg_get_serial_sequence('audit_events', 'sequence')::regclass), 0);

-- Rows that are older than the outbox have sequence 0.
create index audit_events_by_sequence on audit_events (sequence) where sequence > 0;

-- Which changes people are told of, with commas between; empty for none.
alter table policy add column notify text not null default 'down,up,major' check (
  notify = '' or string_to_array(notify, ',') <@ array['down', 'up', 'major', 'minor', 'improvement']
);
grant update (notify) on policy to awareness_operate;

grant select, update on digest_state to awareness_publish;
grant select on host_liveness to awareness_publish;
