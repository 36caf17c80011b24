import { Injectable } from '@nestjs/common';
import { unwrap } from '#kernel';
import { CertificateSource } from '#transparency';
import { parsePem } from '#trust';
import { Parties } from '../parties.facade.ts';

/** What the evidence bundle and the trust file take from parties. */
@Injectable()
export class StoredCertificates extends CertificateSource {
  constructor(private readonly parties: Parties) {
    super();
  }

  async chainOf(fingerprint: string): Promise<readonly Uint8Array[] | null> {
    const found = await this.parties.certificate(fingerprint);
    return found && unwrap(parsePem(found.chain)).map(({ der }) => der);
  }

  async crlOf(sha256: string): Promise<Uint8Array | null> {
    return (await this.parties.crl(sha256))?.der ?? null;
  }

  async trustedRoots(): Promise<readonly Uint8Array[]> {
    const roots = await this.parties.trustedRoots();
    return roots.flatMap(({ pem }) => unwrap(parsePem(pem)).map(({ der }) => der));
  }
}
