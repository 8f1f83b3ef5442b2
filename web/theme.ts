/** How everything looks: one accent, quiet surfaces, numbers that line up. It decides colours and sizes, nothing else. */

import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

/** Dark enough at 6 for white text, light enough at 3 for text on a dark page. */
const sea: MantineColorsTuple = [
  '#e6f7f9',
  '#cdeef2',
  '#9edce4',
  '#6bc9d6',
  '#3fb3c3',
  '#1f9aac',
  '#0b7285',
  '#09606f',
  '#084f5c',
  '#053f4a',
];

export const theme = createTheme({
  primaryColor: 'sea',
  colors: { sea },
  primaryShade: 6,
  autoContrast: true,
  defaultRadius: 'md',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans TC", sans-serif',
  headings: { fontWeight: '650', sizes: { h1: { fontSize: '1.5rem' }, h2: { fontSize: '1.125rem' } } },
  cursorType: 'pointer',
  respectReducedMotion: true,
  // The head of a dialog is no banner of the page.
  components: { ModalHeader: { defaultProps: { role: 'none' } }, DrawerHeader: { defaultProps: { role: 'none' } } },
});

/** Mantine's grey for quiet text does not reach the contrast of 4.5 on its own surfaces. */
export const contrast: CSSVariablesResolver = () => ({
  variables: {},
  light: { '--mantine-color-dimmed': '#5a6169' },
  dark: { '--mantine-color-dimmed': '#a6adb5' },
});
