/** Child processes and messages of the scripts. */
import { spawn, spawnSync } from 'node:child_process';
import { root } from './root.mjs';

/** A step that cannot go on; the message says what the user can do. */
export class SetupError extends Error {}

/** One line for the user, on standard error, so that standard output stays the server's. */
export function say(message) {
  process.stderr.write(`inncall: ${message}\n`);
}

/**
 * Runs a command to its end, its output shown on standard error.
 * @param {string} command
 * @param {string[]} args
 * @param {{cwd?: string, env?: Record<string, string>, timeoutMs?: number, quiet?: boolean}} options
 * @returns {boolean} whether it succeeded
 */
export function run(command, args, { cwd = root, env = {}, timeoutMs, quiet = false } = {}) {
  const result = spawnSync(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', quiet ? 'ignore' : 2, quiet ? 'ignore' : 2],
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs, killSignal: 'SIGKILL' }),
  });
  return result.status === 0;
}

/**
 * Runs a command in the foreground and hands on interrupts.
 * @returns {Promise<number>} its exit code
 */
export function runForeground(command, args, { cwd = root, env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: 'inherit' });
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}
