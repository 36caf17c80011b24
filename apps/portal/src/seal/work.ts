import { ClientFailure, checkLot } from '#client';
import {
  SHEET_NAME,
  TrustError,
  WebCryptoEngine,
  WebCryptoLeaves,
  canonicalBytes,
  parsePem,
  parseSecrets,
  readPackageRecords,
  readTrustFile,
  sealBid,
  selfTestBid,
  webCryptoContentHash,
  webCryptoOpening,
} from '#trust';
import type { Certificate, EnvelopeName, FileToSeal, Signer } from '#trust';
import type { Refused } from '../verify/messages.ts';
import type { Answer, CheckedKey, ChosenFile, Question } from './messages.ts';
import { ownNow } from './own-clock.ts';
import {
  fileToSeal,
  originalOf,
  packageFolder,
  readWhole,
  sealedBytesOf,
  sealedName,
  sealedTarget,
  writeWhole,
} from './private-files.ts';

export type Tell = (answer: Answer) => void;
export type AskSignature = (bytes: Uint8Array) => Promise<Uint8Array>;
type Asked<K extends Question['kind']> = Extract<Question, { readonly kind: K }>;

/** Progress is for a person: four times a second, whatever the file's size. */
const PROGRESS_MS = 250;

export function refusedBy(error: unknown): Refused {
  if (error instanceof TrustError || error instanceof ClientFailure)
    return { code: error.code, facts: error.facts };
  const name = error instanceof Error ? error.name : '';
  if (name === 'QuotaExceededError') return { code: 'PORTAL.STORAGE_FULL', facts: {} };
  return { code: 'PORTAL.FAULT', facts: { error: name } };
}

/** Everything that a question asks; what goes wrong is an answer, never an exception. */
export async function work(question: Question, tell: Tell, sign: AskSignature): Promise<void> {
  try {
    if (question.kind === 'check') tell({ kind: 'checked', checked: check(question) });
    else if (question.kind === 'seal') await seal(question, tell, sign);
    else await test(question, tell);
  } catch (error) {
    tell({ kind: 'failed', refused: refusedBy(error) });
  }
}

function check({ id, lot, roots, chain }: Asked<'check'>): CheckedKey {
  const trust = { ...readTrustFile(roots), crls: [] };
  const { lotKey, lotKeyHash, latest, certificates } = checkLot(lot, { id, key: null }, trust, ownNow());
  certificates.add([chain]);
  return { lotKey, lotKeyHash, latest, own: ownFault(chain, certificates.lookup) };
}

/** At the opening only what chains to the roots counts: a bid under another certificate would be void. */
function ownFault(chain: string, lookup: (fingerprint: string) => Certificate | undefined): Refused | null {
  const { certificate } = certificatesOf(chain);
  try {
    const known = lookup(certificate.fingerprint);
    return known ? null : { code: 'CLIENT.CERTIFICATE_UNTRUSTED', facts: {} };
  } catch (error) {
    return refusedBy(error);
  }
}

function certificatesOf(pem: string): Pick<Signer, 'certificate' | 'chain'> {
  const parsed = parsePem(pem);
  const [certificate, ...chain] = parsed.ok ? parsed.value : [];
  if (!certificate) throw new TrustError('SEAL.CERTIFICATE', { reason: 'cannot be read' });
  return { certificate, chain };
}

async function seal(question: Asked<'seal'>, tell: Tell, sign: AskSignature): Promise<void> {
  const { place, lotKey, files, sheet } = question;
  const folder = await packageFolder(place, { create: true });
  const envelopes: Partial<Record<EnvelopeName, FileToSeal[]>> = {
    E0: [{ path: SHEET_NAME, from: { bytes: canonicalBytes(sheet) } }],
  };
  for (const { e, path, file } of files) (envelopes[e] ??= []).push(fileToSeal(file, path));
  const tools = {
    engine: new WebCryptoEngine(),
    leaves: new WebCryptoLeaves(),
    contentHash: webCryptoContentHash,
    onProgress: counter(sumOf(files), tell),
  };
  const signer: Signer = { ...certificatesOf(question.chain), sign };
  const { documents, supersedes, machine } = question;
  const sealed = await sealBid(
    tools,
    { lotKey, documents, envelopes, signer, supersedes, machine },
    { createEnvelope: (e) => sealedTarget(folder, sealedName(e)), placeOf: () => null },
  );
  await writeWhole(folder, 'private.json', canonicalBytes(sealed.secrets));
  await writeWhole(folder, 'lotkey.json', canonicalBytes(lotKey));
  // Last: a folder without it is a sealing that was given up.
  await writeWhole(folder, 'commit.json', canonicalBytes(sealed.commit));
  tell({ kind: 'sealed', c: sealed.c });
}

const sumOf = (files: readonly ChosenFile[]): number => files.reduce((sum, { file }) => sum + file.size, 0);

/** Told the bytes since its last call. */
function counter(total: number, tell: Tell): (bytes: number) => void {
  const say = teller(total, tell);
  let done = 0;
  return (bytes) => {
    done += bytes;
    say(Math.min(done, total));
  };
}

/** Told the bytes so far. */
function teller(total: number, tell: Tell): (done: number) => void {
  let told = -PROGRESS_MS;
  return (done) => {
    const now = performance.now();
    if (now - told < PROGRESS_MS) return;
    told = now;
    tell({ kind: 'progress', done, total });
  };
}

/** In a worker that has never seen the sealing: from what was written, the seed in it, and the originals. */
async function test({ place, files }: Asked<'test'>, tell: Tell): Promise<void> {
  const folder = await packageFolder(place, { create: false });
  const given = new Map(files.map((each) => [`${each.e}/${each.path}`, each.file]));
  const report = await selfTestBid(async () => {
    const records = readPackageRecords(
      await readWhole(folder, 'commit.json'),
      await readWhole(folder, 'lotkey.json'),
    );
    const lengths = records.commit.envelopes.filter(({ e }) => e !== 'I').map(({ length }) => length);
    const total = lengths.reduce((sum, length) => sum + length, 0);
    return {
      records,
      secrets: parseSecrets(await readWhole(folder, 'private.json')),
      opener: { tools: webCryptoOpening, sealed: (e) => sealedBytesOf(folder, sealedName(e)) },
      original: ({ e, path }) => {
        const file = given.get(`${e}/${path}`);
        return Promise.resolve(file ? originalOf(file, path) : null);
      },
      onProgress: teller(total, tell),
    };
  });
  tell({ kind: 'tested', report });
}
