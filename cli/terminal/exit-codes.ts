/** How a command ends: scripts rely on these, and docs/cli.md lists them. */
export const EXIT = {
  done: 0,
  /** AWS, the function or the database refused or failed. */
  failed: 1,
  badInput: 2,
  /** No such host. */
  notFound: 3,
  /** The probe was made, and the host did not answer it. */
  unreachable: 4,
  /** Nothing was changed: `import --prune` wants a yes. */
  needsYes: 5,
  /** The probe says nothing about the host: another one was under way, or it failed on its own side. */
  noResult: 6,
  /** Ended by Ctrl-C, or another signal, before it was done: 128 + SIGINT, as shells have it. */
  interrupted: 130,
} as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]
