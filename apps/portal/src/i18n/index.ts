import { createInstance } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { en } from './en/index.ts';
import { zhCn } from './zh-cn/index.ts';

export type Language = 'zh-CN' | 'en';
const KEPT_AS = 'glasshall.language';

/** What the reader chose before; Chinese first. A browser that keeps nothing is no fault. */
function kept(): Language {
  try {
    return localStorage.getItem(KEPT_AS) === 'en' ? 'en' : 'zh-CN';
  } catch {
    return 'zh-CN';
  }
}

function showLanguage(language: Language): void {
  document.documentElement.lang = language;
}

export const i18n = createInstance();
void i18n.use(initReactI18next).init({
  lng: kept(),
  fallbackLng: false,
  resources: { 'zh-CN': { translation: zhCn }, en: { translation: en } },
  interpolation: { escapeValue: false },
  returnNull: false,
  initAsync: false,
});
showLanguage(kept());

export function chooseLanguage(language: Language): void {
  try {
    localStorage.setItem(KEPT_AS, language);
  } catch {
    // Private windows may refuse; the choice then lasts as long as the page.
  }
  showLanguage(language);
  void i18n.changeLanguage(language);
}
