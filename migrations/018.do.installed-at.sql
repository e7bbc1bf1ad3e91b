-- Since when this system has worked on the database. A host of a table that existed before has waited for its first
-- probe since then, and not since it was added: otherwise the first deployment would report all hosts as late.
alter table policy add column installed_at timestamptz not null default now();
