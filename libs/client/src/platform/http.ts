import { z } from 'zod';
import { concat } from '#trust';
import { ClientFailure, cannotTell } from '../failure.ts';
import type { Facts } from '../failure.ts';
import { jitter, pause } from '../pause.ts';

const problem = z.looseObject({
  code: z.string().max(100),
  status: z.number(),
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
});

/** The platform refused, with its own code. */
export class PlatformRefusal extends ClientFailure {
  constructor(
    code: string,
    facts: Facts,
    readonly status: number,
    /** The whole problem document: some carry a signed receipt. */
    readonly document: unknown,
  ) {
    super(code, { ...facts, status });
    this.name = 'PlatformRefusal';
  }
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  readonly contentType?: string;
  readonly timeoutMs?: number;
  /** Gives up, also while waiting to ask again. */
  readonly signal?: AbortSignal;
}

const ATTEMPTS = 8;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 15_000;
const DEFAULT_TIMEOUT_MS = 60_000;
/** The largest list of a lot has 10,000 commitments of 6 KB: more is an attempt to fill this machine's memory. */
const MAX_JSON_BYTES = 128 * 1024 * 1024;
const TRY_AGAIN = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * One platform over HTTP. Everything asked of it here is idempotent, so what fails in passing (no connection, 429,
 * 5xx) is asked again, waiting longer each time, with jitter. What comes back is not trusted: callers parse it.
 */
export class Http {
  private readonly base: string;
  private token: string | null = null;

  constructor(
    server: string,
    private readonly attempts = ATTEMPTS,
    private readonly maxJson = MAX_JSON_BYTES,
  ) {
    if (!URL.canParse(server)) throw cannotTell('CLIENT.SERVER_URL', { server });
    this.base = server.replace(/\/+$/, '');
  }

  /** The bearer token of a session that was opened here, or elsewhere on this machine. */
  authorize(token: string): void {
    this.token = token;
  }

  async json(request: HttpRequest): Promise<unknown> {
    const text = new TextDecoder().decode(await this.bytes(request, this.maxJson));
    try {
      return text === '' ? null : (JSON.parse(text) as unknown);
    } catch {
      throw cannotTell('CLIENT.ANSWER_MALFORMED', { path: request.path });
    }
  }

  async bytes(request: HttpRequest, max: number): Promise<Uint8Array> {
    const response = await this.send(request);
    const pieces: Uint8Array[] = [];
    let length = 0;
    const reader = response.body?.getReader();
    for (let next = await reader?.read(); next?.value; next = await reader?.read()) {
      length += next.value.length;
      if (length > max) {
        await reader?.cancel();
        throw cannotTell('CLIENT.ANSWER_TOO_LARGE', { path: request.path, max });
      }
      pieces.push(next.value);
    }
    return concat(...pieces);
  }

  async send(request: HttpRequest): Promise<Response> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.once(request).catch((error: unknown) => {
        request.signal?.throwIfAborted();
        if (attempt >= this.attempts) throw unreachable(this.base, error);
        return null;
      });
      if (answer?.ok) return answer;
      if (answer && (!TRY_AGAIN.has(answer.status) || attempt >= this.attempts))
        throw await refusalOf(answer);
      await pause(waitMs(attempt, answer), request.signal);
    }
  }

  private once(request: HttpRequest): Promise<Response> {
    const { method, path, body, headers, contentType, timeoutMs, signal } = request;
    const timeout = AbortSignal.timeout(timeoutMs ?? DEFAULT_TIMEOUT_MS);
    return fetch(`${this.base}${path}`, {
      method,
      headers: {
        ...(this.token === null ? {} : { authorization: `Bearer ${this.token}` }),
        ...(body === undefined ? {} : { 'content-type': contentType ?? 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: body as string | Uint8Array<ArrayBuffer> }),
      redirect: 'error',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
  }
}

/** What Retry-After asks, or doubling waits with jitter so that many clients do not come back together. */
function waitMs(attempt: number, answer: Response | null): number {
  const asked = Number(answer?.headers.get('retry-after') ?? Number.NaN) * 1000;
  const backoff = Math.min(FIRST_WAIT_MS * 2 ** (attempt - 1), LONGEST_WAIT_MS);
  const base = asked >= 0 && asked <= 60_000 ? asked : backoff;
  return base + jitter(backoff / 2);
}

const unreachable = (server: string, error: unknown): ClientFailure => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : '';
  return cannotTell('CLIENT.SERVER_UNREACHABLE', { server, cause: cause.slice(0, 200) });
};

async function refusalOf(answer: Response): Promise<PlatformRefusal> {
  const document: unknown = await answer.json().catch(() => null);
  const parsed = problem.safeParse(document);
  const { code, facts } = parsed.success ? parsed.data : { code: 'CLIENT.SERVER_ERROR', facts: undefined };
  return new PlatformRefusal(code, facts ?? {}, answer.status, document);
}
