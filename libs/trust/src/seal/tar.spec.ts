import fc from 'fast-check';
import { extract } from 'tar-stream';
import { concat, utf8 } from '../encoding/index.ts';
import { readMembers } from './bid-identity.ts';
import { paddedLength } from './padding.ts';
import { TarReader, memberHeader, memberPadding, payloadTail } from './tar.ts';

interface Member {
  path: string;
  bytes: Uint8Array;
}

function payloadOf(members: readonly Member[]): Uint8Array {
  const tar = concat(
    ...members.flatMap(({ path, bytes }) => [
      memberHeader(path, bytes.length),
      bytes,
      new Uint8Array(memberPadding(bytes.length)),
    ]),
  );
  return concat(tar, new Uint8Array(payloadTail(tar.length)));
}

const LONG = `${'很'.repeat(60)}/${'长'.repeat(60)}.pdf`;
const sample: Member[] = [
  { path: 'a.txt', bytes: utf8.encode('one') },
  { path: '技术标/施工组织设计.docx', bytes: new Uint8Array(1000).fill(7) },
  { path: LONG, bytes: new Uint8Array(512).fill(9) },
  { path: `${'x'.repeat(50)}/${'y'.repeat(60)}`, bytes: new Uint8Array(0) },
];

describe('the tar of an envelope', () => {
  it('is read back as it was written, in pieces of any size', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            path: fc.stringMatching(/^[a-z\u4e00-\u4e20]{1,40}$/),
            bytes: fc.uint8Array({ maxLength: 1500 }),
          }),
          {
            maxLength: 5,
          },
        ),
        fc.integer({ min: 1, max: 3000 }),
        (drawn, piece) => {
          const members = drawn.filter(
            ({ path }, at) =>
              !/^(con|prn|aux|nul)$/.test(path) && drawn.findIndex((other) => other.path === path) === at,
          );
          const payload = payloadOf(members);
          expect(paddedLength(payload.length)).toBe(payload.length);
          const reader = new TarReader();
          let read = '';
          for (let at = 0; at < payload.length; at += piece) {
            for (const event of reader.push(payload.subarray(at, at + piece))) {
              if (event.kind === 'start') read += `\n${event.path} ${String(event.size)} `;
              if (event.kind === 'data') read += Buffer.from(event.bytes).toString('hex');
            }
          }
          reader.finish();
          const wanted = members.map(
            ({ path, bytes }) => `\n${path} ${String(bytes.length)} ${Buffer.from(bytes).toString('hex')}`,
          );
          expect(read).toBe(wanted.join(''));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is what other tar programs read', async () => {
    const payload = payloadOf(sample);
    const seen: string[] = [];
    const unpack = extract();
    unpack.on('entry', (header, stream, next) => {
      seen.push(`${header.name} ${String(header.size)}`);
      stream.on('end', next).resume();
    });
    await new Promise<void>((resolve, reject) => {
      unpack.on('finish', () => {
        resolve();
      });
      unpack.on('error', reject);
      unpack.end(Buffer.from(payload));
    });
    expect(seen).toEqual(sample.map(({ path, bytes }) => `${path} ${String(bytes.length)}`));
  });

  it('has one form: what is accepted is exactly what the writer makes of it', () => {
    const payload = payloadOf(sample);
    let refused = 0;
    for (let at = 0; at < 9000; at += 11) {
      const bad = payload.slice();
      bad[at] = (bad[at] ?? 0) ^ 1;
      let read: Member[];
      try {
        read = readMembers(bad);
      } catch {
        refused += 1;
        continue;
      }
      // Another content, or another name in a pax record: then it is another archive, in its own one form.
      if (Buffer.compare(payloadOf(read), bad) !== 0) throw new Error(`byte ${String(at)} has two forms`);
    }
    expect(refused).toBeGreaterThan(500);
  });

  it.each([
    ['a link', (header: Uint8Array) => header.fill(0x32, 156, 157)],
    ['a folder', (header: Uint8Array) => header.fill(0x35, 156, 157)],
    ['a GNU long name', (header: Uint8Array) => header.fill(0x4c, 156, 157)],
    ['a global pax record', (header: Uint8Array) => header.fill(0x67, 156, 157)],
    ['a device', (header: Uint8Array) => header.fill(0x33, 156, 157)],
  ])('refuses %s, with a correct checksum', (_, change) => {
    const payload = payloadOf([{ path: 'a', bytes: new Uint8Array(0) }]);
    const header = payload.subarray(0, 512);
    change(header);
    header.fill(0x20, 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.set(utf8.encode(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
    expect(() => readMembers(payload)).toThrow('SEAL.TAR');
  });

  it('refuses a cut at every block, a longer padding and a shorter one', () => {
    const payload = payloadOf(sample);
    for (let length = 0; length < payload.length; length += 512) {
      expect(() => readMembers(payload.subarray(0, length))).toThrow('SEAL.TAR');
    }
    expect(() => readMembers(concat(payload, new Uint8Array(512)))).toThrow('SEAL.TAR');
  });

  it('refuses two members of one name, by any case, and a file under a file', () => {
    const empty = new Uint8Array(0);
    for (const paths of [
      ['a', 'a'],
      ['a', 'A'],
      ['a', 'a/b'],
      ['a/b', 'A'],
    ]) {
      expect(() => readMembers(payloadOf(paths.map((path) => ({ path, bytes: empty }))))).toThrow(
        'SEAL.MEMBER_DUPLICATE',
      );
    }
  });

  it('writes sizes over 8 GiB into a pax record', () => {
    const header = memberHeader('big', 2 ** 34);
    expect(Buffer.from(header).toString('latin1')).toContain('21 size=17179869184\n'.slice(3));
  });
});

describe('padding', () => {
  it('takes the next of {4,5,6,7}·2^j·16 KiB', () => {
    const kib = (n: number): number => paddedLength(n * 1024) / 1024;
    expect([0, 1, 64, 65, 80, 81, 112, 113, 128, 129, 1024, 1025].map(kib)).toEqual([
      64, 64, 64, 80, 80, 96, 112, 128, 128, 160, 1024, 1280,
    ]);
  });

  it('never costs more than a quarter above 64 KiB, and keeps order', () => {
    fc.assert(
      fc.property(fc.integer({ min: 65_537, max: 2 ** 36 }), (n) => {
        const padded = paddedLength(n);
        return (
          padded >= n && padded < n * 1.25 && paddedLength(padded) === padded && paddedLength(n + 1) >= padded
        );
      }),
    );
  });
});
