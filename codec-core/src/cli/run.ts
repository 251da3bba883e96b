import type { Readable, Writable } from 'node:stream';
import { CodecError } from '../errors.js';
import { type Command, HELP, parseArguments } from './arguments.js';
import type { Codec } from './codec.js';
import { decodeFile } from './decode.js';
import { encodeFile } from './encode.js';
import { openInput, withOutput } from './files.js';
import { describeFile } from './info.js';
import { createProgress } from './progress.js';
import type { FrameRow, StreamStats } from './stats.js';

/** What the program is given by its surroundings. */
export interface Surroundings {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable & { readonly isTTY?: boolean };
  /** Aborted when the user interrupts. */
  readonly signal: AbortSignal;
  /** Called by the commands that need the codec. */
  loadCodec(): Promise<Codec>;
}

const EXIT_DONE = 0;
const EXIT_FAILURE = 1;
const EXIT_BAD_INPUT = 2;

async function writeStats(path: string, stdout: Writable, stats: StreamStats): Promise<void> {
  const text = `${JSON.stringify(stats, null, 1)}\n`;
  await withOutput(path, stdout, (output) => output.write(new TextEncoder().encode(text)));
}

async function convert(
  command: Extract<Command, { kind: 'encode' | 'decode' }>,
  surroundings: Surroundings,
): Promise<void> {
  const { stdin, stdout, stderr, signal } = surroundings;
  const codec = await surroundings.loadCodec();
  const progress = createProgress(stderr);
  try {
    const stats = await withOutput(command.output, stdout, (output) => {
      const source = openInput(command.input, stdin);
      const onFrame = (row: FrameRow) => {
        progress.frame(row);
      };
      return command.kind === 'encode'
        ? encodeFile({ ...command, source, output, codec, signal, onFrame })
        : decodeFile({ source, output, codec, signal, onFrame });
    });
    if (command.statsFile !== undefined) await writeStats(command.statsFile, stdout, stats);
  } finally {
    progress.end();
    await codec.close();
  }
}

async function execute(command: Command, surroundings: Surroundings): Promise<void> {
  switch (command.kind) {
    case 'help':
      surroundings.stdout.write(HELP);
      return;
    case 'info':
      surroundings.stdout.write(await describeFile(openInput(command.input, surroundings.stdin)));
      return;
    case 'encode':
    case 'decode':
      await convert(command, surroundings);
  }
}

/** Errors of the file system have a `code` such as ENOENT, and a message that names the file. */
function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && 'syscall' in error;
}

function exitCode(error: unknown): number {
  if (isFileError(error)) return EXIT_BAD_INPUT;
  if (!(error instanceof CodecError)) return EXIT_FAILURE;
  return error.code === 'runtime-failed' || error.code === 'closed' ? EXIT_FAILURE : EXIT_BAD_INPUT;
}

/** Runs one command line; an error becomes one line on `stderr`. Returns the exit code. */
export async function runInnc(
  argv: readonly string[],
  surroundings: Surroundings,
): Promise<number> {
  try {
    await execute(parseArguments(argv), surroundings);
    return EXIT_DONE;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    surroundings.stderr.write(`innc: ${message.replace(/\s*\n\s*/g, ' ')}\n`);
    return exitCode(error);
  }
}
