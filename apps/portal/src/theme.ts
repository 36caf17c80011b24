import type { ThemeConfig } from 'antd';

/** The colours of docs/DESIGN.md, for Ant Design's parts; styles.css has them for ours. */
export const theme: ThemeConfig = {
  cssVar: { key: 'gh' },
  hashed: false,
  token: {
    colorPrimary: '#12595f',
    colorInfo: '#12595f',
    colorLink: '#0c5a86',
    colorSuccess: '#1c6b45',
    colorWarning: '#8a5a00',
    colorError: '#a3271f',
    colorText: '#1a2529',
    colorTextSecondary: '#4d5b61',
    colorTextPlaceholder: '#66747a',
    colorTextDescription: '#4d5b61',
    colorBorder: '#8d9a9f',
    colorBgLayout: '#f5f6f4',
    borderRadius: 4,
    // Of styles.css, by the page's language: system faces only, nothing is fetched.
    fontFamily: 'var(--font)',
    fontSize: 15,
    controlHeight: 38,
    controlHeightLG: 44,
    motion: false,
    wireframe: false,
  },
};
