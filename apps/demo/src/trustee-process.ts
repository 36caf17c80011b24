import { join } from 'node:path';
import { startGlasshall } from './glasshall.ts';
import type { Person } from './people.ts';

export interface TrusteeSetup {
  readonly url: string;
  readonly trust: string;
  readonly person: Person;
  readonly folder: string;
}

/** `glasshall trustee serve` as the organisation would run it, on a keystore of its own. */
export class TrusteeProcess {
  private constructor(private readonly process: ReturnType<typeof startGlasshall>) {}

  static start({ url, trust, person, folder }: TrusteeSetup): TrusteeProcess {
    const keystore = join(folder, 'trustees', person.name);
    const args = ['trustee', 'serve', '--server', url, '--trust', trust, '--p12', person.p12];
    return new TrusteeProcess(
      startGlasshall([...args, '--keystore', keystore, '--poll-ms', '1000'], {
        GLASSHALL_PASSWORD: person.password,
        GLASSHALL_KEYSTORE_PASSPHRASE: `keystore of ${person.name}`,
      }),
    );
  }

  stop(): Promise<void> {
    return this.process.stop();
  }

  output(): string {
    return this.process.output();
  }
}
