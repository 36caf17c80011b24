/** A whole draw among five organisations, of which a test may change any step; every key is in its hands. */
import { instant } from '#kernel';
import { b64u, systemRandom } from '../encoding/bytes.ts';
import { hashText } from '../encoding/hash.ts';
import { signRecord } from '../encoding/signed-record.ts';
import { decodeScalar, encodeScalar } from '../group/index.ts';
import type { Scalar } from '../group/index.ts';
import { createDevelopmentCa } from '../pki/development-ca.ts';
import type { Signer } from '../pki/signer.ts';
import type {
  DrawChange,
  DrawDealing,
  DrawPlan,
  DrawReady,
  DrawTerms,
  DrawValue,
  Signed,
} from '../records/index.ts';
import { drawCertificates } from './certificates.ts';
import type { DrawTrust } from './certificates.ts';
import { closeContributions, makeContribution } from './contribution.ts';
import { newDrawFile, writeDrawFile, readDrawFile } from './draw-file.ts';
import type { DrawFile } from './draw-file.ts';
import { openContributions } from './opening.ts';
import { checkUnsignedPlan } from './plan.ts';
import type { CheckedPlan } from './plan.ts';
import { buildPool, eligibleOf } from './pool.ts';
import type { BuiltPool, PoolRow } from './pool.ts';
import { resultOf } from './result.ts';
import { seatEntry, takeDrawSeat } from './seat.ts';
import type { DrawSeat } from './seat.ts';
import type { CertificatesAt } from './signers.ts';
import { drawDealings, openingStep } from './steps.ts';

export const ROLES = ['tenderee', 'agency', 'regulator', 'centre', 'notary'] as const;
export type Role = (typeof ROLES)[number];
/** Who contributes. */
export const DEALERS = ['tenderee', 'regulator', 'centre'] as const satisfies readonly Role[];
const org = (at: number): string => `91440300000000000${at + 1}`;
export const ORG = Object.fromEntries(ROLES.map((role, at) => [role, org(at)])) as Record<Role, string>;

export const TIMES = {
  created: '2026-03-02T09:00:00.000Z',
  closed: '2026-03-02T10:00:00.000Z',
  pooled: '2026-03-02T11:00:00.000Z',
  value: '2026-03-02T15:00:00.000Z',
  fixed: '2026-03-02T15:10:00.000Z',
  drawn: '2026-03-02T15:30:00.000Z',
} as const;
const validity = { notBefore: instant(Date.UTC(2026, 0)), notAfter: instant(Date.UTC(2027, 0)) };

export const TERMS: DrawTerms = {
  type: 'draw-plan',
  subject: '6f1c1f36-53a4-4f5b-9d39-0d6f1f2c9a10',
  purpose: 'experts',
  sequence: 1,
  previous: null,
  suite: 'P256',
  n: 5,
  k: 3,
  strata: [
    { name: '市政工程 / 深圳', members: 3, substitutes: 3 },
    { name: '经济 / 深圳', members: 2, substitutes: 2 },
  ],
  apart: { employers: [ORG.tenderee, ORG.agency], distinct: true },
  organiser: { name: '交易中心', creditCode: ORG.centre },
  regulator: { name: '住建局', creditCode: ORG.regulator },
  dealers: DEALERS.map((role) => ORG[role]),
  source: { kind: 'declared', source: 'closing figure of an index', at: TIMES.value },
  policy: { seats: ROLES.map((role, at) => ({ i: at + 1, role, org: org(at) })) },
  createdAt: TIMES.created,
};

/** `count` people a stratum, each of its own employer. */
export const rowsOf = (count: number, strata = TERMS.strata): PoolRow[] =>
  strata.flatMap(({ name }, s) =>
    Array.from({ length: count }, (_, at) => ({
      stratum: name,
      id: `E${s}-${String(at).padStart(4, '0')}`,
      name: `专家${s}-${at}`,
      employer: `9244030000000${String(s * 1000 + at).padStart(5, '0')}`,
    })),
  );

export class Ceremony {
  private constructor(
    readonly signers: Readonly<Record<Role, Signer>>,
    readonly trust: DrawTrust,
    readonly certificates: readonly string[],
  ) {}

  static async begin(): Promise<Ceremony> {
    const ca = await createDevelopmentCa({ name: 'test', ...validity });
    const made = await Promise.all(
      ROLES.map(
        async (role) =>
          [
            role,
            await ca.issueSigner({ subject: { person: role, creditCode: ORG[role] }, ...validity }),
          ] as const,
      ),
    );
    const signers = Object.fromEntries(made) as Record<Role, Signer>;
    const certificates = [ca.certificate, ...made.map(([, { certificate }]) => certificate)];
    return new Ceremony(
      signers,
      { ca: [ca.certificate] },
      certificates.map(({ der }) => b64u.encode(der)),
    );
  }

  get at(): CertificatesAt {
    return drawCertificates({ certificates: [...this.certificates] }, this.trust).at;
  }

  sign<T extends { readonly type: string }>(
    record: T,
    ...roles: Role[]
  ): Promise<Signed<T> & { signatures: never }> {
    const by = roles.map((role) => this.signers[role]);
    return signRecord(record.type, record, by) as Promise<Signed<T> & { signatures: never }>;
  }

  /** Fresh seats for these terms. */
  seats(terms: DrawTerms): DrawSeat[] {
    return ROLES.map((role) => {
      const own = { org: ORG[role], cert: this.signers[role].certificate.fingerprint };
      return takeDrawSeat(terms, own, [], new Set(), systemRandom).seat;
    });
  }

  async plan(terms: DrawTerms = TERMS): Promise<Planned> {
    const seats = this.seats(terms);
    const trustees = seats.map((seat) => seatEntry(seat, terms, systemRandom));
    return this.planOf({ ...terms, trustees }, seats);
  }

