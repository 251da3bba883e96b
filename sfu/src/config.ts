/** Options of the server: one table drives the flags, the environment and the help text. */
import { availableParallelism } from 'node:os';
import { isIP } from 'node:net';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { SfuError } from './errors.js';

const port = z.coerce.number().int().min(0).max(65535);
const flag = z.union([
  z.boolean(),
  z.enum(['true', '1', 'false', '0', '']).transform((text) => text === 'true' || text === '1'),
]);
const listenAddress = z
  .string()
  .transform((host) => (host === 'localhost' ? '127.0.0.1' : host))
  .refine((host) => isIP(host) !== 0);
const address = z.string().regex(/^[A-Za-z0-9.:-]+$/, 'an IP address or a host name');

/** `env`: its name in the environment. `expects`: what a value looks like, for help and errors. */
const OPTIONS = {
  port: {
    env: 'INNCALL_PORT',
    expects: 'a port, 0..65535 (0: any free one)',
    help: 'TCP port of the web server',
    schema: port.default(3000),
    shownDefault: '3000',
  },
  host: {
    env: 'INNCALL_HOST',
    expects: 'an IP address',
    help: 'address to listen on, for web and media',
    schema: listenAddress.optional(),
    shownDefault: '127.0.0.1; with --https 0.0.0.0',
  },
  https: {
    env: 'INNCALL_HTTPS',
    expects: 'true or false',
    help: 'serve HTTPS with a self-made certificate, so that other devices of a LAN may use their cameras',
    schema: flag.default(false),
    shownDefault: 'off',
  },
  'announced-address': {
    env: 'INNCALL_ANNOUNCED_ADDRESS',
    expects: 'an IP address or a host name',
    help: 'address at which clients reach the media ports, when it differs from the one listened on (NAT, container)',
    schema: address.optional(),
    shownDefault: 'the addresses listened on',
  },
  'media-port': {
    env: 'INNCALL_MEDIA_PORT',
    expects: 'a port, 0..65535 (0: any free ones)',
    help: 'first UDP and TCP port of media; each worker takes one more',
    schema: port.default(0),
    shownDefault: '0',
  },
  workers: {
    env: 'INNCALL_WORKERS',
    expects: 'a number, 1..64',
    help: 'mediasoup worker processes; rooms are spread over them',
    schema: z.coerce.number().int().min(1).max(64).optional(),
    shownDefault: 'one per core',
  },
  'max-peers': {
    env: 'INNCALL_MAX_PEERS',
    expects: 'a number, 2..500',
    help: 'participants that one room takes',
    schema: z.coerce.number().int().min(2).max(500).default(12),
    shownDefault: '12',
  },
  'reconnect-grace': {
    env: 'INNCALL_RECONNECT_GRACE',
    expects: 'seconds, 0..300',
    help: 'how long a participant whose connection dropped keeps the place',
    schema: z.coerce.number().min(0).max(300).default(10),
    shownDefault: '10',
  },
  'client-dir': {
    env: 'INNCALL_CLIENT_DIR',
    expects: 'a folder',
    help: 'built client to serve',
    schema: z.string().min(1).optional(),
    shownDefault: 'client/dist of this repository',
  },
  'log-level': {
    env: 'INNCALL_LOG_LEVEL',
    expects: 'one of silent, fatal, error, warn, info, debug, trace',
    help: 'log lines at and above this level (JSON on standard output)',
    schema: z.enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('warn'),
    shownDefault: 'warn',
  },
} as const;

type OptionName = keyof typeof OPTIONS;
const optionNames = Object.keys(OPTIONS) as OptionName[];

export interface Config {
  /** TCP port of the web server, 0 = any free one. */
  readonly port: number;
  readonly host: string;
  readonly https: boolean;
  readonly announcedAddress: string | undefined;
  /** First media port, 0 = any free ones. */
  readonly mediaPort: number;
  readonly workers: number;
  readonly maxPeers: number;
  readonly reconnectGraceMs: number;
  readonly clientDir: string;
  readonly logLevel: string;
}

/**
 * Reads flags (they win) and environment.
 * @returns the configuration, or `'help'` where `--help` is asked for.
 * @throws SfuError `bad-option` naming the flag or variable and what it expects.
 */
export function parseConfig(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Config | 'help' {
  const flags = parseFlags(args);
  if (flags['help'] === true) return 'help';
  const read = <T extends OptionName>(name: T): z.output<(typeof OPTIONS)[T]['schema']> => {
    const option = OPTIONS[name];
    const fromFlag = flags[name];
    const result = option.schema.safeParse(fromFlag ?? environment[option.env]);
    if (!result.success) {
      const where = fromFlag === undefined ? option.env : `--${name}`;
      const given = String(fromFlag ?? environment[option.env]);
      throw new SfuError('bad-option', `${where} is "${given}", expected ${option.expects}`);
    }
    return result.data as z.output<(typeof OPTIONS)[T]['schema']>;
  };
  const https = read('https');
  return {
    port: read('port'),
    host: read('host') ?? (https ? '0.0.0.0' : '127.0.0.1'),
    https,
    announcedAddress: read('announced-address'),
    mediaPort: read('media-port'),
    workers: read('workers') ?? availableParallelism(),
    maxPeers: read('max-peers'),
    reconnectGraceMs: Math.round(read('reconnect-grace') * 1000),
    clientDir: read('client-dir') ?? fileURLToPath(new URL('../../client/dist', import.meta.url)),
    logLevel: read('log-level'),
  };
}

function parseFlags(args: readonly string[]): Record<string, string | boolean | undefined> {
  const options = Object.fromEntries([
    ...optionNames.map((name) => [name, { type: name === 'https' ? 'boolean' : 'string' }]),
    ['help', { type: 'boolean', short: 'h' }],
  ]) as Record<string, { type: 'string' | 'boolean' }>;
  try {
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SfuError(
      'bad-option',
      `${reason.split('. ')[0] ?? reason}; --help lists the options`,
      {
        cause,
      },
    );
  }
}

export function helpText(): string {
  const lines = optionNames.map((name) => {
    const option = OPTIONS[name];
    const value = name === 'https' ? '' : ' VALUE';
    return `  --${name}${value}\n      ${option.help}\n      ${option.expects}; default: ${option.shownDefault}; environment: ${option.env}\n`;
  });
  return `InnCall server: video calls on an invertible neural codec.\n\nOptions (a flag wins over the environment):\n${lines.join('')}  --help, -h\n      this text\n`;
}
