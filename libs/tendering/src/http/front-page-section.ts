import { formatInstant } from '#kernel';
import type { FrontPageSection } from '#web';
import type { ReadLots } from '../application/read-lots.ts';

const SHOWN = 5;
const STATES = {
  draft: '草稿 / draft',
  published: '密钥形成中 / key ceremony',
  keyed: '投标 / bidding',
  cancelled: '终止 / cancelled',
} as const;

/** The newest tenders on the front page: state and deadline, nothing about who is interested. */
export const tenderSection = (lots: ReadLots): FrontPageSection => ({
  title: '最新标段',
  titleEn: 'Newest tenders',
  order: 10,
  rows: async () => {
    const newest = await lots.list({ state: null, after: null, limit: SHOWN });
    return newest.map(({ lot, project }) => ({
      label: `${project.name} ${lot.name}`,
      value: `${lot.closed && lot.state === 'keyed' ? '已截止 / closed' : STATES[lot.state]} · ${formatInstant(lot.deadline)}`,
      href: `/api/v1/lots/${lot.id}`,
    }));
  },
});
