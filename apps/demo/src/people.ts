import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Seat } from '#trust';
import type { TenderParties } from './tender.ts';

const person = z.object({
  name: z.string(),
  organisation: z.string(),
  creditCode: z.string(),
  role: z.string(),
  p12: z.string(),
  password: z.string(),
});
export type Person = z.infer<typeof person>;

/** Three of five (PROTOCOL section 1). */
const QUORUM = 3;

/** The people whom the platform seeded on its first start in demonstration mode. */
export class People {
  constructor(private readonly list: readonly Person[]) {}

  of(name: string): Person {
    const found = this.list.find((each) => each.name === name);
    if (!found) throw new Error(`the demonstration has no ${name}`);
    return found;
  }

  tenderParties(trustees: readonly Seat['role'][]): TenderParties {
    const seats = trustees.map((role, index) => ({ i: index + 1, role, org: this.of(role).creditCode }));
    return {
      tenderee: this.of('tenderee').creditCode,
      regulator: this.of('regulator').creditCode,
      seats,
      k: QUORUM,
    };
  }
}

/** Fails until the platform has written its list. */
export async function readPeople(dataDir: string): Promise<People> {
  const text = await readFile(join(dataDir, 'demo', 'identities', 'identities.json'), 'utf8');
  return new People(z.object({ identities: z.array(person) }).parse(JSON.parse(text)).identities);
}
