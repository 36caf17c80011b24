import { parseInstant } from '#kernel';
import { TrustError, hashText, verifySigned } from '#trust';
import type { DeadlineChange, Notice, Signed } from '#trust';
import { checkLot, fetchLot } from '../lot.ts';
import type { CheckedLot } from '../lot.ts';
import type { Keystore, LotSecret } from './keystore.ts';
import type { Trustee } from './seat.ts';

/**
 * Looks at the lot's changes of the deadline and remembers the newest, durably, before anything depends on it: the
 * platform shows bidders and trustees one history, and could otherwise keep a later deadline from those it asks for
 * shares. Asks the lot for its records only where there is something new, and for nothing once this seat is bound to a
 * CLOSE: what deadline that one had to name was checked then.
 * @throws TrustError EVIDENCE.RELEASE_DEADLINE_HIDDEN: a change that was shown once is gone, or is another one now
 */
export async function watchDeadline(trustee: Trustee, secret: LotSecret): Promise<LotSecret> {
  if (secret.close !== null) return secret;
  const { platform, trust, keystore, clock } = trustee;
  const { deadlineChanges } = await platform.lot(secret.lot);
  const newest = deadlineChanges.at(-1);
  const hash = newest && hashText('deadline', newest.record);
  const { sequence = 0, hash: known } = secret.deadline ?? {};
  if (hash === known && deadlineChanges.length === sequence) return secret;
  const file = await fetchLot(platform, secret.lot);
  const lot = checkLot(file, { id: secret.lot, key: secret.lotKeyHash }, trust, clock.now());
  const signers = deadlineChanges.flatMap(({ signatures }) => signatures.map(({ signer }) => signer));
  await lot.certificates.learn(signers, (fingerprint) => platform.certificate(fingerprint));
  return remember(keystore, secret, deadlineChanges, lot);
}

/** Keeps the newest of these changes, each of which both sides must have signed; never an older one. */
export async function remember(
  keystore: Pick<Keystore, 'save'>,
  secret: LotSecret,
  changes: readonly Signed<DeadlineChange>[],
  lot: Pick<CheckedLot, 'certificates' | 'first' | 'lotKeyHash'>,
): Promise<LotSecret> {
  const known = secret.deadline;
  const hashes = changes.map((change, at) => {
    checkChange(change, at + 1, lot);
    return hashText('deadline', change.record);
  });
  if (known && hashes[known.sequence - 1] !== known.hash) {
    const facts = { lot: secret.lot, sequence: known.sequence };
    throw new TrustError('EVIDENCE.RELEASE_DEADLINE_HIDDEN', facts, 'platform');
  }
  const hash = hashes.at(-1);
  if (hash === undefined || hash === known?.hash) return secret;
  const kept = { ...secret, deadline: { sequence: hashes.length, hash } };
  await keystore.save(kept);
  return kept;
}

function checkChange(
  change: Signed<DeadlineChange>,
  sequence: number,
  { certificates, first, lotKeyHash }: Pick<CheckedLot, 'certificates' | 'first' | 'lotKeyHash'>,
): void {
  const { record } = change;
  const from = parseInstant(record.from);
  const signers = from === null ? [] : holdersOf(change, (one) => certificates.lookupAt(one, from));
  const agreed = signers.includes(first.regulator.creditCode) && signers.some((one) => isOwner(one, first));
  if (record.lotKeyHash !== lotKeyHash || record.sequence !== sequence || !agreed)
    throw new TrustError('EVIDENCE.RELEASE_DEADLINE_SIGNERS', { sequence }, 'platform');
}

const holdersOf = (change: Signed<DeadlineChange>, lookup: Parameters<typeof verifySigned>[2]) =>
  verifySigned('deadline', change, lookup).map(({ holder }) => holder.creditCode);

const isOwner = (creditCode: string | null, { tenderee, agency }: Notice): boolean =>
  creditCode === tenderee.creditCode || creditCode === agency.creditCode;
