import type { OnModuleInit } from '@nestjs/common';
import { formatInstant } from '#kernel';
import type { FrontPage, FrontPageRow } from '#web';
import type { ReadLog } from './read-log.ts';

/** The log's head on the front page. */
export class LogSection implements OnModuleInit {
  constructor(
    private readonly read: ReadLog,
    private readonly page: FrontPage,
  ) {}

  onModuleInit(): void {
    this.page.add({ title: '透明日志', titleEn: 'Transparency log', order: 20, rows: () => this.rows() });
  }

  private async rows(): Promise<FrontPageRow[]> {
    const latest = await this.read.latest();
    const [origin = '', size = '', root = ''] = latest?.text.split('\n') ?? [];
    if (!latest) return [{ label: '检查点 / checkpoint', value: '尚无 / none yet' }];
    return [
      { label: '日志 / log', value: origin, href: '/log/vkey' },
      { label: '检查点 / checkpoint', value: `${size} · ${root}`, href: '/log/checkpoint' },
      { label: '签署时间 / signed at', value: formatInstant(latest.signedAt) },
    ];
  }
}
