import type { Same } from '../same.ts';
import type { session as zh } from '../zh-cn/session.ts';

export const session: Same<typeof zh> = {
  session: {
    title: 'Sign in with a certificate',
    signIn: 'Sign in',
    signOut: 'Sign out',
    desks: 'Workplaces',
    needed: 'Please sign in first',
    lead: 'Sign in with your organisation’s certificate: the platform asks a question that is used once, and the private key answers it with a signature, in this page.',
    file: 'Certificate file',
    chooseFile: 'Choose a .p12 or .pfx file',
    noFile: 'none chosen',
    password: 'Password of the file',
    stays:
      'The file and its password are opened in this page and are not sent. After the page is closed or reloaded you will be asked for them again before a signature.',
    mayNot: 'Your organisation may not do this',
    mayNotNext:
      'You are signed in as “{{organisation}}”. Use a certificate that may; a role that was asked for just now waits for the trading centre.',
    stranger: '{{organisation}} ({{creditCode}}), {{person}}, is not enrolled here yet',
    strangerNext: 'Name and credit code come from the certificate. Choose roles to enrol.',
    roles: 'Roles asked for',
    rolesNote: 'Bidder holds at once; every other role holds when the trading centre has approved it.',
    enrol: 'Enrol and sign in',
    role: {
      bidder: 'Bidder',
      tenderee: 'Tenderee',
      agency: 'Tendering agency',
      regulator: 'Regulator',
      notary: 'Notary',
      audit: 'Audit office (holds a share of keys)',
      auditor: 'Auditor (reads all evidence)',
    },
    unlock: 'Your certificate is needed to sign',
    unlockWhy:
      'A reloaded page no longer has the private key. Please open the certificate file of “{{organisation}}” again; everything you filled in is still there.',
    unlockGo: 'Open the certificate',
    fault: {
      malformed: 'This is no certificate file that can be used',
      wrongPassword: 'The password is wrong, or the file is damaged',
      noKey: 'The file has no private key, or several',
      noCertificate: 'The file has no certificate for its private key',
      otherKey: 'This is not the certificate that signed in',
      noHolder: 'The certificate names no organisation',
      otherOrigin: 'The platform names another address than your browser shows',
      tooLarge: 'The file is larger than 1 MiB: it is hardly a certificate file',
    },
    faultNext: {
      malformed: 'Choose the .p12 or .pfx file (PKCS#12) that the certificate authority gave you.',
      wrongPassword: 'Type the password again; capitals matter. It is used in this page only.',
      noKey: 'Ask the certificate authority for a file with one private key.',
      noCertificate: 'Ask the certificate authority for a file with key and certificate together.',
      otherKey: 'Open the file that you signed in with; to change certificates, sign out first.',
      noHolder: 'Work here needs a certificate with the organisation’s name and unified social credit code.',
      otherOrigin:
        'The platform says {{asked}}, you opened {{origin}}. Use the address that it names; if you do not know it, do not sign in.',
      tooLarge: 'Please check which file was chosen.',
    },
    demo: {
      label: 'Identities of the demonstration',
      mark: 'Demonstration',
      as: 'You are:',
      visitor: 'the public',
      tenderee: 'tenderee',
      agency: 'agency',
      regulator: 'regulator',
      operator: 'trading centre',
      notary: 'notary',
      bidder: 'bidder ',
    },
  },
};
