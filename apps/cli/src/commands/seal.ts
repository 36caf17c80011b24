import { z } from 'zod';
import { Platform, checkLot, fetchLot, parseLotFile } from '#client';
import type { CheckedLot } from '#client';
import { SystemClock, formatInstant } from '#kernel';
import { canonicalBytes, hash32, openingSheet, recoveryWords, toPem } from '#trust';
import type { EnvelopeName, Signer } from '#trust';
import { SHEET_NAME, readPackage, readSecrets, sealPackage, seedOf, selfTest } from '#trust/node';
import type { SealFile } from '#trust/node';
import { flagOption, listOption, mustOption, textOption } from '../command.ts';
import type { CommandSpec, Options } from '../command.ts';
import { collectFiles } from '../envelope-files.ts';
import { CommandFailure, cannotTell } from '../failure.ts';
import { CRLS, P12, PASSWORD, TRUST, readSigner, readText, readTrust } from '../files.ts';

const ENVELOPES = ['E0', 'E1', 'E2', 'E3'] as const;

export const seal: CommandSpec = {
  name: 'seal',
  summary: 'check the lot’s key, seal a bid for it on this machine, and test the result in a fresh process',
  arguments: [],
  options: [
    TRUST,
    CRLS,
    P12,
    PASSWORD,
    { flags: '--lot <id>', description: 'the lot (with --server); with --lot-file, the file must be of it' },
    { flags: '--server <url>', description: 'the platform (with --lot)' },
    { flags: '--lot-file <file>', description: 'what `glasshall lot` wrote: seals offline' },
    { flags: '--sheet <file>', description: 'the opening sheet (JSON); becomes opening-sheet.json in E0' },
    ...ENVELOPES.map((e) => ({
      flags: `--${e.toLowerCase()} <path...>`,
      description: `files and folders for envelope ${e}`,
    })),
    { flags: '--replaces <package>', description: 'an earlier package of yours that this one replaces' },
    { flags: '--withdraw-all', description: 'seal a withdrawal of all your bids instead of a bid' },
    {
      flags: '--no-self-test',
      description: 'leave the self-test out (run `glasshall self-test` before you submit)',
    },
    { flags: '--show-recovery-code', description: 'print the 24 words that open this package' },
    { flags: '--out <folder>', description: 'the package; must not exist', required: true },
  ],
  schema: z.strictObject({
    ok: z.literal(true),
    c: hash32,
    lotKeyHash: hash32,
    package: z.string(),
    envelopes: z.array(z.strictObject({ e: z.string(), root: hash32, length: z.number() })),
    selfTested: z.boolean(),
    recoveryCode: z.string().nullable(),
  }),
  async run({ options, progress }) {
    const trust = await readTrust(options);
    const now = new SystemClock().now();
    const wanted = { id: textOption(options, 'lot') ?? null, key: null };
    const lot = checkLot(await lotOf(options), wanted, trust, now);
    const { projectName, lotName, agency, deadline } = lot.latest;
    progress(
      `sealing for ${projectName} / ${lotName} of ${agency.name}, deadline ${deadline}, lot ${lot.lotKey.lot}`,
    );
    progress(`lot key ${lot.lotKeyHash}: signatures, proofs and log hold`);
    if (formatInstant(now) >= deadline) progress(`the deadline ${deadline} has passed`);
    const signer = await readSigner(options);
    checkOwnCertificate(signer, lot);
    const withdraw = flagOption(options, 'withdrawAll');
    const replaces = textOption(options, 'replaces');
    const sealed = await sealPackage({
      lotKey: lot.lotKey,
      documents: lot.latest.documents,
      envelopes: withdraw ? {} : await envelopesOf(options, signer),
      signer,
      supersedes: replaces === undefined ? null : (await readPackage(replaces)).c,
      ...(withdraw ? { withdraw: 'all' as const } : {}),
      outDir: mustOption(options, 'out'),
    });
    progress(`sealed as ${sealed.c}`);
    const selfTested = options['selfTest'] !== false;
    if (selfTested) await requireSelfTest(sealed.folder);
    const words = recoveryWords(seedOf(await readSecrets(sealed.folder)));
    const recoveryCode = flagOption(options, 'showRecoveryCode') ? words : null;
    const { c, folder, commit } = sealed;
    return {
      data: {
        ok: true,
        c,
        lotKeyHash: lot.lotKeyHash,
        package: folder,
        envelopes: commit.envelopes,
        selfTested,
        recoveryCode,
      },
      text: [
        `sealed bid ${c}`,
        `package ${folder}${selfTested ? ', self-test passed' : ', not tested'}`,
        ...(recoveryCode === null
          ? ['private.json opens this bid: keep it; `--show-recovery-code` prints it as 24 words']
          : [`recovery code: ${recoveryCode}`]),
      ],
      exit: 0,
    };
  },
};

