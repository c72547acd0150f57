import { Api } from '../../src/cluster/api.ts';
import { type Connection, connect } from '../../src/cluster/connection.ts';

/** What is tested, as it talks to a cluster. */
export interface Product {
  readonly connection: Connection;
  readonly api: Api;
}

export async function productAs(kubeconfig: string): Promise<Product> {
  const connection = await connect(
    { kubeconfig: { kind: 'path', value: kubeconfig }, context: null, namespace: null, allowExec: 'auto' },
    {},
    () => {},
  );
  return { connection, api: new Api(connection, () => {}) };
}
