import * as z from 'zod'

/**
 * The event of the inventory function: from the clock without anything in it, or from EventBridge with the one EC2
 * instance whose state has changed.
 */
export const InventoryEvent = z
  .object({
    instanceId: z
      .string()
      .regex(/^i-[0-9a-f]{8,17}$/)
      .optional(),
  })
  .transform(({ instanceId = null }) => ({ instanceId }))
export type InventoryEvent = z.output<typeof InventoryEvent>
