import { helpText, parseConfig } from './config.js';
import { SfuError } from './errors.js';
import { createLogger } from './logger.js';
import { startServer } from './server.js';

/** Exit code of a server that could not start. */
const EXIT_REFUSED = 2;
const CLOSE_LIMIT_MS = 3000;

async function main(): Promise<void> {
  const config = parseConfig(process.argv.slice(2), process.env);
  if (config === 'help') {
    process.stdout.write(helpText());
    return;
  }
  const server = await startServer(config, createLogger(config.logLevel));
  process.stdout.write(`InnCall is ready: ${server.url}\n`);
  process.send?.({ type: 'ready', url: server.url });
  let stopping = false;
  // An interrupt at a terminal may arrive twice: from it and from the start script.
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), CLOSE_LIMIT_MS).unref();
    void server.close().finally(() => process.exit(0));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

main().catch((error: unknown) => {
  const expected = error instanceof SfuError;
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`inncall: ${message}\n`);
  if (!expected && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`);
  process.exitCode = expected ? EXIT_REFUSED : 1;
});
