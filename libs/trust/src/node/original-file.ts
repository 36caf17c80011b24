import { open } from 'node:fs/promises';
import { TrustError } from '../encoding/index.ts';
import type { FileToSeal, OpenedOriginal, Original } from '../package/ports.ts';

/** One file of an envelope: its name inside, and where its bytes are. */
export interface SealFile {
  readonly path: string;
  readonly from: { readonly file: string } | { readonly bytes: Uint8Array };
}

/** A file on disk that is sealed under the name `path`; `file` is kept so that the self-test finds it again. */
export class OriginalFile implements Original {
  constructor(
    readonly file: string,
    private readonly path: string,
  ) {}

  async open(): Promise<OpenedOriginal> {
    const handle = await open(this.file, 'r');
    const stat = await handle.stat();
    if (!stat.isFile()) {
      await handle.close();
      throw new TrustError('SEAL.NOT_A_FILE', { path: this.path.slice(0, 100) });
    }
    return {
      size: stat.size,
      read: async (into, at) => (await handle.read(into, 0, into.length, at)).bytesRead,
      close: () => handle.close(),
    };
  }
}

export const fileToSeal = ({ path, from }: SealFile): FileToSeal => ({
  path,
  from: 'bytes' in from ? from : new OriginalFile(from.file, path),
});
