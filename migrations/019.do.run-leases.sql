-- What must run alone, where the account has too little concurrency to reserve one environment for it: an invocation
-- holds the lease until it ends, or for as long as an invocation can take. An advisory lock would do less: a transaction
-- that lasts for the whole run holds back vacuum and is ended while it is idle, and the lock of a session outlives a
-- frozen function and is lost when an idle connection closes.
create table run_leases (
  name       text primary key,
  holder     uuid,
  expires_at timestamptz not null default '-infinity'
);
insert into run_leases (name) values ('fan-out');

grant select on run_leases to awareness_fan_out;
grant update (holder, expires_at) on run_leases to awareness_fan_out;
