/**
 * Which way things point (docs/ARCHITECTURE.md). Every rule has a file below test/architecture/fixtures that breaks it,
 * and test/architecture/boundaries.spec.ts proves that it is reported: a rule that cannot fail is decoration.
 */

/** Bounded contexts, and the contexts that each may know: always through their index.ts. */
const CONTEXTS = {
  transparency: [],
  parties: ['transparency'],
  tendering: ['parties', 'transparency'],
  bidding: ['tendering', 'parties', 'transparency'],
  opening: ['bidding', 'tendering', 'parties', 'transparency'],
  evaluation: ['opening', 'bidding', 'tendering', 'parties', 'transparency'],
  award: ['evaluation', 'opening', 'bidding', 'tendering', 'parties', 'transparency'],
};
const names = Object.keys(CONTEXTS);
const any = names.join('|');

/** The project's own folders, and those of the planted faults, which repeat their layout. */
// Non-capturing: dependency-cruiser drops groups that took no part, which would shift $1.
const AT = '^(?:test/architecture/fixtures/)?';

const dag = names
  .filter((name) => CONTEXTS[name].length < names.length - 1)
  .map((name) => {
    const strangers = names.filter((other) => other !== name && !CONTEXTS[name].includes(other)).join('|');
    return {
      name: `context-dag-${name}`,
      comment: `${name} may know only: ${CONTEXTS[name].join(', ') || 'no other context'}`,
      severity: 'error',
      from: { path: `${AT}libs/${name}/` },
      to: { path: `${AT}libs/(${strangers})/` },
    };
  });

/** What runs in a browser and in the verifier without the platform. */
const PURE_PACKAGES =
  '@noble/|@scure/|canonicalize|node-forge|zod|pkijs|asn1js|@peculiar/|bytestreamjs|pvtsutils|pvutils|reflect-metadata|tslib';

