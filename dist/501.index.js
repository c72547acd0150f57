export const id = 501;
export const ids = [501];
export const modules = {

/***/ 501:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  step: () => (/* binding */ step)
});

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(7598);
// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(3024);
// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __webpack_require__(8161);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
// EXTERNAL MODULE: ./node_modules/@actions/core/lib/core.js + 19 modules
var core = __webpack_require__(7394);
// EXTERNAL MODULE: ./lib/report/duration.js
var duration = __webpack_require__(136);
// EXTERNAL MODULE: ./lib/report/escape.js
var report_escape = __webpack_require__(2527);
;// CONCATENATED MODULE: ./lib/report/users.js
/** Where the run left the users, from how it ended and from what it wrote. */
function usersAfter(story) {
    if (story.dryRun)
        return { on: 'untouched' };
    if (story.outcome === 'promoted')
        return { on: 'new' };
    if (story.outcome === 'unchanged')
        return { on: 'same' };
    if (story.writes.length === 0)
        return { on: 'untouched' };
    const exposure = exposureOf(story);
    if (story.outcome === 'rolled-back' || story.outcome === 'aborted')
        return { on: 'old', newFor: exposure?.ms ?? null };
    // What an earlier run had left, nobody knows until it has been taken back.
    if (story.phases.at(-1)?.phase === 'Take back an unfinished release')
        return { on: 'uncertain' };
    if (exposure === null)
        return { on: 'old', newFor: null };
    return exposure.isOver ? { on: 'old', newFor: exposure.ms } : { on: 'uncertain' };
}
/**
 * How long the live Service reached the new version: from the first write to it in the switch to the first in going back.
 * A switch whose write is not known to have happened counts: better too long than too short.
 */
function exposureOf(story) {
    const began = story.phases.find(({ phase }) => phase === 'Switch users');
    if (began === undefined)
        return null;
    const service = `/services/${story.service ?? ''}`;
    const moves = story.writes.filter(({ request, at }) => request.endsWith(service) && at >= began.startedAt);
    const turned = story.phases.find(({ phase, startedAt }) => phase === 'Go back' && startedAt >= began.startedAt);
    const back = turned === undefined ? undefined : moves.find(({ at }) => at >= turned.startedAt);
    const first = moves.find(({ at }) => turned === undefined || at < turned.startedAt);
    const from = first?.at ?? began.startedAt;
    const until = back?.at ?? turned?.startedAt ?? story.finishedAt;
    return { ms: until - from, isOver: back !== undefined };
}

;// CONCATENATED MODULE: ./lib/action/outputs.js



/** What later steps are told of the run; what is not known is an empty text. */
function outputsOf(story) {
    const before = story.from;
    const now = imagesNow(story);
    return {
        outcome: story.outcome,
        release: story.release ?? '',
        'previous-images': imageLines(before),
        images: imageLines(now),
        'stable-hash': story.stableHash ?? '',
        'candidate-hash': story.candidateHash ?? '',
        duration: (0,duration/* formatDuration */.a)(story.finishedAt - story.startedAt),
        reason: story.reason === null ? '' : (0,report_escape/* firstLine */.TM)(story.reason),
        'rollback-possible': String(story.rollbackPossible),
        result: JSON.stringify(resultOf(story, now)),
    };
}
/** The images that users are on now; none where that is not certain. */
function imagesNow(story) {
    const users = usersAfter(story);
    if (users.on === 'new')
        return story.to;
    // A run that failed before it wrote anything knows at most the plan of another release.
    const isUnknown = users.on === 'uncertain' || (users.on === 'untouched' && story.outcome === 'failed');
    return isUnknown ? {} : story.from;
}
/** Lines `container=image`, the form of the input `images`: an output can be handed back to it as it is. */
function imageLines(images) {
    return Object.entries(images)
        .map(([container, image]) => `${container}=${image}`)
        .join('\n');
}
/** Everything of the story but lines that programs wrote: later steps print or store this. */
function resultOf(story, images) {
    const { diagnosis } = story;
    const log = diagnosis?.log ?? null;
    return {
        schema: 1,
        ...story,
        images,
        durationMs: story.finishedAt - story.startedAt,
        // The first line of a detail is ours, the others are the command's output.
        checks: story.checks.map((check) => ({ ...check, detail: (0,report_escape/* firstLine */.TM)(check.detail) })),
        diagnosis: diagnosis === null
            ? null
            : { ...diagnosis, log: log === null ? null : { pod: log.pod, container: log.container } },
    };
}

// EXTERNAL MODULE: ./lib/action/durations.js
var durations = __webpack_require__(1559);
// EXTERNAL MODULE: external "node:child_process"
var external_node_child_process_ = __webpack_require__(1421);
// EXTERNAL MODULE: external "node:string_decoder"
var external_node_string_decoder_ = __webpack_require__(6193);
;// CONCATENATED MODULE: ./lib/checks/output-lines.js

/** Characters after which a line is cut into pieces: a program may write for ever without a line break. */
const LONGEST_LINE = 16_384;
/** Cuts a stream of bytes into lines. `push` as bytes come, `end` once when none will come. */
class OutputLines {
    #decoder = new external_node_string_decoder_.StringDecoder('utf8');
    #rest = '';
    #onLine;
    constructor(onLine) {
        this.#onLine = onLine;
    }
    push(bytes) {
        const lines = (this.#rest + this.#decoder.write(bytes)).split('\n');
        this.#rest = lines.pop() ?? '';
        for (const line of lines)
            this.#emit(line);
        while (this.#rest.length > LONGEST_LINE) {
            this.#onLine(this.#rest.slice(0, LONGEST_LINE));
            this.#rest = this.#rest.slice(LONGEST_LINE);
        }
    }
    end() {
        const last = this.#rest + this.#decoder.end();
        this.#rest = '';
        if (last !== '')
            this.#emit(last);
    }
    #emit(line) {
        const text = line.endsWith('\r') ? line.slice(0, -1) : line;
        for (let at = 0; at === 0 || at < text.length; at += LONGEST_LINE)
            this.#onLine(text.slice(at, at + LONGEST_LINE));
    }
}

;// CONCATENATED MODULE: ./lib/checks/child-process.js


