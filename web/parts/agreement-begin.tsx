/** How a draft begins: from the stages of the model, and from whom the company sells to. */

import { Button, Checkbox, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Persona, personasOf } from '../agreement.model.ts';
import type { Serving, WholeVersion } from '../answers.ts';
import { call } from '../call.ts';
import { useFormat } from '../format.ts';
import { Dialog } from './dialog.tsx';
import { Failure } from './failure.tsx';

interface Begun {
  readonly of: Serving;
  readonly isPending: boolean;
  readonly onClose: () => void;
  readonly onBegin: (personas: readonly Persona[]) => void;
}

export function AgreementBegin({ of, isPending, onClose, onBegin }: Begun) {
  const { t, i18n } = useTranslation('agreement');
  const format = useFormat();
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const found = useQuery({
    queryKey: ['personas', of.id, i18n.language],
    queryFn: async () => {
      const { document } = await call<WholeVersion>('GET', `/api/models/${of.id}`);
      const { sentences } = await call<{ sentences: { kind: string; id: string; sentence: string }[] }>(
        'POST',
        '/api/models/sentences',
        { body: { document, language: i18n.language } },
      );
      return personasOf(document).map((persona) => {
        const said = sentences.find(({ kind, id }) => kind === 'rule' && id === persona.id)?.sentence;
        return { ...persona, says: said ?? persona.id };
      });
    },
  });
  const personas = found.data ?? [];
  return (
    <Dialog title={t('fromModel')} opened onClose={onClose} wide>
      <Stack>
        {found.isPending && <Skeleton h={160} />}
        {found.error && <Failure error={found.error} again={() => found.refetch()} />}
        {found.data !== undefined && (
          <Checkbox.Group
            label={t('personas')}
            description={t(personas.length === 0 ? 'noPersonas' : 'personasHint')}
            value={[...chosen]}
            onChange={setChosen}
          >
            <Stack gap="xs" mt="sm">
              {personas.map(({ id, says, points }) => (
                <Checkbox
                  key={id}
                  value={id}
                  label={says}
                  description={t('pointsOf', { points: format.points(points) })}
                  className="breaks"
                />
              ))}
            </Stack>
          </Checkbox.Group>
        )}
        <Text size="xs" c="dimmed">
          {t('beginHint')}
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button
            loading={isPending}
            disabled={found.isPending}
            onClick={() => onBegin(personas.filter(({ id }) => chosen.includes(id)))}
          >
            {t('begin')}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
