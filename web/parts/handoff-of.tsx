/** The hand-offs of one lead or of a company's people, the newest first, and under which agreement each was. */

import { Anchor, Box, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Handoff, List } from '../answers.ts';
import { call } from '../call.ts';
import { useFormat } from '../format.ts';
import { nameOf } from '../lead.model.ts';
import { useNow } from '../now.ts';
import { Failure } from './failure.tsx';
import { Owed, StateBadge } from './handoff-state.tsx';

const SHOWN = 20;

/**
 * Nothing where there is none. Its words are those of `handoffs`.
 * @param except a hand-off that is shown already
 */
export function HandoffOf({ of, except }: { of: { contactId: string } | { companyId: string }; except?: string }) {
  const { t } = useTranslation('handoffs');
  const format = useFormat();
  const now = useNow();
  const found = useQuery({
    queryKey: ['handoffs', 'of', of],
    queryFn: () => call<List<Handoff>>('GET', '/api/handoffs', { query: { ...of, limit: SHOWN } }),
  });
  if (found.error) return <Failure error={found.error} again={() => found.refetch()} />;
  const shown = found.data?.items.filter(({ id }) => id !== except) ?? [];
  if (shown.length === 0) return null;
  return (
    <Stack gap={0} component="section">
      <Title order={2}>{t(except === undefined ? 'heading' : 'ofLead')}</Title>
      <ul className="rows">
        {shown.map((one) => (
          <li key={one.id} className="row">
            <Box flex="0 0 120px">
              <StateBadge of={one.state} />
            </Box>
            <Box flex="2 1 180px" miw={0}>
              <Owed of={one} now={now} />
            </Box>
            <Box flex="2 1 160px" miw={0}>
              {'companyId' in of && (
                <Text size="sm" fw={600} className="breaks">
                  {one.lead === null ? `#${one.contactId}` : nameOf(one.lead)}
                </Text>
              )}
              <Text size="sm" className="breaks">
                {one.assignee ?? t('withMarketing')}
              </Text>
            </Box>
            <Group gap="xs" flex="1 1 180px">
              <Anchor size="sm" renderRoot={(props) => <Link {...props} to="/handoffs/$id" params={{ id: one.id }} />}>
                {t('open', { at: format.day(one.enteredAt) })}
              </Anchor>
              <Anchor
                size="sm"
                renderRoot={(props) => <Link {...props} to="/agreement" search={{ version: one.agreementId }} />}
              >
                {t('agreed')}
              </Anchor>
            </Group>
          </li>
        ))}
      </ul>
    </Stack>
  );
}
