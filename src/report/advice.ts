import { ALL, percent, type Share } from '../release/route.ts';
import type { Images } from '../release/plan.ts';
import { formatDuration } from './duration.ts';
import { oneLine } from './escape.ts';
import type { Story } from './story.ts';
import { beginningOf, hasBegun, type Users, usersAfter } from './users.ts';

/** What a person does now: sentences (code in backticks), and material to copy. */
export interface Advice {
  readonly title: string;
  readonly text: string;
  readonly copy: { readonly what: 'commands' | 'inputs'; readonly text: string } | null;
}

/** By the pods of a rolling update it is not known what a pod answered that was Ready for less than a moment. */
const NEVER_NEW: Readonly<Record<Story['strategy'], string>> = {
  'blue-green': 'none of their requests went to the new one',
  canary: 'none of their requests went to the new one',
  rolling: 'no pod of the new one was seen Ready',
};

/** What the run meant for the users of the app, in one or two sentences. */
export function describeUsers(users: Users, { kind, strategy }: Pick<Story, 'kind' | 'strategy'>): string {
  switch (users.on) {
    case 'new':
      return 'Users are on the new version.';
    case 'both':
      return users.share === 0
        ? 'Users are on the version they had before; the new one is up beside it and reaches no user yet.'
        : `${percent(users.share)} of the users are on the new version, the others on the one they had before.`;
    case 'before':
      return 'Users are back on the version that was wanted.';
    case 'not-back':
      return users.backFor === null
        ? 'Users are still on the version that they were to leave.'
        : `Users were on the version that was wanted for ${formatDuration(users.backFor)}, and are again on the one that they were to leave.`;
    case 'same':
      return 'Users are on this version already; nothing was changed.';
    case 'untouched':
      return 'This run changed nothing in the cluster: users are where they were.';
    case 'neither':
      return users.goneWith === 'namespace'
        ? 'Users reach neither version, now or in a moment: the pods of both go with the namespace.'
        : `Users reach neither version, now or in a moment: the pods of both go with the ${kind}, unless it was deleted with --cascade=orphan.`;
    case 'theirs':
      return `Users are on neither version, or will be in a moment: Kubernetes rolls out what somebody else gave the ${kind}.`;
    case 'uncertain':
      return 'It is not certain which version users are on. Have a look at it now.';
    case 'old-again':
      return oldAgain(users.found);
    case 'old':
      if (users.newFor === null) return `Users are on the version they had before; ${NEVER_NEW[strategy]}.`;
      return `Users were on the new version for ${formatDuration(users.newFor)} and are back on the old one.`;
  }
}

function oldAgain(found: Share | null): string {
  if (found === null || found === 0) return 'Users are on the version they had before this release.';
  const share = found === ALL ? 'all' : percent(Math.max(100, Math.round(found / 100) * 100));
  return `Users are back on the version they had before this release; ${share} of them were on the new one when this run began.`;
}

/** How to take the release back, or what else there is to do; null: nothing. */
export function adviceFor(story: Story): Advice | null {
  if (story.findings.length > 0 && !hasBegun(story))
    return todo('Put right what is listed above and run the job again.');
  if (story.dryRun) return dryRunAdvice(story);
  if (story.held) return standingAdvice(story);
  if (story.denied)
    return todo(
      'Nobody is on the new version any more. Give the user of the run the permissions listed above, and run `action: abort`: it does the rest. The next deploy does, too, before anything else.',
    );
  if (story.lost !== null) return lostAdvice(story.lost, story);
  switch (story.outcome) {
    case 'promoted':
      return story.keptWarm ? keptWarm(story) : wayBack(story);
    case 'rolled-back':
      if (wasWanted(story))
        return todo(
          'There is nothing to clean up. The next `action: rollback` goes one version further back; a version that users were rolled back from comes again by `action: deploy` alone, or when input `to` names it.',
        );
      return usersAfter(story).on === 'uncertain'
        ? failedAdvice(story)
        : todo(
            story.kind === 'Deployment'
              ? 'There is nothing to clean up: the Deployment and its Service are as they were before. Find the cause, and release again.'
              : 'There is nothing to clean up: the Knative Service is as it was before. Find the cause, and release again.',
          );
    case 'aborted':
      return cancelledAdvice(story);
    case 'paused':
      return standsStill(story);
    case 'failed':
      return failedAdvice(story);
    case 'unchanged':
      return null;
  }
}

