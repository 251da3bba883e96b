import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { selfSignedCertificate } from './certificate.js';

describe('selfSignedCertificate', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'inncall-cert-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it('covers localhost, the loopback address and the names asked for', async () => {
    const made = await selfSignedCertificate(folder, ['call.example', '10.1.2.3']);
    const certificate = new X509Certificate(made.cert);
    expect(certificate.checkHost('localhost')).toBe('localhost');
    expect(certificate.checkHost('call.example')).toBe('call.example');
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(certificate.checkIP('10.1.2.3')).toBe('10.1.2.3');
    expect(() => createSecureContext(made)).not.toThrow();
  });

  it('is kept, its key for the owner only, and renewed for a new name', async () => {
    const first = await selfSignedCertificate(folder, []);
    expect(await selfSignedCertificate(folder, [])).toEqual(first);
    const { mode } = await stat(join(folder, 'https-key.pem'));
    expect(mode & 0o077).toBe(0);
    expect((await selfSignedCertificate(folder, ['new.example'])).cert).not.toBe(first.cert);
  });
});
