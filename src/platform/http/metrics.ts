import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { Config } from '../config.ts';
import type { Deps } from '../context.ts';

/** Counts requests by operation and watches the pool, for Prometheus. */
export function instrument(app: FastifyInstance, registry: Registry): void {
  const duration = new Histogram({
    name: 'makegood_http_request_duration_seconds',
    help: 'Time from the request to its answer',
    labelNames: ['operation', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [registry],
  });
  registry.registerMetric(
    new Counter({
      name: 'makegood_http_refused_total',
      help: 'Requests refused because no more could be taken on',
      registers: [],
      collect() {
        this.reset();
        this.inc(app.gate.refused());
      },
    }),
  );
  app.addHook('onResponse', (request, reply, done) => {
    const { operationId } = (request.routeOptions.schema ?? {}) as { operationId?: string };
    duration.observe(
      { operation: operationId ?? 'none', status: reply.statusCode },
      reply.elapsedTime / 1000,
    );
    done();
  });
}

/** The process's own figures and those of its database pool. */
export function createRegistry(deps: Pick<Deps, 'db'>): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const pool = deps.db.$client;
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  gauge('makegood_pool_connections', 'Open database connections', () => pool.totalCount);
  gauge('makegood_pool_idle', 'Idle database connections', () => pool.idleCount);
  gauge('makegood_pool_waiting', 'Requests that wait for a connection', () => pool.waitingCount);
  return registry;
}

/**
 * Serves `/metrics` on a port of its own, so that it is never open to the public by accident. Returns its address and
 * how to close it.
 */
export async function serveMetrics(
  registry: Registry,
  { host, metricsPort }: Pick<Config, 'host' | 'metricsPort'>,
): Promise<{ address: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') return response.writeHead(404).end();
    registry.metrics().then(
      (body) => response.writeHead(200, { 'content-type': registry.contentType }).end(body),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(metricsPort, host, resolve),
  );
  const { address, port } = server.address() as AddressInfo;
  const shown = address.includes(':') ? `[${address}]` : address;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { address: `http://${shown}:${port}/metrics`, close };
}
