import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../sfu/dist/main.js', import.meta.url));
const START_LIMIT_MS = 60_000;

/** The real server in a process of its own. */
export interface TestServer {
  readonly url: string;
  /** Stops it as an interrupt would. */
  close(): Promise<void>;
}

/** @throws Error with the server's own output when it does not become ready. */
export function startServer(options: readonly string[] = []): Promise<TestServer> {
  const child = spawn(process.execPath, [MAIN, '--port', '0', '--workers', '1', ...options], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (text: Buffer) => (output += text.toString()));
  }
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => {
      child.kill();
      reject(new Error(`the server was not ready in time:\n${output}`));
    }, START_LIMIT_MS);
    void ended.then(() => reject(new Error(`the server ended:\n${output}`)));
    child.on('message', (message: { type?: string; url?: string }) => {
      if (message.type !== 'ready' || !message.url) return;
      clearTimeout(limit);
      const url = message.url;
      resolve({
        url,
        close: async () => {
          child.kill('SIGTERM');
          await ended;
        },
      });
    });
  });
}
