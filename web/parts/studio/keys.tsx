/** What can be done by keyboard alone. Each of these is a button too. */

import { Modal, Table } from '@mantine/core';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';

export const Keys = memo(function Keys({
  opened,
  onClose,
}: {
  readonly opened: boolean;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation('studio');
  const keys = [
    { keys: 'Ctrl S', does: t('keys.keep') },
    { keys: 'Ctrl Z', does: t('keys.undo') },
    { keys: 'Ctrl Shift Z', does: t('keys.redo') },
    { keys: 'Enter', does: t('keys.open') },
    { keys: 'Esc', does: t('keys.close') },
    { keys: 'Alt ↑ / ↓', does: t('keys.move') },
    { keys: t('key.delete'), does: t('keys.remove') },
    { keys: 'F2', does: t('keys.rename') },
    { keys: 'Ctrl K', does: t('keys.find') },
    { keys: 'Alt N', does: t('keys.numbers') },
    { keys: 'Alt T', does: t('keys.text') },
    { keys: 'Ctrl Space', does: t('keys.complete') },
    { keys: 'Esc, Tab', does: t('keys.leaveText') },
    { keys: 'Ctrl Enter', does: t('keys.publish') },
  ];
  return (
    <Modal opened={opened} onClose={onClose} title={t('keys')} closeButtonProps={{ 'aria-label': t('close') }}>
      <Table>
        <Table.Tbody>
          {keys.map(({ keys: combination, does }) => (
            <Table.Tr key={combination}>
              <Table.Th scope="row" fw={400} w={130}>
                <kbd>{combination}</kbd>
              </Table.Th>
              <Table.Td>{does}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
});
