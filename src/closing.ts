import { once } from 'node:events';
import { Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';

// A request that a client sent on a kept connection, before it could know, arrives within this time.
const GRACE_MS = 500;

declare module 'fastify' {
  interface FastifyInstance {
    /** Ends the server and answers everything that was sent to it. */
    closeGently(): Promise<void>;
  }
}

/**
 * Adds `closeGently`. Fastify's own close would cut idle connections at once, with the requests that are on their way to them,
 * and answer 503 to those that come through. Here the server stops listening, every answer says that its connection
 * ends, and only a connection on which nothing comes for a while is cut.
 */
export function closeGently(app: FastifyInstance): void {
  let isClosing = false;
  const sockets = new Set<Socket>();
  app.server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  // A connection that is answered while the server closes would be kept open for the client's next request, and closing waits
  // for every connection.
  app.addHook('preClose', async () => {
    isClosing = true;
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (isClosing) reply.header('connection', 'close');
    done(null, payload);
  });
  app.decorate('closeGently', async () => {
    isClosing = true;
    const { server } = app;
    if (server.listening) {
      const closed = once(server, 'close');
      // Not the close of an HTTP server, which cuts idle connections.
      Server.prototype.close.call(server);
      await Promise.race([closed, sleep(GRACE_MS)]);
      server.closeIdleConnections();
      // Connections that were opened for later count as busy: their first request could still come.
      for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
      await closed;
    }
    await app.close();
  });
}
