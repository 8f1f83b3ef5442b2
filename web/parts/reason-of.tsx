/** Why a hand-off ended badly, in words: a rejection has a code, the others a text of whoever wrote it. */

import { useTranslation } from 'react-i18next';

export function useReason(): (end: string, reason: string) => string {
  const { t } = useTranslation('handoffs');
  return (end, reason) => (end === 'rejected' ? t(`reject.${reason}`) : reason);
}
