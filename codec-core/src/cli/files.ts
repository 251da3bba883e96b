import { createReadStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import type { Readable, Writable } from 'node:stream';
import type { ByteSource } from '../media/byteReader.js';

/** Where a command writes; `commit` or `discard` ends it. */
export interface Output {
  write(bytes: Uint8Array): Promise<void>;
  /** Makes the file visible under its name. */
  commit(): Promise<void>;
  /** Leaves nothing behind, as far as the target allows. */
  discard(): Promise<void>;
}

const READ_CHUNK = 1 << 20;

export function openInput(path: string, stdin: Readable): ByteSource {
  return path === '-' ? stdin : createReadStream(path, { highWaterMark: READ_CHUNK });
}

/** A file that has its name only once it is complete: written beside it, then renamed. */
async function fileOutput(path: string): Promise<Output> {
  const partial = `${path}.${process.pid}.part`;
  const file = await open(partial, 'w');
  return {
    write: async (bytes) => {
      await file.writeFile(bytes);
    },
    commit: async () => {
      await file.close();
      try {
        await rename(partial, path);
      } catch (error) {
        await rm(partial, { force: true });
        throw error;
      }
    },
    discard: async () => {
      await file.close();
      await rm(partial, { force: true });
    },
  };
}

function pipeOutput(stream: Writable): Output {
  // A reader that goes away (EPIPE) is reported by the callback of the write it cuts off.
  stream.on('error', () => undefined);
  return {
    write: (bytes) =>
      new Promise((resolve, reject) => {
        stream.write(bytes, (error) => {
          if (error) reject(error);
          else resolve();
        });
      }),
    commit: () => Promise.resolve(),
    discard: () => Promise.resolve(),
  };
}

function openOutput(path: string, stdout: Writable): Promise<Output> {
  return path === '-' ? Promise.resolve(pipeOutput(stdout)) : fileOutput(path);
}

/** Runs `work` with the output; commits when it succeeds, discards when it throws. */
export async function withOutput<T>(
  path: string,
  stdout: Writable,
  work: (output: Output) => Promise<T>,
): Promise<T> {
  const output = await openOutput(path, stdout);
  let result: T;
  try {
    result = await work(output);
  } catch (error) {
    await output.discard();
    throw error;
  }
  await output.commit();
  return result;
}
