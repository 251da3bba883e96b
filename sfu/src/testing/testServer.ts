import { parseConfig } from '../config.js';
import { createLogger } from '../logger.js';
import { startServer, type InnCallServer } from '../server.js';

/** A whole server on a free port of this machine; flags as on the command line. */
export async function startTestServer(...flags: string[]): Promise<InnCallServer> {
  const config = parseConfig(['--port', '0', '--workers', '1', ...flags], {});
  if (config === 'help') throw new Error('flags ask for help');
  return startServer({ ...config, logLevel: 'silent' }, createLogger('silent'));
}
