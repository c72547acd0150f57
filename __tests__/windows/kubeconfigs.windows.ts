import { mkdir, mkdtemp, copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import { parse } from 'yaml';
import { IMAGE } from '../contract/cluster.ts';
import { expectFailure, expectSuccess } from '../contract/endings.ts';
import { describe } from '../contract/group.ts';
import { scenariosOn } from '../contract/scene.ts';
import { startWindowsCluster, type WindowsCluster } from './windows-cluster.ts';
import { windowsPath } from './wine.ts';

/* Where kubeconfigs and the programs that they name are found on Windows. */

let cluster: WindowsCluster;
let folder: string;
let workspace: string;
/** Of a user who has a token of a program: that program is in the shells' folder, by a name without its ending. */
let withPlugin: string;
/** Of no user at all. */
let withoutUser: string;
/** Of the user alone. */
let user: string;
beforeAll(async () => {
  cluster = await startWindowsCluster();
  folder = await mkdtemp(join(tmpdir(), 'kubeconfigs-'));
  workspace = join(folder, 'workspace');
  await mkdir(join(workspace, 'bin'), { recursive: true });
  await copyFile(cluster.pwsh, join(workspace, 'bin', 'login.exe'));
  const whole: { readonly contexts: readonly { readonly context: { readonly user: string } }[] } = parse(
    await readFile(cluster.kubeconfig, 'utf8'),
  );
  const name = whole.contexts[0]?.context.user;
  const token = { apiVersion: 'client.authentication.k8s.io/v1', status: { token: cluster.simulator.token } };
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    interactiveMode: 'Never',
    args: ['-Command', `echo ${JSON.stringify({ ...token, kind: 'ExecCredential' })}`],
  };
  const write = async (file: string, content: object): Promise<string> => {
    await writeFile(join(folder, file), JSON.stringify(content));
    return join(folder, file);
  };
  withPlugin = await write('plugin', { ...whole, users: [{ name, user: { exec: { ...exec, command: 'pwsh' } } }] });
  await write('stranger', { ...whole, users: [{ name, user: { exec: { ...exec, command: 'login' } } }] });
  withoutUser = await write('cluster', { ...whole, users: [] });
  user = await write('user', { users: [{ name, user: { token: cluster.simulator.token } }] });
});
afterAll(async () => {
  await cluster?.stop();
  await rm(folder, { recursive: true, force: true });
});

const scenario = scenariosOn(() => cluster);
const V2 = { images: `web=${IMAGE.v2}` } as const;

describe('on Windows', () => {
  scenario('a list of kubeconfigs is split by semicolons', {}, async (scene) => {
    const env = { KUBECONFIG: [withoutUser, join(folder, 'nowhere'), user].map(windowsPath).join(';') };
    expectSuccess(await scene.run({ ...V2, kubeconfig: '' }, { env }));
  });

  scenario('the program that a kubeconfig names is found on the Path, by its name without .exe', {}, async (scene) => {
    expectSuccess(await scene.run({ ...V2, kubeconfig: withPlugin }));
  });

  scenario(
    'a program in the workspace of a fork’s run is not run, although the kubeconfig leaves out its .exe',
    {},
    async (scene) => {
      const Path = [windowsPath(join(workspace, 'bin')), 'C:\\windows\\system32'].join(';');
      const event = {
        eventName: 'pull_request_target',
        payload: { pull_request: { head: { repo: { full_name: 'mallory/app' } } } },
      };
      const result = await scene.run(
        { ...V2, kubeconfig: join(folder, 'stranger') },
        { workspace, env: { Path }, event },
      );
      expectFailure(result, 'failed', /it would run its exec plugin login, and Z:\\.*login\.exe lies in the workspace/);
    },
  );
});