/** Milliseconds from SIGTERM to SIGKILL. */
const KILL_AFTER = 2_000;
/** Milliseconds that what a child leaves in the background may still write after its end, before that is ended too. */
const LINGER = 500;
/** Runs a program to its end. Resolves when it and its output have ended; never rejects. */
function runChild(file, args, { env, onLine, signal }) {
    const child = start(file, args, env);
    if ('how' in child)
        return Promise.resolve(child);
    return new Promise((resolve) => {
        const streams = ['stdout', 'stderr'].map((name) => {
            const lines = new OutputLines((line) => onLine(line, name));
            child[name]?.on('data', (bytes) => lines.push(bytes));
            return lines;
        });
        let ended = { how: 'not-started', code: 'UNKNOWN', message: 'no reason given' };
        let kill;
        const terminate = () => {
            signalGroup(child, 'SIGTERM');
            kill = setTimeout(() => signalGroup(child, 'SIGKILL'), KILL_AFTER);
        };
        const finish = () => {
            signal.removeEventListener('abort', terminate);
            clearTimeout(kill);
            // The child has obeyed; a descendant that did not, and writes nothing, would go unnoticed.
            if (signal.aborted)
                signalGroup(child, 'SIGKILL');
            for (const lines of streams)
                lines.end();
            resolve(ended);
        };
        if (signal.aborted)
            terminate();
        else
            signal.addEventListener('abort', terminate, { once: true });
        child.once('error', (error) => {
            ended = { how: 'not-started', code: error.code ?? 'UNKNOWN', message: error.message };
            if (child.pid === undefined)
                finish();
        });
        child.once('exit', (code, by) => {
            ended = code === null ? { how: 'signalled', signal: by ?? 'unknown' } : { how: 'exited', code };
            // 'close' comes once nobody holds its output open; a background process that it left behind may do so for ever.
            const lingering = setTimeout(() => {
                signalGroup(child, 'SIGKILL');
                child.stdout?.destroy();
                child.stderr?.destroy();
            }, LINGER);
            child.once('close', () => clearTimeout(lingering));
        });
        child.once('close', finish);
    });
}
/** `spawn` reports most failures by an event and some (arguments too long, for one) by throwing. */
function start(file, args, env) {
    try {
        return (0,external_node_child_process_.spawn)(file, args, {
            env,
            stdio: ['ignore', 'pipe', 'pipe'],
            // On Windows this would open a console window, and `taskkill /T` finds descendants without it.
            detached: process.platform !== 'win32',
            windowsHide: true,
        });
    }
    catch (error) {
        const { code, message } = error; // Node documents it so for system errors
        return { how: 'not-started', code: code ?? 'UNKNOWN', message };
    }
}
function signalGroup(child, signal) {
    if (child.pid === undefined)
        return;
    if (process.platform === 'win32') {
        (0,external_node_child_process_.spawn)('taskkill', ['/pid', String(child.pid), '/T', '/F'], { stdio: 'ignore' }).on('error', () => { });
        return;
    }
    try {
        process.kill(-child.pid, signal);
    }
    catch {
        // ESRCH: nobody of the group is left, which is what was wanted.
    }
}

;// CONCATENATED MODULE: ./lib/checks/smoke-command.js


const LAST_LINES = 20;
const LONGEST_QUOTED_LINE = 500;
const LONGEST_NAME = 100;
/**
 * Runs the user's command. Healthy: it ended with exit code 0 within `deadlineMs` milliseconds and nobody cancelled. Never rejects;
 * after a cancel or the deadline it resolves within about 2.5 seconds, when the command and all that it started are gone.
 */
async function runSmokeCommand(command, context, { clock, env, onLine }, deadlineMs, signal) {
    const started = clock.now();
    const lastLines = [];
    const result = (verdict, detail) => ({
        name: nameOf(command),
        kind: 'smoke-command',
        verdict,
        tries: 1,
        took: clock.now() - started,
        detail: [detail, ...lastLines].join('\n'),
    });
    if (signal.aborted)
        return { ...result('cancelled', 'cancelled before it was started'), tries: 0 };
    if (deadlineMs <= 0)
        return { ...result('unhealthy', 'no time was left to run it'), tries: 0 };
    const deadline = new AbortController();
    const ended = new AbortController();
    clock.sleep(deadlineMs, ended.signal).then(() => deadline.abort(), () => { });
    const how = await runInShell(command, {
        env: environment(env, context),
        signal: AbortSignal.any([signal, deadline.signal]),
        onLine: (line, stream) => {
            lastLines.push(line.slice(0, LONGEST_QUOTED_LINE));
            if (lastLines.length > LAST_LINES)
                lastLines.shift();
            onLine(line, stream);
        },
    });
    ended.abort();
    // In this order: a command that we end may still answer SIGTERM with exit code 0, which is no pass.
    if (signal.aborted)
        return result('cancelled', 'cancelled while it ran, and ended');
    if (deadline.signal.aborted)
        return result('unhealthy', `not done within ${(0,durations/* formatDuration */.a3)(deadlineMs)}, and ended`);
    if (how.how === 'not-started')
        return result('unhealthy', `it could not be started: ${how.message}`);
    if (how.how === 'signalled')
        return result('unhealthy', `ended by ${how.signal}`);
    return result(how.code === 0 ? 'healthy' : 'unhealthy', `exit code ${how.code}`);
}
/** As a `run:` step without `shell:` does it: the first of these that is installed. */
const POSIX_SHELLS = [
    { file: 'bash', args: (command) => ['-e', '-o', 'pipefail', '-c', command] },
    { file: 'sh', args: (command) => ['-e', '-c', command] },
];
/** PowerShell ends with the exit code of the last program only when asked to. */
const WINDOWS_SHELLS = ['pwsh', 'powershell'].map((file) => ({
    file,
    args: (command) => [
        '-NoProfile',
        '-NonInteractive',
        '-Command',
        `$ErrorActionPreference = 'stop'\n${command}\nif (Test-Path -LiteralPath variable:\\LASTEXITCODE) { exit $LASTEXITCODE }`,
    ],
}));
async function runInShell(command, options) {
    let ended = { how: 'not-started', code: 'ENOENT', message: 'there is no shell' };
    for (const { file, args } of process.platform === 'win32' ? WINDOWS_SHELLS : POSIX_SHELLS) {
        ended = await runChild(file, args(command), options);
        if (ended.how !== 'not-started' || ended.code !== 'ENOENT')
            return ended;
    }
    return ended;
}
function environment(env, context) {
    // Our inputs are no business of the command, and the kubeconfig's content is among them.
    const inherited = Object.entries(env).filter(([name]) => !name.startsWith('INPUT_'));
    return {
        ...Object.fromEntries(inherited),
        CROSSFADE_NAMESPACE: context.namespace,
        CROSSFADE_DEPLOYMENT: context.deployment,
        CROSSFADE_SERVICE: context.service,
        CROSSFADE_CANDIDATE_SERVICE: context.candidateService,
        CROSSFADE_RELEASE: context.release,
        CROSSFADE_STABLE_HASH: context.stableHash,
        CROSSFADE_CANDIDATE_HASH: context.candidateHash,
        CROSSFADE_IMAGES: Object.entries(context.images)
            .map(([container, image]) => `${container}=${image}`)
            .join('\n'),
        ...(context.kubeconfig === null ? {} : { KUBECONFIG: context.kubeconfig }),
    };
}
/** The first line of the command, with `…` when that is not all of it. */
function nameOf(command) {
    const first = command.trim().split(/\r?\n/, 1)[0] ?? '';
    const all = first === command.trim() && first.length <= LONGEST_NAME;
    return all ? first : `${first.slice(0, LONGEST_NAME - 1)}…`;
}

;// CONCATENATED MODULE: ./lib/checks/smoke-test.js

