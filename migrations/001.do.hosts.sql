-- The fleet. A host that leaves it is marked (deleted_at), so that its history keeps its name.
create table if not exists hosts (
  id          uuid primary key default gen_random_uuid(),
  hostname    text not null,
  ip_address  inet not null,
  port        integer not null default 22 check (port between 1 and 65535),
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),
  deleted_at  timestamptz
);
