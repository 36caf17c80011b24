/** What tendering and parties know of the one lot that is opened. */
import { createHash } from 'node:crypto';
import { addMs, SECOND } from '#kernel';
import type { Instant, LotId } from '#kernel';
import { Parties } from '#parties';
import { Tendering } from '#tendering';
import type { LotView } from '#tendering';
import { toPem } from '#trust';
import type { Certificate } from '#trust';
import type { LotFixture } from './lot-fixture.ts';

export class LotInTest extends Tendering {
  view: LotView | null = null;
  /** What was decided after the last look at the lot. */
  moved: Instant | null = null;
  lot(lotId: LotId): Promise<LotView | null> {
    return Promise.resolve(this.view?.id === lotId ? this.view : null);
  }
  lotByKeyHash(): Promise<null> {
    return Promise.resolve(null);
  }
  intakeFacts(): Promise<null> {
    return Promise.resolve(null);
  }
  holdDeadline(): Promise<Instant | null> {
    return Promise.resolve(this.moved ?? this.view?.deadline ?? null);
  }
}

export class PartiesInTest extends Parties {
  readonly known = new Map<string, Certificate>();
  root: Certificate | null = null;
  certificate(): Promise<null> {
    return Promise.resolve(null);
  }
  certificates(fingerprints: readonly string[]) {
    const found = fingerprints.flatMap((one) => {
      const certificate = this.known.get(one);
      return certificate ? [[one, certificate] as const] : [];
    });
    return Promise.resolve(new Map(found));
  }
  validCertificates = (fingerprints: readonly string[]) => this.certificates(fingerprints);
  organisationsWithRole(): Promise<[]> {
    return Promise.resolve([]);
  }
  organisation(creditCode: string) {
    return Promise.resolve({ creditCode, name: `单位 ${creditCode}`, roles: [] });
  }
  trustedRoots() {
    const { root } = this;
    if (!root) return Promise.resolve([]);
    const { fingerprint } = root;
    return Promise.resolve([{ fingerprint, pem: toPem([root]), label: 'test', development: true }]);
  }
  crlList: { sha256: string; der: Uint8Array; issuer: string; thisUpdate: Instant; nextUpdate: Instant }[] =
    [];
  crls() {
    return Promise.resolve(this.crlList);
  }
  crl(sha256: string) {
    return Promise.resolve(this.crlList.find((crl) => crl.sha256 === sha256) ?? null);
  }
}

export async function addCrl(lot: LotFixture, parties: PartiesInTest, now: Instant): Promise<void> {
  const crl = await lot.ca.issueCrl({
    number: 1,
    thisUpdate: addMs(now, -60 * SECOND),
    nextUpdate: addMs(now, 86_400_000),
    revoked: [],
  });
  const sha256 = createHash('sha256').update(crl.der).digest('base64url');
  parties.crlList.push({
    sha256,
    der: crl.der,
    issuer: 'test',
    thisUpdate: addMs(now, -60 * SECOND),
    nextUpdate: addMs(now, 86_400_000),
  });
}
