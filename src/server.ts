/**
 * The HTTP mouth of the service: which routes there are, how a refusal is told, and how much may be sent. The work is
 * the app's; it refuses to know what a route does.
 */

import helmet from '@fastify/helmet';
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  LogController,
  type onRequestHookHandler,
} from 'fastify';
import { hasZodFastifySchemaValidationErrors, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { DatabaseError } from 'pg';
import { guard } from './access.ts';
import type { App } from './app.ts';
import { type ErrorCode, errors, ScorelineError } from './core/errors.ts';
import { accountRoutes } from './routes/accounts.ts';
import { agreementRoutes } from './routes/agreements.ts';
import { auditRoutes } from './routes/audit.ts';
import { commentRoutes } from './routes/comments.ts';
import { companyRoutes } from './routes/companies.ts';
import { companySearchRoutes } from './routes/company-search.ts';
import { contactRoutes } from './routes/contacts.ts';
import { describeRoutes, docRoutes } from './routes/docs.ts';
import { eventRuleRoutes } from './routes/event-rules.ts';
import { eventRoutes } from './routes/events.ts';
import { feedbackRoutes } from './routes/feedback.ts';
import { fieldRoutes } from './routes/fields.ts';
import { forecastRoutes } from './routes/forecast.ts';
import { goalRoutes } from './routes/goals.ts';
import { handoffRoutes } from './routes/handoffs.ts';
import { healthRoutes } from './routes/health.ts';
import { hookRoutes } from './routes/hook.ts';
import { importRoutes } from './routes/imports.ts';
import { ingestRoutes } from './routes/ingest.ts';
import { jobRoutes } from './routes/jobs.ts';
import { keyRoutes } from './routes/keys.ts';
import { languageRoutes } from './routes/languages.ts';
import { liveRoutes } from './routes/live.ts';
import { modelRoutes } from './routes/models.ts';
import { nurtureRoutes } from './routes/nurture.ts';
import { overviewRoutes } from './routes/overview.ts';
import { pageRoutes } from './routes/page.ts';
import { personRoutes } from './routes/persons.ts';
import { reviewRoutes } from './routes/review.ts';
import { scoreRoutes } from './routes/scores.ts';
import { segmentRoutes } from './routes/segments.ts';
import { sellerRoutes } from './routes/sellers.ts';
import { createCursors, type Desk } from './routes/shapes.ts';
import { sourceRoutes } from './routes/sources.ts';
import { startRoutes } from './routes/start.ts';
import { suppressionRoutes } from './routes/suppression.ts';
import { templateRoutes } from './routes/templates.ts';
import { todayRoutes } from './routes/today.ts';
import { trackerRoutes } from './routes/tracker.ts';
import { trialRoutes } from './routes/trials.ts';
import { userRoutes } from './routes/users.ts';
import { webhookRoutes } from './routes/webhooks.ts';
import { BOUNDS, LOCKED, patiently } from './store/patience.ts';
import { openUsers, publicUrl } from './users.ts';

/** Bytes of a body, unless a route says otherwise. */
const BODY_LIMIT = 1_000_000;

/** A refusal as every route tells it. */
interface Told {
  readonly code: ErrorCode;
  readonly message: string;
  readonly next: string;
}

/** Reports over all there is, which may take their time. */
const LOOKS_BACK = /^\/api\/(overview|forecast|review|feedback|nurture|goals|trials)/;

const patienceOf = ({ method, url }: FastifyRequest) =>
  method === 'GET' && !LOOKS_BACK.test(url) ? BOUNDS.request : BOUNDS.longRequest;

const told = (code: ErrorCode, message: string): Told => ({ code, message, next: errors[code].next });

/** Builds the server; it does not listen yet. */
export async function createServer(app: App): Promise<FastifyInstance> {
  const logger: FastifyBaseLogger = app.log;
  const server = fastify({
    loggerInstance: logger,
    bodyLimit: BODY_LIMIT,
    // Addresses and headers can hold what is personal; a line says method, route, status and time.
    logController: new LogController({ disableRequestLogging: true }),
    routerOptions: { maxParamLength: 500 },
    // A proxy beside us or in the same private network says whom it speaks for.
    trustProxy: ['loopback', 'uniquelocal'],
    forceCloseConnections: 'idle',
  });
  server.setValidatorCompiler(validatorCompiler);
  server.setSerializerCompiler(serializerCompiler);
  server.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    const ms = Math.round(reply.elapsedTime);
    app.log.debug({ method: request.method, route, status: reply.statusCode, ms }, 'answered');
  });
  // What follows on a body runs where the body ended, and no longer where the request began.
  const bounded: onRequestHookHandler = (request, _reply, done) => patiently(patienceOf(request), done);
  server.addHook('onRequest', bounded);
  server.addHook('preValidation', bounded);
  server.setErrorHandler((error, request, reply) => {
    const told = refusalOf(error);
    const { status } = errors[told.code];
    if (told.code === 'internal') app.log.error({ route: request.routeOptions.url, err: error }, 'a request failed');
    if ((status === 503 || status === 429) && !reply.hasHeader('retry-after')) reply.header('retry-after', '1');
    reply.status(status).send(told);
  });
  server.setNotFoundHandler((request, reply) => {
    reply.status(404).send(told('not_found', `nothing is at ${request.method} ${request.url.split('?')[0]}`));
  });
  const isHttps = publicUrl(app.config).startsWith('https:');
  await server.register(helmet, {
    // Where nobody serves https, a browser that asks for it gets nothing.
    contentSecurityPolicy: { directives: { upgradeInsecureRequests: isHttps ? [] : null } },
    strictTransportSecurity: isHttps,
  });
  // First what sees every route: whoever registers before it is neither guarded nor described.
  const users = await openUsers(app);
  guard(server, app, users);
  await describeRoutes(server);
  healthRoutes(server, app);
  const desk: Desk = { app, users, cursors: createCursors(users.secret) };
  for (const routes of [
    auditRoutes,
    contactRoutes,
    sourceRoutes,
    scoreRoutes,
    personRoutes,
    modelRoutes,
    trialRoutes,
    templateRoutes,
    commentRoutes,
    fieldRoutes,
    eventRoutes,
    eventRuleRoutes,
    companyRoutes,
    companySearchRoutes,
    accountRoutes,
    overviewRoutes,
    goalRoutes,
    segmentRoutes,
    importRoutes,
    jobRoutes,
    keyRoutes,
    languageRoutes,
    liveRoutes,
    userRoutes,
    hookRoutes,
    todayRoutes,
    startRoutes,
    suppressionRoutes,
    trackerRoutes,
    webhookRoutes,
    agreementRoutes,
    forecastRoutes,
    handoffRoutes,
    feedbackRoutes,
    nurtureRoutes,
    reviewRoutes,
    sellerRoutes,
  ])
    routes(server, desk);
  await server.register(ingestRoutes(app));
  await docRoutes(server);
  await pageRoutes(server);
  return server;
}

/** What PostgreSQL says of texts, and of JSON, that hold a NUL or half of a pair of surrogates. */
const UNKEEPABLE = new Set(['22021', '22P05', '22P02']);

/** Any error as a refusal; what is nobody's fault but ours says nothing of its inside. */
function refusalOf(error: unknown): Told {
  if (error instanceof ScorelineError) return told(error.code, error.message);
  if (hasZodFastifySchemaValidationErrors(error)) {
    const lines = error.validation.map(({ instancePath, message }) => `${instancePath.slice(1) || 'it'}: ${message}`);
    return told('request_invalid', `the ${error.validationContext} is not as it should be: ${lines.join('; ')}`);
  }
  if (error instanceof DatabaseError && UNKEEPABLE.has(error.code ?? ''))
    return told('request_invalid', 'a text holds what no database keeps: a NUL, or half of a character');
  if (error instanceof DatabaseError && error.code === LOCKED)
    return told('database_unavailable', 'something else holds for too long what this needs');
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : 500;
  if (status === 413) return told('too_large', 'the body is larger than this address takes');
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return told(status === 429 ? 'too_busy' : 'request_invalid', error instanceof Error ? error.message : `${error}`);
  }
  return told('internal', 'something went wrong here');
}
