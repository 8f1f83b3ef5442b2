/** The page begins here: words, colours, queries, addresses. It decides nothing else. */

import '@mantine/core/styles.css';
import './page.css';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { meQuery } from './me.ts';
import { queries } from './queries.ts';
import { router } from './router.tsx';
import { servingQuery } from './serving.ts';
import { contrast, theme } from './theme.ts';
import { startWords, words } from './words.ts';

const root = document.getElementById('page');
if (root === null) throw new Error('the page has no place to be');
// Every page asks for these; they need not wait for words.
void queries.prefetchQuery(meQuery);
void queries.prefetchQuery(servingQuery);
await startWords();
// What the page at this address needs is asked for beside the words of the frame.
void router.load();
await words('common');
createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={contrast} defaultColorScheme="auto">
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
