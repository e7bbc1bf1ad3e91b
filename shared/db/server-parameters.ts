import {
  type ServerParameters,
  STATIC_PARAMETERS,
  type StaticParameter,
} from '../domain/server-parameters.ts'
import type { AnySql } from './client.ts'

/** Reads the values that the running server has, which any role may. */
export async function readServerParameters(sql: AnySql): Promise<ServerParameters> {
  const rows = await sql<{ name: StaticParameter; value: number }[]>`
    select name, setting::integer as value
    from pg_settings
    where name in (select jsonb_array_elements_text(${sql.json([...STATIC_PARAMETERS])}))`
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]))
}
