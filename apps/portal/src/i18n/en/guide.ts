import type { Same } from '../same.ts';
import type { guide as zh } from '../zh-cn/guide.ts';

export const guide: Same<typeof zh> = {
  guide: {
    link: 'Guided visit',
    title: 'One tender in ten minutes',
    lead: 'An accelerated tender of the demonstration, from the notice to the award, with everybody in turn. Do each step yourself or let the demonstration’s people do it; legal periods are shortened by the published factor, all else is as in a real one.',
    none: 'There are no identities of a demonstration here',
    noneNext: 'The guided visit exists in demonstrations only; one that is starting needs some seconds.',
    others: 'Let them do it',
    own: 'I do it myself',
    newest: 'Go on with the newest lot, “{{lot}}”',
    look: 'Go and look',
    done: 'done',
    lot: 'See this lot’s public page',
    again: 'Begin anew with another lot',
    failed:
      'Fewer than three valid bids: by law nothing is opened, and everything stays secret. Begin anew with another lot.',
    evidence: 'Download evidence.zip',
    left: '{{time}} left to bid',
    closing: 'The deadline has passed; the platform is sealing the list of bids…',
    rivals: 'Let bidders 2 and 3 bid',
    ownByOthers: 'Let bidder 1 bid',
    three:
      'Of fewer than three nothing opens (Law, article 28). How many have bid the platform tells nobody before the deadline, so it is not shown here either.',
    pace: 'Time to bid',
    minutes: {
      m1: '1 minute (to watch: others do each step)',
      m5: '5 minutes',
      m15: '15 minutes (to take one’s time)',
    },
    step: {
      publish: 'The agency publishes the notice',
      seats: 'Five trustees each make a key',
      bids: 'Bidders seal on their own machines and submit',
      opening: 'After the deadline three trustees release their shares, and bids open one by one',
      record: 'The agency signs the opening record',
      candidates: 'Evaluation, and the candidates made public',
      award: 'The publicity is over: award',
      check: 'Anyone checks all of it',
    },
    why: {
      publish:
        'Project, lot, documents and times are signed by the agency and never change afterwards: a change is a new notice.',
      seats:
        'Tenderee, agency, regulator, trading centre and notary hold a seat each: any three open, two cannot. Keys are made on their own machines, and the platform never has them; here this page keeps them, for the demonstration only.',
      bids: 'Files are encrypted in the browser before anything is sent. Receipts are signed and put into the log, for withdrawals and replacements too.',
      opening:
        'Each trustee checks for itself that the time has come, that the list is in the log and that every encryption holds; only then its shares leave. Identities first, contents when there are three bidders.',
      record: 'The record states the result of each bid and why; signed, it is published.',
      candidates:
        'Ranked by the formula of the notice; every step can be computed again. Candidates are public for at least three days (Regulation, article 54).',
      award: 'No objection came: the award follows the ranking. Three days are some forty seconds here.',
      check:
        'Download the evidence and open it on the page that checks: it runs in your browser, and you need not believe this platform.',
    },
  },
};
