import type { LineFault } from './raw-rows.ts'

/** A host of an Ansible inventory with the variables that say how to reach it. `line` counts from 1. */
export type AnsibleHost = {
  readonly name: string
  readonly line: number
  readonly variables: Readonly<Record<string, unknown>>
}

const SECTION = /^\[([^\]:]+)(?::(hosts|children|vars))?\]\s*(?:[#;].*)?$/
/** A word, in which parts may be in quotes. */
const WORD = /(?:[^\s"']|"(?:[^"\\]|\\.)*"|'[^']*')+/g
/** `[01:20]`, `[a:f]`, or with a step `[0:20:5]`. */
const RANGE = /\[(?:(\d+):(\d+)|([a-z]):([a-z])|([A-Z]):([A-Z]))(?::(\d+))?\]/
/** The variables that say where a host is. */
const PLACE = /^ansible_(ssh_)?(host|port)$|^ansible_connection$/
/** A range of more hosts is a mistake. */
const MAX_HOSTS = 100_000

/**
 * The hosts of an inventory in INI, each once, with the variables in its lines. Variables of groups are refused where
 * they say where a host is: which of them holds depends on more than the file.
 */
export function readAnsibleIni(text: string): {
  readonly hosts: readonly AnsibleHost[]
  readonly faults: readonly LineFault[]
} {
  const hosts = new Map<string, { readonly line: number; readonly variables: Record<string, unknown> }>()
  const faults: LineFault[] = []
  let kind = 'hosts'
  for (const [i, raw] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    const content = raw.trim()
    if (content === '' || /^[#;]/.test(content)) continue
    const section = SECTION.exec(content)
    if (section !== null) kind = section[2] ?? 'hosts'
    else if (kind === 'vars') faults.push(...refuseVariable(content, i + 1))
    else if (kind === 'hosts') {
      const found = readHostLine(content)
      if ('message' in found || hosts.size + found.names.length > MAX_HOSTS) {
        faults.push({
          line: i + 1,
          message: 'message' in found ? found.message : `more than ${MAX_HOSTS} hosts`,
        })
        continue
      }
      for (const name of found.names) {
        const known = hosts.get(name)
        if (known === undefined) hosts.set(name, { line: i + 1, variables: { ...found.variables } })
        else Object.assign(known.variables, found.variables)
      }
    }
  }
  return { hosts: [...hosts].map(([name, host]) => ({ name, ...host })), faults }
}

function refuseVariable(content: string, line: number): LineFault[] {
  const name = /^[^=\s]+/.exec(content)?.[0] ?? ''
  if (!PLACE.test(name)) return []
  const message = `${name} of a group is not read: give the output of ansible-inventory --list`
  return [{ line, message }]
}

type HostLine = { readonly names: readonly string[]; readonly variables: Record<string, unknown> }

function readHostLine(content: string): HostLine | { readonly message: string } {
  const [pattern = '', ...words] = (content.replace(/\s[#;].*$/, '').match(WORD) ?? []).map(String)
  const variables: Record<string, unknown> = Object.create(null)
  for (const word of words) {
    const [, name, value = ''] = /^([A-Za-z_]\w*)=(.*)$/s.exec(word) ?? []
    if (name === undefined) return { message: `${JSON.stringify(word)} is no variable: NAME=VALUE is needed` }
    if (PLACE.test(name)) variables[name] = value.replace(/^(["'])(.*)\1$/s, '$2')
  }
  // A name with a port: web-01:2222, or [2001:db8::1]:2222.
  const [, inBrackets, plain, port] =
    /^(?:\[([0-9a-f:.]*::?[0-9a-f:.]*)\]|([^:[\]]+|[^:]*\[.*\][^:]*)):(\d+)$/i.exec(pattern) ?? []
  const isWithPort = port !== undefined && (plain !== undefined || inBrackets?.includes(':'))
  if (isWithPort) variables.ansible_port ??= port
  const names = expand(isWithPort ? (inBrackets ?? plain ?? pattern) : pattern)
  return names === null
    ? { message: `${JSON.stringify(pattern)} is more than ${MAX_HOSTS} hosts` }
    : { names, variables }
}

/** The names that a pattern with ranges stands for; null if they are too many. */
function expand(pattern: string): readonly string[] | null {
  const range = RANGE.exec(pattern)
  if (range === null) return [pattern]
  const items = listItems(range)
  const after = expand(pattern.slice(range.index + range[0].length))
  if (items === null || after === null || items.length * after.length > MAX_HOSTS) return null
  const before = pattern.slice(0, range.index)
  return items.flatMap((item) => after.map((rest) => `${before}${item}${rest}`))
}

function listItems([, from, to, lowFrom, lowTo, highFrom, highTo, by]: RegExpExecArray):
  | readonly string[]
  | null {
  const step = Math.max(1, Number(by ?? 1))
  const [first, last] = [lowFrom ?? highFrom, lowTo ?? highTo]
  const isLetters = first !== undefined && last !== undefined
  const start = isLetters ? first.charCodeAt(0) : Number(from)
  const end = isLetters ? last.charCodeAt(0) : Number(to)
  const count = Math.floor((end - start) / step) + 1
  if (count > MAX_HOSTS) return null
  const width = from?.startsWith('0') ? from.length : 0
  return Array.from({ length: Math.max(0, count) }, (_, i) =>
    isLetters ? String.fromCharCode(start + i * step) : String(start + i * step).padStart(width, '0'),
  )
}
