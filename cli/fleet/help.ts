/** The usage text of `npm run fleet`. */
export const HELP = `usage: npm run fleet -- (--stage STAGE | --local) COMMAND

Looks at the fleet of a deployed stage, or of the product that runs on this
machine, and changes it.

  --stage STAGE      a stage in AWS; IAM decides who may use it
  --local            the product on this machine (npm start), or the database
                     of DATABASE_URL

  import FILE [--from FORMAT] [--dry-run] [--prune [--yes]] [--resolve never]
                     adds and changes the hosts of a .csv or .json file:
                     address, and if wanted port, name, id. A host name as
                     address is resolved here and now, unless --resolve is
                     never. --prune removes the hosts that are not in the
                     file, and first says how many. --dry-run shows what would
                     change. FORMAT is csv, json, ansible (ansible-inventory
                     --list, or an inventory in INI) or known-hosts; by
                     default the name of the file shows it
  import --from (ec2 | ssm) [--tag VALUE] [--dry-run] [--prune [--yes]]
                     the machines of your AWS account and region with the tag
                     fleet-awareness=VALUE (by default the stage), as the
                     inventory function brings them
  hosts [--state STATE] [--maintenance | --flapping]
                     the fleet; STATE is reachable, unreachable or unknown;
                     only hosts under maintenance, or only flapping ones
  host HOST          a host's state, last result, newest events, schedule and
                     next probe
  probe HOST         probes it now
  status             stage, version of the database, hosts by state, overdue
                     probes, policy, and what has to be done by hand
  policy             the settings
  policy set KEY=VALUE ...
                     changes settings; the audit log keeps before and after
  events [--since TIME] [--host HOST] [--action ACTION] [--limit N]
                     the audit log, newest first. TIME is 30m, 24h (the
                     default), 7d or 2026-03-01T10:00:00Z; N is 1 to 1000
                     (default 100)
  scans HOST [--limit N]
                     the host's scans that were judged, newest first: verdict,
                     scores, delta
  scans forget HOST SCAN-ID
                     takes a scan back out of state and log, such as one from
                     the future; audited

  maintenance start HOSTS ... --for TIME --reason TEXT [--dry-run]
                     nobody is told of these hosts until it ends; they are
                     probed as ever. HOSTS are names, addresses, ids, globs
                     ('web-*') and networks (10.2.0.0/16); TIME is 30m, 2h, 1d.
                     --dry-run shows which hosts these are
  maintenance list   what is under maintenance, until when, and why
  maintenance end (HOSTS ... | ID)
                     ends it for these hosts, or as a whole

  HOST is a name, an address, an id, or address:port as the tables show it.

  --json             for programs: one JSON object a line on standard output,
                     and nothing else there
  --yes              removes hosts without asking
  --help             this text
  NO_COLOR           no colours
  AWS_REGION, AWS_PROFILE, ...
                     which account and region, as for every AWS tool

Exit codes: 0 done; probe: the host answered
            1 AWS, the function or the database refused or failed
            2 bad input: arguments, fleet file or settings
            3 no such host, no such scan, or no maintenance to end
            4 probe: the host did not answer
            5 import --prune needs --yes: nothing was changed
            6 probe: no result (another is under way, its address is not
              allowed, or the prober failed)
            130 interrupted
`