function lostAdvice(lost: NonNullable<Story['lost']>, { kind }: Story): Advice {
  switch (lost) {
    case 'namespace':
      return todo(
        'There is nothing to clean up, and nothing to go back to. Make the namespace and the app in it anew, and release then.',
      );
    case 'workload':
      return todo(
        `There is nothing to clean up${kind === 'Deployment' ? ': its Service, and its routes, are as they were before' : ''}. Make the ${kind} anew from its manifest, and release then.`,
      );
    case 'template':
      return todo(
        'There is nothing to clean up: what rolls out now is theirs, and was not touched. Whoever releases next does so from there.',
      );
  }
}

function standsStill(story: Story): Advice {
  return {
    title: 'How it goes on',
    text: `The release stands still until another run, typically a job behind an environment approval, goes on with \`action: promote\` or takes it back with \`action: abort\`.${programsToGive(story)}`,
    copy: { what: 'inputs', text: eitherOf(story, 'promote', 'abort') },
  };
}

/** What it costs, and what must be known meanwhile. */
function keptWarm(story: Story): Advice {
  return {
    title: 'How it goes on',
    text:
      'The old version is kept warm: its pods stay beside the new ones, which takes twice the pods, and `action: rollback` moves users back to them at once. ' +
      'Nobody judges the new version any more. Until `action: finish`, or the next release, the Deployment stays paused and held: it follows its replicas, but a template that anybody gives it meanwhile waits and reaches no pod, ' +
      'and `kubectl rollout status` says nothing.',
    copy: { what: 'inputs', text: eitherOf(story, 'finish', 'rollback') },
  };
}

/** They may hold secrets: neither are they on record, nor are they shown. */
function programsToGive({ programs }: Story): string {
  if (programs.length === 0) return '';
  const named = programs.map((input) => `\`${input}\``).join(' and ');
  return ` Its users are split by a program of yours, which is not on record: give ${named} to that run as its deploy had ${programs.length === 1 ? 'it' : 'them'}.`;
}

function eitherOf(story: Story, one: string, other: string): string {
  return [...inputsFor(story, one), '', '# or', ...inputsFor(story, other)].join('\n');
}

function inputsFor(story: Story, action: string): string[] {
  const { namespace, programs } = story;
  return [
    'with:',
    `  action: ${action}`,
    workloadInput(story),
    ...(namespace === null ? [] : [`  namespace: ${yamlText(namespace)}`]),
    ...(GOES_ON.includes(action) ? programs.map((input) => `  # ${input}: as its deploy had it`) : []),
  ];
}

/** Operations on a release that is open. */
const GOES_ON = ['promote', 'resume', 'abort'];

/** This run was to take users back, or the one that began it was. */
function wasWanted({ action, rollback }: Story): boolean {
  return action === 'rollback' || rollback;
}

function dryRunAdvice({ outcome, writes, kind }: Story): Advice {
  const accepted =
    writes.length === 0
      ? `There is nothing to release: the ${kind} runs this version already.`
      : 'The API server would accept every write of this release. Run the job without `dry-run` to release.';
  const text = outcome === 'failed' ? 'Put the reason right and run the job again.' : accepted;
  return todo(text);
}

function todo(text: string): Advice {
  return { title: 'What to do', text, copy: null };
}

/** A cancelled step has ten seconds; when they are over, it ends without its plan, and its post step does the rest. */
function cancelledAdvice(story: Story): Advice {
  const { on } = usersAfter(story);
  if (on === 'untouched') return todo('The release had not begun. Run the job again when it suits.');
  if (on !== 'uncertain' && story.action === 'abort')
    return todo('There is nothing to clean up: the release was taken back. Release again when it suits.');
  if (on !== 'uncertain' && story.release !== null)
    return todo('There is nothing to clean up: the release was taken back. Run the job again when it suits.');
  return {
    title: 'What to do',
    text: 'The step had no time to finish. Its post step takes the release back right afterwards and says so at the end of the log of the job. These commands show what is there.',
    copy: { what: 'commands', text: [...lookAtTraffic(story), ...lookAtPods(story)].join('\n') },
  };
}

function failedAdvice(story: Story): Advice | null {
  const { on } = usersAfter(story);
  // A release that is found not to be at its end: the reason says itself how it goes on.
  if (on === 'untouched' && beginningOf(story) === 'Finish' && story.release !== null) return null;
  if (on === 'untouched') return todo('Put the reason right and run the job again.');
  if (on === 'before')
    return {
      title: 'What to do',
      text: 'Nothing moves by itself. When the reason is put right, `action: resume` ends the rollback. `action: abort`, and a deploy before it begins, take users to the version that they were to leave.',
      copy: { what: 'inputs', text: eitherOf(story, 'resume', 'abort') },
    };
  if (beginningOf(story) === 'Finish')
    return todo(
      'Both versions are up still, and users are on the new one. Put the reason right and run the job again.',
    );
  if (on === 'not-back')
    return todo(
      'The rollback itself was taken back, and there is nothing to clean up. Find the cause, or name another version with input `to`.',
    );
  return {
    title: 'What to do',
    text: `These commands show what is there. If the release is unfinished, ${NEXT_RUNS}`,
    copy: { what: 'commands', text: [...lookAtTraffic(story), ...lookAtPods(story)].join('\n') },
  };
}

