/** Hand-offs, what is due first at the top. Whose and in which state stands in the address. */

import { Group, NativeSelect, Stack, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { List, Seller } from '../answers.ts';
import { call } from '../call.ts';
import { STATES, statesOf } from '../handoff.model.ts';
import { useMe } from '../me.ts';
import { Due } from '../parts/due.tsx';
import { handoffs } from '../router.tsx';

export function Handoffs() {
  const { t } = useTranslation('handoffs');
  const me = useMe();
  const { whose, state } = handoffs.useSearch();
  const navigate = handoffs.useNavigate();
  const sellers = useQuery({ queryKey: ['sellers'], queryFn: () => call<List<Seller>>('GET', '/api/sellers') });
  const people = sellers.data?.items.map(({ email }) => email).filter((email) => email !== 'marketing') ?? [];
  const wanted = whose ?? (me.data?.role === 'sales' ? 'me' : 'all');
  return (
    <Stack>
      <Title order={1}>{t('heading')}</Title>
      <Group align="end">
        <NativeSelect
          label={t('whose')}
          value={wanted}
          onChange={(event) => {
            const { value } = event.currentTarget;
            void navigate({ search: (before) => ({ ...before, whose: value }), replace: true });
          }}
          data={[
            { value: 'all', label: t('everybodys') },
            { value: 'me', label: t('mine') },
            ...people.filter((email) => email !== me.data?.name).map((email) => ({ value: email, label: email })),
          ]}
          flex="1 1 200px"
          maw={{ sm: 320 }}
        />
        <NativeSelect
          label={t('inState')}
          value={state ?? 'under-way'}
          onChange={(event) => {
            const { value } = event.currentTarget;
            void navigate({ search: (before) => ({ ...before, state: value }), replace: true });
          }}
          data={[
            { value: 'under-way', label: t('underWay') },
            ...STATES.map((one) => ({ value: one, label: t(`state.${one}`) })),
            { value: 'all', label: t('all') },
          ]}
          flex="1 1 200px"
          maw={{ sm: 320 }}
        />
      </Group>
      <Due whose={wanted} states={statesOf(state)} />
    </Stack>
  );
}
