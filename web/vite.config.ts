import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// `npm start` builds into built/, from where the service serves it. `npx vite web` serves it while it is being changed.
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: { outDir: 'built', emptyOutDir: true, target: 'es2023', reportCompressedSize: true },
  server: { proxy: { '/api': 'http://127.0.0.1:3000' } },
});
