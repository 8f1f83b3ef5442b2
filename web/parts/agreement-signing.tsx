/** Who signed a version and who has yet to; signing the exact text, and putting it in force once both sides did. */

import { Button, Card, Checkbox, Group, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { WholeAgreement } from '../answers.ts';
import { call } from '../call.ts';
import { useFormat } from '../format.ts';
import { useMe } from '../me.ts';
import { Dialog } from './dialog.tsx';
import { Refusal } from './refusal.tsx';

const TEAMS = ['marketing', 'sales'] as const;

export function Signing({ of }: { of: WholeAgreement }) {
  const { t } = useTranslation('agreement');
  const format = useFormat();
  const me = useMe();
  const [asking, setAsking] = useState<'sign' | 'publish' | null>(null);
  const rights = me.data?.rights ?? [];
  const team = TEAMS.find((one) => one === me.data?.role);
  const open = of.inForceFrom === null;
  const own = of.signatures.find((one) => one.team === team);
  const maySign = open && team !== undefined && rights.includes('agreement.sign') && own?.by !== me.data?.name;
  const mayPublish = open && of.signatures.length === TEAMS.length && rights.includes('agreement.write');
  const close = () => setAsking(null);
  return (
    <Card withBorder component="section" aria-label={t('signatures')}>
      <Title order={2} mb="xs">
        {t('signatures')}
      </Title>
      <Stack gap="xs">
        {TEAMS.map((one) => {
          const signature = of.signatures.find((found) => found.team === one);
          return (
            <Text key={one} size="sm" className="breaks" {...(signature === undefined ? { c: 'dimmed' } : {})}>
              <Text span fw={600} inherit>
                {t(`team.${one}`)}
              </Text>
              {': '}
              {signature === undefined
                ? t('notSigned')
                : t('signedBy', { who: signature.by, at: format.moment(signature.at) })}
            </Text>
          );
        })}
        <Text size="xs" c="dimmed" className="breaks">
          SHA-256 {of.hash}
        </Text>
        {(maySign || mayPublish) && (
          <Group gap="xs" className="no-print">
            {maySign && <Button onClick={() => setAsking('sign')}>{t('sign')}</Button>}
            {mayPublish && <Button onClick={() => setAsking('publish')}>{t('publish')}</Button>}
          </Group>
        )}
      </Stack>
      <Dialog opened={asking !== null} onClose={close} wide title={asking === null ? '' : t(asking)}>
        {asking === 'sign' && <Sign of={of} team={team ?? 'sales'} done={close} />}
        {asking === 'publish' && <Publish of={of} done={close} />}
      </Dialog>
    </Card>
  );
}

/** What changes a version, and what is read anew after it. */
function useChange(path: string, body: object, done: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => call('POST', path, { body }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['agreements'] });
      done();
    },
  });
}

function Sign({ of, team, done }: { of: WholeAgreement; team: (typeof TEAMS)[number]; done: () => void }) {
  const { t } = useTranslation('agreement');
  const [read, setRead] = useState(false);
  const sign = useChange(`/api/agreements/${of.id}/sign`, { hash: of.hash }, done);
  return (
    <Stack>
      <Text size="sm">{t('signHint')}</Text>
      <TextOf label={t('text')} text={of.document} />
      <Text size="xs" c="dimmed" className="breaks">
        SHA-256 {of.hash}
      </Text>
      <Checkbox
        label={t('signConfirm', { team: t(`team.${team}`) })}
        checked={read}
        onChange={(event) => setRead(event.currentTarget.checked)}
      />
      <Refusal error={sign.error} />
      <Group justify="flex-end">
        <Button variant="default" onClick={done}>
          {t('cancel')}
        </Button>
        <Button disabled={!read} loading={sign.isPending} onClick={() => sign.mutate()}>
          {t('sign')}
        </Button>
      </Group>
    </Stack>
  );
}

function Publish({ of, done }: { of: WholeAgreement; done: () => void }) {
  const { t } = useTranslation('agreement');
  const publish = useChange(`/api/agreements/${of.id}/publish`, {}, done);
  return (
    <Stack>
      <Text size="sm">{t('publishHint')}</Text>
      <Refusal error={publish.error} />
      <Group justify="flex-end">
        <Button variant="default" onClick={done}>
          {t('cancel')}
        </Button>
        <Button loading={publish.isPending} onClick={() => publish.mutate()}>
          {t('publish')}
        </Button>
      </Group>
    </Stack>
  );
}

/** A text as it is, in a box that scrolls and can be reached by keyboard. */
function TextOf({ label, text }: { label: string; text: string }) {
  return <textarea className="text-of" aria-label={label} readOnly value={text} rows={16} />;
}
