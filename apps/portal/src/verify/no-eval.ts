import { config } from 'zod';

// The page's policy forbids compiling code from text. Zod would try, and be refused, before it falls back.
config({ jitless: true });
