import Button from 'antd/es/button';
import { useTranslation } from 'react-i18next';
import { useFollow } from '../../seal/followed.ts';

export function FollowButton({ lot }: { readonly lot: string }) {
  const { t } = useTranslation();
  const [follows, toggle] = useFollow(lot);
  return (
    <Button size="small" className="no-print" aria-pressed={follows} onClick={toggle}>
      {t(follows ? 'bids.unfollow' : 'bids.follow')}
    </Button>
  );
}
