/** Says of a lead that it must not be handed on, and by which entry of the list. */

import { Badge } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { call } from '../call.ts';

export function Suppressed({ id }: { id: string }) {
  const { t } = useTranslation();
  const { data } = useQuery({
    queryKey: ['lead', id, 'suppression'],
    queryFn: () => call<{ by: string | null }>('GET', `/api/contacts/${id}/suppression`),
  });
  if (data === undefined || data.by === null) return null;
  return (
    <Badge color="gray" variant="outline" tt="none">
      {t('suppressed', { by: data.by })}
    </Badge>
  );
}
