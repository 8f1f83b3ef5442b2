/** What is promised of a hand-off, what is known of its situation, and what happened to it, in words. */

import { Group, Stack, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { WholeHandoff } from '../answers.ts';
import { useFormat } from '../format.ts';
import { leftOf } from '../handoff.model.ts';
import { useLacks } from './handoff-state.tsx';

/** The clocks of the present assignment, and what marketing owed. */
export function Clocks({ of, now }: { of: WholeHandoff; now: number }) {
  const { t } = useTranslation('handoffs');
  const format = useFormat();
  const shown = of.clocks.filter(({ assignment }) => assignment === 0 || assignment === of.assignments);
  if (shown.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {t('owesNothing')}
      </Text>
    );
  return (
    <Stack gap="xs" component="ul" className="rows">
      {shown.map((clock) => {
        const { late, ms } = leftOf(clock.dueAt, now);
        const running = clock.outcome === 'running';
        return (
          <Group key={clock.kind} component="li" justify="space-between" gap="xs" align="flex-start">
            <div>
              <Text size="sm">{t(`clock.${clock.kind}`)}</Text>
              <Text size="xs" c="dimmed">
                {t('dueBy', { at: format.moment(clock.dueAt) })}
              </Text>
            </div>
            <Text
              size="sm"
              fw={clock.outcome === 'missed' ? 650 : 500}
              {...(clock.outcome === 'missed' || (running && late) ? { className: 'late' } : {})}
            >
              {running ? t(late ? 'late' : 'left', { span: format.exactSpan(ms) }) : t(`outcome.${clock.outcome}`)}
            </Text>
          </Group>
        );
      })}
    </Stack>
  );
}

const PARTS = ['pains', 'budget', 'authority', 'need', 'timing'] as const;

export function Situation({ of }: { of: WholeHandoff }) {
  const { t } = useTranslation('handoffs');
  return (
    <Table withRowBorders={false} verticalSpacing={6}>
      <Table.Tbody>
        {PARTS.map((part) => (
          <Table.Tr key={part}>
            <Table.Th scope="row" w="35%" fw={500} style={{ verticalAlign: 'top' }}>
              {t(`situation.${part}`)}
            </Table.Th>
            <Table.Td className="breaks" {...(of.situation[part] === null ? { c: 'dimmed' } : {})}>
              {of.situation[part] ?? t('unknown')}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

type Told = WholeHandoff['facts'][number];

/** The latest first. */
export function History({ of }: { of: WholeHandoff }) {
  const { t } = useTranslation('handoffs');
  const format = useFormat();
  const sentence = useSentence();
  const facts = of.facts.map((fact, place) => ({ ...fact, place })).reverse();
  return (
    <ol className="rows" reversed>
      {facts.map((fact) => (
        <li key={fact.place} className="row">
          <div style={{ flex: '1 1 240px', minWidth: 0 }}>
            <Text size="sm" className="breaks">
              {sentence(fact)}
            </Text>
            {typeof fact.details.note === 'string' && (
              <Text size="sm" c="dimmed" className="breaks">
                {fact.details.note}
              </Text>
            )}
          </div>
          <Text size="xs" c="dimmed" className="breaks">
            {format.moment(fact.at)} · {fact.by === 'scoreline' ? t('byRule') : fact.by}
          </Text>
        </li>
      ))}
    </ol>
  );
}

function useSentence(): (fact: Told) => string {
  const { t } = useTranslation('handoffs');
  const format = useFormat();
  const lacks = useLacks();
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  const missing = (value: unknown): string => lacks(Array.isArray(value) ? value.map(String) : []);
  return ({ kind, details }) => {
    switch (kind) {
      case 'entered': {
        const what = missing(details.lacks);
        const stage = text(details.stage);
        return what === '' ? t('fact.entered', { stage }) : t('fact.enteredLacking', { stage, what });
      }
      case 'lacked':
        return t('fact.lacked', { what: missing(details.lacks) });
      case 'assigned':
        return t('fact.assigned', { to: text(details.to), because: t(`because.${text(details.because)}`) });
      case 'touched':
        return t(`touched.${text(details.touch)}`);
      case 'rejected':
        return t('fact.rejected', { reason: t(`reject.${text(details.reason)}`) });
      case 'recycled':
        return t('fact.recycled', { at: format.date(new Date(Number(details.until)).toISOString()) });
      case 'won':
        return typeof details.amount === 'number'
          ? t('fact.wonFor', {
              amount: format.money(details.amount, typeof details.currency === 'string' ? details.currency : null),
            })
          : t('fact.won');
      default:
        return t(`fact.${kind}`, { reason: text(details.reason) });
    }
  };
}
