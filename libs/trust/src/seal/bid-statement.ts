import { TrustError } from '../encoding/index.ts';
import type { BidStatement, Commit, EnvelopeName } from '../records/index.ts';

export const IDENTITY_FILES = ['identity.json', 'identity.p7s', 'chain.pem'] as const;

export interface StatementParts {
  /** COMMIT so far: dealings have C, envelopes other than `I` are sealed. */
  readonly commit: Pick<Commit, 'lotKeyHash' | 'suite' | 'bidNonce' | 'wk' | 'withdraw'> & {
    readonly dealings: readonly { stage: number; audience: 'public' | 'committee'; C: readonly string[] }[];
  };
  readonly documents: string;
  readonly supersedes: string | null;
  readonly bidder: BidStatement['bidder'];
  /** base64url SHA-256 of each manifest, without `I`, in COMMIT's order. */
  readonly manifests: readonly { readonly e: EnvelopeName; readonly sha256: string }[];
}

/** The statement that the bidder signs (PROTOCOL section 5.5). */
export function bidStatementOf(parts: StatementParts): BidStatement {
  const { commit, documents, supersedes, bidder, manifests } = parts;
  return {
    type: 'bid',
    lotKeyHash: commit.lotKeyHash,
    suite: commit.suite,
    bidNonce: commit.bidNonce,
    wk: commit.wk,
    documents,
    supersedes,
    ...(commit.withdraw ? { withdraw: commit.withdraw } : {}),
    bidder,
    dealings: commit.dealings.map(({ stage, audience, C }) => ({ stage, audience, C0: C[0] ?? '' })),
    manifests: manifests.map(({ e, sha256 }) => ({ e, sha256 })),
  };
}

/** Every field that stands in both must be equal; throws SEAL.STATEMENT naming the first that is not. */
export function checkStatement(statement: BidStatement, commit: Commit): void {
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['lotKeyHash', statement.lotKeyHash, commit.lotKeyHash],
    ['suite', statement.suite, commit.suite],
    ['bidNonce', statement.bidNonce, commit.bidNonce],
    ['wk', statement.wk, commit.wk],
    ['withdraw', statement.withdraw, commit.withdraw],
    [
      'dealings',
      JSON.stringify(statement.dealings.map(({ stage, audience, C0 }) => [stage, audience, C0])),
      JSON.stringify(commit.dealings.map(({ stage, audience, C }) => [stage, audience, C[0]])),
    ],
    [
      'manifests',
      statement.manifests.map(({ e }) => e).join(),
      commit.envelopes
        .map(({ e }) => e)
        .filter((e) => e !== 'I')
        .join(),
    ],
  ];
  const different = pairs.find(([, said, committed]) => said !== committed);
  if (different) throw new TrustError('SEAL.STATEMENT', { field: different[0] }, 'bidder');
}

/** An opened envelope's manifest must be the one that the statement names; throws SEAL.STATEMENT. */
export function checkOpenedManifest(statement: BidStatement, e: EnvelopeName, sha256: string): void {
  if (statement.manifests.find((named) => named.e === e)?.sha256 !== sha256) {
    throw new TrustError('SEAL.STATEMENT', { field: 'manifests', e }, 'bidder');
  }
}
