/** The `info` under which journal entries are sealed to a lot's journal key (ECIES of #trust). */
export const JOURNAL_INFO = new TextEncoder().encode('glasshall/1/journal-entry');
