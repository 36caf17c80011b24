import { request } from 'node:http';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FixedClock, installFaultHook, instant } from '#kernel';
import { cosignaturesOf, formatVkey, parseWitnessKey, withSignatures } from '#trust';
import { SignedLog } from '../../../test/support/signed-log.ts';
import { serveWitness } from './serve-witness.ts';
import type { RunningWitness } from './serve-witness.ts';
import { logId } from './witness-state.ts';
import type { KeptNotes } from './witness-state.ts';

const NOW = instant(1_700_000_000_000);
const clock = new FixedClock(NOW);
const NAME = 'witness.example/w1';

let folder = '';
let running: RunningWitness[] = [];
let warnings: string[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'glasshall-witness-'));
  warnings = [];
});
afterEach(async () => {
  installFaultHook(null);
  await Promise.all(running.map((one) => one.close()));
  running = [];
  await rm(folder, { recursive: true });
});

async function start(log: SignedLog, name = NAME): Promise<RunningWitness> {
  const warn = (text: string) => void warnings.push(text);
  const options = { folder, name, host: '127.0.0.1', port: 0, logs: [log.key], clock, warn };
  const witness = await serveWitness(options);
  running.push(witness);
  return witness;
}

interface Said {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** On a connection of its own: two of these are two connections. */
const post = (witness: RunningWitness, body: string | Buffer, path = '/add-checkpoint'): Promise<Said> =>
  new Promise((resolve, reject) => {
    const sent = request(`${witness.url}${path}`, { method: 'POST', agent: false }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          type: response.headers['content-type'] ?? '',
          body: Buffer.concat(pieces).toString('utf8'),
        }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });

const get = async (witness: RunningWitness, path: string) => {
  const answer = await fetch(`${witness.url}${path}`);
  return { status: answer.status, text: await answer.text() };
};

async function evidenceOf(witness: RunningWitness) {
  const { logs } = JSON.parse((await get(witness, '/')).text) as {
    logs: { evidence: string; checkpoint: string; size: number | null; refused: boolean }[];
  };
  const [log] = logs;
  const evidence = JSON.parse((await get(witness, log?.evidence ?? '')).text) as {
    equivocation: KeptNotes | null;
    unproved: KeptNotes[];
  };
  return { ...log, ...evidence };
}

describe('a witness answers as C2SP tlog-witness says', () => {
  it('200 with a cosignature that holds, at its own time', async () => {
    const log = new SignedLog().grow(5);
    const witness = await start(log);
    const answer = await post(witness, log.request(0));
    expect(answer).toMatchObject({ status: 200, type: 'text/plain; charset=utf-8' });
    const key = parseWitnessKey(witness.vkey);
    const cosigned = withSignatures(log.note(), [answer.body]);
    expect(cosignaturesOf(cosigned, [key])).toEqual([{ witness: key, seconds: NOW / 1000 }]);
    expect((await post(witness, log.grow(4).request(5))).status).toBe(200);
    expect((await post(witness, log.request(9))).status).toBe(200);
  });

  it('400 for what is no request, 404 for an unknown log, 403 for another’s signature', async () => {
    const log = new SignedLog().grow(5);
    const witness = await start(log);
    expect((await post(witness, 'hello')).status).toBe(400);
    expect((await post(witness, log.request(0).replace('old 0', 'old 6'))).status).toBe(400);
    expect((await post(witness, Buffer.from([0xff, 0xfe]))).status).toBe(400);
    expect((await post(witness, 'a'.repeat(200_000))).status).toBe(400);
    expect((await post(witness, new SignedLog('other.example/log').grow(2).request(0))).status).toBe(404);
    expect((await post(witness, new SignedLog().grow(2).request(0))).status).toBe(403);
    expect((await post(witness, log.request(0), '/somewhere')).status).toBe(405);
    expect((await get(witness, '/add-checkpoint')).status).toBe(405);
    expect((await get(witness, '/logs/00000000000000000000000000000000/evidence')).status).toBe(404);
  });

  it('409 with the size that it cosigned last', async () => {
    const log = new SignedLog().grow(5);
    const witness = await start(log);
    const size = { status: 409, type: 'text/x.tlog.size' };
    expect(await post(witness, log.request(3))).toEqual({ ...size, body: '0\n' });
    await post(witness, log.request(0));
    log.grow(3);
    expect(await post(witness, log.request(0))).toEqual({ ...size, body: '5\n' });
    expect(await post(witness, log.request(3, 4))).toEqual({ ...size, body: '5\n' });
    expect(await post(witness, log.request(5))).toMatchObject({ status: 200 });
  });

  it('422 where the proof does not hold; it keeps both notes, and goes on with the log', async () => {
    const log = new SignedLog().grow(5);
    const witness = await start(log);
    await post(witness, log.request(0));
    const fork = log.fork(1).grow(3);
    expect((await post(witness, fork.request(5))).status).toBe(422);
    expect((await post(witness, fork.request(5))).status).toBe(422);
    const { equivocation, unproved, refused } = await evidenceOf(witness);
    expect(unproved).toEqual([expect.objectContaining({ cosigned: log.note(), other: fork.note() })]);
    expect({ equivocation, refused }).toEqual({ equivocation: null, refused: false });
    // Whoever has a log's note can send it with a made-up proof: that must not end the log.
    expect((await post(witness, log.grow(1).request(5))).status).toBe(200);
  });

  it('shows its key and the checkpoint that it cosigned last to anyone', async () => {
    const log = new SignedLog().grow(5);
    const witness = await start(log);
    const { checkpoint = '', size } = await evidenceOf(witness);
    expect(size).toBeNull();
    expect((await get(witness, checkpoint)).status).toBe(404);
    await post(witness, log.request(0));
    expect(await get(witness, checkpoint)).toEqual({ status: 200, text: log.note() });
    expect((await get(witness, '/vkey')).text).toBe(`${witness.vkey}\n`);
  });
});

describe('a log that signs two histories', () => {
  it('is found, refused for good, and both notes are kept and served', async () => {
    const log = new SignedLog().grow(5);
    const witness = await start(log);
    await post(witness, log.request(0));
    const fork = log.fork();
    expect(await post(witness, fork.request(0))).toMatchObject({ status: 409, body: '5\n' });
    expect(warnings).toEqual([expect.stringContaining('two trees of 5 leaves')]);
    const found = await evidenceOf(witness);
    expect(found.equivocation).toMatchObject({ cosigned: log.note(), other: fork.note() });
    // Neither history is cosigned any more, also after a restart.
    await witness.close();
    const again = await start(log);
    expect((await post(again, log.grow(2).request(5))).status).toBe(403);
    expect(await evidenceOf(again)).toMatchObject({ refused: true, equivocation: found.equivocation });
  });
});

describe('the old size is checked and the new one kept at once', () => {
  /** Lets `count` requests judge, each against the same state, before any may put its file in place. */
  function stall(count: number): void {
    let arrived = 0;
    let release: () => void = () => undefined;
    const all = new Promise<void>((resolve) => (release = resolve));
    installFaultHook(async (point) => {
      if (point !== 'witness.file.written' || arrived >= count) return;
      arrived += 1;
      if (arrived === count) release();
      await all;
    });
  }

  it('of two histories on two connections one wins, and the other is found out', async () => {
    for (let round = 0; round < 20; round += 1) {
      const log = new SignedLog(`log-${String(round)}.example`).grow(5);
      const witness = await start(log);
      await post(witness, log.request(0));
      log.grow(3);
      // Both continue what was cosigned last, with as many leaves: nothing but the order tells them apart.
      const fork = log.fork();
      stall(2);
      const answers = await Promise.all([post(witness, log.request(5)), post(witness, fork.request(5))]);
      installFaultHook(null);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
      const answer = await fetch(`${witness.url}/logs/${logId(log.key.name)}/evidence`);
      const { equivocation } = (await answer.json()) as { equivocation: KeptNotes | null };
      expect([equivocation?.cosigned, equivocation?.other].sort()).toEqual([log.note(), fork.note()].sort());
    }
  });

  it('a smaller tree never follows a larger one, whichever is slower', async () => {
    const log = new SignedLog().grow(9);
    const witness = await start(log);
    await post(witness, log.request(0, 3));
    stall(2);
    const [small, large] = await Promise.all([
      post(witness, log.request(3, 5)),
      post(witness, log.request(3, 9)),
    ]);
    const won = small.status === 200 ? 5 : 9;
    const lost = won === 5 ? large : small;
    expect(lost).toMatchObject({ status: 409, body: `${String(won)}\n` });
    expect((await evidenceOf(witness)).size).toBe(won);
  });

  it('also between two processes on one folder', async () => {
    const log = new SignedLog().grow(5);
    const [one, two] = [await start(log), await start(log)];
    await post(one, log.request(0));
    log.grow(3);
    const fork = log.fork();
    stall(2);
    const answers = await Promise.all([post(one, log.request(5)), post(two, fork.request(5))]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  /** Holds the next request back, judged and before it puts its file in place, until it is released. */
  function holdNext(): { readonly reached: Promise<void>; readonly release: () => void } {
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    let held = false;
    const reached = new Promise<void>((resolve) => {
      installFaultHook(async (point) => {
        if (point !== 'witness.file.written' || held) return;
        held = true;
        resolve();
        await released;
      });
    });
    return { reached, release };
  }

  it('a process that stalls while others go on and tidy up rolls nothing back', async () => {
    const log = new SignedLog().grow(20);
    const [slow, fast] = [await start(log), await start(log)];
    await post(fast, log.request(0, 3));
    const { reached, release } = holdNext();
    const late = post(slow, log.request(3, 5));
    await reached;
    for (const [from, to] of [
      [3, 7],
      [7, 9],
      [9, 12],
    ] as const)
      expect((await post(fast, log.request(from, to))).status).toBe(200);
    release();
    expect(await late).toMatchObject({ status: 409, body: '12\n' });
    expect((await evidenceOf(fast)).size).toBe(12);
  });

  it('a request that was judged before two histories were found is cosigned no more', async () => {
    const log = new SignedLog().grow(5);
    const witness = await start(log);
    await post(witness, log.request(0));
    const fork = log.fork();
    log.grow(3);
    const { reached, release } = holdNext();
    const late = post(witness, log.request(5));
    await reached;
    expect((await post(witness, fork.request(5))).status).toBe(409);
    release();
    expect((await late).status).toBe(403);
  });
});

describe('the folder of a witness', () => {
  it('holds a key that others cannot read, made once, under one name', async () => {
    const log = new SignedLog();
    const { vkey } = await start(log);
    expect((await stat(join(folder, 'witness.key'))).mode & 0o077).toBe(0);
    expect((await start(log)).vkey).toBe(vkey);
    await expect(start(log, 'witness.example/other')).rejects.toThrow(/begun as witness\.example\/w1/);
    await rm(folder, { recursive: true });
    await expect(start(log, 'two words')).rejects.toThrow('NOTE.KEY');
  });

  it('keeps one note a log, and none for what was refused', async () => {
    const log = new SignedLog().grow(2);
    const witness = await start(log);
    for (let size = 0; size < 6; size += 2) {
      await post(witness, log.request(size));
      log.grow(2);
    }
    const [state = ''] = await readdir(join(folder, 'state'));
    expect(await readdir(join(folder, 'state', state))).toEqual(['000000000003.note']);
  });

  it('has a list of logs that the operator edits while it runs', async () => {
    const [log, other] = [new SignedLog().grow(2), new SignedLog('other.example/log').grow(2)];
    const witness = await start(log);
    expect((await post(witness, other.request(0))).status).toBe(404);
    await writeFile(join(folder, 'logs'), `# watched\n${formatVkey(log.key)}\n\n${formatVkey(other.key)}\n`);
    expect((await post(witness, other.request(0))).status).toBe(200);
    await writeFile(join(folder, 'logs'), 'not a key\n');
    expect((await post(witness, other.request(0))).status).toBe(500);
    await expect(start(log)).rejects.toThrow('NOTE.KEY');
  });
});
