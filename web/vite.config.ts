import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The words of the frame and of the page where most begin, a file for each language. */
const wordsOfTheFrame = (path: string): string | null => {
  const language = /[\\/]([\w-]+)[\\/](?:common|today|handoffs)\.json$/.exec(path)?.[1];
  return language === undefined ? null : `words-${language}`;
};

// `npm start` builds into built/, from where the service serves it. `npx vite web` serves it while it is being changed.
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: 'built',
    emptyOutDir: true,
    target: 'es2023',
    // Browsers that know light-dark(): written out for older ones, it loses the colours that Mantine chooses.
    cssTarget: ['chrome123', 'edge123', 'firefox120', 'safari17.5'],
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // What every page begins with is one file, not fifty that wait for each other.
            { name: 'frame', tags: ['$initial'] },
            { name: wordsOfTheFrame, test: /[\\/]words[\\/]/ },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:3000' } },
});
