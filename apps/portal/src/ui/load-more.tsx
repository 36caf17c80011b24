import Button from 'antd/es/button';
import { useTranslation } from 'react-i18next';

/** The next page of a list, where there is one; takes the list's `useInfiniteQuery`. */
export function LoadMore({
  list,
}: {
  readonly list: {
    readonly hasNextPage: boolean;
    readonly isFetchingNextPage: boolean;
    fetchNextPage(): Promise<unknown>;
  };
}) {
  const { t } = useTranslation();
  if (!list.hasNextPage) return null;
  return (
    <Button loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
      {t('state.loadMore')}
    </Button>
  );
}
