/**
 * The web page, as files that were built before. It decides that an address of the page answers with the page itself, so
 * that every address can be kept and sent; it refuses to know what the page shows.
 */

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import files from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** Made by scripts/page.js; the package brings it along. */
const BUILT = fileURLToPath(new URL('../../web/built/', import.meta.url));

/** Where the page has its addresses; what is under none of them is told to be nothing. */
const PLACES = [
  '/',
  '/agreement',
  '/companies',
  '/companies/*',
  '/feedback',
  '/forecast',
  '/handoffs',
  '/handoffs/*',
  '/leads',
  '/leads/*',
  '/nurture',
  '/overview',
  '/review',
  '/settings',
  '/settings/*',
  '/start',
  '/studio',
  '/studio/*',
  '/team',
  '/today',
];

/** A year: the name of a file says what is in it. */
const LONG = 31_536_000;

/** @returns false where no page was built: then the service answers programs only */
export async function pageRoutes(server: FastifyInstance): Promise<boolean> {
  if (!existsSync(`${BUILT}index.html`)) return false;
  await server.register(async (inner) => {
    inner.addHook('onRoute', (route) => {
      route.config = Object.assign(route.config ?? {}, { right: 'open' as const });
      route.schema = { ...route.schema, hide: true };
    });
    await inner.register(files, {
      root: BUILT,
      index: false,
      wildcard: false,
      globIgnore: ['**/*.{br,gz}'],
      preCompressed: true,
      decorateReply: true,
      cacheControl: false,
      setHeaders: (reply, path) => {
        const named = path.includes('/assets/');
        reply.header('cache-control', named ? `public, max-age=${LONG}, immutable` : 'no-cache');
      },
    });
    for (const place of PLACES) inner.get(place, (_, reply) => reply.sendFile('index.html'));
  });
  return true;
}
