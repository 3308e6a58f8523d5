import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Kernel } from '../kernel.ts';

/** What Prometheus reads: the process, HTTP, calls and receipts. One registry a server, so that two in one process don't mix. */
export function addMetrics(app: FastifyInstance, kernel: Kernel): Registry {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'assay_http_request_duration_seconds',
    help: 'Time from a request to the end of its reply.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60, 600],
    registers,
  });
  const calls = new Histogram({
    name: 'assay_call_duration_seconds',
    help: 'Time that a call of a method took, receipt included.',
    labelNames: ['method', 'outcome'],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60, 600],
    registers,
  });
  const receipts = new Counter({
    name: 'assay_receipts_total',
    help: 'Receipts logged, by kind.',
    labelNames: ['kind'],
    registers,
  });
  const running = new Gauge({
    name: 'assay_calls_running',
    help: 'Calls under way.',
    registers,
    collect() {
      this.set(kernel.runs.list().length);
    },
  });
  running.set(0);

  app.addHook('onResponse', async (request, reply) => {
    const labels = { method: request.method, route: request.routeOptions.url ?? 'none', status: reply.statusCode };
    requests.observe(labels, reply.elapsedTime / 1000);
  });
  const unsubscribe = kernel.events.subscribe((event) => {
    if (event.type === 'receipt') receipts.inc({ kind: event.kind });
    if (event.type === 'run' && event.state !== 'started')
      calls.observe({ method: event.method, outcome: event.error?.code ?? event.state }, (event.ms ?? 0) / 1000);
  });
  app.addHook('onClose', async () => {
    unsubscribe();
    registry.clear();
  });
  return registry;
}
