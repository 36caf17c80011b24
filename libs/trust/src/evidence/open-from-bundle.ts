/** One sealed envelope of a bundle: its bytes against COMMIT (V13), then decrypted as a stream (V14). */
import { b64u, concat, sha256, TrustError } from '../encoding/index.ts';
import { bidLabel } from '../threshold/index.ts';
import type { AcceptedBid, Commit, EnvelopeName, LotKey } from '../records/index.ts';
import { MAX_IDENTITY_BYTES, stageOfEnvelope } from '../seal/commit-shape.ts';
import { envelopeContext, envelopeKey, openEnvelope } from '../seal/envelope.ts';
import { LeafHasher } from '../seal/leaf-hasher.ts';
import { rootOfLeaves } from '../seal/leaf-tree.ts';
import { checkManifest, MANIFEST_NAME, MAX_MANIFEST_BYTES } from '../seal/manifest.ts';
import type { ReadMember } from '../seal/manifest.ts';
import { contentHashOver } from '../package/content-hash.ts';
import type { PlainContentHash } from '../package/content-hash.ts';
import { TarReader } from '../seal/tar.ts';
import type { TarEvent } from '../seal/tar.ts';
import type { Verification } from './context.ts';

export interface Bid {
  readonly bid: AcceptedBid;
  readonly commit: Commit;
}

export interface EnvelopeQuestion {
  readonly e: EnvelopeName;
  /** K of its dealing. */
  readonly key: Uint8Array;
  /** What of the content is handed back: the whole payload (small envelopes), one member, or nothing. */
  readonly keep: 'payload' | 'opening-sheet.json' | 'nothing';
}

export type OpenedContent =
  | { readonly ok: true; readonly payload: Uint8Array; readonly manifestSha256: string }
  | { readonly ok: false; readonly fault: 'bidder' | 'platform'; readonly code: string };

const MAX_SHEET_BYTES = 64 * 1024;

/** Platform's fault where the stored bytes are not the committed ones, the bidder's where they are and do not open. */
export async function openFromBundle(
  v: Verification,
  lotKey: LotKey,
  { bid, commit }: Bid,
  question: EnvelopeQuestion,
): Promise<OpenedContent> {
  const { e } = question;
  const path = `envelopes/${bid.c}/${e}.sealed`;
  const committed = commit.envelopes.find((each) => each.e === e);
  if (!committed || !v.evidence.envelopes.has(path)) {
    v.findings.fail('V13', 'EVIDENCE.MISSING', path, 'platform');
    return { ok: false, fault: 'platform', code: 'EVIDENCE.MISSING' };
  }
  const leaves = new LeafHasher(v.tools.newHash);
  for await (const piece of v.reader.stream(path)) leaves.update(piece);
  if (b64u.encode(rootOfLeaves(leaves.finish())) !== committed.root) {
    v.findings.fail('V13', 'SEAL.ROOT', path, 'platform');
    return { ok: false, fault: 'platform', code: 'SEAL.ROOT' };
  }
  const rule = stageOfEnvelope(lotKey, e);
  const cipher = {
    key: envelopeKey(question.key, e, commit.suite),
    suite: commit.suite,
    context: envelopeContext(bidLabel(commit, rule.stage, rule.audience), e),
    aead: v.tools.aead,
  };
  try {
    return { ok: true, ...(await readPlain(v, openEnvelope(cipher, v.reader.stream(path)), question)) };
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    v.findings.note('V14', `${bid.c} ${e}: ${error.code}`);
    return { ok: false, fault: 'bidder', code: error.code };
  }
}

/** `I` is checked member by member by `openBidIdentity`; of the others the tar and its manifest are checked here. */
async function readPlain(
  v: Verification,
  plain: AsyncIterable<Uint8Array>,
  { e, keep }: EnvelopeQuestion,
): Promise<{ payload: Uint8Array; manifestSha256: string }> {
  if (keep === 'payload') return { payload: await gather(plain, MAX_IDENTITY_BYTES), manifestSha256: '' };
  const members = new Members(v, keep);
  for await (const bytes of plain) members.take(bytes);
  return members.finish(e);
}

async function gather(plain: AsyncIterable<Uint8Array>, max: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of plain) {
    size += piece.length;
    if (size > max) throw new TrustError('SEAL.TOO_LONG', { size });
    pieces.push(piece);
  }
  return concat(...pieces);
}

/** Follows the tar, hashes each file, keeps the manifest and the one member that was asked for. */
class Members {
  private readonly tar = new TarReader();
  private readonly read: ReadMember[] = [];
  private current: { path: string; size: number; hash: PlainContentHash } | null = null;
  private readonly kept = new Map<string, Uint8Array[]>();

  constructor(
    private readonly v: Verification,
    private readonly keep: string,
  ) {}

  take(bytes: Uint8Array): void {
    for (const event of this.tar.push(bytes)) this.event(event);
  }

  finish(e: EnvelopeName): { payload: Uint8Array; manifestSha256: string } {
    this.tar.finish();
    const last = this.read.pop();
    if (last?.path !== MANIFEST_NAME)
      throw new TrustError('SEAL.MANIFEST', { reason: 'not the last member' });
    const manifest = concat(...(this.kept.get(MANIFEST_NAME) ?? []));
    checkManifest(manifest, e, this.read);
    return {
      payload: concat(...(this.kept.get(this.keep) ?? [])),
      manifestSha256: b64u.encode(sha256(manifest)),
    };
  }

  private event(event: TarEvent): void {
    if (event.kind === 'start') this.start(event.path, event.size);
    else if (event.kind === 'data') {
      this.current?.hash.update(event.bytes);
      this.kept.get(this.current?.path ?? '')?.push(event.bytes.slice());
    } else if (this.current) {
      const { path, size, hash } = this.current;
      this.read.push({ path, size, ...hash.finish() });
    }
  }

  private start(path: string, size: number): void {
    const limit = path === MANIFEST_NAME ? MAX_MANIFEST_BYTES : path === this.keep ? MAX_SHEET_BYTES : null;
    if (limit !== null) {
      if (size > limit) throw new TrustError('SEAL.TOO_LONG', { path, size });
      this.kept.set(path, []);
    }
    this.current = { path, size, hash: contentHashOver(this.v.tools.newHash, size) };
  }
}
