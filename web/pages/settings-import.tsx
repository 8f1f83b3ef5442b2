/** A file read in: what its columns are, what would become of it, and how far it is. */

import {
  Alert,
  Anchor,
  Autocomplete,
  Badge,
  Button,
  Checkbox,
  FileInput,
  Group,
  Progress,
  SegmentedControl,
  Stack,
  Table,
  Text,
  Title,
} from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FileImport, Guesses, TriedFile } from '../answers.ts';
import { sendFile } from '../call.ts';
import { useFormat } from '../format.ts';
import { beginning, type Kind, kinds, known, type Mapping, mappingOf, twice } from '../import.model.ts';
import { Failure } from '../parts/failure.tsx';
import { Listed } from '../parts/listed.tsx';
import { Wide } from '../parts/wide.tsx';

export default function Import() {
  const { t } = useTranslation('settings');
  return (
    <Stack gap="xl">
      <Title order={2}>{t('section.import')}</Title>
      <NewImport />
      <Imports />
    </Stack>
  );
}

function NewImport() {
  const { t } = useTranslation('settings');
  const queries = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const [mapping, setMapping] = useState<Mapping>({});
  const guess = useMutation({
    mutationFn: async ({ file: of, kind }: { file: File; kind?: Kind }) =>
      sendFile<Guesses>('/api/imports/columns', await beginning(of), { name: of.name, kind }),
    onSuccess: ({ columns }) => setMapping(mappingOf(columns)),
  });
  const kind = guess.data?.kind;
  const query = { name: file?.name ?? '', kind, mapping: JSON.stringify(mapping) };
  const look = useMutation({
    mutationFn: (of: File) => sendFile<TriedFile>('/api/imports', of, { ...query, dryRun: 'true' }),
  });
  const read = useMutation({
    mutationFn: (of: File) => sendFile<FileImport>('/api/imports', of, query),
    onSuccess: () => {
      setFile(null);
      guess.reset();
      look.reset();
      return queries.invalidateQueries({ queryKey: ['settings', 'imports'] });
    },
  });
  const choose = (of: File | null) => {
    setFile(of);
    look.reset();
    read.reset();
    if (of === null) guess.reset();
    else guess.mutate({ file: of });
  };
  const doubles = twice(mapping);
  const error = guess.error ?? look.error ?? read.error;
  return (
    <Stack component="section" aria-label={t('import.file')}>
      <FileInput
        label={t('import.file')}
        description={t('import.fileHint')}
        placeholder={t('import.choose')}
        accept=".csv,.ndjson"
        value={file}
        onChange={choose}
        styles={{ placeholder: { color: 'var(--mantine-color-dimmed)' } }}
        clearable
        clearButtonProps={{ 'aria-label': t('import.clear') }}
        maw={480}
      />
      {file !== null && guess.data && (
        <>
          <div>
            <Text size="sm" fw={500} mb={4}>
              {t('import.kind')}
            </Text>
            <SegmentedControl
              aria-label={t('import.kind')}
              value={guess.data.kind}
              onChange={(value) => {
                look.reset();
                guess.mutate({ file, kind: kinds.find((one) => one === value) ?? 'contacts' });
              }}
              data={kinds.map((value) => ({ value, label: t(`kind.${value}`) }))}
            />
          </div>
          <Columns
            guesses={guess.data}
            mapping={mapping}
            onChange={(column, as) => {
              look.reset();
              setMapping({ ...mapping, [column]: as });
            }}
          />
          {doubles.length > 0 && (
            <Alert role="alert" color="red" variant="light">
              {t('import.twice', { names: doubles.join(', ') })}
            </Alert>
          )}
          <Group>
            <Button
              variant={look.data ? 'default' : 'filled'}
              disabled={doubles.length > 0}
              loading={look.isPending}
              onClick={() => look.mutate(file)}
            >
              {t('import.try')}
            </Button>
            {look.data && look.data.usable > 0 && (
              <Button loading={read.isPending} onClick={() => read.mutate(file)}>
                {t('import.go', { count: look.data.usable })}
              </Button>
            )}
          </Group>
        </>
      )}
      {error && <Failure error={error} />}
      {look.data && <WouldBe tried={look.data} />}
    </Stack>
  );
}

