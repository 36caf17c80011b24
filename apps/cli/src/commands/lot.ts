import { z } from 'zod';
import { Platform, checkLot, fetchLot } from '#client';
import { SystemClock } from '#kernel';
import { hash32, instantText } from '#trust';
import { mustOption } from '../command.ts';
import type { CommandSpec } from '../command.ts';
import { CRLS, SERVER, TRUST, readTrust, replaceFile } from '../files.ts';

export const lot: CommandSpec = {
  name: 'lot',
  summary: 'fetch a lot’s notice and key, check them, and keep them for sealing offline',
  arguments: [{ name: '<lot>', description: 'the lot’s id' }],
  options: [SERVER, TRUST, CRLS, { flags: '--out <file>', description: 'where to write it', required: true }],
  schema: z.strictObject({
    ok: z.literal(true),
    lot: z.string(),
    name: z.string(),
    lotKeyHash: hash32,
    deadline: instantText,
    file: z.string(),
  }),
  async run({ args, options }) {
    const trust = await readTrust(options);
    const id = args[0] ?? '';
    const file = await fetchLot(new Platform(mustOption(options, 'server')), id);
    const { lotKeyHash, latest } = checkLot(file, { id, key: null }, trust, new SystemClock().now());
    const out = mustOption(options, 'out');
    await replaceFile(out, JSON.stringify(file));
    const { lotName: name, deadline } = latest;
    return {
      data: { ok: true, lot: latest.lot, name, lotKeyHash, deadline, file: out },
      text: [
        `${latest.projectName} / ${name}`,
        `deadline ${deadline}`,
        `lot key ${lotKeyHash}: checked`,
        `written to ${out}`,
      ],
      exit: 0,
    };
  },
};
