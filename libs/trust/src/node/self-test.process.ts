import { selfTestHere } from './self-test.ts';

/** Started by selfTest() with the package's folder; prints the report as one JSON object. */
const report = await selfTestHere(process.argv[2] ?? '');
process.stdout.write(JSON.stringify(report));
