import { z } from 'zod';
import { pageSchema } from '#web';
import { PARTY_ROLES, PERMISSIONS } from '../domain/roles.ts';

export const challengeAnswer = z.object({
  login: z
    .object({ type: z.literal('login'), origin: z.string(), nonce: z.string(), expiresAt: z.string() })
    .describe('To be signed as it is'),
});

export const principalAnswer = z.object({
  personId: z.string(),
  organisationId: z.string().describe('Unified social credit code'),
  roles: z.array(z.enum(PARTY_ROLES)),
  permissions: z.array(z.enum(PERMISSIONS)),
  certificateFingerprint: z.string(),
  sessionId: z.string(),
});

export const sessionAnswer = z.object({
  token: z.string().describe('Bearer token; shown once'),
  expiresAt: z.string(),
  principal: principalAnswer,
});

export const enrolmentAnswer = z.object({
  creditCode: z.string(),
  name: z.string(),
  personId: z.string(),
  certificate: z.string(),
  grants: z.array(z.object({ role: z.enum(PARTY_ROLES), state: z.enum(['requested', 'granted']) })),
});

const organisation = z.object({
  creditCode: z.string(),
  name: z.string(),
  enrolledAt: z.string(),
  grants: z.array(z.object({ role: z.enum(PARTY_ROLES), state: z.enum(['requested', 'granted']) })),
});
export const organisationAnswer = organisation;
export const organisationPage = pageSchema(organisation);

export const authoritiesAnswer = z.object({
  items: z.array(
    z.object({
      fingerprint: z.string(),
      pem: z.string(),
      label: z.string(),
      development: z.boolean().describe('Demonstration mode only'),
    }),
  ),
});
export const crlsAnswer = z.object({ items: z.array(z.object({ sha256: z.string(), crl: z.string() })) });
export const crlAnswer = z.object({
  sha256: z.string(),
  issuer: z.string(),
  thisUpdate: z.string(),
  nextUpdate: z.string(),
});
