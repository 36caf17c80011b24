import { queryOptions } from '@tanstack/react-query';
import type { Signer } from '#trust';
import { api, unwrap } from '../api/client.ts';
import { openKeyFile } from './key-file.ts';
import { signIn, signOut } from './sign-in.ts';

/** The demonstration's people; none outside of it. */
export const demoIdentitiesQuery = (demo: boolean) =>
  queryOptions({
    queryKey: ['demo-identities'],
    enabled: demo,
    queryFn: fetchIdentities,
    // The seeding goes on after the platform is up.
    refetchInterval: (query) => (query.state.data?.length === 0 ? 3_000 : false),
    staleTime: Infinity,
  });

export const fetchIdentities = async () => (await unwrap(api.GET('/api/v1/demo/identities'))).items;

/** @throws ProblemError, KeyFault */
export async function demoSigner(name: string): Promise<Signer | null> {
  const found = (await fetchIdentities()).find((each) => each.name === name);
  if (!found) return null;
  const { b64u } = await import('#trust');
  return openKeyFile(b64u.decode(found.p12), found.password);
}

/** Signs in as somebody of the demonstration, or as nobody. @throws ProblemError, KeyFault */
export async function become(name: string | null): Promise<void> {
  await signOut();
  const signer = name === null ? null : await demoSigner(name);
  if (signer) await signIn(signer, name);
}
