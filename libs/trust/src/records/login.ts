/** Sign-in. */
import { z } from 'zod';
import { hash32, instantText } from './value.ts';

/** What a certificate signs to sign in: bound to one server, one purpose, one short-lived nonce. */
export const login = z.strictObject({
  type: z.literal('login'),
  origin: z.string().min(1).max(300),
  nonce: hash32,
  expiresAt: instantText,
});
export type Login = z.infer<typeof login>;