/**
 * At the opening only the lists that CLOSE names count. A bid whose certificate none of them covers would be void, and
 * is better refused now, while the operator can still be told (`GET /api/v1/authorities`).
 * @throws TrustError EVIDENCE.CRL_REQUIRED, EVIDENCE.CERTIFICATE_REVOKED; CommandFailure CLI.CERTIFICATE_UNTRUSTED
 */
function checkOwnCertificate({ certificate, chain }: Signer, { certificates }: CheckedLot): void {
  certificates.add([toPem([certificate, ...chain])]);
  if (!certificates.lookup(certificate.fingerprint))
    throw new CommandFailure('CLI.CERTIFICATE_UNTRUSTED', { certificate: certificate.fingerprint });
}

export async function requireSelfTest(folder: string): Promise<void> {
  const report = await selfTest(folder);
  if (!report.ok) throw new CommandFailure('CLI.SELF_TEST_FAILED', { cause: report.code, ...report.facts });
}

async function lotOf(options: Options) {
  const file = textOption(options, 'lotFile');
  if (file !== undefined) return parseLotFile(await readText(file));
  const [server, id] = [textOption(options, 'server'), textOption(options, 'lot')];
  if (server === undefined || id === undefined) {
    throw cannotTell('CLI.USAGE', { needs: '--lot-file, or --server and --lot' });
  }
  return fetchLot(new Platform(server), id);
}

async function envelopesOf(
  options: Options,
  signer: Signer,
): Promise<Partial<Record<EnvelopeName, readonly SealFile[]>>> {
  const envelopes: Partial<Record<EnvelopeName, readonly SealFile[]>> = {};
  for (const e of ENVELOPES) {
    const sources = listOption(options, e.toLowerCase());
    if (sources.length > 0) envelopes[e] = await collectFiles(sources);
  }
  const sheet = textOption(options, 'sheet');
  if (sheet === undefined) throw cannotTell('CLI.USAGE', { needs: '--sheet' });
  envelopes.E0 = [await sheetFile(sheet, signer), ...(envelopes.E0 ?? [])];
  return envelopes;
}

/** The sheet as a record; `type` and `bidder` may be left out of the file, the certificate says them. */
async function sheetFile(path: string, signer: Signer): Promise<SealFile> {
  let json: unknown;
  try {
    json = JSON.parse(await readText(path)) as unknown;
  } catch (error) {
    throw error instanceof CommandFailure ? error : cannotTell('CLI.SHEET', { reason: 'not JSON' });
  }
  const { organisation, creditCode } = signer.certificate.holder;
  const given = typeof json === 'object' && json !== null ? json : {};
  const bidder = { name: organisation ?? '', creditCode: creditCode ?? '' };
  const parsed = openingSheet.safeParse({ type: 'opening-sheet', bidder, ...given });
  if (!parsed.success) {
    throw new CommandFailure('CLI.SHEET', { field: parsed.error.issues[0]?.path.join('.') ?? '' });
  }
  return { path: SHEET_NAME, from: { bytes: canonicalBytes(parsed.data) } };
}
