/** What a sales person says of a hand-off: a touch by one click, and the answers, those that ask for more in a dialogue. */

import { Button, Card, Group, NativeSelect, NumberInput, Stack, Textarea, TextInput, Title } from '@mantine/core';
import { IconCalendarEvent, IconMail, IconMessage, IconPhone } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { WholeHandoff } from '../answers.ts';
import { call } from '../call.ts';
import { afterSaid, REJECTIONS, type Said, TOUCHES } from '../handoff.model.ts';
import { useMe } from '../me.ts';
import { Dialog } from './dialog.tsx';
import { Refusal } from './refusal.tsx';

const ICONS = { call: IconPhone, email: IconMail, meeting: IconCalendarEvent, message: IconMessage } as const;

/** Answers that ask for more, in the order in which they are offered. */
const ASKING = ['opportunity', 'won', 'lost', 'rejected', 'recycled', 'disqualified'] as const;
type Asking = (typeof ASKING)[number];

export function HandoffActions({ of }: { of: WholeHandoff }) {
  const { t } = useTranslation('handoffs');
  const queries = useQueryClient();
  const me = useMe();
  const key = ['handoff', of.id];
  const [note, setNote] = useState('');
  const [asking, setAsking] = useState<Asking | null>(null);
  const say = useMutation({
    // What is said of one hand-off arrives in the order in which it was said, and so does its taking back.
    scope: { id: `handoff ${of.id}` },
    mutationFn: (said: Said) => call<WholeHandoff>('POST', `/api/handoffs/${of.id}/facts`, { body: said }),
    onMutate: async (said) => {
      await queries.cancelQueries({ queryKey: key });
      const before = queries.getQueryData<WholeHandoff>(key);
      const by = { by: me.data?.name ?? '', at: new Date().toISOString() };
      if (before !== undefined) queries.setQueryData(key, afterSaid(before, said, by));
      return before;
    },
    onError: (_, __, before) => queries.setQueryData(key, before),
    onSuccess: (whole) => {
      queries.setQueryData(key, whole);
      return queries.invalidateQueries({ queryKey: ['handoffs'] });
    },
  });
  const may = (kind: string) => of.may.includes(kind);
  if (!['touched', 'accepted', ...ASKING].some(may)) return null;
  const close = () => {
    setAsking(null);
    say.reset();
  };
  return (
    <Card withBorder component="section" aria-label={t('act')}>
      <Title order={2} mb="sm">
        {t('act')}
      </Title>
      <Stack gap="sm">
        {may('touched') && (
          <>
            <TextInput
              label={t('note')}
              placeholder={t('noteHint')}
              value={note}
              maxLength={2000}
              onChange={(event) => setNote(event.currentTarget.value)}
            />
            <Group gap="xs">
              {TOUCHES.map((touch) => {
                const Icon = ICONS[touch];
                return (
                  <Button
                    key={touch}
                    variant="default"
                    size="xs"
                    leftSection={<Icon aria-hidden size={16} />}
                    onClick={() => {
                      say.mutate({ kind: 'touched', touch, note: note.trim() || null });
                      setNote('');
                    }}
                  >
                    {t(`touch.${touch}`)}
                  </Button>
                );
              })}
            </Group>
          </>
        )}
        <Group gap="xs">
          {may('accepted') && (
            <Button size="xs" onClick={() => say.mutate({ kind: 'accepted' })}>
              {t('say.accepted')}
            </Button>
          )}
          {ASKING.filter(may).map((kind) => (
            <Button
              key={kind}
              size="xs"
              variant={kind === 'won' ? 'filled' : 'default'}
              onClick={() => {
                say.reset();
                setAsking(kind);
              }}
            >
              {t(`say.${kind}`)}…
            </Button>
          ))}
        </Group>
        {asking === null && <Refusal error={say.error} />}
      </Stack>
      <Dialog opened={asking !== null} onClose={close} title={asking === null ? '' : t(`say.${asking}`)}>
        {asking !== null && (
          <Answer
            kind={asking}
            busy={say.isPending}
            error={say.error}
            cancel={close}
            send={(said) => say.mutate(said, { onSuccess: () => setAsking(null) })}
          />
        )}
      </Dialog>
    </Card>
  );
}

interface Asked {
  readonly kind: Asking;
  readonly busy: boolean;
  readonly error: unknown;
  readonly cancel: () => void;
  readonly send: (said: Said) => void;
}

function Answer({ kind, busy, error, cancel, send }: Asked) {
  const { t } = useTranslation('handoffs');
  const [reason, setReason] = useState('');
  const [text, setText] = useState('');
  const [until, setUntil] = useState('');
  const [amount, setAmount] = useState<number | string>('');
  const [currency, setCurrency] = useState('EUR');
  const note = text.trim() || null;

  function said(): Said {
    switch (kind) {
      case 'opportunity':
        return { kind, note };
      case 'won':
        return typeof amount === 'number'
          ? { kind, amount, currency: currency.toUpperCase() }
          : { kind, amount: null, currency: null };
      case 'rejected':
        return { kind, reason, note };
      case 'recycled':
        return { kind, until, note };
      case 'lost':
      case 'disqualified':
        return { kind, reason: text.trim() };
    }
  }

  const because = kind === 'lost' || kind === 'disqualified';
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send(said());
      }}
    >
      <Stack>
        {kind === 'rejected' && (
          <NativeSelect
            label={t('reason')}
            required
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            data={[
              { value: '', label: t('choose') },
              ...REJECTIONS.map((code) => ({ value: code, label: t(`reject.${code}`) })),
            ]}
          />
        )}
        {kind === 'recycled' && (
          <TextInput
            type="date"
            label={t('until')}
            required
            value={until}
            onChange={(event) => setUntil(event.currentTarget.value)}
          />
        )}
        {kind === 'won' && (
          <Group align="end" grow>
            <NumberInput
              label={t('amount')}
              value={amount}
              onChange={setAmount}
              min={0}
              decimalScale={2}
              hideControls
            />
            <TextInput
              label={t('currency')}
              value={currency}
              onChange={(event) => setCurrency(event.currentTarget.value)}
              maxLength={3}
              pattern="[A-Za-z]{3}"
            />
          </Group>
        )}
        {kind !== 'won' && (
          <Textarea
            label={t(because ? 'reason' : 'note')}
            required={because}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            maxLength={because ? 200 : 2000}
            autosize
            minRows={2}
          />
        )}
        <Refusal error={error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={cancel}>
            {t('cancel')}
          </Button>
          <Button type="submit" loading={busy}>
            {t(`say.${kind}`)}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
