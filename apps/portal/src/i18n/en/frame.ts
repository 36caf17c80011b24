import type { frame as chinese } from '../zh-cn/frame.ts';
import type { Same } from '../same.ts';

/** What stands around every page, and what is said when something fails. */
export const frame: Same<typeof chinese> = {
  brand: { name: 'Glasshall', full: 'Public resource trading', short: 'Public trading' },
  nav: {
    skip: 'Skip to the content',
    main: 'Main',
    notices: 'Tenders',
    verify: 'Verify',
    log: 'Transparency log',
    language: '中文',
    languageLabel: '切换为中文',
  },
  foot: {
    promise: 'Every secret and every result can be checked by anyone, without trusting this platform.',
    api: 'API',
    health: 'Health',
    demo: 'Demonstration: legal periods are shortened by the published factor, and all data are samples.',
  },
  clock: {
    label: 'Server time',
    unknown: 'Server time not known right now',
    zoneTitle: 'Beijing time, UTC+8',
  },
  state: {
    loading: 'Reading…',
    retry: 'Try again',
    loadMore: 'Show more',
  },
  problem: {
    unreachable: 'The platform did not answer.',
    unreachableNext:
      'Check your connection and try again. If this goes on the platform may be under maintenance; no deadline moves forward because of it.',
    unreadable: 'The platform’s answer could not be read.',
    serverNext: 'This is the platform’s fault and usually passes by itself; try again in a while.',
    notFoundNext: 'Check the address, or start again from the list of tenders.',
    busyNext: 'Too many requests; wait a minute and try again.',
    certificateNext:
      'Check that the certificate is valid today and not revoked, and that its issuer is one that this platform trusts. If the issuer is not, ask the trading centre.',
    refusedNext: 'Check what is said above and try again.',
    check: 'A check of this page did not hold; it stopped there.',
    checkNext:
      'Nothing was sent. Note the code and try once more; if it stays so, tell the trading centre and the regulator.',
    code: 'Code',
  },
  dialog: {
    close: 'Close',
    back: 'Back',
    final: 'This cannot be taken back.',
  },
  notFound: {
    title: 'There is no such page',
    text: 'The address may be mistyped, or the page was renamed.',
    next: 'Go to the tenders',
  },
};
