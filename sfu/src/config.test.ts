import { describe, expect, it } from 'vitest';
import { helpText, parseConfig } from './config.js';
import { SfuError } from './errors.js';

describe('parseConfig', () => {
  it('has defaults', () => {
    expect(parseConfig([], {})).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
      https: false,
      maxPeers: 12,
      reconnectGraceMs: 10_000,
      announcedAddress: undefined,
    });
  });

  it('listens everywhere with --https unless told otherwise', () => {
    expect(parseConfig(['--https'], {})).toMatchObject({ host: '0.0.0.0', https: true });
    expect(parseConfig(['--https', '--host', '10.0.0.1'], {})).toMatchObject({ host: '10.0.0.1' });
  });

  it('takes localhost as an address', () => {
    expect(parseConfig(['--host', 'localhost'], {})).toMatchObject({ host: '127.0.0.1' });
  });

  it('takes the environment, and a flag before it', () => {
    const environment = { INNCALL_PORT: '4000', INNCALL_HTTPS: '1', INNCALL_MAX_PEERS: '5' };
    expect(parseConfig(['--port', '5000'], environment)).toMatchObject({
      port: 5000,
      https: true,
      maxPeers: 5,
    });
  });

  it.each([
    [['--port', '70000'], {}, '--port'],
    [['--port', 'x'], {}, '--port'],
    [['--workers', '0'], {}, '--workers'],
    [['--log-level', 'loud'], {}, '--log-level'],
    [['--host', 'example.org'], {}, '--host'],
    [['--announced-address', 'a b'], {}, '--announced-address'],
    [['--no-such-flag'], {}, '--no-such-flag'],
    [['stray'], {}, 'stray'],
    [[], { INNCALL_MAX_PEERS: 'many' }, 'INNCALL_MAX_PEERS'],
  ])('refuses %j %j in one line that names %s', (args, environment, name) => {
    let caught: unknown;
    try {
      parseConfig(args, environment);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(SfuError);
    const { code, message } = caught as SfuError;
    expect(code).toBe('bad-option');
    expect(message).toContain(name);
    expect(message).not.toContain('\n');
  });

  it('answers --help and -h, and the text has every option with its variable', () => {
    expect(parseConfig(['--help'], {})).toBe('help');
    expect(parseConfig(['-h'], {})).toBe('help');
    const flags = [...helpText().matchAll(/^ {2}--([\w-]+)/gm)].map(([, flag]) => flag);
    expect(flags).toHaveLength(11);
    expect(helpText().match(/INNCALL_/g)).toHaveLength(10);
  });
});
