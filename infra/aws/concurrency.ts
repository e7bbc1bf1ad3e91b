/** How many environments of the fan-out run at once: two would only do each other's work. */
export const FAN_OUT_CONCURRENCY = 1
/** How many operators are served at once. */
export const OPERATE_CONCURRENCY = 2
/** One run that publishes, and one that waits for it: what was written meanwhile is then published at once. */
export const PUBLISH_CONCURRENCY = 2
/** How many environments of the inventory function run at once: two would undo each other's changes. */
export const INVENTORY_CONCURRENCY = 1

/** How many results files are read at once: each may take the memory of its environment. */
export const INGEST_CONCURRENCY = 2

/** Connections that are kept free for migrations, and for a person with psql. */
export const CONNECTIONS_SPARED = 5

type Configurable = { readonly probe: number; readonly drift: number }

/** The concurrency that all functions of a stage reserve, which is also the number of their connections. */
export const reservedConcurrency = ({ probe, drift }: Configurable): number =>
  probe +
  drift +
  FAN_OUT_CONCURRENCY +
  OPERATE_CONCURRENCY +
  PUBLISH_CONCURRENCY +
  INGEST_CONCURRENCY +
  INVENTORY_CONCURRENCY
