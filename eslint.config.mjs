import js from '@eslint/js';
import ts from 'typescript-eslint';

const clock = {
  selector:
    "NewExpression[callee.name='Date'][arguments.length=0], CallExpression[callee.object.name='Date'][callee.property.name='now']",
  message: 'Time comes from Clock (libs/kernel): inject it, or take `now` as a parameter.',
};
const random = {
  selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
  message: 'Randomness comes from a cryptographic source that the caller names.',
};

export default ts.config(
  {
    ignores: [
      'dist/',
      '.glasshall/',
      'node_modules/',
      'coverage/',
      'test/architecture/fixtures/',
      'apps/portal/src/api/platform.ts',
    ],
  },
  js.configs.recommended,
  ...ts.configs.strict,
  {
    rules: {
      'no-restricted-syntax': ['error', clock, random],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/no-dynamic-delete': 'off',
      '@typescript-eslint/unified-signatures': 'off',
      'max-params': ['error', 6],
    },
  },
  {
    files: ['**/*.spec.ts', 'test/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', random], '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  {
    // What runs in a browser too; imports are .dependency-cruiser.cjs's (trust-purity, client-purity).
    files: ['libs/{trust,client}/src/**/*.ts'],
    ignores: ['libs/trust/src/node/**', '**/*.spec.ts', '**/*.fixture.ts'],
    rules: { 'no-restricted-globals': ['error', 'Buffer', 'process', 'setImmediate'] },
  },
  { files: ['**/*.cjs'], languageOptions: { globals: { module: 'writable' } } },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: { process: 'readonly', console: 'readonly', URL: 'readonly', Buffer: 'readonly' },
    },
  },
);
