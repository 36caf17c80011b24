import { useTranslation } from 'react-i18next';
import { destroyWhenOver, fileDestruction } from '#client';
import { alone, trusteeOf } from '../../trustee/desk.ts';
import type { Desk } from '../../trustee/desk.ts';
import { shown } from '../../trustee/fault.ts';
import { ProblemError } from '../../api/client.ts';
import { Final } from '../../ui/final.tsx';
import { Section } from '../../ui/parts.tsx';

/** Once the opening is recorded the key is of no more use to anybody but an attacker. */
export function Destruction({
  lotId,
  desk,
  destroyed,
  changed,
}: {
  readonly lotId: string;
  readonly desk: Desk;
  readonly destroyed: boolean;
  readonly changed: () => void;
}) {
  const { t } = useTranslation();
  const work = async (): Promise<void> => {
    const trustee = await trusteeOf(desk);
    const secret = await trustee.keystore.load(lotId);
    const { record } = await trustee.platform.opening(lotId);
    const over = secret
      ? await destroyWhenOver(trustee, secret, record)
      : await fileDestruction(trustee, lotId);
    const said = t('holder.destroy.notYet');
    if (!over)
      throw new ProblemError({
        title: said,
        titleEn: said,
        status: 409,
        code: 'TRUSTEE.NOT_OVER',
        facts: {},
      });
    changed();
  };
  const run = (): Promise<void> =>
    alone(lotId, work).catch((error: unknown) => {
      throw shown(error, t);
    });
  return (
    <Section title={t('holder.destroy.title')}>
      {destroyed ? (
        <p role="status" data-destroyed="true">
          {t('holder.destroy.done')}
        </p>
      ) : (
        <>
          <p>{t('holder.destroy.text')}</p>
          <Final word={t('holder.destroy.go')} title={t('holder.destroy.goTitle')} run={run}>
            <p>{t('holder.destroy.what')}</p>
          </Final>
        </>
      )}
    </Section>
  );
}
