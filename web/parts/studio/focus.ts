/** Where the focus goes when what had it is no longer there: nobody who works by keyboard begins again at the top. */

import { useEffect, useRef } from 'react';

/** A dialogue that gives the focus back to where it was opened, or to something else where that is gone. */
export function useReturn(opened: boolean, elsewhere: () => string) {
  const from = useRef<Element | null>(null);
  if (opened && from.current === null) from.current = document.activeElement;
  return {
    returnFocus: false,
    onExitTransitionEnd: () => {
      const { current } = from;
      from.current = null;
      const stays = current instanceof HTMLElement && current.isConnected && current !== document.body;
      (stays ? current : document.getElementById(elsewhere()))?.focus();
    },
  };
}

/** Gives the focus to the heading of a page that was come to without any. */
export function useHeading(id: string): void {
  useEffect(() => {
    if (document.activeElement === document.body) document.getElementById(id)?.focus({ preventScroll: true });
  }, [id]);
}

/** Gives the focus to what the address names, where nothing else has it. */
export function useTarget(id: string): void {
  useEffect(() => {
    if (document.activeElement === document.body && location.hash === `#${id}`) document.getElementById(id)?.focus();
  }, [id]);
}
