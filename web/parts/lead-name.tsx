/** A lead by its name, which leads to it. */

import { Anchor, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Lead } from '../answers.ts';
import { nameOf } from '../lead.model.ts';

export function LeadName({ of: lead }: { of: Lead }) {
  const name = nameOf(lead);
  const { title } = lead.traits;
  return (
    <>
      <Anchor fw={600} size="sm" renderRoot={(props) => <Link {...props} to="/leads/$id" params={{ id: lead.id }} />}>
        {name}
      </Anchor>
      {typeof title === 'string' && title !== '' && (
        <Text size="xs" c="dimmed">
          {title}
        </Text>
      )}
    </>
  );
}
