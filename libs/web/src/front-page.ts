import { Controller, Get, Header } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Public } from './access.ts';

export interface FrontPageRow {
  readonly label: string;
  readonly value: string;
  /** A path on this platform (`/docs`) or nothing. */
  readonly href?: string;
}

export interface FrontPageSection {
  readonly title: string;
  readonly titleEn: string;
  /** Small comes first: platform 0, tenders 10, log 20. */
  readonly order: number;
  /** Read anew for every view; nothing that the law keeps secret before a deadline (names, numbers of bidders). */
  rows(): Promise<readonly FrontPageRow[]>;
}

/** What `/` shows. Contexts add their sections in onModuleInit. */
export class FrontPage {
  private readonly sections: FrontPageSection[] = [];

  add(section: FrontPageSection): void {
    this.sections.push(section);
    this.sections.sort((a, b) => a.order - b.order);
  }

  async html(): Promise<string> {
    const parts = await Promise.all(this.sections.map(sectionHtml));
    return `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Glasshall</title><link rel="stylesheet" href="/style.css"></head>
<body><main><h1>Glasshall</h1>
<p>公共资源交易平台：每个秘密、每个结果，任何人都可核验。<br>
A procurement platform whose every secret and every result an outsider can check.</p>
${parts.join('\n')}
</main></body></html>
`;
  }
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Titles of tenders come from the outside. */
const escape = (text: string): string => text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? '');

const isLocalPath = (href: string): boolean => /^\/(?!\/)/.test(href);

async function sectionHtml(section: FrontPageSection): Promise<string> {
  // One part that is away must not take the page away.
  const rows = await section
    .rows()
    .catch(() => [{ label: '状态 / state', value: '暂不可用 / not available' }]);
  const lines = (rows as readonly FrontPageRow[]).map(({ label, value, href }) => {
    const text = escape(value);
    const shown = href && isLocalPath(href) ? `<a href="${escape(href)}">${text}</a>` : text;
    return `<tr><th scope="row">${escape(label)}</th><td>${shown}</td></tr>`;
  });
  return `<section><h2>${escape(section.title)} <small>${escape(section.titleEn)}</small></h2>
<table>${lines.join('')}</table></section>`;
}

const STYLE = `body{font:16px/1.6 system-ui,"Noto Sans SC",sans-serif;margin:0;color:#1c2733;background:#f5f7f9}
main{max-width:52rem;margin:2rem auto;padding:0 1rem}
h1{margin-bottom:0}h2{margin:1.5rem 0 .5rem;font-size:1.1rem}small{color:#5c6b7a;font-weight:normal}
table{border-collapse:collapse;width:100%;background:#fff}
th,td{border:1px solid #d7dee5;padding:.4rem .7rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
th{width:14rem;font-weight:600}a{color:#0b5cad}
`;

@ApiExcludeController()
@Controller()
export class FrontPageController {
  constructor(private readonly page: FrontPage) {}

  @Get()
  @Public()
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Cache-Control', 'no-store')
  show(): Promise<string> {
    return this.page.html();
  }

  @Get('style.css')
  @Public()
  @Header('Content-Type', 'text/css; charset=utf-8')
  @Header('Cache-Control', 'public, max-age=3600')
  style(): string {
    return STYLE;
  }
}
