/** The `info` under which journal entries are sealed to a lot's journal key (ECIES of #trust). */
export const JOURNAL_INFO = 'glasshall/1/journal-entry';
