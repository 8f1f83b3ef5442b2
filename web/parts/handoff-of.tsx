/** The hand-offs of one lead, the newest first, for whoever looks at the lead. */

import { Anchor, Box, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Handoff, List } from '../answers.ts';
import { call } from '../call.ts';
import { useFormat } from '../format.ts';
import { useNow } from '../now.ts';
import { Failure } from './failure.tsx';
import { Owed, StateBadge } from './handoff-state.tsx';

/**
 * Nothing where there is none. Its words are those of `handoffs`.
 * @param except a hand-off that is shown already
 */
export function HandoffOf({ contactId, except }: { contactId: string; except?: string }) {
  const { t } = useTranslation('handoffs');
  const format = useFormat();
  const now = useNow();
  const found = useQuery({
    queryKey: ['handoffs', 'of', contactId],
    queryFn: () => call<List<Handoff>>('GET', '/api/handoffs', { query: { contactId, limit: 20 } }),
  });
  if (found.error) return <Failure error={found.error} again={() => found.refetch()} />;
  const shown = found.data?.items.filter(({ id }) => id !== except) ?? [];
  if (shown.length === 0) return null;
  return (
    <ul className="rows" aria-label={t('ofLead')}>
      {shown.map((one) => (
        <li key={one.id} className="row">
          <Box flex="0 0 120px">
            <StateBadge of={one.state} />
          </Box>
          <Box flex="2 1 180px" miw={0}>
            <Owed of={one} now={now} />
          </Box>
          <Box flex="2 1 160px" miw={0}>
            <Text size="sm" className="breaks">
              {one.assignee ?? t('withMarketing')}
            </Text>
          </Box>
          <Anchor size="sm" renderRoot={(props) => <Link {...props} to="/handoffs/$id" params={{ id: one.id }} />}>
            {t('open', { at: format.day(one.enteredAt) })}
          </Anchor>
        </li>
      ))}
    </ul>
  );
}