  async planOf(record: DrawPlan, seats: readonly DrawSeat[]): Promise<Planned> {
    const checked = checkUnsignedPlan(record);
    const file = { ...newDrawFile(record), certificates: [...this.certificates] };
    return { file: { ...file, plan: await this.sign(record, ...ROLES) }, checked, seats };
  }

  /** Contributions of every dealer, and the closed list. */
  async deal({ file, checked, seats }: Planned): Promise<Dealt> {
    const made = DEALERS.map((role) => makeContribution(checked, ORG[role], systemRandom));
    const dealings = await Promise.all(
      DEALERS.map((role, at) => this.sign(made[at]?.record as DrawDealing, role)),
    );
    const list = dealings.map(({ record }) => record);
    const dealt = await this.sign(closeContributions(checked, list, TIMES.closed), 'centre');
    const secrets = made.map(({ secret }) => secret);
    return { file: { ...file, dealings, dealt }, checked, seats, secrets };
  }

  async pool(
    { file, checked, seats, secrets }: Dealt,
    rows: readonly PoolRow[] = rowsOf(12),
  ): Promise<Pooled> {
    const dealt = file.dealt?.record as NonNullable<DrawFile['dealt']>['record'];
    const built = buildPool(checked, dealt, rows, TIMES.pooled, systemRandom);
    const pool = await this.sign(built.record, 'centre', 'regulator');
    const leaves = built.strata.map(({ name, leaves: list }) => ({ name, leaves: [...list] }));
    return { file: { ...file, pool, leaves }, checked, seats, secrets, built };
  }

  async ready(pooled: Pooled, value: DrawValue = { kind: 'declared', text: '3301.47' }): Promise<Pooled> {
    return {
      ...pooled,
      file: { ...pooled.file, ready: await this.sign(this.readyOf(pooled, value), 'centre', 'regulator') },
    };
  }

  readyOf({ file, built }: Pooled, value: DrawValue): DrawReady {
    const { plan, dealt } = built.record;
    const pool = hashText('draw-pool', file.pool?.record);
    return { type: 'draw-ready', plan, dealt, pool, value, fixedAt: TIMES.fixed };
  }

  async open(pooled: Pooled, seats: readonly number[] = [1, 3, 5]): Promise<Pooled> {
    const { file } = pooled;
    const shares = await Promise.all(
      seats.map((i) => this.sign(this.sharesOf(pooled, i), ROLES[i - 1] as Role)),
    );
    return { ...pooled, file: canonical({ ...file, shares }) };
  }

  sharesOf({ file, seats }: Pooled, i: number) {
    const x = decodeScalar(seats[i - 1]?.x ?? '');
    const ready = file.ready?.record as DrawReady;
    return openContributions({ x, i, ready, dealings: drawDealings(file), random: systemRandom });
  }

  /** Every dealer opens its own. */
  async reveal(pooled: Pooled, roles: readonly Role[] = DEALERS): Promise<Pooled> {
    const { file, secrets, checked } = pooled;
    const ready = hashText('draw-ready', file.ready?.record);
    const reveals = await Promise.all(
      roles.map((role) => {
        const s = encodeScalar(secrets[DEALERS.indexOf(role as 'centre')] ?? 0n);
        const dealer = ORG[role];
        return this.sign({ type: 'draw-reveal', plan: checked.hash, ready, dealer, s } as const, role);
      }),
    );
    return { ...pooled, file: canonical({ ...file, reveals }) };
  }

  async result(pooled: Pooled): Promise<Drawn> {
    const { file, checked, built } = pooled;
    const ready = file.ready?.record as DrawReady;
    const seed = openingStep(file, checked, ready, this.at);
    const eligible = eligibleOf(checked.plan, built.record, built.strata);
    const record = resultOf(checked.plan, ready, eligible, seed, TIMES.drawn);
    const result = await this.sign(record, 'centre');
    const drawn = { ...pooled, file: { ...file, result }, seed, eligible };
    return this.named(
      drawn,
      record.strata.flatMap(({ members }) => members),
    );
  }

  /** With the entries of these leaves opened. */
  named(drawn: Drawn, leaves: readonly string[]): Drawn {
    const names = drawn.built.entries.filter((entry) => leaves.includes(hashText('draw-entry', entry)));
    return { ...drawn, file: canonical({ ...drawn.file, names }) };
  }

  async change(drawn: Drawn, leaf: string, ground: DrawChange['ground']): Promise<Drawn> {
    const { file } = drawn;
    const record: DrawChange = {
      type: 'draw-change',
      plan: drawn.checked.hash,
      result: hashText('draw-result', file.result?.record),
      sequence: file.changes.length + 1,
      leaf,
      ground,
      at: TIMES.drawn,
    };
    const change = await this.sign(record, 'centre', 'regulator');
    return { ...drawn, file: canonical({ ...file, changes: [...file.changes, change] }) };
  }

  async all(rows?: readonly PoolRow[], terms?: DrawTerms): Promise<Drawn> {
    return this.result(
      await this.open(await this.ready(await this.pool(await this.deal(await this.plan(terms)), rows))),
    );
  }
}

/** As it is read back from its bytes. */
export const canonical = (file: DrawFile): DrawFile => readDrawFile(writeDrawFile(file));

export interface Planned {
  readonly file: DrawFile;
  readonly checked: CheckedPlan;
  readonly seats: readonly DrawSeat[];
}
export interface Dealt extends Planned {
  /** s of each dealer, in order. */
  readonly secrets: readonly Scalar[];
}
export interface Pooled extends Dealt {
  readonly built: BuiltPool;
}
export interface Drawn extends Pooled {
  readonly seed: Uint8Array;
  readonly eligible: readonly (readonly string[])[];
}
