import createClient from 'openapi-fetch';
import { currentSession, setSession } from '../session/session-store.ts';
import type { components, paths } from './platform.ts';

/** RFC 9457 as the platform gives it: a title in both languages, a stable code, and the facts. */
export type Problem = Pick<
  components['schemas']['Problem'],
  'title' | 'titleEn' | 'status' | 'code' | 'facts'
>;

/** Everything that can go wrong with a request; `status` 0: there was no answer. */
export class ProblemError extends Error {
  readonly status: number;

  constructor(readonly problem: Problem) {
    super(problem.code);
    this.name = 'ProblemError';
    this.status = problem.status;
  }
}

export const isProblem = (error: unknown): error is ProblemError => error instanceof ProblemError;

/** No words here: the page says what to do next by the code. */
const unreachable = (): ProblemError =>
  new ProblemError({ title: '', titleEn: '', status: 0, code: 'PORTAL.UNREACHABLE', facts: {} });

const broken = (status: number): ProblemError =>
  new ProblemError({ title: '', titleEn: '', status, code: 'PORTAL.ANSWER_UNREADABLE', facts: {} });

export const api = createClient<paths>({ baseUrl: window.location.origin });

/** What says who asks; empty for a visitor. */
export const bearer = (): Readonly<Record<string, string>> => {
  const session = currentSession();
  return session ? { authorization: `Bearer ${session.token}` } : {};
};

api.use({
  onRequest: ({ request }) => {
    for (const [name, value] of Object.entries(bearer())) request.headers.set(name, value);
  },
  // A session that is over shows itself as such; drafts stay where they are.
  onResponse: ({ response }) => {
    if (response.status === 401) setSession(null, null);
  },
});

interface Answer<T> {
  readonly data?: T;
  readonly error?: unknown;
  readonly response: Response;
}

/** The answer's data. @throws ProblemError for every refusal, and when nothing answered */
export async function unwrap<T>(asking: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await asking.catch(() => {
    throw unreachable();
  });
  if (response.ok && data !== undefined) return data;
  throw refusalOf(error, response.status);
}

/** A plain request, beside the described forms, of whoever is signed in. @throws ProblemError */
export async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { ...bearer(), ...(init.body == null ? {} : { 'content-type': 'application/json' }) };
  const response = await fetch(path, { ...init, headers }).catch(() => {
    throw unreachable();
  });
  if (response.ok) return response;
  throw await refusalIn(response);
}

/** A file that is no JSON: a checkpoint, a key. @throws ProblemError */
export const fetchText = async (path: string): Promise<string> => (await ask(path)).text();
/** @throws ProblemError */
export const fetchBlob = async (path: string): Promise<Blob> => (await ask(path)).blob();

/** A record that the API takes as it is. @throws ProblemError */
export async function postJson(path: string, body: unknown): Promise<void> {
  await ask(path, { method: 'POST', body: JSON.stringify(body) });
}

/** What a plain answer that is not ok says. */
export const refusalIn = async (response: Response): Promise<ProblemError> =>
  refusalOf(await response.json().catch(() => null), response.status);

/** `status` 0: there was no answer. */
export function refusalOf(answer: unknown, status: number): ProblemError {
  if (isProblemDocument(answer)) return new ProblemError(answer);
  return status === 0 ? unreachable() : broken(status);
}

export const isProblemDocument = (value: unknown): value is Problem =>
  typeof value === 'object' && value !== null && 'code' in value && 'titleEn' in value;

/** null instead of a refusal that is an answer too: "there is none yet". */
export async function orNull<T>(asking: Promise<T>, ...codes: readonly string[]): Promise<T | null> {
  try {
    return await asking;
  } catch (error) {
    if (isProblem(error) && codes.includes(error.problem.code)) return null;
    throw error;
  }
}