/** Milliseconds between two tries: doubled from the first to the last of these. */
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 2_000;
/** Milliseconds for one try: a pod that hangs should not use up the time of all tries. */
const LONGEST_TRY = 10_000;
const LONGEST_QUOTE = 200;
/** Sends the test to the candidate Service until it is answered as wanted or its deadline has passed. Never rejects. */
async function runSmokeTest(test, service, ports, signal) {
    const { proxy, clock } = ports;
    const started = clock.now();
    const end = started + test.deadline;
    let tries = 0;
    let pause = FIRST_PAUSE;
    let found = 'it was never sent';
    const result = (verdict, detail) => ({
        name: test.line,
        kind: 'smoke-test',
        verdict,
        tries,
        took: clock.now() - started,
        detail,
    });
    try {
        while (clock.now() < end) {
            signal.throwIfAborted();
            tries += 1;
            const timeoutMs = Math.min(LONGEST_TRY, end - clock.now());
            const { method, port, scheme, path } = test;
            const tried = await attempt(test, proxy.get({ method, service, port, scheme, path, timeoutMs, signal }));
            // An answer that arrives after the cancel may be from pods that are already being taken away.
            signal.throwIfAborted();
            found = tried.found;
            if (tried.accepted)
                return result('healthy', found);
            await clock.sleep(Math.max(0, Math.min(pause, end - clock.now())), signal);
            pause = Math.min(LONGEST_PAUSE, pause * 2);
        }
    }
    catch (error) {
        // Only the signal ends the loop by throwing; any other error is a fault of ours or of a port, and no pass either.
        if (!signal.aborted)
            return result('unhealthy', `the test itself failed: ${messageOf(error)}`);
        return result('cancelled', `cancelled; so far: ${found}`);
    }
    return result('unhealthy', `not ${wanted(test)} within ${(0,durations/* formatDuration */.a3)(test.deadline)}; last: ${found}`);
}
async function attempt(test, answered) {
    try {
        return judge(test, await answered);
    }
    catch (error) {
        return { accepted: false, found: `no answer: ${firstLine(messageOf(error))}` };
    }
}
function judge(test, { status, body }) {
    const refusal = apiServerRefusal(status, body);
    if (refusal !== null)
        return { accepted: false, found: `${status} from the API server, not from a pod: ${refusal}` };
    const quote = firstLine(body);
    const found = quote === '' ? String(status) : `${status} ${quote}`;
    if (status < test.status.from || status > test.status.to)
        return { accepted: false, found };
    if (test.contains !== null && !body.includes(test.contains))
        return {
            accepted: false,
            found: `${status} without the text ${JSON.stringify(test.contains)}: ${quote === '' ? 'no body' : quote}`,
        };
    return { accepted: true, found };
}
/**
 * The API server's own message when it could not reach a pod (no endpoints, connection refused, not allowed …): it then
 * answers with a Status object, mostly with 503. Without this look at the body, `GET /maintenance 503` would pass with no
 * pod at all.
 */