const NEXT_RUNS =
  '`action: abort` takes it back, and `action: resume` goes on with it once more. The next deploy takes it back before its own release begins, unless its input `on-unfinished` says otherwise.';

function standingAdvice(story: Story): Advice {
  return {
    title: 'How to look at the new version',
    text: `The pods of both versions were left standing, and nothing of the release moves by itself: ${NEXT_RUNS}`,
    copy: { what: 'commands', text: [...lookAtPods(story), ...lookAtTraffic(story)].join('\n') },
  };
}

function lookAtPods({ namespace, candidateHash, kind }: Story): string[] {
  if (candidateHash === null) return [];
  const label = kind === 'Deployment' ? 'pod-template-hash' : 'serving.knative.dev/revision';
  const pods = `${inNamespace(namespace)} -l ${shellWord(`${label}=${candidateHash}`)}`;
  return [
    `kubectl get pods${pods}`,
    `kubectl describe pods${pods}`,
    `kubectl logs${pods} --all-containers --prefix --tail=50`,
  ];
}

function lookAtTraffic({ namespace, service, kind, deployment }: Story): string[] {
  const where = inNamespace(namespace);
  if (kind === 'Knative Service')
    return [
      `kubectl get services.serving.knative.dev${where} ${shellWord(deployment)} -o yaml`,
      `kubectl get revisions.serving.knative.dev${where} -l ${shellWord(`serving.knative.dev/service=${deployment}`)}`,
    ];
  const slices = service === null ? '' : ` -l ${shellWord(`kubernetes.io/service-name=${service}`)}`;
  return [`kubectl get deployment,replicaset${where}`, `kubectl get endpointslices${where}${slices} -o wide`];
}

function inNamespace(namespace: string | null): string {
  return namespace === null ? '' : ` -n ${shellWord(namespace)}`;
}

/** Names come from the cluster; what is copied into a shell must stay one word there. */
function shellWord(name: string): string {
  const text = oneLine(name);
  return /^[\w./=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function wayBack(story: Story): Advice {
  const changed = changedImages(story.from, story.to);
  const title = 'How to take it back';
  if (story.rollbackPossible) {
    const service = story.kind === 'Deployment' ? story.service : null;
    return {
      title,
      text:
        story.kind === 'Deployment'
          ? 'These inputs bring the version before back. It is checked and switched like every release.'
          : 'These inputs move users back to the Revision before by one write, while Knative keeps it and it is Ready.',
      copy: {
        what: 'inputs',
        text: [...inputsFor(story, 'rollback'), ...(service === null ? [] : [`  service: ${yamlText(service)}`])].join(
          '\n',
        ),
      },
    };
  }
  if (changed.length === 0)
    return { title, text: 'Release again with the values of `env` that were there before.', copy: null };
  const lines = [
    'with:',
    workloadInput(story),
    ...(story.namespace === null ? [] : [`  namespace: ${yamlText(story.namespace)}`]),
    ...(story.service === null || story.kind !== 'Deployment' ? [] : [`  service: ${yamlText(story.service)}`]),
    '  images: |',
    ...changed.map(({ container, from }) => `    ${oneLine(container)}=${oneLine(from)}`),
  ];
  return {
    title,
    text: 'Release the old images again with these inputs, and with the old values of `env` if this release changed any. That is checked and switched like every release.',
    copy: { what: 'inputs', text: lines.join('\n') },
  };
}

function workloadInput({ kind, deployment }: Story): string {
  return `  ${kind === 'Deployment' ? 'deployment' : 'knative-service'}: ${yamlText(deployment)}`;
}

export interface ImageMove {
  readonly container: string;
  readonly from: string;
  readonly to: string;
}

/** Containers whose image the release changes. */
export function changedImages(from: Images, to: Images): ImageMove[] {
  return Object.entries(to).flatMap(([container, image]) => {
    const before = from[container];
    return before === undefined || before === image ? [] : [{ container, from: before, to: image }];
  });
}

/** A name as a plain YAML text; quoted where YAML would take it for something else (`on`, `1e3`). */
function yamlText(name: string): string {
  const text = oneLine(name);
  const isPlain = /^[a-z][a-z0-9.-]*$/.test(text) && !/^(null|true|false|yes|no|on|off|y|n)$/.test(text);
  return isPlain ? text : `'${text.replaceAll("'", "''")}'`;
}
