import { MAX_HOSTS_PER_INVOCATION } from '../../shared/domain/schedules.ts'
import { DEMONSTRATION_SPEED, MAX_SPEED } from './command-line.ts'

/** The usage text of `npm start`. */
export const HELP = `usage: npm start -- [options]

Fleet Awareness on one machine: is each host's SSH port answering, and is it
still compliant?

  npm start                  runs a demonstration: forty loopback hosts, and
                             time runs faster
  npm start -- --hosts FILE  watches your own hosts (.csv, .json or an Ansible
                             inventory.ini)
  npm start -- --once        probes all hosts once, and prints a summary

  --hosts FILE               the fleet; its state is kept in .local/
  --once                     probes every host once, prints a summary, ends
  --json                     with --once: one JSON object a host on standard
                             output, and nothing else there
  --prune                    with DATABASE_URL: removes hosts that runs of FILE
                             have added and that are no longer in it; from the
                             state in .local/ they are removed without it
  --interval TIME            sets how often a host is probed, in whole minutes:
                             1m to 1h (5m at first)
  --hosts-per-schedule N     sets how many hosts share a schedule, 1 to ${MAX_HOSTS_PER_INVOCATION}
                             (1 at first)
  --speed N                  seconds of fleet time in a second, 1 to ${MAX_SPEED}
                             (default 1; demonstration ${DEMONSTRATION_SPEED})
  --webhook URL              posts each event there, as EventBridge delivers it
  --resolve never            refuses host names in FILE, which are resolved as
                             it is read otherwise
  --verbose                  the functions' own logs, on standard error
  --help                     this text

While it runs, in another terminal (each has --help):
  npm run fleet -- --local hosts         looks at the fleet, and changes it
  npm run scan:import -- --host HOST F   results of a scanner, as a scan of HOST
  npm run scan:send -- --host HOST       the message that a scan is complete

  DATABASE_URL               your own PostgreSQL (15 to 18) instead of the one
                             that npm brought along
  NO_COLOR                   no colours

Ctrl-C ends it: probes in flight end and are saved, and nothing is left running.

Exit codes: 0 done; with --once: a host answered
            1 failed; with --once: no host answered
            2 bad input: arguments, fleet file or DATABASE_URL
            130 with --once: interrupted before every host was probed
`
