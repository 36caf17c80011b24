import { rankByLowestEvaluatedPrice } from '#scoring';
import {
  TrustError,
  checkReceipt,
  parsePem,
  parseRecord,
  readTrustFile,
  receiptFile,
  sha256,
  utf8,
  verifyBundle,
  webCryptoAead,
} from '#trust';
import type { Certificate, PinnedTrust, ReceiptFile } from '#trust';
import { sha256 as incremental } from '@noble/hashes/sha2.js';
import { fileSource } from './file-source.ts';
import { MAX_RECEIPT_BYTES } from './limits.ts';
import type { Answer, Question, ReceiptAnswer, Refused, RootsSummary } from './messages.ts';

/** Progress is for a person: ten times a second is enough, whatever the file's size. */
const PROGRESS_BYTES = 4 * 1024 * 1024;

const refusedBy = (error: unknown): Refused =>
  error instanceof TrustError
    ? { code: error.code, facts: error.facts }
    : { code: 'PORTAL.FAULT', facts: { error: error instanceof Error ? error.name : '' } };

/** @throws TrustError EVIDENCE.TRUST_FILE */
export function summarise(text: string): RootsSummary {
  const { origin, log, ca, tsa, platform } = readTrustFile(text);
  const hash = [...sha256(utf8.encode(text))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return { origin, log, ca: ca.length, tsa: tsa.length, platform: platform.size, sha256: hash };
}

interface Receipt {
  readonly name: string;
  readonly file: ReceiptFile;
}

/** Answers everything that a question asks; what is wrong with a file is an answer, never an exception. */
export async function answer(question: Question, tell: (answer: Answer) => void): Promise<void> {
  if (question.kind === 'roots') {
    try {
      tell({ kind: 'roots', summary: summarise(question.text) });
    } catch (error) {
      tell({ kind: 'roots-refused', refused: refusedBy(error) });
    }
    return;
  }
  const trust = readTrustFile(question.roots);
  const receipts: Receipt[] = [];
  for (const file of question.files.filter(({ name }) => name.endsWith('.json'))) {
    const read = await readReceipt(file, tell);
    if (!read) continue;
    receipts.push(read);
    const checked = checkOne(read.file, trust, platformCertificates(trust, question.certificates));
    tell({ kind: 'receipt', name: file.name, answer: checked });
  }
  for (const file of question.files.filter(({ name }) => name.endsWith('.zip')))
    await checkEvidence(file, trust, receipts, tell);
  tell({ kind: 'done' });
}

async function readReceipt(file: File, tell: (answer: Answer) => void): Promise<Receipt | null> {
  try {
    const bytes = new Uint8Array(await file.slice(0, MAX_RECEIPT_BYTES + 1).arrayBuffer());
    return { name: file.name, file: parseRecord(receiptFile, bytes, MAX_RECEIPT_BYTES) };
  } catch (error) {
    tell({ kind: 'cannot', name: file.name, refused: refusedBy(error) });
    return null;
  }
}

/** Only what the roots pin by its hash: where the bytes came from does not matter then. */
function platformCertificates(
  trust: PinnedTrust,
  chains: readonly string[],
): ReadonlyMap<string, Certificate> {
  const found = new Map<string, Certificate>();
  for (const text of chains) {
    const parsed = parsePem(text);
    if (!parsed.ok) continue;
    for (const each of parsed.value)
      if (trust.platform.has(each.fingerprint)) found.set(each.fingerprint, each);
  }
  return found;
}

function checkOne(
  file: ReceiptFile,
  trust: PinnedTrust,
  known: ReadonlyMap<string, Certificate>,
): ReceiptAnswer {
  try {
    return { ok: true, verdict: checkReceipt(file, trust, (fingerprint) => known.get(fingerprint)) };
  } catch (error) {
    const blame = error instanceof TrustError ? (error.blame ?? null) : null;
    return { ok: false, refused: refusedBy(error), blame };
  }
}

async function checkEvidence(
  file: File,
  trust: PinnedTrust,
  receipts: readonly Receipt[],
  tell: (answer: Answer) => void,
): Promise<void> {
  let told = 0;
  const source = fileSource(file, (read) => {
    if (read - told < PROGRESS_BYTES) return;
    told = read;
    tell({ kind: 'progress', read, size: file.size });
  });
  const tools = {
    newHash: () => incremental.create(),
    aead: webCryptoAead,
    rank: rankByLowestEvaluatedPrice,
  };
  try {
    const shown = receipts.map((receipt) => receipt.file);
    const report = await verifyBundle(source, trust, tools, shown);
    tell({ kind: 'evidence', name: file.name, report });
  } catch (error) {
    tell({ kind: 'cannot', name: file.name, refused: refusedBy(error) });
  }
}
