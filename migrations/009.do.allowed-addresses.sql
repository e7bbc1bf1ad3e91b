-- Which kinds of address may be probed. A prober inside a VPC is no way to its own machine, to the metadata
-- service or to everybody on the link, whoever writes the table of hosts.
alter table policy add column allowed_addresses text not null default 'global,private' check (
  allowed_addresses <> ''
  and string_to_array(allowed_addresses, ',') <@ array[
    'global', 'private', 'loopback', 'link_local', 'metadata', 'multicast', 'broadcast', 'unspecified', 'reserved'
  ]
);

grant update (allowed_addresses) on policy to awareness_operate;
