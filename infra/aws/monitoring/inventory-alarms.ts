import { Duration } from 'aws-cdk-lib'
import { INVENTORY_METRICS } from '../../../shared/domain/metrics.ts'
import type { AlarmDefinition } from './alarm.ts'
import type { Watched } from './watched.ts'

/** The function runs every ten minutes: one run in each period, at least. */
const MINUTES_PER_RUN = 10

/** The alarms on machines that do not come into the fleet, or do not leave it. */
export const inventoryAlarms = ({ settings, functions, emitted }: Watched): AlarmDefinition[] =>
  settings.inventory === null
    ? []
    : [
        {
          title: 'Inventory failing',
          says: 'An account or a region could not be listed: its machines come into the fleet and leave it only when it can.',
          metric: functions.inventory.handler.metricErrors({ period: Duration.minutes(MINUTES_PER_RUN) }),
          when: '>=',
          threshold: 1,
          of: [2, 3],
          silence: 'fine',
        },
        {
          title: 'Hosts not removed',
          says: 'More hosts are no longer listed than may leave the fleet at once: they may have lost their tag.',
          metric: emitted('inventory', INVENTORY_METRICS.removalsRefused, 'Maximum', MINUTES_PER_RUN),
          when: '>=',
          threshold: 1,
          of: [2, 3],
          silence: 'fine',
        },
      ]
