import { randomBytes } from 'node:crypto';
import { readFile, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseCrlPem, parseRecord, readTrustFile, receiptFile } from '#trust';
import type { CertificateRevocationList, ClientTrust, ReceiptFile, Signer } from '#trust';
import { loadSigner } from '#trust/key-file';
import { syncFolder, writeNewFile } from '#trust/node';
import { mustOption, textOption } from './command.ts';
import type { OptionSpec, Options } from './command.ts';
import { CommandFailure, cannotTell } from './failure.ts';

export const TRUST: OptionSpec = {
  flags: '--trust <file>',
  description: 'your own pinned roots (roots.json); never fetched',
  required: true,
};
export const SERVER: OptionSpec = { flags: '--server <url>', description: 'the platform', required: true };
export const P12: OptionSpec = {
  flags: '--p12 <file>',
  description: 'your certificate and key (PKCS#12)',
  required: true,
};
export const PASSWORD: OptionSpec = {
  flags: '--password-file <file>',
  description: 'password of the PKCS#12 file, first line; else GLASSHALL_PASSWORD',
};

export const CRLS: OptionSpec = {
  flags: '--crls <file>',
  description: 'revocation lists (PEM) that you hold yourself; the platform’s count beside them',
};

export async function readTrust(options: Options): Promise<ClientTrust> {
  const trust = readTrustFile(await readText(mustOption(options, 'trust')));
  return { ...trust, crls: (await readCrls(options)) ?? [] };
}

/** Null where none were given; an empty file is an answer too: then every certificate lacks its list. */
export async function readCrls(options: Options): Promise<readonly CertificateRevocationList[] | null> {
  const path = textOption(options, 'crls');
  if (path === undefined) return null;
  const parsed = parseCrlPem(await readText(path));
  if (!parsed.ok && parsed.error.code === 'PEM.EMPTY') return [];
  if (!parsed.ok) throw cannotTell('CLI.CRLS', { cause: parsed.error.code });
  return parsed.value;
}

export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    throw cannotTell('CLI.FILE_UNREADABLE', { path });
  }
}

const MAX_RECEIPT_BYTES = 256 * 1024;

/** @throws CommandFailure CLI.FILE_*, TrustError where the file is no receipt */
export const readReceipt = async (path: string): Promise<ReceiptFile> =>
  parseRecord(receiptFile, await readBytes(path, MAX_RECEIPT_BYTES), MAX_RECEIPT_BYTES);

export async function readBytes(path: string, max: number): Promise<Uint8Array> {
  const size = (await stat(path).catch(() => null))?.size;
  if (size === undefined) throw cannotTell('CLI.FILE_UNREADABLE', { path });
  if (size > max) throw new CommandFailure('CLI.FILE_TOO_LARGE', { path, size, max });
  return new Uint8Array(await readFile(path));
}

/** A secret from the file's first line, or from the environment; it is never an argument, which others could see. */
export async function readSecret(file: string | undefined, variable: string): Promise<string> {
  const fromEnvironment = process.env[variable];
  if (file === undefined && fromEnvironment !== undefined) return fromEnvironment;
  if (file === undefined) throw cannotTell('CLI.SECRET_MISSING', { variable });
  return (await readText(file)).split(/\r?\n/, 1)[0] ?? '';
}

export async function readSigner(options: Options): Promise<Signer> {
  const bytes = await readBytes(mustOption(options, 'p12'), 1024 * 1024);
  const password = await readSecret(textOption(options, 'passwordFile'), 'GLASSHALL_PASSWORD');
  const signer = await loadSigner(bytes, password);
  if (!signer.ok) throw new CommandFailure(signer.error.code, signer.error.facts, 2);
  return signer.value;
}

/** Replaces `path` in one step, durably: a reader sees the old content or the new. */
export async function replaceFile(path: string, bytes: Uint8Array | string, mode = 0o600): Promise<void> {
  const temporary = `${path}.new-${randomBytes(6).toString('hex')}`;
  await writeNewFile(temporary, bytes, mode);
  await rename(temporary, path);
  await syncFolder(dirname(path));
}

/** Durably, and only where nothing is yet. @throws CommandFailure CLI.FILE_EXISTS */
export async function createFile(path: string, bytes: Uint8Array, mode = 0o600): Promise<void> {
  await writeNewFile(path, bytes, mode).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EEXIST' ? cannotTell('CLI.FILE_EXISTS', { path }) : error;
  });
  await syncFolder(dirname(path));
}
