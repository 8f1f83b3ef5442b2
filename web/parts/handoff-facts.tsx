/** What is promised of a hand-off, what is known of its situation, and what happened to it, in words. */

import { Button, Group, Stack, Table, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { WholeHandoff } from '../answers.ts';
import { call } from '../call.ts';
import { useFormat } from '../format.ts';
import { canTakeBack, leftOf, takenBack } from '../handoff.model.ts';
import { useMe } from '../me.ts';
import { useLacks } from './handoff-state.tsx';
import { Refusal } from './refusal.tsx';

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

/** The latest first; a touch can be taken back by whoever may say one, an answer for a while by who gave it. */
export function History({ of, now }: { of: WholeHandoff; now: number }) {
  const { t } = useTranslation('handoffs');
  const format = useFormat();
  const sentence = useSentence();
  const queries = useQueryClient();
  const me = useMe().data;
  const takeBack = useMutation({
    // What is taken back may still be on its way.
    scope: { id: `handoff ${of.id}` },
    mutationFn: (place: number) =>
      call<WholeHandoff>('POST', `/api/handoffs/${of.id}/facts`, { body: { kind: 'undone', place } }),
    onSuccess: (whole, place) => {
      queries.setQueryData(['handoff', of.id], whole);
      // The button goes: whoever works by keyboard stays at what they took back.
      const line = document.getElementById(`fact-${place}`);
      const { activeElement } = document;
      if (activeElement === document.body || line?.contains(activeElement)) line?.focus();
      // Lists say what is due.
      return queries.invalidateQueries({ queryKey: ['handoffs'] });
    },
  });
  const gone = takenBack(of.facts);
  const facts = of.facts.map((fact, place) => ({ ...fact, place })).reverse();
  return (
    <>
      {takeBack.error !== null && <Refusal error={takeBack.error} />}
      <ol className="rows" reversed>
        {facts.map((fact) => (
          <li key={fact.place} id={`fact-${fact.place}`} tabIndex={-1} className="row">
            <div style={{ flex: '1 1 240px', minWidth: 0 }}>
              <Text size="sm" className="breaks" {...(gone.has(fact.place) ? { td: 'line-through' } : {})}>
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
            {me?.rights.includes('handoff.answer') && canTakeBack(of, fact.place, { me, now }) && (
              <Button
                variant="subtle"
                size="compact-xs"
                loading={takeBack.isPending && takeBack.variables === fact.place}
                onClick={() => takeBack.mutate(fact.place)}
                aria-label={t('takeBackWhat', { what: sentence(fact), at: format.moment(fact.at) })}
              >
                {t('takeBack')}
              </Button>
            )}
          </li>
        ))}
      </ol>
    </>
  );
}

function useSentence(): (fact: Told) => string {
  const { t } = useTranslation('handoffs');
  const format = useFormat();
  const lacks = useLacks();
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  const missing = (value: unknown): string => lacks(Array.isArray(value) ? value.map(String) : []);
  const sentence = ({ kind, details }: Told): string => {
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
  return sentence;
}