function Columns({
  guesses,
  mapping,
  onChange,
}: {
  guesses: Guesses;
  mapping: Mapping;
  onChange: (column: string, as: string | null) => void;
}) {
  const { t } = useTranslation('settings');
  return (
    <Wide label={t('import.column')} least={640}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('import.column')}</Table.Th>
          <Table.Th>{t('import.cells')}</Table.Th>
          <Table.Th>{t('import.as')}</Table.Th>
          <Table.Th>{t('import.why')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {guesses.columns.map(({ column, as, confidence, because, cells }) => {
          const name = mapping[column] ?? null;
          const isGuess = name === as;
          return (
            <Table.Tr key={column}>
              <Table.Td>
                <Checkbox
                  label={column}
                  aria-label={t('import.take', { column })}
                  checked={name !== null}
                  onChange={(event) => onChange(column, event.currentTarget.checked ? (as ?? column) : null)}
                />
              </Table.Td>
              <Table.Td>
                <Text size="xs" c="dimmed" lineClamp={2} className="breaks" maw={220}>
                  {cells.join(' · ')}
                </Text>
              </Table.Td>
              <Table.Td>
                <Autocomplete
                  size="xs"
                  aria-label={t('import.asOf', { column })}
                  data={[...known[guesses.kind]]}
                  value={name ?? ''}
                  disabled={name === null}
                  onChange={(value) => onChange(column, value === '' ? column : value)}
                  maxLength={200}
                />
              </Table.Td>
              <Table.Td>
                <Group gap={6}>
                  <Badge
                    miw="max-content"
                    variant={isGuess && confidence === 'sure' ? 'light' : 'outline'}
                    color={isGuess && confidence === 'unsure' ? 'gray' : 'sea'}
                  >
                    {t(isGuess ? `confidence.${confidence}` : 'confidence.byHand')}
                  </Badge>
                  {isGuess && (
                    <Text size="xs" c="dimmed">
                      {t(`because.${because}`)}
                    </Text>
                  )}
                </Group>
              </Table.Td>
            </Table.Tr>
          );
        })}
      </Table.Tbody>
    </Wide>
  );
}

function WouldBe({ tried }: { tried: TriedFile }) {
  const { t } = useTranslation('settings');
  const format = useFormat();
  const rows = tried.first.map((row, place) => ({ row, key: `row ${place}` }));
  return (
    <Stack component="section" gap="sm" aria-label={t('import.would')}>
      <Alert role="status" variant="light" color={tried.usable === 0 ? 'red' : 'sea'} title={t('import.would')}>
        {t('import.usable', { usable: format.count(tried.usable), rows: format.count(tried.rows) })}
      </Alert>
      {tried.reasons.length > 0 && (
        <>
          <Title order={3} size="h4">
            {t('import.refused')}
          </Title>
          <ul>
            {tried.reasons.map(({ reason, rows }) => (
              <li key={reason}>
                <Text size="sm">{t('import.reason', { reason, count: rows })}</Text>
              </li>
            ))}
          </ul>
        </>
      )}
      {tried.first.length > 0 && (
        <>
          <Title order={3} size="h4">
            {t('import.first')}
          </Title>
          <Wide label={t('import.first')} least={480}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('import.who')}</Table.Th>
                <Table.Th>{t('when')}</Table.Th>
                <Table.Th>{t('import.facts')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map(({ row, key }) => (
                <Table.Tr key={key}>
                  <Table.Td className="breaks">{row.who}</Table.Td>
                  <Table.Td>{format.moment(row.at)}</Table.Td>
                  <Table.Td className="breaks">
                    <Text size="xs">
                      {[
                        ...(row.name === null ? [] : [row.name]),
                        ...Object.entries(row.facts).map(([name, value]) => `${name}: ${String(value)}`),
                      ].join(' · ')}
                    </Text>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Wide>
        </>
      )}
    </Stack>
  );
}

function Imports() {
  const { t } = useTranslation('settings');
  const format = useFormat();
  return (
    <Stack gap="sm">
      <Title order={2}>{t('import.past')}</Title>
      <Listed<FileImport>
        queryKey={['settings', 'imports']}
        path="/api/imports"
        none={t('import.none')}
        every={(items) => (items.some(({ state }) => state === 'waiting' || state === 'running') ? 1_000 : false)}
      >
        {(imports) => (
          <Wide label={t('import.past')} least={620}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('import.name')}</Table.Th>
                <Table.Th>{t('when')}</Table.Th>
                <Table.Th>{t('state')}</Table.Th>
                <Table.Th className="number">{t('import.accepted')}</Table.Th>
                <Table.Th className="number">{t('import.rejected')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {imports.map((one) => (
                <Table.Tr key={one.id}>
                  <Table.Td className="breaks">
                    {one.name}
                    <Text size="xs" c="dimmed">
                      {t(`kind.${one.kind}`)}
                    </Text>
                  </Table.Td>
                  <Table.Td>{format.moment(one.createdAt)}</Table.Td>
                  <Table.Td>
                    {t(`job.${one.state}`)}
                    {one.state === 'running' && (
                      <Progress
                        value={one.rows ? (100 * one.done) / one.rows : 0}
                        aria-label={t('import.progress', { name: one.name })}
                      />
                    )}
                    {one.failure !== null && (
                      <Text size="xs" className="breaks">
                        {one.failure}
                      </Text>
                    )}
                  </Table.Td>
                  <Table.Td className="number">{format.count(one.accepted)}</Table.Td>
                  <Table.Td className="number">
                    {one.refused === 0 ? (
                      format.count(0)
                    ) : (
                      <Anchor href={`/api/imports/${one.id}/rejects`} download={`${one.name}.rejects.csv`}>
                        {t('import.download', { count: one.refused })}
                      </Anchor>
                    )}
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
