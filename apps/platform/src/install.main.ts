/**
 * `npm run install-operator -- --operator cert.pem --roots roots.pem --crl list.crl …`: what a centre does once, after
 * the first start of its database. It reads the same environment as the platform (docs/DEPLOYMENT.md), and may run
 * beside it. Exit 0: installed, or there was nothing left to do. 1: refused. 2: it could not be tried.
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { RefusalError } from '#kernel';
import { InstallOperator } from '#parties';
import type { Installation, InstalledOperator } from '#parties';
import { parsePem, readPem, toPem } from '#trust';
import { parseConfig } from './config.ts';
import { createApp } from './create-app.ts';

const USAGE = `usage: npm run install-operator -- --operator FILE --roots FILE [--roots FILE] --crl FILE [--crl FILE] [--json]
  --operator  PEM, leaf first: the certificate that the trading centre signs in with (no key)
  --roots     PEM: the authorities whose certificates the platform takes
  --crl       DER or PEM: the newest revocation list of every authority
  --json      one object instead of lines`;

class UsageError extends Error {}

function argumentsOf(argv: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        operator: { type: 'string' },
        roots: { type: 'string', multiple: true },
        crl: { type: 'string', multiple: true },
        json: { type: 'boolean', default: false },
      },
    });
    const { operator, roots, crl, json } = values;
    if (!operator || !roots || !crl) throw new UsageError('--operator, --roots and --crl are needed');
    return { operator, roots, crls: crl, json };
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : ''}\n${USAGE}`);
  }
}

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new UsageError(`${path}: ${(error as NodeJS.ErrnoException).code ?? 'cannot be read'}`);
  }
}

async function rootsOf(path: string): Promise<Installation['roots']> {
  const parsed = parsePem((await read(path)).toString('utf8'));
  if (!parsed.ok) throw new UsageError(`${path}: ${parsed.error.code} ${JSON.stringify(parsed.error.facts)}`);
  return parsed.value.map((root) => ({
    pem: toPem([root]),
    label: root.holder.person ?? root.holder.organisation ?? root.fingerprint,
    development: false,
  }));
}

async function crlsOf(path: string): Promise<readonly Uint8Array[]> {
  const bytes = await read(path);
  const text = bytes.toString('latin1');
  if (!text.includes('-----BEGIN ')) return [new Uint8Array(bytes)];
  const blocks = readPem(text, 'X509 CRL');
  if (!blocks.ok) throw new UsageError(`${path}: ${blocks.error.code}`);
  return blocks.value;
}

async function installationOf(given: ReturnType<typeof argumentsOf>): Promise<Installation> {
  const roots = (await Promise.all(given.roots.map(rootsOf))).flat();
  const crls = (await Promise.all(given.crls.map(crlsOf))).flat();
  return { roots, crls, operator: (await read(given.operator)).toString('utf8') };
}

async function install(installation: Installation): Promise<InstalledOperator> {
  // It answers nothing and works off nothing: whatever role this machine has, the platform itself has it.
  const platform = await createApp({ ...parseConfig(process.env), logLevel: 'fatal' }, { idle: true });
  try {
    return await platform.app.get(InstallOperator, { strict: false }).run(installation);
  } finally {
    await platform.close();
  }
}

function tell({ creditCode, name, person, certificate, installed }: InstalledOperator): string {
  const what = installed ? 'Installed' : 'Installed already';
  return `${what}: ${name} (${creditCode}) runs this platform.\n${person} signs in with the certificate ${certificate}.`;
}

function failed(error: unknown, json: boolean): number {
  const refused = error instanceof RefusalError ? error.refusal : null;
  const report = refused
    ? { ok: false, code: refused.code, facts: refused.facts ?? {} }
    : { ok: false, code: 'INSTALL.FAILED', message: error instanceof Error ? error.message : String(error) };
  const text = refused ? `Refused: ${refused.code} ${JSON.stringify(refused.facts ?? {})}` : report.message;
  process[json ? 'stdout' : 'stderr'].write(`${json ? JSON.stringify(report) : text}\n`);
  return refused ? 1 : 2;
}

async function main(): Promise<number> {
  const json = process.argv.includes('--json');
  try {
    const answer = await install(await installationOf(argumentsOf(process.argv.slice(2))));
    process.stdout.write(`${json ? JSON.stringify({ ok: true, ...answer }) : tell(answer)}\n`);
    return 0;
  } catch (error) {
    return failed(error, json);
  }
}

process.exit(await main());
