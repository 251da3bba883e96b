import { spawn } from 'node:child_process';

/** Runs a program to its end and returns its standard output; the error holds its last words. */
export function run(program: string, args: readonly string[]): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const output: Buffer[] = [];
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => {
      errors = (errors + chunk.toString()).slice(-2000);
    });
    child.on('error', (cause) => {
      reject(new Error(`${program} does not start; install it (apt install ffmpeg).`, { cause }));
    });
    child.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(output));
      else reject(new Error(`${program} ${args.join(' ')} failed (${code}): ${errors.trim()}`));
    });
  });
}

export function ffmpeg(...args: string[]): Promise<Buffer> {
  return run('ffmpeg', ['-hide_banner', '-nostdin', '-loglevel', 'error', '-y', ...args]);
}

/** First line of `ffmpeg -version` without the copyright, e.g. `ffmpeg version 5.1.9-0+deb12u1`. */
export async function ffmpegVersion(): Promise<string> {
  const text = (await run('ffmpeg', ['-version'])).toString();
  return (text.split('\n')[0] ?? '').replace(/ Copyright.*/, '');
}
