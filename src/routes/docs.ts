/** The description of the API: OpenAPI for programs, a page for people, without anything from elsewhere. */

import { createRequire } from 'node:module';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };

/** To be registered before the routes that it describes. */
export async function describeRoutes(server: FastifyInstance): Promise<void> {
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Scoreline',
        version,
        description: 'Lists are `{ items, next }`; refusals are `{ code, message, next }`, and `next` says what to do.',
      },
      components: {
        securitySchemes: {
          key: { type: 'http', scheme: 'bearer' },
          session: { type: 'apiKey', in: 'cookie', name: 'scoreline.session_token' },
        },
      },
      security: [{ key: [] }, { session: [] }],
    },
    transform: jsonSchemaTransform,
  });
}

export async function docRoutes(server: FastifyInstance): Promise<void> {
  server.get('/openapi.json', { config: { right: 'open' }, schema: { hide: true } }, () => server.swagger());
  await server.register(async (inner) => {
    inner.addHook('onRoute', (route) => {
      route.config = Object.assign(route.config ?? {}, { right: 'open' as const });
    });
    await inner.register(swaggerUi, { routePrefix: '/docs', staticCSP: false, uiConfig: { tryItOutEnabled: true } });
  });
}
