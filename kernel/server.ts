/**
 * The kernel over HTTP. `buildServer` puts the parts together and never listens, so that tests inject requests: validators and error
 * handling, who may ask, the OpenAPI document, one file per resource under /api/v1, and the workbench.
 */
import cookies from '@fastify/cookie';
import websocket from '@fastify/websocket';
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import about from '../package.json' with { type: 'json' };
import { checkAsking, checkHost, cookieName, type Credentials } from './auth.ts';
import { addJsonBodies, addValueBodies, SMALL_BODY } from './http/bodies.ts';
import { addConnections } from './http/connections.ts';
import { addFailures, addUnknown, pathOf, sendFrameworkError } from './http/failures.ts';
import { addHeaders } from './http/headers.ts';
import { addMetrics } from './http/metrics.ts';
import { addValidators } from './http/validators.ts';
import type { Kernel } from './kernel.ts';
import { openDatasets } from './notebook/datasets.ts';
import type { Library } from './notebook/library.ts';
import { addOpenApi } from './openapi/document.ts';
import { artifacts } from './routes/artifacts.ts';
import { compile } from './routes/compile.ts';
import type { Context } from './routes/context.ts';
import { datasets } from './routes/datasets.ts';
import { events } from './routes/events.ts';
import { health } from './routes/health.ts';
import { jupyter } from './routes/jupyter.ts';
import { keys } from './routes/keys.ts';
import { log } from './routes/log.ts';
import { metrics } from './routes/metrics.ts';
import { notebooks } from './routes/notebooks.ts';
import { packs } from './routes/packs.ts';
import { plugins } from './routes/plugins.ts';
import { receipts } from './routes/receipts.ts';
import { runs } from './routes/runs.ts';
import { seals } from './routes/seals.ts';
import { signIn } from './routes/sign-in.ts';
import { workbench } from './routes/static.ts';

export interface ServerOptions {
  readonly kernel: Kernel;
  readonly library: Library;
  readonly credentials: Credentials;
  /** Folder of the built workbench; without it only the API is served. */
  readonly workbenchDir?: string | undefined;
}

const RESOURCES = [
  artifacts,
  compile,
  datasets,
  events,
  health,
  jupyter,
  keys,
  log,
  metrics,
  notebooks,
  packs,
  plugins,
  receipts,
  runs,
  seals,
];
/** Answered without signing in. */
const OPEN = new Set(['/api/v1/health']);

/** Closing it ends sockets and waits for requests under way; kernel and library stay open: close them after it. */
export async function buildServer({
  kernel,
  library,
  credentials,
  workbenchDir,
}: ServerOptions): Promise<FastifyInstance> {
  const app: FastifyInstance = fastify({
    loggerInstance: kernel.logger as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: SMALL_BODY,
    return503OnClosing: true,
    routerOptions: { maxParamLength: 1000 },
    frameworkErrors: sendFrameworkError,
  });
  addValidators(app);
  addFailures(app);
  addHeaders(app);
  addConnections(app);
  await app.register(cookies);
  await app.register(websocket, { options: { maxPayload: 1024 } });
  app.addHook('onRequest', async (request) => checkHost(request.headers, pathOf(request.url)));
  app.addHook('onResponse', async (request, reply) => {
    request.log.debug(
      {
        method: request.method,
        path: pathOf(request.url),
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      },
      'request',
    );
  });
  await addOpenApi(app, about.version);
  const context: Context = {
    kernel,
    library,
    credentials,
    workbenchDir,
    datasets: openDatasets(kernel),
    version: about.version,
    metrics: addMetrics(app, kernel),
  };

  await app.register(
    async (api) => {
      api.addHook('onRequest', async ({ method, headers, cookies, ws, routeOptions }) => {
        if (OPEN.has(routeOptions.url ?? '')) return;
        checkAsking({ method, headers, cookie: cookies[cookieName(headers.host)], webSocket: ws }, credentials);
      });
      addFailures(api);
      api.removeContentTypeParser('text/plain');
      addJsonBodies(api);
      addValueBodies(api);
      // Each in a scope of its own, so that one resource's body parsers are not another's.
      for (const resource of RESOURCES) await api.register(async (scope) => resource(scope, context));
      addUnknown(api);
      api.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
    },
    { prefix: '/api/v1' },
  );

  await app.register(async (scope) => {
    signIn(scope, context);
    await workbench(scope, context);
  });
  await app.ready();
  return app;
}
