-- So that an operator sees to which version the database was migrated.
grant select (version) on awareness_schema_version to awareness_operate;
