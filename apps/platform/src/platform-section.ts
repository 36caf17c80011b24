import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { Settings } from '#kernel';
import { FrontPage, HealthProbes } from '#web';

/** What is running: the first section of the front page. */
@Injectable()
export class PlatformSection implements OnModuleInit {
  constructor(
    private readonly page: FrontPage,
    private readonly settings: Settings,
    private readonly probes: HealthProbes,
  ) {}

  onModuleInit(): void {
    this.page.add({ title: '运行状态', titleEn: 'What is running', order: 0, rows: () => this.rows() });
  }

  private async rows() {
    const { role, demo } = this.settings;
    const parts = await Promise.all(
      this.probes.parts.map(async ({ name, check }) => ({
        label: name,
        value: await check().then(
          () => '正常 / up',
          () => '不可用 / down',
        ),
      })),
    );
    return [
      { label: '进程 / process', value: `${role}${demo ? '，演示模式 / demonstration mode' : ''}` },
      ...parts,
      { label: '接口文档 / API', value: '/docs', href: '/docs' },
      { label: '健康检查 / health', value: '/health', href: '/health' },
    ];
  }
}
