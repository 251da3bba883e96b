import { CodecError } from '../errors.js';
import { GROUP_COUNT, MAX_QP } from '../quant/points.js';

/** How the quantization index of each frame is chosen; index 0 is lossless. */
export type RateMode =
  | { readonly kind: 'fixed'; readonly qp: number; readonly groups: number }
  | { readonly kind: 'bitrate'; readonly kilobitsPerSecond: number };

/** `-` as a path is standard input or output. */
export type Command =
  | {
      readonly kind: 'encode';
      readonly input: string;
      readonly output: string;
      readonly rate: RateMode;
      /** Frames from one key frame to the next; 0: only the first is one. */
      readonly keyInterval: number;
      readonly statsFile: string | undefined;
    }
  | {
      readonly kind: 'decode';
      readonly input: string;
      readonly output: string;
      readonly statsFile: string | undefined;
    }
  | { readonly kind: 'info'; readonly input: string }
  | { readonly kind: 'help' };

const DEFAULT_QP = 32;
const MAX_KILOBITS = 1_000_000;
const MAX_KEY_INTERVAL = 1_000_000;

export const HELP = `innc: video files with the INN codec

  innc encode IN.y4m OUT.innc [--qp N [--groups N] | --bitrate KBPS | --lossless] [--keyint N]
              [--json STATS]
  innc decode IN.innc OUT.y4m [--json STATS]
  innc info FILE.innc

  --qp N          quantization index 1..${MAX_QP}, larger is coarser, the step doubles every 8
                  (default ${DEFAULT_QP}); 0 is lossless; key frames are coded finer
  --groups N      frequency groups kept, 1..${GROUP_COUNT} from the lowest on (default ${GROUP_COUNT})
  --bitrate KBPS  constant bit rate, kbit/s
  --lossless      decoded pictures equal the source bit by bit
  --keyint N      a key frame every N frames (default: only the first)
  --json STATS    write figures of every frame and totals to this file

  A path of "-" is standard input or output. Y4M files are 8-bit 4:2:0.
  Exit code: 0 done, 2 bad file or arguments, 1 other failure.
`;

function usage(message: string): CodecError {
  return new CodecError('bad-argument', `${message} See innc --help.`);
}

function wholeNumber(option: string, text: string, low: number, high: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= low && value <= high)) {
    throw usage(`${option} takes a whole number from ${low} to ${high}, not "${text}".`);
  }
  return value;
}

interface Words {
  readonly paths: readonly string[];
  readonly options: ReadonlyMap<string, string>;
}

/** Splits into paths and options; `allowed` says for each option whether it takes a value. */
function split(words: readonly string[], allowed: Readonly<Record<string, boolean>>): Words {
  const paths: string[] = [];
  const options = new Map<string, string>();
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (!word.startsWith('--')) {
      paths.push(word);
      continue;
    }
    const equals = word.indexOf('=');
    const name = equals < 0 ? word : word.slice(0, equals);
    const takesValue = Object.hasOwn(allowed, name) ? allowed[name] : undefined;
    if (takesValue === undefined) throw usage(`Unknown option ${name}.`);
    if (options.has(name)) throw usage(`${name} is given twice.`);
    const value = equals >= 0 ? word.slice(equals + 1) : takesValue ? words[++i] : '';
    if (value === undefined || takesValue !== (value !== '')) {
      throw usage(takesValue ? `${name} needs a value.` : `${name} takes no value.`);
    }
    options.set(name, value);
  }
  return { paths, options };
}

function rateMode(options: ReadonlyMap<string, string>): RateMode {
  const given = ['--qp', '--bitrate', '--lossless'].filter((name) => options.has(name));
  if (given.length > 1) throw usage(`${given.join(' and ')} exclude each other.`);
  const groups = options.get('--groups');
  if (groups !== undefined && given.some((name) => name !== '--qp')) {
    throw usage('--groups goes with --qp only.');
  }
  if (options.has('--lossless')) return { kind: 'fixed', qp: 0, groups: GROUP_COUNT };
  const bitrate = options.get('--bitrate');
  if (bitrate !== undefined) {
    return {
      kind: 'bitrate',
      kilobitsPerSecond: wholeNumber('--bitrate', bitrate, 1, MAX_KILOBITS),
    };
  }
  const qp = options.get('--qp') ?? String(DEFAULT_QP);
  return {
    kind: 'fixed',
    qp: wholeNumber('--qp', qp, 0, MAX_QP),
    groups: wholeNumber('--groups', groups ?? String(GROUP_COUNT), 1, GROUP_COUNT),
  };
}

function twoPaths(command: string, paths: readonly string[]): { input: string; output: string } {
  const [input, output] = paths;
  if (input === undefined || output === undefined || paths.length > 2) {
    throw usage(`innc ${command} takes an input and an output file.`);
  }
  return { input, output };
}

/**
 * Reads the words after the program's name.
 *
 * @throws CodecError `bad-argument`.
 */
export function parseArguments(argv: readonly string[]): Command {
  const [command, ...rest] = argv;
  if (argv.length === 0 || argv.includes('--help') || command === 'help') return { kind: 'help' };
  switch (command) {
    case 'encode': {
      const { paths, options } = split(rest, {
        '--qp': true,
        '--groups': true,
        '--bitrate': true,
        '--lossless': false,
        '--keyint': true,
        '--json': true,
      });
      return {
        kind: 'encode',
        ...twoPaths(command, paths),
        rate: rateMode(options),
        keyInterval: wholeNumber('--keyint', options.get('--keyint') ?? '0', 0, MAX_KEY_INTERVAL),
        statsFile: options.get('--json'),
      };
    }
    case 'decode': {
      const { paths, options } = split(rest, { '--json': true });
      return { kind: 'decode', ...twoPaths(command, paths), statsFile: options.get('--json') };
    }
    case 'info': {
      const { paths } = split(rest, {});
      const [input] = paths;
      if (input === undefined || paths.length > 1) throw usage('innc info takes one file.');
      return { kind: 'info', input };
    }
    default:
      throw usage(`Unknown command "${command ?? ''}"; use encode, decode or info.`);
  }
}
