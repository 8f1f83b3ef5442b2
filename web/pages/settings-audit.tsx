/** Who changed what and when, narrowed by any of these. */

import { Code, Group, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import type { AuditEntry } from '../answers.ts';
import { useFormat } from '../format.ts';
import { Listed } from '../parts/listed.tsx';
import { Wide } from '../parts/wide.tsx';
import { type SettingsSearch, settings } from '../router.tsx';

const DAY = 86_400_000;

/** The end of a day is the beginning of the next one; both are those of the reader. */
const beginOf = (day: string | undefined, more = 0): string | undefined => {
  if (day === undefined) return undefined;
  const at = new Date(`${day}T00:00`).getTime() + more;
  return Number.isNaN(at) ? undefined : String(at);
};

export default function Audit() {
  const { t } = useTranslation('settings');
  const format = useFormat();
  const { who, action, from, to } = settings.useSearch();
  const navigate = settings.useNavigate();
  const narrow = useDebouncedCallback(
    (part: SettingsSearch) => navigate({ search: (before) => ({ ...before, ...part }), replace: true }),
    250,
  );
  const field = (name: 'who' | 'action' | 'from' | 'to', value: string | undefined, type: string) => (
    <TextInput
      label={t(`audit.${name}`)}
      type={type}
      defaultValue={value ?? ''}
      onChange={(event) => narrow({ [name]: event.currentTarget.value || undefined })}
      flex="1 1 150px"
    />
  );
  return (
    <Stack>
      <Title order={2}>{t('section.audit')}</Title>
      <Group align="end">
        {field('who', who, 'text')}
        {field('action', action, 'text')}
        {field('from', from, 'date')}
        {field('to', to, 'date')}
      </Group>
      <Listed<AuditEntry>
        queryKey={['settings', 'audit', who, action, from, to]}
        path="/api/audit"
        query={{ who, action, from: beginOf(from), to: beginOf(to, DAY) }}
        none={t('audit.none')}
      >
        {(entries) => (
          <Wide label={t('section.audit')} least={900}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('when')}</Table.Th>
                <Table.Th>{t('audit.who')}</Table.Th>
                <Table.Th>{t('audit.action')}</Table.Th>
                <Table.Th>{t('audit.subject')}</Table.Th>
                <Table.Th>{t('audit.details')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {entries.map((entry) => (
                <Table.Tr key={entry.id}>
                  <Table.Td>{format.moment(entry.at)}</Table.Td>
                  <Table.Td className="breaks">{entry.who}</Table.Td>
                  <Table.Td>
                    <Code>{entry.action}</Code>
                  </Table.Td>
                  <Table.Td className="breaks">{entry.subject}</Table.Td>
                  <Table.Td className="breaks">
                    <Text size="xs">
                      {Object.entries(entry.details)
                        .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
                        .join(' · ')}
                    </Text>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Wide>
        )}
      </Listed>
    </Stack>
  );
}
