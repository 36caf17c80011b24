import type { Ruleset } from './ruleset.ts';

/**
 * Tendering (招标投标法 2017, 实施条例 as revised on 2 March 2019): the numbers for the steps that exist here.
 * 法 and 条例 give spans "from the day of …"; they are kept as elapsed time to the millisecond, which is exact at
 * any hour and scales with a demonstration's acceleration. 87号令85 (first day excluded) binds government
 * procurement, whose ruleset is another edition.
 */
export const TENDERING_2019_03: Ruleset = {
  edition: 'tendering-2019-03',
  title: '招标投标法（2017）及其实施条例（2019）',
  rules: {
    'document-access': {
      id: 'document-access',
      article: '条例16',
      kind: 'at-least',
      value: 5,
      unit: 'day',
      counting: 'elapsed',
      blocks: 'publication of the notice',
    },
    'bid-preparation': {
      id: 'bid-preparation',
      article: '法24',
      kind: 'at-least',
      value: 20,
      unit: 'day',
      counting: 'elapsed',
      blocks: 'publication of the notice',
    },
    'change-before-deadline': {
      id: 'change-before-deadline',
      article: '法23, 条例21',
      kind: 'at-least',
      value: 15,
      unit: 'day',
      counting: 'elapsed',
      blocks: 'publication of a clarification or change, unless the deadline moves',
    },
    'publicity-start': {
      id: 'publicity-start',
      article: '条例54',
      kind: 'at-most',
      value: 3,
      unit: 'day',
      counting: 'elapsed',
      blocks: 'publicity of candidates',
    },
    'publicity-length': {
      id: 'publicity-length',
      article: '条例54',
      kind: 'at-least',
      value: 3,
      unit: 'day',
      counting: 'elapsed',
      blocks: 'the award',
    },
    'enough-bidders': {
      id: 'enough-bidders',
      article: '法28, 条例44',
      kind: 'minimum-count',
      value: 3,
      unit: 'bidder',
      blocks: 'opening of the bids',
    },
    'candidate-limit': {
      id: 'candidate-limit',
      article: '条例53',
      kind: 'maximum-count',
      value: 3,
      unit: 'candidate',
      blocks: 'the evaluation report',
    },
    'close-margin': {
      id: 'close-margin',
      article: 'PROTOCOL 7',
      kind: 'wait',
      value: 60,
      unit: 'second',
      blocks: 'CLOSE',
    },
    'find-yourself': {
      id: 'find-yourself',
      article: 'PROTOCOL 7',
      kind: 'wait',
      value: 5,
      unit: 'minute',
      blocks: 'release of shares',
    },
    'witness-wait': {
      id: 'witness-wait',
      article: 'PROTOCOL 7',
      kind: 'wait',
      value: 30,
      unit: 'minute',
      blocks: 'CLOSE without a witness quorum',
    },
  },
};
