/** What bidders and trustees do in a test of the opening, over HTTP as their clients would. */
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  b64u,
  canonicalBytes,
  decodePoint,
  eciesSeal,
  hashText,
  journalTargets,
  makeShares,
  sealedSharesContent,
  sealedSharesInfo,
  sealedSharesOf,
  shareTargets,
  signRecord,
  systemRandom,
} from '#trust';
import type {
  Close,
  CloseAdd,
  Commit,
  EnvelopeName,
  ShareAudience,
  ShareTarget,
  Shares,
  Signed,
  Signer,
} from '#trust';
import { rootOfFile, sealPackage } from '#trust/node';
import { sheetOf, testCreditCode } from './lot-fixture.ts';
import type { OpeningApp } from './opening-app.ts';

export interface Told {
  readonly status: number;
  readonly body: Record<string, unknown>;
  /** The problem's code, or ''. */
  readonly code: string;
}

export async function send(
  app: OpeningApp,
  method: string,
  path: string,
  { token, body }: { readonly token?: string; readonly body?: unknown } = {},
): Promise<Told> {
  const raw = body instanceof Uint8Array;
  const response = await fetch(`${app.url}/api/v1/lots/${app.lotId}/opening${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined
        ? {}
        : { 'content-type': raw ? 'application/octet-stream' : 'application/json' }),
    },
    ...(body === undefined ? {} : { body: raw ? body.slice() : JSON.stringify(body) }),
  });
  const text = await response.text();
  const parsed = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
  return {
    status: response.status,
    body: parsed,
    code: typeof parsed['code'] === 'string' ? parsed['code'] : '',
  };
}

export interface SealedBid {
  readonly c: string;
  readonly commit: Commit;
  readonly folder: string;
  readonly signer: Signer;
}

/** A real package of bidder `number`: an opening sheet and the given committee files. */
export async function sealBid(
  app: OpeningApp,
  number: number,
  { price = `${number}000000.00`, bytes = 50_000, name = `${number}-${b64u.encode(systemRandom(4))}` } = {},
): Promise<SealedBid> {
  const signer = await app.lot.bidder(number);
  const sealed = await sealPackage({
    lotKey: app.lot.lotKey,
    documents: app.lot.documents,
    envelopes: {
      E0: [{ path: 'opening-sheet.json', from: { bytes: canonicalBytes(sheetOf(signer, price)) } }],
      E1: [
        { path: '技术标/施工组织设计.bin', from: { bytes: new Uint8Array(randomBytes(bytes)) } },
        { path: 'qualification.txt', from: { bytes: new TextEncoder().encode(`bidder ${number}`) } },
      ],
    },
    signer,
    supersedes: null,
    outDir: join(app.folder, name),
  });
  return { ...sealed, signer };
}

/** The same bid with random bytes for one envelope, and the root of them: its seal is whole, its content is not. */
export async function withGarbage(bid: SealedBid, e: EnvelopeName = 'E1'): Promise<SealedBid> {
  const file = join(bid.folder, `${e}.sealed`);
  await writeFile(file, randomBytes((await readFile(file)).length));
  const root = b64u.encode((await rootOfFile(file)).root);
  const envelopes = bid.commit.envelopes.map((one) => (one.e === e ? { ...one, root } : one));
  const commit = { ...bid.commit, envelopes };
  return { ...bid, commit, c: hashText('commit', commit) };
}

interface OpeningNow {
  readonly close: Signed<Close>;
  readonly adds: readonly Signed<CloseAdd>[];
}

export const view = async (app: OpeningApp): Promise<Record<string, unknown>> =>
  (await send(app, 'GET', '')).body;

/** Bids by c, as the hall shows them: progress and reason. */
export async function progress(app: OpeningApp): Promise<Record<string, string>> {
  const { bids } = (await view(app)) as { bids: { c: string; progress: string }[] };
  return Object.fromEntries(bids.map(({ c, progress: at }) => [c, at]));
}

export class Trustee {
  readonly token: string;
  private readonly signer: Signer;

  constructor(
    private readonly app: OpeningApp,
    readonly i: number,
  ) {
    this.signer = app.lot.trustees[i - 1] as Signer;
    const fingerprint = this.signer.certificate.fingerprint;
    const permissions = ['trustee.act', 'opening.sign', 'tender.manage', 'evidence.full'];
    this.token = app.sessions.admit(testCreditCode(i), fingerprint, permissions);
  }

  /** The record for exactly these bids, in order of arrival; `change` spoils it before it is signed. */
  async record(
    stage: number,
    audience: ShareAudience,
    bids: readonly { readonly c: string; readonly commit: Commit }[],
    change: (record: Shares) => Shares = (record) => record,
  ): Promise<Signed<Shares>> {
    const { close, adds } = (await view(this.app)) as unknown as OpeningNow;
    const head = {
      lotKeyHash: this.app.lot.lotKeyHash,
      close: hashText('close', close.record),
      adds: adds.map(({ record }) => hashText('close-add', record)),
      stage,
      audience,
      i: this.i,
    };
    const secret = this.app.lot.secrets[this.i - 1] as bigint;
    const targets = this.targets(stage, audience, bids);
    return signRecord('shares', change(makeShares(head, targets, secret, systemRandom)), [this.signer]);
  }

  private targets(
    stage: number,
    audience: ShareAudience,
    bids: readonly { readonly c: string; readonly commit: Commit }[],
  ): ShareTarget[] {
    const journal = this.app.tendering.view?.journal;
    if (audience === 'journal') return journal ? journalTargets(journal.record) : [];
    return shareTargets(bids, stage, audience);
  }

  async release(
    stage: number,
    audience: ShareAudience,
    bids: readonly { readonly c: string; readonly commit: Commit }[],
    change?: (record: Shares) => Shares,
  ): Promise<Told> {
    const signed = await this.record(stage, audience, bids, change);
    if (audience !== 'committee') return this.send('/shares', canonicalBytes(signed));
    const announced = await signRecord('sealed-shares', sealedSharesOf(signed.record), [this.signer]);
    const info = sealedSharesInfo(announced.record.shares);
    const room = decodePoint(this.app.lot.lotKey.room);
    const box = b64u.encode(await eciesSeal(room, info, sealedSharesContent(signed), systemRandom));
    return this.send('/sealed-shares', { signed: announced, box });
  }

  send(path: string, body: unknown): Promise<Told> {
    return send(this.app, 'POST', path, { token: this.token, body });
  }

  sign<T extends object>(type: string, record: T): Promise<Signed<T>> {
    return signRecord(type, record, [this.signer]);
  }
}

export const trusteesOf = (app: OpeningApp, seats: readonly number[]): Trustee[] =>
  seats.map((i) => new Trustee(app, i));