module.exports = {
  forbidden: [
    ...dag,
    {
      name: 'context-door',
      comment: 'Contexts and libraries are entered through their index.ts',
      severity: 'error',
      from: { path: `${AT}(?:libs|apps)/([^/]+)/`, pathNot: '\\.spec\\.ts$' },
      to: {
        path: `${AT}libs/[^/]+/`,
        pathNot: [
          `${AT}libs/$1/`,
          `${AT}libs/[^/]+/src/index\\.ts$`,
          `${AT}libs/trust/src/(node|key-file)/index\\.ts$`,
        ],
      },
    },
    {
      name: 'domain-purity',
      comment: 'The rules are checked without Nest, TypeORM, a database or a file',
      severity: 'error',
      from: { path: `${AT}libs/(${any})/src/domain/`, pathNot: '\\.spec\\.ts$' },
      to: {
        pathNot: [
          `${AT}libs/$1/src/domain/`,
          `${AT}libs/(kernel|trust|legal-time|scoring)/src/index\\.ts$`,
          'node_modules/(zod|decimal\\.js)/',
        ],
      },
    },
    {
      name: 'application-not-outward',
      comment:
        'A use case knows neither HTTP nor how something is stored. Transparency is its own store: each of its files ' +
        'has one implementation, so there is no port between them',
      severity: 'error',
      from: {
        path: `${AT}libs/(${any})/src/application/`,
        pathNot: ['\\.spec\\.ts$', `${AT}libs/transparency/`],
      },
      to: { path: `${AT}libs/$1/src/(http|infrastructure)/` },
    },
    {
      name: 'infrastructure-not-http',
      severity: 'error',
      from: { path: `${AT}libs/(${any})/src/infrastructure/` },
      to: { path: `${AT}libs/$1/src/http/` },
    },
    {
      name: 'http-not-infrastructure',
      comment: 'A controller goes through a use case, never to a store',
      severity: 'error',
      from: { path: `${AT}libs/(${any})/src/http/`, pathNot: '\\.spec\\.ts$' },
      to: { path: `${AT}libs/$1/src/infrastructure/` },
    },
    {
      name: 'trust-purity',
      comment:
        'What an outsider re-checks runs anywhere: no Node module, no framework, no other library of ours',
      severity: 'error',
      from: { path: `${AT}libs/trust/src/`, pathNot: [`${AT}libs/trust/src/node/`, '\\.spec\\.ts$'] },
      to: {
        pathNot: [
          `${AT}libs/trust/src/(?!node/)`,
          `${AT}libs/(kernel|legal-time|scoring)/src/index\\.ts$`,
          `node_modules/(${PURE_PACKAGES})`,
        ],
      },
    },
    {
      name: 'client-purity',
      comment:
        'What a party’s own machine does runs in a browser too: no Node module, no framework, nothing of the server',
      severity: 'error',
      from: { path: `${AT}libs/client/src/`, pathNot: '\\.spec\\.ts$' },
      to: {
        pathNot: [
          `${AT}libs/client/src/`,
          `${AT}libs/(kernel|trust)/src/index\\.ts$`,
          'node_modules/(@noble/hashes|zod)/',
        ],
      },
    },
    {
      name: 'kernel-alone',
      severity: 'error',
      from: { path: `${AT}libs/kernel/`, pathNot: '\\.spec\\.ts$' },
      to: { pathNot: [`${AT}libs/kernel/`] },
    },
    {
      name: 'pure-libraries',
      comment: 'legal-time and scoring are data and arithmetic',
      severity: 'error',
      from: { path: `${AT}libs/(legal-time|scoring)/`, pathNot: '\\.spec\\.ts$' },
      to: {
        pathNot: [
          `${AT}libs/$1/`,
          `${AT}libs/(kernel|trust|legal-time)/src/index\\.ts$`,
          'node_modules/(zod|decimal\\.js)/',
        ],
      },
    },
    {
      name: 'foundation-below-contexts',
      comment: 'persistence, storage, jobs and web know no context',
      severity: 'error',
      from: { path: `${AT}libs/(persistence|storage|jobs|web|legal-time|scoring|kernel|trust|client)/` },
      to: { path: `${AT}libs/(${any})/` },
    },
    {
      name: 'verify-path',
      comment: 'The verifier never touches the server: libs/trust, scoring, legal-time and kernel only',
      severity: 'error',
      from: { path: `${AT}apps/cli/` },
      to: { path: `${AT}(libs/(${any}|persistence|storage|jobs|web)|apps/platform)/` },
    },
    {
      name: 'verify-without-client',
      comment: 'Nor does it reach what talks to a platform, by any way: the verifier works from files alone',
      severity: 'error',
      from: {
        path: `${AT}apps/cli/src/commands/(verify|receipt-verify|cert-verify)[^/]*\\.ts$`,
        pathNot: '\\.spec\\.ts$',
      },
      to: { path: `${AT}libs/client/`, reachable: true },
    },
    {
      name: 'portal-alone',
      comment:
        'The portal knows the platform by its API alone, and re-checks with the verifier’s own libraries: what runs ' +
        'in a browser holds nothing of the server',
      severity: 'error',
      from: { path: `${AT}apps/portal/src/`, pathNot: '\\.spec\\.tsx?$' },
      to: {
        pathNot: [
          `${AT}apps/portal/src/`,
          `${AT}libs/trust/src/key-file/index\\.ts$`,
          `${AT}libs/(kernel|trust|scoring|legal-time|client)/src/index\\.ts$`,
          'node_modules/(@noble/hashes|@tanstack/react-query|antd|echarts|i18next|openapi-fetch|react|react-dom|react-i18next|react-router|zod)/',
        ],
      },
    },
    {
      name: 'witness-alone',
      comment:
        'Another body runs the witness: it has nothing of the platform but the code that everyone checks with',
      severity: 'error',
      from: { path: `${AT}apps/witness/`, pathNot: '\\.spec\\.ts$' },
      to: {
        pathNot: [
          `${AT}apps/witness/src/`,
          `${AT}libs/(kernel|trust)/src/index\\.ts$`,
          '^(?:node:)?(crypto|fs/promises|http|net|path|util)$',
        ],
      },
    },
    {
      name: 'libs-not-apps',
      severity: 'error',
      from: { path: `${AT}libs/`, pathNot: '\\.spec\\.ts$' },
      to: { path: `${AT}apps/` },
    },
    {
      name: 'not-test-code',
      comment: 'What runs in production knows nothing of the tests',
      severity: 'error',
      from: { path: `${AT}(libs|apps)/`, pathNot: '\\.spec\\.ts$' },
      to: { path: '^test/(?!architecture/fixtures/)' },
    },
    {
      name: 'no-cycle-between-files',
      comment: 'At run time; types may point both ways',
      severity: 'error',
      from: { path: `${AT}(libs|apps)/` },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'declared-packages',
      comment:
        'What runs in production is in package.json, among the dependencies; the demo may use the others, the portal is ' +
        'bundled when it is built, and so is the command line by its script',
      severity: 'error',
      from: {
        path: `${AT}(libs|apps)/`,
        pathNot: ['\\.spec\\.ts$', `${AT}apps/(demo|portal)/`, `${AT}apps/cli/bundle\\.mjs$`],
      },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev', 'unknown', 'undetermined'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|coverage|\\.glasshall)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'node', 'require', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json', '.css'],
    },
  },
};
