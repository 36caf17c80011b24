import type { zhCn } from './zh-cn/index.ts';

/** Keys are checked by the compiler: a word that is not there does not build. */
declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof zhCn };
  }
}
