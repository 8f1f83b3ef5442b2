/** A draft of an agreement in forms: fields, qualifiers as conditions, and who looks after which stage. */

import { Button, Card, Code, NativeSelect, SimpleGrid, Stack, Text, TextInput, Title } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FIELDS, partOf, withPart, withValue } from '../agreement.model.ts';
import type { AgreementChecked, Serving } from '../answers.ts';
import { ConditionBuilder } from './condition-builder.tsx';

const PARTS = ['definition', 'situation', 'marketing', 'sales', 'review'] as const;
const QUALIFIERS = ['demographic', 'situational', 'behavioural'] as const;
const TEAMS = ['marketing', 'sales'] as const;

interface Formed {
  readonly text: string;
  readonly values: ReadonlyMap<string, string>;
  /** Of the model that serves; null as long as it is not known. */
  readonly outline: Serving['outline'] | null;
  readonly problems: AgreementChecked['problems'];
  readonly readOnly: boolean;
  readonly change: (next: (text: string) => string) => void;
}

export function AgreementForm({ text, values, outline, problems, readOnly, change }: Formed) {
  return (
    <Stack>
      <Fields values={values} stages={outline?.stages ?? []} problems={problems} readOnly={readOnly} change={change} />
      {outline !== null && (
        <>
          <Qualifiers text={text} outline={outline} problems={problems} readOnly={readOnly} change={change} />
          <Responsibilities text={text} stages={outline.stages} readOnly={readOnly} change={change} />
        </>
      )}
    </Stack>
  );
}

/** The three kinds of qualifiers, each as rows of conditions. */
function Qualifiers({
  text,
  outline,
  problems,
  readOnly,
  change,
}: Omit<Formed, 'outline' | 'values'> & { readonly outline: Serving['outline'] }) {
  const { t } = useTranslation('agreement');
  const [opened, setOpened] = useState<readonly string[]>([]);
  return (
    <Card withBorder component="section" aria-label={t('qualifiers')}>
      <Title order={2}>{t('qualifiers')}</Title>
      <Text size="sm" c="dimmed" mb="sm">
        {t('qualifiersHint')}
      </Text>
      <Stack>
        {QUALIFIERS.map((name) => {
          const keys = ['definition', 'qualifiers', name];
          const found = partOf(text, keys);
          const where = typeof found === 'object' && found !== null ? found : undefined;
          const label = t(`qualifier.${name}`);
          const wrong = problems.filter(({ path }) => path.startsWith(keys.join('.')));
          return (
            <div key={name}>
              <Text fw={600} size="sm" mb={4}>
                {label}
              </Text>
              {readOnly ? (
                <Code block>{where === undefined ? '–' : JSON.stringify(where)}</Code>
              ) : where !== undefined || opened.includes(name) ? (
                <ConditionBuilder
                  where={where}
                  outline={outline}
                  label={label}
                  onChange={(next) => change((before) => withPart(before, keys, next))}
                />
              ) : (
                <Button
                  size="xs"
                  variant="default"
                  aria-label={t('addQualifierTo', { name: label })}
                  onClick={() => setOpened([...opened, name])}
                >
                  {t('addQualifier')}
                </Button>
              )}
              {wrong.map(({ path, message }) => (
                <Text key={`${path} ${message}`} size="xs" className="late">
                  {message}
                </Text>
              ))}
            </div>
          );
        })}
      </Stack>
    </Card>
  );
}

/** Who looks after whom, stage by stage. */
function Responsibilities({
  text,
  stages,
  readOnly,
  change,
}: Pick<Formed, 'text' | 'readOnly' | 'change'> & { readonly stages: readonly string[] }) {
  const { t } = useTranslation('agreement');
  const said = new Map(Object.entries(Object(partOf(text, ['responsibilities']))));
  return (
    <Card withBorder component="section" aria-label={t('part.responsibilities')}>
      <Title order={2} mb="sm">
        {t('part.responsibilities')}
      </Title>
      <SimpleGrid cols={{ base: 1, sm: 2, md: 4 }}>
        {[...new Set([...stages, ...said.keys()])].map((stage) => (
          <NativeSelect
            key={stage}
            label={stage}
            value={String(said.get(stage) ?? '')}
            disabled={readOnly}
            onChange={(event) => {
              const team = event.currentTarget.value || undefined;
              change((before) => withPart(before, ['responsibilities', stage], team));
            }}
            data={[
              { value: '', label: t('noTeam') },
              ...TEAMS.map((team) => ({ value: team, label: t(`team.${team}`) })),
            ]}
          />
        ))}
      </SimpleGrid>
    </Card>
  );
}

function Fields({
  values,
  stages,
  problems,
  readOnly,
  change,
}: Omit<Formed, 'outline' | 'text'> & { readonly stages: readonly string[] }) {
  const { t } = useTranslation('agreement');
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }}>
      {PARTS.map((part) => (
        <Card key={part} withBorder component="section" aria-label={t(`part.${part}`)}>
          <Title order={2} mb="sm">
            {t(`part.${part}`)}
          </Title>
          <Stack gap="sm">
            {FIELDS.filter((field) => field.part === part).map((field) => {
              const value = values.get(field.path) ?? '';
              const set = (written: string) => change((before) => withValue(before, field, written));
              const label = field.part === 'situation' ? t(field.path) : t(`f.${field.path}`);
              const problem = problems.find(({ path }) => path === field.path)?.message;
              const choices =
                field.kind === 'stage'
                  ? stages.map((stage) => ({ value: stage, label: stage }))
                  : field.kind === 'period'
                    ? (['month', 'quarter'] as const).map((per) => ({ value: per, label: t(`per.${per}`) }))
                    : null;
              if (choices !== null)
                return (
                  <NativeSelect
                    key={field.path}
                    label={label}
                    value={value}
                    disabled={readOnly}
                    error={problem}
                    onChange={(event) => set(event.currentTarget.value)}
                    data={choices.some((one) => one.value === value) ? choices : [{ value, label: value }, ...choices]}
                  />
                );
              return (
                <Written
                  key={field.path}
                  label={label}
                  hint={field.kind === 'span' || field.kind === 'list' ? t(`hint.${field.kind}`) : null}
                  type={field.kind === 'day' ? 'date' : 'text'}
                  value={value}
                  problem={problem}
                  readOnly={readOnly}
                  change={set}
                />
              );
            })}
          </Stack>
        </Card>
      ))}
    </SimpleGrid>
  );
}

interface WrittenField {
  readonly label: string;
  readonly hint: string | null;
  readonly type: 'date' | 'text';
  readonly value: string;
  readonly problem: string | undefined;
  readonly readOnly: boolean;
  readonly change: (value: string) => void;
}

/** Keeps what is being written until the field is left, so that a comma or a half number can be written. */
function Written({ label, hint, type, value, problem, readOnly, change }: WrittenField) {
  const [writing, setWriting] = useState<string | null>(null);
  return (
    <TextInput
      label={label}
      {...(hint === null ? {} : { description: hint })}
      type={type}
      value={writing ?? value}
      readOnly={readOnly}
      error={problem}
      onChange={(event) => setWriting(event.currentTarget.value)}
      onBlur={() => {
        if (writing !== null && writing !== value) change(writing);
        setWriting(null);
      }}
    />
  );
}
