import {
  closedBy,
  itFinds,
  LOT,
  OTHER,
  readVector,
  recordOf,
  resign,
  signedBy,
} from '../../../../test/support/evidence-forger.ts';
import type { Forge, ForgeryRow } from '../../../../test/support/evidence-forger.ts';
import { rootOf } from '../../../../test/support/sealed-bid.ts';
import type { BundleEditor } from '../../../../test/support/story/bundle-editor.ts';
import { hashText, signRecord } from '../encoding/index.ts';
import type { Signer } from '../pki/signer.ts';
import type { Close, Commit, KeyDestroyed, Reveal, SealedShares, Shares } from '../records/index.ts';
import { checkOpening } from './check-opening.ts';

/** Trustees who send what is wrong, and a platform that opens too much or loses bytes. */
const vector = await readVector();
const { bids } = vector.expected;

const trustee = (i: number): Signer => {
  const found = vector.trustees[i - 1];
  if (!found) throw new Error(`no seat ${i}`);
  return found;
};
const share = (name: string, change: (one: Shares) => Shares, by = 1): Forge =>
  signedBy<Shares>(`shares/${name}.json`, 'shares', trustee(by))(change);
const sealedShare = (change: (one: SealedShares) => SealedShares, by = 1): Forge =>
  signedBy<SealedShares>('sealed-shares/1-1.json', 'sealed-shares', trustee(by))(change);
const destroyed = (change: (one: KeyDestroyed) => KeyDestroyed, by = 1): Forge =>
  signedBy<KeyDestroyed>('destroyed/1.json', 'key-destroyed', trustee(by))(change);
const close = closedBy(vector);
/** Another CLOSE, and the trustees sign for it as they did for the first. */
const reopened =
  (change: (one: Close) => Close): Forge =>
  async (b) => {
    await close(change)(b);
    const hash = hashText('close', recordOf<Close>(b, 'close.json'));
    for (const path of b.paths.filter((one) => one.startsWith('shares/'))) {
      const { i } = recordOf<Shares>(b, path);
      await resign<Shares>(b, path, 'shares', [trustee(i)], (one) => ({ ...one, close: hash }));
    }
    return b;
  };
const copy = (b: BundleEditor, from: string, to: string): BundleEditor => b.set(to, b.bytes(from));
const revealPath = (stage: number): string => `reveals/${bids.revealing}-${stage}-public.json`;
const reveal =
  (stage: number, change: (one: Reveal) => Reveal): Forge =>
  (b) =>
    b.edit<Reveal>(revealPath(stage), change);
const envelope = (name: 'better' | 'absent', e: string): string => `envelopes/${bids[name]}/${e}.sealed`;

