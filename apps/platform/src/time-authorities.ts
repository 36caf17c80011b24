/** The file of outside time-stamp authorities (docs/DEPLOYMENT.md). */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { authorityName, objectIdentifier, parsePem } from '#trust';
import type { OutsideTimeSettings } from '#transparency';
import { ConfigError } from './config.ts';

const file = z.strictObject({
  everySeconds: z.number().int().min(1).max(60).default(10),
  timeoutSeconds: z.number().int().min(1).max(60).default(10),
  authorities: z
    .array(
      z.strictObject({
        name: authorityName,
        // No name or password in it: it stands in logs.
        url: z.url({ protocol: /^https?$/ }).regex(/^[^@]*$/),
        ca: z.array(z.string()).min(1).max(8),
        policy: objectIdentifier.optional(),
      }),
    )
    .min(1)
    .max(8),
});

/** @throws ConfigError for a file that is not there or not right */
export function readTimeAuthorities(path: string | null): OutsideTimeSettings {
  if (path === null) return { authorities: [], intervalMs: 10_000, timeoutMs: 10_000 };
  const { everySeconds, timeoutSeconds, authorities } = parse(path);
  const names = new Set(authorities.map(({ name }) => name));
  if (names.size !== authorities.length) throw fault('a name stands twice');
  return {
    intervalMs: everySeconds * 1000,
    timeoutMs: timeoutSeconds * 1000,
    authorities: authorities.map(({ name, url, ca, policy = null }) => {
      const roots = ca.flatMap((pem) => {
        const parsed = parsePem(pem);
        if (!parsed.ok) throw fault(`${name}: ${parsed.error.code}`);
        return parsed.value;
      });
      return { name, url, roots, policy };
    }),
  };
}

const fault = (text: string): ConfigError =>
  new ConfigError([{ variable: 'TIME_AUTHORITIES_FILE', fault: text }]);

function parse(path: string): z.output<typeof file> {
  let text: unknown;
  try {
    text = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    throw fault('cannot be read as JSON');
  }
  const parsed = file.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new ConfigError(
    parsed.error.issues.map(({ path: at, message }) => ({
      variable: 'TIME_AUTHORITIES_FILE',
      fault: `${at.join('.')}: ${message}`,
    })),
  );
}
