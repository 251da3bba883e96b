import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { X509Certificate } from 'node:crypto';
import { homedir, hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';

export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const VALID_DAYS = 365;
const RENEW_BEFORE_DAYS = 14;

/** Folder of the user for what survives a clone: `$XDG_CACHE_HOME/inncall` or `~/.cache/inncall`. */
export function cacheFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'inncall');
}

/**
 * A self-made certificate for this machine's names and addresses, kept in `folder` until it runs
 * out or the addresses change. Browsers warn once; then cameras work in the LAN.
 */
export async function selfSignedCertificate(
  folder: string,
  extraNames: readonly string[],
): Promise<Certificate> {
  const names = [...new Set(['localhost', hostname(), ...localAddresses(), ...extraNames])];
  const keyPath = join(folder, 'https-key.pem');
  const certPath = join(folder, 'https-cert.pem');
  const kept = await read(keyPath, certPath);
  if (kept !== undefined && stillGood(kept.cert, names)) return kept;
  const made = await generate([{ name: 'commonName', value: 'InnCall' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notAfterDate: new Date(Date.now() + VALID_DAYS * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: names.map(alternativeName) },
    ],
  });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(keyPath, made.private, { mode: 0o600 });
  await writeFile(certPath, made.cert);
  return { key: made.private, cert: made.cert };
}

async function read(keyPath: string, certPath: string): Promise<Certificate | undefined> {
  try {
    return { key: await readFile(keyPath, 'utf8'), cert: await readFile(certPath, 'utf8') };
  } catch {
    return undefined;
  }
}

function stillGood(cert: string, names: readonly string[]): boolean {
  const certificate = new X509Certificate(cert);
  const left = new Date(certificate.validTo).getTime() - Date.now();
  const covered = names.every((name) =>
    isAddress(name) ? certificate.checkIP(name) : certificate.checkHost(name),
  );
  return left > RENEW_BEFORE_DAYS * DAY_MS && covered;
}

function alternativeName(name: string): { type: 2; value: string } | { type: 7; ip: string } {
  return isAddress(name) ? { type: 7, ip: name } : { type: 2, value: name };
}

function isAddress(name: string): boolean {
  return /^[\d.]+$/.test(name) || name.includes(':');
}

/** IPv4 addresses of this machine, loopback included. */
function localAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family }) => family === 'IPv4')
    .map(({ address }) => address);
}