const SHARE_ROWS: readonly ForgeryRow[] = [
  [
    'a share that another trustee signed',
    share('0-public-1', (one) => one, 2),
    'V11 EVIDENCE.SHARES_SEAT shares/0-public-1.json trustee-1',
  ],
  [
    'a share for another CLOSE',
    share('0-public-1', (one) => ({ ...one, close: OTHER })),
    'V11 EVIDENCE.SHARES_HEAD shares/0-public-1.json trustee-1',
  ],
  [
    'shares of fewer bids than were accepted',
    share('0-public-1', (one) => ({ ...one, shares: one.shares.slice(1) })),
    'V11 EVIDENCE.SHARES_SET shares/0-public-1.json trustee-1',
  ],
  [
    'one bid’s share in another’s place',
    share('0-public-1', (one) => {
      const [first, second, ...rest] = one.shares;
      if (!first || !second) throw new Error('no shares');
      return { ...one, shares: [{ ...first, D: second.D }, second, ...rest] };
    }),
    'V11 SHARE.SHAPE shares/0-public-1.json trustee-1',
  ],
  [
    'a foreign share of the journal',
    share('0-journal-1', (one) => one, 2),
    'V11 EVIDENCE.SHARES_SEAT shares/0-journal-1.json trustee-1',
  ],
  [
    'one trustee’s shares in two seats',
    (b) => copy(b, 'shares/0-public-1.json', 'shares/0-public-5.json'),
    'V21 EVIDENCE.NAME shares/0-public-5.json bundle',
  ],
  [
    'shares of a stage that the lot does not have',
    (b) =>
      share('2-public-1', (one) => ({ ...one, stage: 2 }))(
        copy(b, 'shares/1-public-1.json', 'shares/2-public-1.json'),
      ),
    'V11 EVIDENCE.UNKNOWN_STAGE shares/2-public-1.json platform',
  ],
  [
    'too few shares for the bids that nobody else opened',
    (b) => b.remove('shares/1-public-1.json', 'shares/1-public-2.json'),
    'V12 SHARE.TOO_FEW stage 1, public platform',
    'V16 EVIDENCE.OTHER_SHEET absent platform',
    'V16 EVIDENCE.OTHER_SHEET better platform',
  ],
  [
    'shares for the committee that nobody announced',
    async (b) => {
      const record = { ...recordOf<Shares>(b, 'shares/1-public-1.json'), audience: 'committee' as const };
      const signed = await signRecord('shares', record, [trustee(1)]);
      const path = 'shares/1-committee-1.json';
      return copy(b, 'shares/1-public-1.json', path).edit(path, () => signed);
    },
    'V11 EVIDENCE.NOT_ANNOUNCED shares/1-committee-1.json platform',
  ],
  [
    'an announcement that another trustee signed',
    sealedShare((one) => one, 2),
    'V11 EVIDENCE.SHARES_SEAT sealed-shares/1-1.json trustee-1',
  ],
  [
    'an announcement for another CLOSE',
    sealedShare((one) => ({ ...one, close: OTHER })),
    'V11 EVIDENCE.SHARES_HEAD sealed-shares/1-1.json trustee-1',
  ],
  [
    'an announcement for a stage without a committee',
    sealedShare((one) => ({ ...one, stage: 0 })),
    'V11 EVIDENCE.UNKNOWN_STAGE sealed-shares/1-1.json trustee-1',
    'V21 EVIDENCE.NAME sealed-shares/1-1.json bundle',
  ],
  [
    'that fewer than three bids open nothing at all',
    close((one) => ({ ...one, accepted: one.accepted.slice(1) })),
    'V17 EVIDENCE.OPENED_TOO_MUCH shares/0-public-1.json platform',
    'V17 EVIDENCE.OPENED_TOO_MUCH shares/1-public-1.json platform',
    'V17 EVIDENCE.OPENED_TOO_MUCH sealed-shares/1-1.json platform',
    'V17 EVIDENCE.OPENED_TOO_MUCH reveals/revealing-0-public.json platform',
    'V21 EVIDENCE.UNEXPLAINED reveals/revealing-0-public.json bundle',
    '…',
  ],
  [
    'a secret that does not open its dealing',
    reveal(0, (one) => ({ ...one, s: `${'A'.repeat(42)}E` })),
    'V11 DEALING.SECRET reveals/revealing-0-public.json platform',
  ],
  [
    'a secret that is no scalar',
    reveal(0, (one) => ({ ...one, s: `${'_'.repeat(42)}8` })),
    'V11 GROUP.SCALAR reveals/revealing-0-public.json platform',
  ],
  [
    'a secret of another lot',
    reveal(0, (one) => ({ ...one, lotKeyHash: OTHER })),
    'V21 EVIDENCE.UNEXPLAINED reveals/revealing-0-public.json bundle',
  ],
  [
    'the secret of a bid that was withdrawn',
    (b) => {
      const path = `reveals/${bids.withdrawn}-1-public.json`;
      return copy(b, revealPath(1), path).edit<Reveal>(path, (one) => ({ ...one, c: bids.withdrawn }));
    },
    'V17 EVIDENCE.OPENED_TOO_MUCH reveals/withdrawn-1-public.json platform',
    'V21 EVIDENCE.UNEXPLAINED reveals/withdrawn-1-public.json bundle',
  ],
  [
    'a secret under another name',
    (b) => copy(b, revealPath(1), `reveals/${bids.absent}-1-committee.json`),
    'V21 EVIDENCE.NAME reveals/absent-1-committee.json bundle',
  ],
  [
    'a key’s end under another seat',
    (b) => copy(b, 'destroyed/1.json', 'destroyed/2.json'),
    'V21 EVIDENCE.NAME destroyed/2.json bundle',
  ],
  [
    'the end of another lot’s key',
    destroyed((one) => ({ ...one, lot: LOT })),
    'V02 EVIDENCE.OTHER_LOT destroyed/1.json platform',
  ],
  [
    'a key’s end before this opening',
    destroyed((one) => ({ ...one, record: OTHER })),
    'V02 EVIDENCE.OTHER_LOT destroyed/1.json platform',
  ],
  [
    'a key’s end that somebody else states',
    destroyed((one) => one, 2),
    'V02 EVIDENCE.SHARES_SEAT destroyed/1.json trustee-1',
  ],
];

const BYTES_ROWS: readonly ForgeryRow[] = [
  [
    'a truncated envelope',
    (b) => b.set(envelope('absent', 'E0'), b.bytes(envelope('absent', 'E0')).subarray(0, 40_000)),
    'V13 SEAL.ROOT envelopes/absent/E0.sealed platform',
    'V16 EVIDENCE.OTHER_OUTCOME absent platform',
    'V16 EVIDENCE.OTHER_SHEET absent platform',
  ],
  [
    'an envelope that is gone',
    (b) => b.remove(envelope('absent', 'E0')),
    'V13 EVIDENCE.MISSING envelopes/absent/E0.sealed platform',
    '…',
  ],
  [
    'an identity that is gone, so that too few are left',
    (b) => b.remove(envelope('absent', 'I')),
    'V13 EVIDENCE.MISSING envelopes/absent/I.sealed platform',
    'V16 EVIDENCE.DISTINCT_BIDDERS record.json platform',
    'V16 EVIDENCE.RESULT record.json platform',
    'V16 EVIDENCE.OTHER_OUTCOME absent platform',
    'V17 EVIDENCE.OPENED_TOO_MUCH shares/1-public-1.json platform',
    '…',
  ],
  [
    'that a sealed offer which does not open is its bidder’s fault',
    (b) => {
      const junk = Buffer.alloc(b.bytes(envelope('absent', 'E0')).length, 7);
      return b.set(envelope('absent', 'E0'), junk).edit<Commit>(`commits/${bids.absent}.json`, (one) => ({
        ...one,
        envelopes: one.envelopes.map((each) => (each.e === 'E0' ? { ...each, root: rootOf(junk) } : each)),
      }));
    },
    'V16 EVIDENCE.OTHER_OUTCOME absent platform',
    'V16 EVIDENCE.OTHER_SHEET absent platform',
  ],
  [
    'that nobody can be judged without a revocation list',
    reopened((one) => ({ ...one, crls: [] })),
    'V15 CERT.CRL_MISSING absent platform',
    '…',
  ],
];

describe('shares and secrets: the verifier finds', () => itFinds(vector, checkOpening, SHARE_ROWS));
describe('the envelopes: the verifier finds', () => itFinds(vector, checkOpening, BYTES_ROWS));
