import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalBytes } from '#trust';
import type { OpeningSheet } from '#trust';
import { writeBidFiles } from './bid-files.ts';
import type { Offer } from './bid-files.ts';
import { glasshall, mustGlasshall } from './glasshall.ts';
import type { Person } from './people.ts';

interface Surroundings {
  readonly platform: { readonly url: string };
  readonly trust: string;
}

type Terms = Omit<Offer, 'bidder' | 'creditCode'>;

/** One bidder with its own machine: a folder, and the `glasshall` program. */
export class Bidder {
  private readonly folder: string;
  private current = 'package-1';

  constructor(
    private readonly surroundings: Surroundings,
    private readonly lotId: string,
    private readonly person: Person,
    private readonly terms: Terms,
    demoFolder: string,
  ) {
    this.folder = join(demoFolder, 'bidders', person.name);
  }

  get name(): string {
    return this.person.name;
  }

  async seal(): Promise<void> {
    await this.sealAs(this.current, this.terms, []);
  }

  async submit(): Promise<void> {
    await mustGlasshall(['submit', join(this.folder, this.current), ...this.common()], this.environment());
    await mustGlasshall(['receipt', 'verify', this.receipt(), '--trust', this.surroundings.trust]);
  }

  async replace(change: Partial<Terms>): Promise<void> {
    const old = join(this.folder, this.current);
    this.current = 'package-2';
    await this.sealAs(this.current, { ...this.terms, ...change }, ['--replaces', old]);
    const next = join(this.folder, this.current);
    await mustGlasshall(['submit', next, '--replaces', old, ...this.common()], this.environment());
  }

  async withdraw(): Promise<void> {
    await mustGlasshall(['withdraw', join(this.folder, this.current), ...this.common()], this.environment());
  }

  /** The submission must be refused as late. */
  async isLate(): Promise<void> {
    const args = ['submit', join(this.folder, this.current), ...this.common()];
    const { exit, data } = await glasshall<{ code?: string }>(args, this.environment());
    if (exit !== 1 || data.code !== 'BIDDING.LATE')
      throw new Error(`${this.name} should have been refused as late: ${JSON.stringify(data)}`);
  }

  private receipt(): string {
    return join(this.folder, this.current, 'receipt.json');
  }

  private async sealAs(name: string, terms: Terms, more: readonly string[]): Promise<void> {
    const { organisation, creditCode } = this.person;
    const folder = join(this.folder, `${name}-files`);
    await mkdir(folder, { recursive: true });
    const files = await writeBidFiles(folder, { ...terms, bidder: organisation, creditCode });
    const sheet = join(folder, 'opening-sheet.json');
    await writeFile(sheet, canonicalBytes(this.sheetOf(terms)));
    const { technical, commercial, priced } = files;
    const content = ['--sheet', sheet, '--e1', technical, commercial, priced];
    const args = ['seal', '--lot', this.lotId, ...content, ...more, '--out', join(this.folder, name)];
    await mustGlasshall([...args, ...this.common()], this.environment());
  }

  private sheetOf({ price, periodDays }: Terms): OpeningSheet {
    const { organisation: name, creditCode } = this.person;
    return {
      type: 'opening-sheet',
      bidder: { name, creditCode },
      price,
      currency: 'CNY',
      periodDays,
      quality: '合格',
      manager: '项目经理',
      guarantee: { kind: 'bank', number: `BH-${creditCode.slice(-6)}`, amount: '180000.00' },
    };
  }

  private common(): string[] {
    const { platform, trust } = this.surroundings;
    return ['--server', platform.url, '--trust', trust, '--p12', this.person.p12];
  }

  private environment(): Record<string, string> {
    return { GLASSHALL_PASSWORD: this.person.password };
  }
}
