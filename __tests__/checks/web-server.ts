import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';

/** A request as it came over the wire. */
export interface Received {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface WebServer {
  readonly url: string;
  readonly received: readonly Received[];
  /** What it answers from now on. */
  answer: (request: Received, response: ServerResponse) => void;
  close(): Promise<void>;
}

/** A server on a free port of 127.0.0.1 that remembers what it was asked. */
export async function startWebServer(answer: WebServer['answer']): Promise<WebServer> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const all = { method, path: url, headers, body: Buffer.concat(chunks) };
      received.push(all);
      self.answer(all, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const self: WebServer = {
    url: `http://127.0.0.1:${address.port}`,
    received,
    answer,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return self;
}
