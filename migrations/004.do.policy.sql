-- What an operator may turn without a deploy: one row, and every value in it is valid.
create table policy (
  only_row                 boolean primary key default true check (only_row),
  probe_interval_seconds   integer not null default 300 check (probe_interval_seconds between 60 and 3600),
  failures_to_go_down      smallint not null default 2 check (failures_to_go_down between 1 and 10),
  successes_to_come_up     smallint not null default 1 check (successes_to_come_up between 1 and 10),
  hosts_per_schedule       smallint not null default 1 check (hosts_per_schedule between 1 and 500),
  drift_major_worsening_pp double precision not null default 10
    check (drift_major_worsening_pp > 0 and drift_major_worsening_pp <= 100),
  drift_minor_worsening_pp double precision not null default 5
    check (drift_minor_worsening_pp > 0 and drift_minor_worsening_pp <= 100),
  drift_improvement_pp     double precision not null default 5
    check (drift_improvement_pp > 0 and drift_improvement_pp <= 100),
  drift_basis              text not null default 'all_rules' check (drift_basis in ('all_rules', 'common_rules')),
  updated_at               timestamptz not null default now(),
  constraint drift_major_not_below_minor check (drift_major_worsening_pp >= drift_minor_worsening_pp)
);

insert into policy default values;
