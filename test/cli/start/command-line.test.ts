import { describe, expect, it } from 'vitest'
import { parseCommandLine } from '../../../cli/start/command-line.ts'

describe('the command line', () => {
  it('npm start without arguments is the demonstration, sixty times as fast', () => {
    expect(parseCommandLine([])).toEqual({
      kind: 'run',
      command: {
        fleetFile: null,
        once: false,
        json: false,
        prune: false,
        intervalMs: null,
        hostsPerSchedule: null,
        speed: 60,
        webhook: null,
        resolve: 'always',
        verbose: false,
      },
    })
  })

  it('npm start with a fleet of one’s own runs in real time, unless told otherwise', () => {
    expect(parseCommandLine(['--hosts', 'f.csv'])).toMatchObject({
      command: { fleetFile: 'f.csv', speed: 1 },
    })
    expect(parseCommandLine(['--hosts=f.csv', '--speed', '2.5'])).toMatchObject({ command: { speed: 2.5 } })
  })

  it.each([
    ['60s', 60_000],
    ['120s', 120_000],
    ['0.5h', 1_800_000],
    ['5m', 300_000],
    ['1h', 3_600_000],
  ])('npm start reads the interval %s', (text, intervalMs) => {
    expect(parseCommandLine(['--interval', text])).toMatchObject({ command: { intervalMs } })
  })

  it.each([
    [['--host', 'f.csv'], /Unknown option '--host'/],
    [['f.csv'], /Unexpected argument 'f.csv'/],
    [['--hosts'], /--hosts/],
    [['--hosts='], /--hosts needs the path/],
    [['--once=yes'], /--once/],
    [['--json'], /--json needs --once/],
    [['--prune'], /--prune needs --hosts/],
    [['--hosts', 'f.csv', '--resolve', 'often'], /--resolve "often" is none of always, never/],
    [['--interval', '59s'], /--interval "59s" is not a time in whole minutes from 1m to 1h/],
    [['--interval', '90s'], /--interval "90s" is not a time in whole minutes/],
    [['--interval', '1.5m'], /--interval "1.5m" is not a time in whole minutes/],
    [['--interval', '61m'], /--interval "61m"/],
    [['--interval', '60'], /--interval "60"/],
    [['--interval', 'soon'], /--interval "soon"/],
    [['--hosts-per-schedule', '0'], /--hosts-per-schedule "0" is not a whole number from 1 to 500/],
    [['--hosts-per-schedule', '501'], /--hosts-per-schedule "501"/],
    [['--hosts-per-schedule', '1.5'], /--hosts-per-schedule "1.5"/],
    [['--speed', '0'], /--speed "0" is not a number from 1 to 600/],
    [['--webhook', 'example.com'], /--webhook "example.com" is not a URL/],
    [['--webhook', 'file:///x'], /--webhook/],
    [['--webhook', 'http://127.0.0.1:1/', '--once'], /--webhook needs a run that goes on/],
    [['--speed', 'Infinity'], /--speed "Infinity"/],
    [['--speed', '1e2'], /--speed "1e2"/],
  ])('npm start says in one line what is wrong with the arguments %j', (args, message) => {
    const parsed = parseCommandLine(args)
    expect(parsed).toEqual({ kind: 'fault', message: expect.stringMatching(message) })
    expect(parsed.kind === 'fault' && parsed.message).not.toContain('\n')
  })
})
