import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Stored {
  readonly id: number;
  body: string;
  readonly user: { readonly login: string; readonly type: string };
  readonly author_association: string;
}

/** `after`: it is carried out all the same. */
export interface Fault {
  readonly method: string;
  readonly status: number | 'reset';
  readonly after?: boolean;
  /** Times. */
  readonly count: number;
}

/** The comments of pull request 7 of `acme/shop`, as GitHub's REST API has them, below any base path. */
export class GitHubServer {
  readonly comments: Stored[] = [];
  /** `POST /api/v3/repos/…`, of every request. */
  readonly requests: string[] = [];
  readonly tokens = new Set<string>();
  #faults: Fault[] = [];
  #ids = 100;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async start(): Promise<GitHubServer> {
    const github = new GitHubServer();
    await new Promise<void>((resolve) => github.#server.listen(0, '127.0.0.1', resolve));
    return github;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  add(body: string, by: { readonly type?: string; readonly association?: string } = {}): Stored {
    this.#ids += 1;
    const user = { login: 'somebody', type: by.type ?? 'User' };
    const stored = { id: this.#ids, body, user, author_association: by.association ?? 'NONE' };
    this.comments.push(stored);
    return stored;
  }

  fail(...faults: Fault[]): void {
    this.#faults = faults.flatMap((fault) => Array.from({ length: fault.count }, () => fault));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request;
    this.requests.push(`${method} ${url}`);
    this.tokens.add(request.headers.authorization ?? '');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const at = this.#faults.findIndex((each) => each.method === method);
    const [fault] = at < 0 ? [] : this.#faults.splice(at, 1);
    if (fault !== undefined && fault.after !== true) return refuse(request, response, fault.status);
    const [status, body] = this.#carryOut(method, url, Buffer.concat(chunks).toString());
    if (fault !== undefined) return refuse(request, response, fault.status);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }

  #carryOut(method: string, url: string, text: string): [number, unknown] {
    const { pathname, searchParams } = new URL(url, this.url);
    const body = text === '' ? '' : (JSON.parse(text) as { body: string }).body;
    if (body.length > 65_536) return [422, { message: 'Validation Failed: body is too long' }];
    if (pathname.endsWith('/repos/acme/shop/issues/7/comments')) {
      if (method === 'POST') return [201, this.add(body, { type: 'Bot' })];
      const [size, page] = [Number(searchParams.get('per_page') ?? 30), Number(searchParams.get('page') ?? 1)];
      return [200, this.comments.slice((page - 1) * size, page * size)];
    }
    const known = this.comments.find(({ id }) => pathname.endsWith(`/repos/acme/shop/issues/comments/${id}`));
    if (method !== 'PATCH' || known === undefined) return [404, { message: 'Not Found' }];
    known.body = body;
    return [200, known];
  }
}

function refuse(request: IncomingMessage, response: ServerResponse, status: Fault['status']): void {
  if (status === 'reset') request.socket.destroy();
  else {
    const message = status === 403 ? 'Resource not accessible by integration' : 'Server Error';
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ message }));
  }
}
