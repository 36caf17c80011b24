import type {
  CertificateSource,
  EvidenceAudience,
  EvidencePiece,
  EvidenceSource,
} from './evidence-source.ts';

/** The contexts that know something about a lot, in the order in which they said so. */
export class EvidenceRegistry {
  private readonly sources: EvidenceSource[] = [];
  private certificateSource: CertificateSource | null = null;

  register(source: EvidenceSource): void {
    if (this.sources.some(({ name }) => name === source.name))
      throw new RangeError(`evidence source ${source.name} is registered twice`);
    this.sources.push(source);
  }

  registerCertificates(source: CertificateSource): void {
    this.certificateSource = source;
  }

  /** Null before parties registered. */
  get certificates(): CertificateSource | null {
    return this.certificateSource;
  }

  async stateOf(lotId: string, audience: EvidenceAudience): Promise<'unknown' | 'pending' | 'available'> {
    const states = await Promise.all(this.sources.map((source) => source.stateOf(lotId, audience)));
    if (states.includes('pending')) return 'pending';
    return states.includes('available') ? 'available' : 'unknown';
  }

  async *pieces(lotId: string, audience: EvidenceAudience): AsyncGenerator<EvidencePiece> {
    for (const source of this.sources) yield* source.contribute(lotId, audience);
  }
}
