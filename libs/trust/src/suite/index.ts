export { suiteField, suiteIdOf, suiteOf } from './suite.ts';
