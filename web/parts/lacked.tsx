/** Names that point into a model and find nothing there, in words. */

import { useTranslation } from 'react-i18next';
import type { Lacked } from '../answers.ts';

export function useLacked(): (lacks: readonly Lacked[]) => string {
  const { t } = useTranslation();
  return (lacks) => lacks.map(({ kind, name, of }) => t(`lacked.${kind}`, { name, of })).join(', ');
}
