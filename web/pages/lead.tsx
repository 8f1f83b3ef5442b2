/** One lead: where it stands and why, how it came there, what is next, what it did, who it is; now, or as of any day. */

import {
  Alert,
  Anchor,
  Breadcrumbs,
  Button,
  Center,
  Group,
  Loader,
  Stack,
  Tabs,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { IconMail, IconPhone } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Explained, Lead, List } from '../answers.ts';
import { call } from '../call.ts';
import { useFormat } from '../format.ts';
import { endOf, nameOf } from '../lead.model.ts';
import { useMay } from '../me.ts';
import { Failure } from '../parts/failure.tsx';
import { HandoffOf } from '../parts/handoff-of.tsx';
import { LeadCompany } from '../parts/lead-company.tsx';
import { LeadHistory } from '../parts/lead-history.tsx';
import { LeadIdentity } from '../parts/lead-identity.tsx';
import { LeadTraits } from '../parts/lead-traits.tsx';
import { NextChange } from '../parts/next-change.tsx';
import { Standing } from '../parts/standing.tsx';
import { Suppressed } from '../parts/suppressed.tsx';
import { TimeLine } from '../parts/time-line.tsx';
import { lead } from '../router.tsx';
import { useServing } from '../serving.ts';
import { dialled, reachOf } from '../today.model.ts';
import './lead.css';

export function LeadPage() {
  const { t, i18n } = useTranslation('lead');
  const { id } = lead.useParams();
  const { asOf } = lead.useSearch();
  const known = useQuery({ queryKey: ['lead', id], queryFn: () => call<Lead>('GET', `/api/contacts/${id}`) });
  const told = useQuery({
    queryKey: ['lead', id, 'scores', asOf ?? null, i18n.language],
    // The day is shown as it ended.
    queryFn: () =>
      call<List<Explained>>('GET', `/api/contacts/${id}/scores`, {
        query: { asOf: asOf === undefined ? undefined : endOf(asOf), language: i18n.language },
      }),
    placeholderData: (before) => before,
  });
  const serving = useServing().data;
  const mayHandoffs = useMay('handoff.read');
  const mayErase = useMay('contact.erase');
  const mayMerge = useMay('contact.write');
  if (known.isPending) return <Waiting />;
  if (known.error) return <Failure error={known.error} again={() => known.refetch()} />;
  const main = told.data?.items.find(({ model }) => model === serving?.name) ?? told.data?.items[0];
  return (
    <Stack>
      <Breadcrumbs>
        <Anchor component={Link} to="/leads">
          {t('leads')}
        </Anchor>
        <Text className="breaks">{nameOf(known.data)}</Text>
      </Breadcrumbs>
      <Suppressed id={id} />
      <Head of={known.data} asOf={asOf} />
      <div className="lead-page">
        <Stack className="main">
          {told.isPending && <Waiting />}
          {told.error && <Failure error={told.error} again={() => told.refetch()} />}
          {told.data?.items.map((one) => (
            <Standing key={one.model} of={one} />
          ))}
          {mayHandoffs && <HandoffOf of={{ contactId: id }} />}
          {told.data?.items.length === 0 && <Alert variant="light">{t('noModel')}</Alert>}
        </Stack>
        <Stack className="aside">
          {main !== undefined && <NextChange id={id} of={main} />}
          {known.data.companyId !== null && (
            <LeadCompany of={known.data} companyId={known.data.companyId} asOf={asOf} />
          )}
        </Stack>
      </div>
      {main !== undefined && (
        <LeadHistory id={id} model={main.model} score={serving?.outline.main ?? null} asOf={asOf} />
      )}
      <Tabs defaultValue="did" keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="did">{t('did')}</Tabs.Tab>
          <Tabs.Tab value="traits">{t('traits')}</Tabs.Tab>
          <Tabs.Tab value="identity">{t('identity')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="did" pt="md">
          <TimeLine id={id} asOf={asOf} />
        </Tabs.Panel>
        <Tabs.Panel value="traits" pt="md">
          <LeadTraits id={id} asOf={asOf} />
        </Tabs.Panel>
        <Tabs.Panel value="identity" pt="md">
          <LeadIdentity of={known.data} mayMerge={mayMerge} mayErase={mayErase} />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}

function Head({ of, asOf }: { of: Lead; asOf: string | undefined }) {
  const { t } = useTranslation('lead');
  const format = useFormat();
  const navigate = lead.useNavigate();
  const { mail, phone } = reachOf(of);
  return (
    <>
      <Group justify="space-between" align="end">
        <Stack gap={4}>
          <Title order={1} className="breaks">
            {nameOf(of)}
          </Title>
          <Text c="dimmed" className="breaks">
            {[of.traits.title, of.companyName].filter((part) => typeof part === 'string').join(' · ')}
          </Text>
          <Group gap="xs">
            {mail !== null && (
              <Button
                component="a"
                href={`mailto:${mail}`}
                size="xs"
                variant="default"
                leftSection={<IconMail aria-hidden size={14} />}
              >
                <span className="breaks">{mail}</span>
              </Button>
            )}
            {phone !== null && (
              <Button
                component="a"
                href={dialled(phone)}
                size="xs"
                variant="default"
                leftSection={<IconPhone aria-hidden size={14} />}
              >
                {phone}
              </Button>
            )}
          </Group>
        </Stack>
        <Group align="end" gap="xs">
          <TextInput
            type="date"
            label={t('asOf')}
            value={asOf ?? ''}
            onChange={(event) => navigate({ search: { asOf: event.currentTarget.value || undefined }, replace: true })}
          />
          {asOf !== undefined && (
            <Button variant="default" onClick={() => navigate({ search: {}, replace: true })}>
              {t('now')}
            </Button>
          )}
        </Group>
      </Group>
      {asOf !== undefined && (
        <Alert variant="light" color="yellow" role="status">
          {t('past', { day: format.day(endOf(asOf).slice(0, 10)) })}
        </Alert>
      )}
    </>
  );
}

const Waiting = () => (
  <Center mih={160}>
    <Loader />
  </Center>
);