function apiServerRefusal(status, body) {
    if (status < 400 || !/^\s*\{/.test(body) || !body.includes('"Status"'))
        return null;
    const object = parseObject(body);
    if (object?.kind !== 'Status' || object.apiVersion !== 'v1')
        return null;
    return firstLine(typeof object.message === 'string' ? object.message : String(object.reason ?? 'no reason given'));
}
function parseObject(text) {
    try {
        const value = JSON.parse(text);
        // The text begins with a brace: what it parses to is an object.
        return value;
    }
    catch {
        return null;
    }
}
function wanted(test) {
    const { from, to } = test.status;
    const status = from === to ? `${from}` : `${from}-${to}`;
    return `answered with ${status}${test.contains === null ? '' : ` and the text ${JSON.stringify(test.contains)}`}`;
}
function messageOf(error) {
    return error instanceof Error ? error.message : String(error);
}
function firstLine(text) {
    const line = text
        .trimStart()
        .split(/[\r\n]/, 1)[0]
        ?.trimEnd() ?? '';
    return line.length <= LONGEST_QUOTE ? line : `${line.slice(0, LONGEST_QUOTE - 1)}…`;
}

;// CONCATENATED MODULE: ./lib/checks/run-checks.js


/**
 * All smoke tests at the same time, then, when each passed, the command. Results in the order of the inputs.
 * `deadline`: epoch ms at which the release ends, and the command with it.
 */
async function runChecks(checks, context, ports, deadline, signal) {
    const tests = await Promise.all(checks.smokeTests.map((test) => runSmokeTest(test, context.candidateService, ports, signal)));
    if (checks.smokeCommand === null || tests.some((test) => test.verdict !== 'healthy'))
        return tests;
    const left = deadline - ports.clock.now();
    return [...tests, await runSmokeCommand(checks.smokeCommand, context, ports, left, signal)];
}

// EXTERNAL MODULE: ./lib/cluster/api.js
var api = __webpack_require__(9814);
// EXTERNAL MODULE: ./lib/cluster/connection.js
var cluster_connection = __webpack_require__(8132);
// EXTERNAL MODULE: ./lib/cluster/errors.js
var errors = __webpack_require__(2835);
// EXTERNAL MODULE: ./lib/cluster/lease.js
var cluster_lease = __webpack_require__(5043);
;// CONCATENATED MODULE: ./lib/cluster/service-proxy.js
/** Reaches the pods of a Service through the API server, so that the runner needs no way into the cluster's network. */
function serviceProxy(api, namespace) {
    return {
        async get({ method, service, port, scheme, path, timeoutMs, signal }) {
            const scope = scheme === 'https' ? 'https:' : '';
            const target = `${scope}${service}${port === null && scope === '' ? '' : `:${port ?? ''}`}`;
            const url = `/api/v1/namespaces/${namespace}/services/${target}/proxy${path}`;
            return api.text(url, {}, { method, deadline: timeoutMs, signal });
        },
    };
}

// EXTERNAL MODULE: ./lib/engine/clock.js
var clock = __webpack_require__(1440);
// EXTERNAL MODULE: ./lib/release/state.js
var state = __webpack_require__(7235);
// EXTERNAL MODULE: ./lib/traffic/service-selector.js
var service_selector = __webpack_require__(914);
// EXTERNAL MODULE: ./lib/workload/held-rollout.js
var held_rollout = __webpack_require__(8322);
// EXTERNAL MODULE: ./lib/engine/refusal.js
var refusal = __webpack_require__(5394);
// EXTERNAL MODULE: ./lib/engine/record-store.js
var record_store = __webpack_require__(5197);
;// CONCATENATED MODULE: ./lib/engine/dry-run.js





/** Stands for the candidate's hash, which only the real ReplicaSet shows. */
const UNKNOWN_HASH = 'candidate';
/**
 * `dry-run`: every write of the release in its order, sent with `dryRun=All` against the objects as they are.
 * Throws Refused when the API server would refuse one.
 */
async function dryRun(parts, cleared, book) {
    const { api, teller } = parts;
    const findings = [];
    for (const write of plannedWrites(parts, cleared, book)) {
        teller.wrote(write);
        // What is deleted at the end does not exist yet.
        if (write.verb === 'delete')
            continue;
        try {
            await api.write(write, { dryRun: true });
        }
        catch (error) {
            findings.push({
                message: `The API server would refuse this write (${write.why}): ${error instanceof Error ? error.message : String(error)}`,
            });
        }
    }
    if (findings.length > 0)
        throw new refusal/* Refused */.L(findings);
}
function plannedWrites(parts, cleared, book) {
    const { namespace, holder, clock } = parts;
    const { plan, candidateTemplate, objects } = cleared;
    const { deployment, service } = objects;
    const name = plan.deployment.name;
    const lease = (0,cluster_lease/* leaseRequest */.G$)({ namespace, deployment: name, holder }, clock.now(), null);
    const record = (why) => (0,record_store/* bookRequest */.fH)(namespace, name, { ...book, open: { plan, run: NO_RUN } }, why);
    const ours = plan.candidateService.kind === 'ours';
    return [
        lease,
        record('open the record'),
        held_rollout/* pause */.v7(deployment),
        service_selector/* pin */.y_(service, plan.stable.hash),
        held_rollout/* open */.ho(deployment, candidateTemplate),
        held_rollout/* freeze */.CN(deployment),
        ...(ours ? [service_selector/* createCandidateService */.Lr(plan, service, UNKNOWN_HASH)] : []),
        ...(plan.switch === 'overlap' ? [service_selector/* overlap */.EF(service)] : []),
        service_selector/* switchTo */.S_(service, UNKNOWN_HASH),
        held_rollout/* close */.VN(deployment, plan.original),
        service_selector/* unpin */.l0(service),
        held_rollout/* restore */.PF(deployment, plan.original),
        ...(ours
            ? [service_selector/* deleteCandidateService */.ax({ metadata: { name: plan.candidateService.name, namespace, uid: '' } })]
            : []),
        record('close the record'),
    ];
}
const NO_RUN = { url: null, id: null, attempt: null, actor: null, repository: null, sha: null, ref: null, job: null };

// EXTERNAL MODULE: ./lib/engine/preflight.js + 3 modules
var preflight = __webpack_require__(9994);
// EXTERNAL MODULE: ./lib/engine/release.js + 7 modules
var release = __webpack_require__(78);
// EXTERNAL MODULE: ./lib/engine/take-back.js
var take_back = __webpack_require__(2107);
// EXTERNAL MODULE: ./lib/engine/world.js + 1 modules
var engine_world = __webpack_require__(4956);
;// CONCATENATED MODULE: ./lib/engine/deploy.js








/** `action: deploy`. Throws Refused, LockHeld, RecordError, or what an API request throws before the release began. */
async function deploy(request, parts) {
    const { api, clock, teller, namespace } = parts;
    let lease = null;
    try {
        for (;;) {
            teller.phase('Preflight');
            const book = await (0,record_store/* readBook */.yW)(api, namespace, request.deployment);
            if (isOpen(book)) {
                if (request.dryRun)
                    return unfinished(book.open);
                lease ??= await lock(request, parts);
                if (lease.waited) {
                    lease = { ...lease, waited: false };
                    continue;
                }
                teller.phase('Take back an unfinished release');
                teller.fact(`found ${(0,take_back/* describeOpen */.us)(book.open)} unfinished; it is taken back first`);
                const back = await (0,take_back/* takeBack */.zH)(parts, book, { cause: 'resumed', reason: 'a later run found it unfinished' });
                if (back.ended.ending.outcome === 'failed')
                    return stuck(book.open, back.ended);
                continue;
            }
            const cleared = await (0,preflight/* preflight */.M)(api, request, namespace, clock.now());
            tellPlan(teller, cleared.plan, namespace);
            if (cleared.kind === 'unchanged') {
                teller.fact('the Deployment runs exactly this already: nothing to do');
                return { ...NOTHING, outcome: 'unchanged', plan: cleared.plan };
            }
            for (const warning of cleared.warnings)
                teller.warning(warning);
            if (request.dryRun) {
                teller.phase('Dry run');
                await dryRun(parts, cleared, book);
                return { ...NOTHING, outcome: 'unchanged', plan: cleared.plan, reason: 'dry run: nothing was changed' };
            }
            if (parts.helm.order !== null)
                return { ...NOTHING, outcome: 'aborted', plan: cleared.plan, reason: parts.helm.order.reason };
            lease ??= await lock(request, parts);
            if (lease.waited) {
                lease = { ...lease, waited: false };
                continue;
            }
            return await deploy_release(request, parts, cleared, book);
        }
    }
    finally {
        await lease?.release();
    }
}
const NOTHING = {
    outcome: 'failed',
    reason: null,
    plan: null,
    candidateHash: null,
    checks: [],
    diagnosis: null,
    left: 'nothing',
    rollbackPossible: false,
};
async function deploy_release(request, parts, cleared, book) {
    const { api, clock, teller, namespace, run } = parts;
    const { plan, candidateTemplate, objects } = cleared;
    const world = new engine_world/* World */.H(api, clock, {
        namespace,
        deployment: plan.deployment.name,
        podSelector: (0,preflight/* podSelectorOf */.c)(objects.deployment),
        service: plan.service.name,
        candidateService: plan.candidateService.name,
    });
    parts.onBegin(plan.release);
    const open = { plan, run };
    world.seed(objects);
    const written = await (0,record_store/* writeBook */.xk)(api, namespace, plan.deployment.name, { ...book, open }, 'open the record');
    teller.fact(`release ${plan.release} is on record (ConfigMap crossfade.${plan.deployment.name})`);
    world.follow((error) => teller.fact(`a watch starts again: ${error instanceof Error ? error.message : String(error)}`));
    try {
        const check = (hashes, signal) => parts.check(contextOf(plan, namespace, hashes.candidate), plan.times.deadline, signal);
        const ended = await new release/* Release */.K({ ...parts, world, plan, candidateTemplate, check }, state/* BEGINNING */.C).run();
        await (0,take_back/* closeRecord */.yv)(parts, { ...written, open }, ended, clock.now());
        return {
            outcome: ended.ending.outcome,
            reason: ended.state.back?.reason ?? null,
            plan,
            candidateHash: ended.candidateHash,
            checks: ended.state.checks,
            diagnosis: ended.diagnosis,
            left: ended.ending.outcome === 'failed' ? ended.ending.left : 'nothing',
            rollbackPossible: ended.ending.outcome === 'promoted' && keepsHistory(objects.deployment.spec?.revisionHistoryLimit),
        };
    }
    finally {
        await world.close();
    }
}
function keepsHistory(limit) {
    return (limit ?? 10) > 0;
}
function isOpen(book) {
    return book.open !== null;
}
function lock(request, parts) {
    const { api, clock, teller, helm, namespace, holder } = parts;
    return (0,cluster_lease/* acquireLease */.ZZ)(api, clock, {
        namespace,
        deployment: request.deployment,
        holder,
        patience: request.lockTimeout,
        signal: helm.signal,
        onWait: (other, waited) => teller.fact(`another run is releasing ${request.deployment}: ${other}; waited ${Math.round(waited / 1000)} s`),
    });
}
function tellPlan(teller, plan, namespace) {
    teller.fact(`Deployment ${namespace}/${plan.deployment.name}, stable ${plan.stable.hash}, live Service ${plan.service.name}`);
    for (const line of imageChanges(plan.stable.images, plan.candidate.images))
        teller.fact(line);
}
/** `container web: a → b` for each container whose image changes. */
function imageChanges(from, to) {
    return Object.entries(to)
        .filter(([container, image]) => from[container] !== image)
        .map(([container, image]) => `container ${container}: ${from[container]} → ${image}`);
}
function contextOf(plan, namespace, candidateHash) {
    return {
        namespace,
        deployment: plan.deployment.name,
        service: plan.service.name,
        candidateService: plan.candidateService.name,
        release: plan.release,
        stableHash: plan.stable.hash,
        candidateHash,
        images: plan.candidate.images,
    };
}
function unfinished(open) {
    return {
        ...NOTHING,
        plan: open.plan,
        reason: `${(0,take_back/* describeOpen */.us)(open)} is unfinished; a run without dry-run takes it back first.`,
    };
}
function stuck(open, ended) {
    return {
        ...NOTHING,
        plan: open.plan,
        candidateHash: ended.candidateHash,
        left: 'unfinished',
        reason: `${(0,take_back/* describeOpen */.us)(open)} is unfinished and could not be taken back: ${ended.state.back?.reason ?? ''}`,
    };
}

// EXTERNAL MODULE: ./lib/engine/helm.js
var engine_helm = __webpack_require__(64);
;// CONCATENATED MODULE: ./lib/report/advice.js



/** What the run meant for the users of the app, in one or two sentences. */
function describeUsers(users) {
    switch (users.on) {
        case 'new':
            return 'Users are on the new version.';
        case 'same':
            return 'Users are on this version already; nothing was changed.';
        case 'untouched':
            return 'This run changed nothing in the cluster: users are where they were.';
        case 'uncertain':
            return 'It is not certain which version users are on. Have a look at it now.';
        case 'old':
            return users.newFor === null
                ? 'Users are on the version they had before; none of their requests went to the new one.'
                : `Users were on the new version for ${(0,duration/* formatDuration */.a)(users.newFor)} and are back on the old one.`;
    }
}
/** How to take the release back, or what else there is to do; null: nothing. */
function adviceFor(story) {
    if (story.findings.length > 0)
        return { title: 'What to do', text: 'Put right what is listed above and run the job again.', copy: null };
    if (story.dryRun)
        return dryRunAdvice(story);
    if (story.held)
        return standingAdvice(story);
    switch (story.outcome) {
        case 'promoted':
            return wayBack(story);
        case 'rolled-back':
            return {
                title: 'What to do',
                text: 'There is nothing to clean up: the Deployment and its Service are as they were before. Find the cause, and release again.',
                copy: null,
            };
        case 'aborted':
            return {
                title: 'What to do',
                text: 'There is nothing to clean up: the release was taken back when the run was cancelled. Run the job again when it suits.',
                copy: null,
            };
        case 'paused':
            return {
                title: 'What to do',
                text: 'The release stands still until a later run continues it or takes it back.',
                copy: null,
            };
        case 'failed':
            return failedAdvice(story);
        case 'unchanged':
            return null;
    }
}
function dryRunAdvice({ outcome }) {
    const text = outcome === 'failed'
        ? 'Put the reason right and run the job again.'
        : 'The API server would accept every write of this release. Run the job without `dry-run` to release.';
    return { title: 'What to do', text: text.replaceAll('`', ''), copy: null };
}
function failedAdvice(story) {
    const { on } = usersAfter(story);
    if (on === 'untouched')
        return { title: 'What to do', text: 'Put the reason right and run the job again.', copy: null };
    return {
        title: 'What to do',
        text: 'See what is there with these commands. The next run of Crossfade finds this release unfinished in its record and takes it back first.',
        copy: { what: 'commands', text: [...lookAtTraffic(story), ...lookAtPods(story)].join('\n') },
    };
}
function standingAdvice(story) {
    return {
        title: 'Both versions stand',
        text: 'The pods of both versions were left standing for a look at the new one. Nothing moves by itself; the next run of Crossfade takes this release back first.',
        copy: { what: 'commands', text: [...lookAtPods(story), ...lookAtTraffic(story)].join('\n') },
    };
}
function lookAtPods({ namespace, candidateHash }) {
    if (candidateHash === null)
        return [];
    const pods = `${inNamespace(namespace)} -l pod-template-hash=${candidateHash}`;
    return [
        `kubectl get pods${pods}`,
        `kubectl describe pods${pods}`,
        `kubectl logs${pods} --all-containers --prefix --tail=50`,
    ];
}
function lookAtTraffic({ namespace, deployment, service }) {
    const where = inNamespace(namespace);
    return [
        `kubectl get deployment,replicaset${where}`,
        ...(service === null
            ? [`kubectl describe deployment ${deployment}${where}`]
            : [`kubectl get endpointslices${where} -l kubernetes.io/service-name=${service} -o wide`]),
    ];
}
function inNamespace(namespace) {
    return namespace === null ? '' : ` -n ${namespace}`;
}
function wayBack(story) {
    const changed = changedImages(story.from, story.to);
    const title = 'How to take it back';
    if (changed.length === 0)
        return { title, text: 'Release again with the values of env that were there before.', copy: null };
    const lines = [
        'with:',
        `  deployment: ${yamlText(story.deployment)}`,
        ...(story.namespace === null ? [] : [`  namespace: ${yamlText(story.namespace)}`]),
        ...(story.service === null ? [] : [`  service: ${yamlText(story.service)}`]),
        '  images: |',
        ...changed.map(({ container, from }) => `    ${(0,report_escape/* oneLine */.TN)(container)}=${(0,report_escape/* oneLine */.TN)(from)}`),
    ];
    return {
        title,
        text: 'The pods of the old version are gone. Release its images again with these inputs, and with the old values of env if this release changed any. It is checked and switched like any release.',
        copy: { what: 'inputs', text: lines.join('\n') },
    };
}
/** Containers whose image the release changes. */
function changedImages(from, to) {
    return Object.entries(to).flatMap(([container, image]) => {
        const before = from[container];
        return before === undefined || before === image ? [] : [{ container, from: before, to: image }];
    });
}
/** A name as a plain YAML text; quoted where YAML would take it for something else (`on`, `1e3`). */
function yamlText(name) {
    const text = (0,report_escape/* oneLine */.TN)(name);
    const isPlain = /^[a-z][a-z0-9.-]*$/.test(text) && !/^(null|true|false|yes|no|on|off|y|n)$/.test(text);
    return isPlain ? text : `'${text.replaceAll("'", "''")}'`;
}

;// CONCATENATED MODULE: ./lib/report/annotation.js



/** Characters that GitHub shows of an annotation. */
const LONGEST_MESSAGE = 4_096;
/** Characters for what was found; the rest is for where the users are and what to do. */
const LONGEST_FINDING = 2_800;
function annotationFor(story) {
    const found = story.findings.length > 0
        ? story.findings.map(({ message }) => (0,report_escape/* oneLine */.TN)(message)).join('\n')
        : story.reason === null
            ? null
            : (0,report_escape/* firstLine */.TM)(story.reason);
    const advice = adviceFor(story);
    const lines = [
        found === null ? null : (0,report_escape/* capped */.uo)(found, LONGEST_FINDING),
        describeUsers(usersAfter(story)),
        `Wanted: ${(0,report_escape/* capped */.uo)(annotation_wanted(story), 600)}.`,
        advice === null ? null : story.findings.length > 0 ? null : advice.text,
    ];
    return { title: title(story), message: (0,report_escape/* capped */.uo)(lines.filter((line) => line !== null).join('\n'), LONGEST_MESSAGE) };
}
function title(story) {
    const workload = (0,report_escape/* oneLine */.TN)(story.namespace === null ? story.deployment : `${story.namespace}/${story.deployment}`, 200);
    if (story.findings.length > 0)
        return `Crossfade refused to release ${workload}`;
    switch (story.outcome) {
        case 'rolled-back':
            return `Crossfade took ${workload} back`;
        case 'aborted':
            return `Crossfade was cancelled and took ${workload} back`;
        default:
            return story.held ? `${workload} failed, both versions stand` : `Crossfade could not release ${workload}`;
    }
}
function annotation_wanted({ deployment, from, to }) {
    const moves = changedImages(from, to).map(({ container, from: before, to: after }) => (0,report_escape/* oneLine */.TN)(`container ${container} from ${before} to ${after}`));
    return moves.length === 0 ? (0,report_escape/* oneLine */.TN)(`a release of Deployment ${deployment}`) : moves.join(', ');
}

// EXTERNAL MODULE: ./lib/report/log.js
var log = __webpack_require__(9820);
;// CONCATENATED MODULE: ./lib/report/timeline.js


/** Cells of a bar. Each has eight steps. */
const WIDTH = 24;
const STEPS = 8;
/** The left one, two … eight eighths of a cell. */
const EIGHTHS = '▏▎▍▌▋▊▉█';
const SPACE = '\u00a0';
/**
 * Where a span lies in the whole, drawn with block characters: `    ███▌      `. Always `WIDTH` characters wide, never without ink.
 * Times in milliseconds; the span counts from the start of the whole.
 */
function bar(start, end, whole) {
    const scale = whole > 0 ? WIDTH / whole : 0;
    const first = Math.min(WIDTH - 1, Math.max(0, Math.floor(start * scale)));
    const steps = Math.round((Math.min(end * scale, WIDTH) - first) * STEPS);
    const length = Math.min((WIDTH - first) * STEPS, Math.max(1, steps));
    const cells = '█'.repeat(Math.floor(length / STEPS));
    const rest = length % STEPS === 0 ? '' : (EIGHTHS[(length % STEPS) - 1] ?? '');
    return `${SPACE.repeat(first)}${cells}${rest}`.padEnd(WIDTH, SPACE);
}
/** The chapters of the release: when each began, how long it took, and what it found. */
function timeline(story, longest, factsShown) {
    if (story.phases.length === 0)
        return null;
    const shown = story.phases.slice(-longest);
    const whole = Math.max(story.finishedAt, ...shown.map(({ endedAt }) => endedAt)) - story.startedAt;
    const rows = shown.map((span) => {
        const start = span.startedAt - story.startedAt;
        const end = span.endedAt - story.startedAt;
        const drawing = (0,report_escape/* html */.qy) `<code>${fixed(bar(start, end, whole))}</code>`;
        const times = (0,report_escape/* html */.qy) `<td align="right">${(0,duration/* formatDuration */.a)(start)}</td><td align="right">${(0,duration/* formatDuration */.a)(end - start)}</td>`;
        return (0,report_escape/* html */.qy) `<tr><td>${span.phase}</td>${times}<td>${drawing}</td><td>${told(span, story, factsShown)}</td></tr>
`;
    });
    return (0,report_escape/* html */.qy) `<table>
<tr><th align="left">Phase</th><th align="right">At</th><th align="right">Took</th><th></th><th align="left">What happened</th></tr>
${rows}</table>`;
}
/** The last facts of a chapter; where there are none, what it wrote. */
function told(span, story, factsShown) {
    const writes = story.writes.filter(({ at }) => at >= span.startedAt && at <= span.endedAt).map(({ why }) => why);
    const facts = span.facts.length > 0 ? span.facts : writes;
    return (0,report_escape/* joined */.oR)(facts.slice(-factsShown).map((fact) => (0,report_escape/* html */.qy) `${fact}`), (0,report_escape/* html */.qy) `<br>`);
}
/** No space of a bar may be lost where markup is made small. */
function fixed(drawing) {
    return (0,report_escape/* joined */.oR)(drawing.split(SPACE).map((ink) => (0,report_escape/* html */.qy) `${ink}`), (0,report_escape/* html */.qy) `&nbsp;`);
}

;// CONCATENATED MODULE: ./lib/report/summary.js





/** Bytes that GitHub takes for the summary of a step; of a longer one it shows nothing. */
const SUMMARY_LIMIT = 1_048_576;
/** What is folded gives way first. The last is small enough for any story. */
const ROOMS = [
    { writes: 1_000, rows: 200, facts: 4, block: 65_536 },
    { writes: 50, rows: 200, facts: 4, block: 65_536 },
    { writes: 10, rows: 50, facts: 2, block: 16_384 },
    { writes: 0, rows: 5, facts: 1, block: 2_000 },
];
/**
 * The job summary. Its headings are Markdown; all that is not our own wording stands in HTML blocks, where Markdown means nothing and
 * five characters need an escape. Always shorter than `SUMMARY_LIMIT`.
 */
function renderSummary(story) {
    for (const room of ROOMS) {
        const summary = render(story, room);
        if (Buffer.byteLength(summary) < SUMMARY_LIMIT)
            return summary;
    }
    // Not to be reached; the headline alone fits whatever the story is.
    return `${headline(story).markup}\n`;
}
function render(story, room) {
    const blocks = [
        headline(story),
        lead(story),
        ...findings(story.findings, room),
        summary_images(story, room),
        origin(story),
        ...diagnosis(story.diagnosis, story.reason, room),
        ...advice(story, room),
        ...warnings(story.warnings, room),
        ...section('Timeline', timeline(story, room.rows, room.facts)),
        ...checks(story.checks, room),
        ...writes(story, room),
    ];
    return `${blocks.flatMap((block) => (block === null ? [] : [block.markup])).join('\n\n')}\n`;
}
function section(title, ...blocks) {
    const filled = blocks.filter((block) => block !== null);
    return filled.length === 0 ? [] : [new report_escape/* Html */.Ed(`### ${title}`), ...filled];
}
const OUTCOMES = {
    promoted: '✅ Promoted',
    'rolled-back': '↩️ Rolled back',
    paused: '⏸️ Paused',
    aborted: '🛑 Aborted',
    failed: '❌ Failed',
    unchanged: '➖ Unchanged',
};
function headline(story) {
    const workload = story.namespace === null ? story.deployment : `${story.namespace}/${story.deployment}`;
    return (0,report_escape/* html */.qy) `<h2>${outcomeWords(story)}: ${workload}</h2>`;
}
function outcomeWords(story) {
    if (story.dryRun)
        return story.outcome === 'failed' ? '❌ Dry run refused' : '🔍 Dry run';
    if (story.findings.length > 0)
        return '❌ Refused';
    return story.held ? '❌ Failed, both versions stand' : OUTCOMES[story.outcome];
}
/** For someone tired: what it means for the users, and why. */
function lead(story) {
    const sentence = (0,report_escape/* html */.qy) `<b>${describeUsers(usersAfter(story))}</b>`;
    // The findings say it all.
    if (story.reason === null || story.findings.length > 0)
        return (0,report_escape/* html */.qy) `<p>${sentence}</p>`;
    return (0,report_escape/* html */.qy) `<p>${sentence}</p>
<p>Why: ${(0,report_escape/* firstLine */.TM)(story.reason)}</p>`;
}
function summary_images({ from, to, outcome }, room) {
    if (outcome === 'unchanged' && changedImages(from, to).length === 0) {
        const rows = Object.entries(to).map(([container, image]) => (0,report_escape/* html */.qy) `<tr><td>${container}</td><td>${imageName(image)}</td></tr>
`);
        return table((0,report_escape/* html */.qy) `<th align="left">Container</th><th align="left">Image</th>`, rows, room.rows);
    }
    const rows = changedImages(from, to).map((move) => (0,report_escape/* html */.qy) `<tr><td>${move.container}</td><td>${imageName(move.from)}</td><td>${imageName(move.to)}</td></tr>
`);
    if (rows.length > 0)
        return table((0,report_escape/* html */.qy) `<th align="left">Container</th><th align="left">From</th><th align="left">To</th>`, rows, room.rows);
    return Object.keys(to).length === 0 ? null : (0,report_escape/* html */.qy) `<p>The images stay as they are; environment values change.</p>`;
}
/** Twelve digits of a digest tell two images apart; the whole is in the outputs. */
function imageName(image) {
    return (0,report_escape/* code */.aY)((0,report_escape/* oneLine */.TN)(image).replace(/@(sha256:[0-9a-f]{12})[0-9a-f]{52}$/, '@$1…'));
}
/** Who and what was behind it. */
function origin(story) {
    const { run } = story;
    const facts = [
        story.release === null ? null : (0,report_escape/* html */.qy) `release ${(0,report_escape/* code */.aY)(story.release)}`,
        (0,report_escape/* html */.qy) `${story.strategy === 'blue-green' ? 'blue/green' : story.strategy}`,
        (0,report_escape/* html */.qy) `took <b>${(0,duration/* formatDuration */.a)(story.finishedAt - story.startedAt)}</b>`,
        run.sha === null ? null : (0,report_escape/* html */.qy) `commit ${(0,report_escape/* link */.nf)(commitAddress(story), (0,report_escape/* code */.aY)(run.sha.slice(0, 7)))}${branch(run.ref)}`,
        run.actor === null ? null : (0,report_escape/* html */.qy) `by ${run.actor}`,
        run.url === null && run.id === null ? null : (0,report_escape/* link */.nf)(run.url, (0,report_escape/* html */.qy) `run ${run.id ?? ''}${summary_attempt(run.attempt)}`),
    ];
    return (0,report_escape/* html */.qy) `<p>${(0,report_escape/* joined */.oR)(facts.filter((fact) => fact !== null), (0,report_escape/* html */.qy) ` · `)}</p>`;
}
function commitAddress({ run }) {
    if (run.url === null || run.repository === null || run.sha === null)
        return null;
    const server = URL.parse(run.url)?.origin;
    return server === undefined ? null : `${server}/${run.repository}/commit/${run.sha}`;
}
function branch(ref) {
    return ref === null ? (0,report_escape/* html */.qy) `` : (0,report_escape/* html */.qy) ` on ${(0,report_escape/* code */.aY)(ref.replace(/^refs\/(heads|tags|pull)\//, ''))}`;
}
function summary_attempt(number) {
    return number === null || number === '1' ? '' : `, attempt ${number}`;
}
/** Everything that stood in the way, each with what puts it right. */
function findings(all, room) {
    if (all.length === 0)
        return [];
    const shown = all.slice(0, room.rows);
    const blocks = shown.flatMap(({ message, attachment }, at) => [
        (0,report_escape/* html */.qy) `<p>${all.length === 1 ? '' : `${at + 1}. `}${(0,report_escape/* oneLine */.TN)(message)}</p>`,
        ...(attachment === undefined ? [] : [block(attachment, room)]),
    ]);
    return section('What stands in the way', ...blocks, more(all.length - shown.length));
}
function diagnosis(found, reason, room) {
    if (found === null)
        return [];
    const { log, events } = found;
    // A sign that is the reason has been told.
    const signs = found.signs.filter((sign) => reason === null || !reason.includes(sign));
    return section('What went wrong', signs.length === 0 ? null : list(signs, room), log === null ? null : (0,report_escape/* html */.qy) `<p>Last lines of container ${(0,report_escape/* code */.aY)(log.container)} in pod ${(0,report_escape/* code */.aY)(log.pod)}:</p>`, log === null ? null : block(log.lines.join('\n'), room), events.length === 0 ? null : (0,report_escape/* html */.qy) `<p>Newest events:</p>`, events.length === 0 ? null : block(events.map((event) => (0,report_escape/* oneLine */.TN)(event)).join('\n'), room));
}
function advice(story, room) {
    const found = adviceFor(story);
    if (found === null)
        return [];
    // Half of a command or of a list of inputs is worse than none.
    const copy = found.copy === null || found.copy.text.length > room.block ? null : (0,report_escape/* pre */.AS)(found.copy.text);
    return section(found.title, (0,report_escape/* html */.qy) `<p>${found.text}</p>`, copy);
}
function warnings(all, room) {
    return all.length === 0 ? [] : section('Warnings', list(all, room));
}
const VERDICTS = {
    healthy: '✅ healthy',
    unhealthy: '❌ unhealthy',
    cancelled: '➖ cancelled',
};
function checks(all, room) {
    if (all.length === 0)
        return [];
    const rows = all.map((check) => (0,report_escape/* html */.qy) `<tr><td>${(0,report_escape/* code */.aY)(check.name)}</td><td>${VERDICTS[check.verdict]}</td><td align="right">${check.tries}</td><td align="right">${(0,duration/* formatDuration */.a)(check.took)}</td><td>${(0,report_escape/* firstLine */.TM)(check.detail)}</td></tr>
`);
    const head = (0,report_escape/* html */.qy) `<th align="left">Check</th><th align="left">Result</th><th align="right">Tries</th><th align="right">Took</th><th align="left">Found</th>`;
    const outputs = all.slice(0, room.rows).flatMap((check) => {
        const [, ...lines] = check.detail.split('\n');
        if (check.verdict !== 'unhealthy' || lines.length === 0)
            return [];
        return [(0,report_escape/* html */.qy) `<p>Last lines of ${(0,report_escape/* code */.aY)(check.name)}:</p>`, block(lines.join('\n'), room)];
    });
    return section('Checks', table(head, rows, room.rows), ...outputs);
}
function writes(story, room) {
    const { length } = story.writes;
    if (length === 0)
        return [];
    const rows = story.writes.map(({ at, request, why, }) => (0,report_escape/* html */.qy) `<tr><td align="right">${(0,duration/* formatDuration */.a)(at - story.startedAt)}</td><td>${why}</td><td>${(0,report_escape/* code */.aY)(request)}</td></tr>
`);
    const head = (0,report_escape/* html */.qy) `<th align="right">At</th><th align="left">Why</th><th align="left">Request</th>`;
    const title = story.dryRun ? 'What a release would write to the cluster' : 'What was written to the cluster';
    const count = `${length} write${length === 1 ? '' : 's'} of ${story.requests} requests`;
    return [
        (0,report_escape/* html */.qy) `<details><summary>${title} (${count})</summary>
${table(head, rows, room.writes)}
</details>`,
    ];
}
function table(head, rows, longest) {
    const rest = more(rows.length - longest);
    return (0,report_escape/* html */.qy) `<table>
<tr>${head}</tr>
${rows.slice(0, longest)}</table>${rest ?? ''}`;
}
function list(texts, room) {
    const shown = texts.slice(0, room.rows);
    const rest = more(texts.length - shown.length);
    return (0,report_escape/* html */.qy) `<ul>
${shown.map((text) => (0,report_escape/* html */.qy) `<li>${text}</li>
`)}</ul>${rest ?? ''}`;
}
/** The end of a text tells more than its beginning: that is where programs say what they died of. */
function block(text, room) {
    if (text.length <= room.block)
        return (0,report_escape/* pre */.AS)(text);
    return (0,report_escape/* pre */.AS)(`(… ${text.length - room.block} characters more)\n${text.slice(-room.block)}`);
}
function more(count) {
    return count <= 0 ? null : (0,report_escape/* html */.qy) `<p>… and ${count} more, left out here: a summary has a limited size.</p>`;
}

;// CONCATENATED MODULE: ./lib/step.js




















/** One run of the step: connects, deploys, and tells the runner and the user what came of it, whatever that is. */
async function step(request, run) {
    const startedAt = clock/* systemClock */.m.now();
    const teller = (0,log/* createTeller */.L)({ out: (line) => process.stdout.write(`${line}\n`), clock: clock/* systemClock */.m });
    const helm = new engine_helm/* Helm */.f();
    const reporter = new Reporter(request, run, teller, startedAt);
    obeySignals(helm, reporter);
    let connection = null;
    try {
        connection = await (0,cluster_connection/* connect */.N)(request.cluster, process.env);
        for (const secret of connection.secrets)
            core/* setSecret */.Pq(secret);
        reporter.namespace = request.cluster.namespace ?? connection.namespace;
        reporter.api = new api/* Api */.j(connection, (message) => teller.warning(`The API server says: ${message}`));
        const result = await deployWith(request, run, reporter.api, reporter.namespace, teller, helm);
        await reporter.tell(result, []);
    }
    catch (error) {
        const findings = findingsOf(error, helm);
        if (findings === null)
            throw error;
        await reporter.tell(step_refusal(helm, findings), findings);
    }
    finally {
        teller.end();
        await connection?.close();
    }
}
async function deployWith(request, run, api, namespace, teller, helm) {
    const holder = `${run.url ?? `a run on ${(0,external_node_os_.hostname)()}`} (${(0,external_node_crypto_.randomBytes)(3).toString('hex')})`;
    const kubeconfig = privateKubeconfig(request);
    const onLine = (line) => teller.foreign('smoke-command', [line]);
    try {
        const result = await deploy(request, {
            api,
            clock: clock/* systemClock */.m,
            teller,
            helm,
            run,
            namespace,
            holder,
            check: (context, deadline, signal) => runChecks(request, { ...context, kubeconfig: kubeconfig.path }, { clock: clock/* systemClock */.m, env: process.env, onLine, proxy: serviceProxy(api, namespace) }, deadline, signal),
            onBegin: (release) => core/* saveState */.LZ('unfinished', JSON.stringify({ release, namespace, deployment: request.deployment, holder })),
        });
        if (result.left !== 'unfinished')
            core/* saveState */.LZ('unfinished', '');
        return result;
    }
    finally {
        kubeconfig.remove();
    }
}
/** The kubeconfig that the user's own command gets: content becomes a file that only this user can read. */
function privateKubeconfig({ cluster, smokeCommand }) {
    const { kubeconfig } = cluster;
    if (kubeconfig === null || smokeCommand === null)
        return { path: null, remove: () => undefined };
    if (kubeconfig.kind === 'path')
        return { path: kubeconfig.value, remove: () => undefined };
    const folder = (0,external_node_fs_.mkdtempSync)((0,external_node_path_.join)(process.env['RUNNER_TEMP'] ?? (0,external_node_os_.tmpdir)(), 'crossfade-'));
    const path = (0,external_node_path_.join)(folder, 'kubeconfig');
    (0,external_node_fs_.writeFileSync)(path, kubeconfig.value, { mode: 0o600 });
    (0,external_node_fs_.chmodSync)(path, 0o600);
    return { path, remove: () => (0,external_node_fs_.rmSync)(folder, { recursive: true, force: true }) };
}
/**
 * The runner cancels with SIGINT, SIGTERM 7.5 s later, and kills 2.5 s after that. The first takes traffic back at once; at the second,
 * outputs and summary are written as things stand, and the post step completes the rest.
 */
function obeySignals(helm, reporter) {
    process.on('SIGINT', () => helm.turnBack('cancelled', 'The run was cancelled.'));
    process.on('SIGTERM', () => {
        if (helm.order === null)
            return helm.turnBack('cancelled', 'The run was told to stop (SIGTERM).');
        void reporter.tell(step_refusal(helm, []), []).finally(() => process.exit(1));
    });
}
/** Errors that say something about the user's cluster and not about our code; null: an error of ours. */
function findingsOf(error, helm) {
    if (helm.order !== null)
        return [];
    if (error instanceof refusal/* Refused */.L)
        return error.findings;
    const isKnown = [cluster_connection/* ConnectionError */.R, cluster_lease/* LockHeld */.BG, record_store/* RecordError */.W1, record_store/* RecordConflict */.MI, errors/* ApiError */.hD, errors/* UnknownOutcome */.Bt].some((kind) => error instanceof kind);
    return isKnown && error instanceof Error ? [{ message: error.message }] : null;
}
function step_refusal(helm, findings) {
    return {
        outcome: helm.order === null ? 'failed' : 'aborted',
        reason: helm.order?.reason ?? findings.map((finding) => finding.message).join(' '),
        plan: null,
        candidateHash: null,
        checks: [],
        diagnosis: null,
        left: 'nothing',
        rollbackPossible: false,
    };
}
/** Writes outputs, summary and annotation, once. */
class Reporter {
    namespace = null;
    api = null;
    #told = false;
    #request;
    #run;
    #teller;
    #startedAt;
    constructor(request, run, teller, startedAt) {
        this.#request = request;
        this.#run = run;
        this.#teller = teller;
        this.#startedAt = startedAt;
    }
    async tell(result, findings) {
        if (this.#told)
            return;
        this.#told = true;
        this.#teller.end();
        const story = this.#story(result, findings);
        for (const [name, value] of Object.entries(outputsOf(story)))
            core/* setOutput */.uH(name, value);
        if (this.#request.summary && (process.env['GITHUB_STEP_SUMMARY'] ?? '') !== '')
            await core/* summary */.z.addRaw(renderSummary(story), true).write();
        if (!isSuccess(story)) {
            const { title, message } = annotationFor(story);
            core/* error */.z3(message, { title });
            process.exitCode = 1;
        }
    }
    #story(result, findings) {
        const { plan } = result;
        const teller = this.#teller;
        return {
            outcome: result.outcome,
            reason: result.reason,
            dryRun: this.#request.dryRun,
            release: plan?.release ?? null,
            namespace: this.namespace,
            deployment: this.#request.deployment,
            service: plan?.service.name ?? this.#request.service,
            strategy: this.#request.strategy,
            stableHash: plan?.stable.hash ?? null,
            candidateHash: result.candidateHash,
            from: plan?.stable.images ?? {},
            to: plan?.candidate.images ?? {},
            run: this.#run,
            startedAt: this.#startedAt,
            finishedAt: clock/* systemClock */.m.now(),
            phases: teller.phases(),
            checks: result.checks,
            writes: teller.writes(),
            warnings: teller.warnings(),
            findings,
            diagnosis: result.diagnosis,
            held: result.left === 'standing',
            rollbackPossible: result.rollbackPossible,
            requests: this.api?.requests ?? 0,
        };
    }
}
function isSuccess(story) {
    return story.outcome === 'promoted' || story.outcome === 'unchanged' || story.outcome === 'paused';
}


/***/ })

};
