import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Describes tests that need a system program. Where it is not installed, they are named on stderr as left out and
 * shown as one test that says so; `.ci/run` installs everything, so nothing is left out there.
 */
export function describeWith(program: string, name: string, body: () => void): void {
  if (spawnSync(program, ['version']).error === undefined) {
    describe(name, body);
    return;
  }
  process.stderr.write(`LEFT OUT: ${name} (${program} is not installed)\n`);
  it(`${name}: left out, because ${program} is not installed`, () => {
    expect(spawnSync(program, ['version']).error).toBeDefined();
  });
}

/** A folder that one program works in; gone after `remove`. */
export class Workbench {
  private readonly folder = mkdtempSync(join(tmpdir(), 'glasshall-interop-'));

  write(name: string, bytes: Uint8Array | string): void {
    writeFileSync(join(this.folder, name), bytes);
  }

  read(name: string): Uint8Array {
    return new Uint8Array(readFileSync(join(this.folder, name)));
  }

  /** Standard output; throws with standard error when the program fails. */
  run(program: string, ...args: readonly string[]): string {
    return execFileSync(program, args, {
      cwd: this.folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  /** True when the program refuses. */
  fails(program: string, ...args: readonly string[]): boolean {
    return spawnSync(program, args, { cwd: this.folder }).status !== 0;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
