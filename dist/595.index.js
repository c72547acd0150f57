export const id = 595;
export const ids = [595];
export const modules = {

/***/ 2595:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  step: () => (/* binding */ step)
});

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(7598);
// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __webpack_require__(8161);
// EXTERNAL MODULE: ./node_modules/@actions/core/lib/core.js + 19 modules
var core = __webpack_require__(7394);
// EXTERNAL MODULE: ./lib/action/private-kubeconfig.js
var private_kubeconfig = __webpack_require__(8977);
// EXTERNAL MODULE: ./lib/action/reporter.js + 10 modules
var action_reporter = __webpack_require__(4787);
// EXTERNAL MODULE: ./lib/checks/router-command.js
var router_command = __webpack_require__(8);
// EXTERNAL MODULE: ./lib/action/durations.js
var durations = __webpack_require__(1559);
// EXTERNAL MODULE: ./lib/checks/user-command.js + 2 modules
var user_command = __webpack_require__(6073);
;// CONCATENATED MODULE: ./lib/checks/smoke-command.js


const LONGEST_NAME = 100;
/**
 * Runs the user's command. Healthy: it ended with exit code 0 within `deadlineMs` milliseconds and nobody cancelled. Never rejects;
 * after a cancel or the deadline it resolves within about 2.5 seconds, when the command and all that it started are gone.
 */
async function runSmokeCommand(command, context, ports, deadlineMs, signal) {
    const { clock } = ports;
    const started = clock.now();
    const result = (verdict, detail, lastLines = []) => ({
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
    const ended = await (0,user_command/* runUserCommand */.w)(command, variables(context), ports, deadlineMs, signal);
    const { lastLines } = ended;
    switch (ended.how) {
        case 'cancelled':
            return result('cancelled', 'cancelled while it ran, and ended', lastLines);
        case 'limit':
            return result('unhealthy', `not done within ${(0,durations/* formatDuration */.a3)(deadlineMs)}, and ended`, lastLines);
        case 'not-started':
            return result('unhealthy', `it could not be started: ${ended.message}`, lastLines);
        case 'signalled':
            return result('unhealthy', `ended by ${ended.signal}`, lastLines);
        case 'exited':
            return result(ended.code === 0 ? 'healthy' : 'unhealthy', `exit code ${ended.code}`, lastLines);
    }
}
function variables(context) {
    return {
        ...(0,user_command/* releaseVariables */.h)(context, context.kubeconfig),
        CROSSFADE_STABLE_HASH: context.stableHash,
        CROSSFADE_CANDIDATE_HASH: context.candidateHash,
        CROSSFADE_IMAGES: Object.entries(context.images)
            .map(([container, image]) => `${container}=${image}`)
            .join('\n'),
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
/** Milliseconds by which a timer may be early. */
const TIMER_SLACK = 20;
const LONGEST_QUOTE = 200;
/** Sends the test to the candidate Service until it is answered as wanted or its deadline has passed. Never rejects. */
async function runSmokeTest(test, service, ports, signal) {
    const { proxy, clock } = ports;
    const started = clock.now();
    const end = started + test.deadline;
    let tries = 0;
    let pause = FIRST_PAUSE;
    let found = 'it was never sent';
    let hasAnswered = false;
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
            // A try that the deadline cut short says less than the answer before it.
            const isCut = !tried.answered && hasAnswered && clock.now() >= end - TIMER_SLACK;
            hasAnswered ||= tried.answered;
            if (!isCut)
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
        return { answered: true, ...judge(test, await answered) };
    }
    catch (error) {
        return { accepted: false, answered: false, found: `no answer: ${firstLine(messageOf(error))}` };
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
var cluster_api = __webpack_require__(9814);
// EXTERNAL MODULE: ./lib/cluster/connection.js
var cluster_connection = __webpack_require__(8132);
// EXTERNAL MODULE: ./lib/cluster/errors.js
var errors = __webpack_require__(2835);
// EXTERNAL MODULE: ./lib/cluster/lease.js
var lease = __webpack_require__(5043);
// EXTERNAL MODULE: ./lib/cluster/write-request.js
var write_request = __webpack_require__(6477);
;// CONCATENATED MODULE: ./lib/cluster/service-proxy.js

/** Reaches the pods of a Service through the API server, so that the runner needs no way into the cluster's network. */
function serviceProxy(api, namespace) {
    const firstPorts = new Map();
    // Without a port the API server looks for one that has no name, and says "no endpoints" when all have one.
    const firstPort = (service) => {
        const known = firstPorts.get(service);
        if (known !== undefined)
            return known;
        const asked = api
            .get((0,write_request/* servicePath */.V)(namespace, service))
            .then((found) => String(found?.spec?.ports?.[0]?.port ?? ''));
        firstPorts.set(service, asked);
        asked.catch(() => firstPorts.delete(service));
        return asked;
    };
    return {
        async get({ method, service, port, scheme, path, timeoutMs, signal }) {
            const target = `${scheme === 'https' ? 'https:' : ''}${service}:${port ?? (await firstPort(service))}`;
            const url = `/api/v1/namespaces/${namespace}/services/${target}/proxy${path}`;
            return api.text(url, {}, { method, deadline: timeoutMs, signal });
        },
    };
}

// EXTERNAL MODULE: ./lib/engine/clock.js
var clock = __webpack_require__(1440);
// EXTERNAL MODULE: ./lib/engine/deploy.js + 11 modules
var deploy = __webpack_require__(2461);
// EXTERNAL MODULE: ./lib/release/route.js
var route = __webpack_require__(3764);
// EXTERNAL MODULE: ./lib/action/batches.js
var batches = __webpack_require__(278);
// EXTERNAL MODULE: ./lib/report/duration.js
var duration = __webpack_require__(136);
// EXTERNAL MODULE: ./lib/release/state.js
var state = __webpack_require__(3264);
// EXTERNAL MODULE: ./lib/traffic/command-route.js
var command_route = __webpack_require__(9776);
// EXTERNAL MODULE: ./lib/engine/plan-steps.js
var plan_steps = __webpack_require__(9821);
// EXTERNAL MODULE: ./lib/engine/record-store.js
var record_store = __webpack_require__(5197);
// EXTERNAL MODULE: ./lib/engine/refusal.js
var refusal = __webpack_require__(5394);
// EXTERNAL MODULE: ./lib/engine/take-back.js
var take_back = __webpack_require__(2107);
// EXTERNAL MODULE: ./lib/engine/world.js + 1 modules
var engine_world = __webpack_require__(4956);
;// CONCATENATED MODULE: ./lib/engine/promote.js












/**
 * `action: promote`: goes on with a release that stands still at `pause-at`, to its end or to another `pause-at`.
 * @throws {Refused} when nothing stands still
 */
async function promote(request, parts) {
    const { api, clock, teller, namespace } = parts;
    return await withLock(request, parts, async (book) => {
        if (!(0,deploy/* isOpen */.nT)(book))
            throw new refusal/* Refused */.L([nothingPaused(request, namespace, null)]);
        const { open } = book;
        const { paused } = open;
        if (paused === null)
            throw new refusal/* Refused */.L([nothingPaused(request, namespace, open)]);
        const misfits = [misplacedPause, tooShortTimeout, missingCommand].flatMap((of) => of(request, open.plan, paused) ?? []);
        if (misfits.length > 0)
            throw new refusal/* Refused */.L(misfits);
        const plan = planFrom(request, open, clock.now());
        parts.onLock(plan.release);
        parts.onBegin(plan);
        teller.phase('Preflight');
        teller.fact(`goes on with ${(0,take_back/* describeOpen */.us)(open)}; it stood at ${(0,route/* percent */.KN)(open.plan.steps[paused.step]?.share ?? 0)}`);
        const next = { ...book, open: { ...open, plan, run: parts.run, paused: null } };
        const written = await (0,record_store/* writeBook */.xk)(api, namespace, request.deployment, next, 'note that the release goes on');
        return await goOn(parts, { ...written, open: next.open }, stateFrom(open, paused));
    });
}
/**
 * `action: abort`: users back to stable now, then the pods. With nothing in progress there is nothing to do, and that is a success.
 */
async function abort(request, parts) {
    const { teller } = parts;
    return await withLock(request, parts, async (book) => {
        if (!(0,deploy/* isOpen */.nT)(book)) {
            teller.fact(`no release of ${request.deployment} is in progress: nothing to do`);
            return { ...deploy/* NOTHING */.K$, outcome: 'unchanged' };
        }
        parts.onLock(book.open.plan.release);
        teller.phase('Take back an unfinished release');
        teller.fact(`takes back ${(0,take_back/* describeOpen */.us)(book.open)}`);
        const reason = `A person asked for it (action: abort${parts.run.actor === null ? '' : `, ${parts.run.actor}`}).`;
        const { ended } = await (0,take_back/* takeBack */.zH)(parts, book, { cause: 'aborted', reason });
        return (0,deploy/* resultOf */.Bg)(book.open.plan, ended);
    });
}
async function withLock(request, parts, work) {
    const { api, namespace } = parts;
    parts.teller.phase('Preflight');
    const found = await (0,record_store/* readBook */.yW)(api, namespace, request.deployment);
    // Nothing is written, the lock included, when there is nothing to do.
    if (found.open === null)
        return await work(found);
    parts.onLock(null);
    const lease = await (0,deploy/* lock */.s2)(request, parts);
    try {
        return await work(await (0,record_store/* readBook */.yW)(api, namespace, request.deployment));
    }
    finally {
        await lease.release();
    }
}
function nothingPaused(request, namespace, open) {
    return {
        message: open === null
            ? `No release of Deployment ${request.deployment} in namespace ${namespace} stands at a pause: none is in progress. Check inputs deployment, namespace and context.`
            : `${capitalized((0,take_back/* describeOpen */.us)(open))}, was left unfinished and does not stand at a pause. Take it back with action: abort, or deploy anew, which does the same first.`,
    };
}
function misplacedPause({ pauseAt }, plan, { step }) {
    if (pauseAt === null)
        return null;
    const left = plan.steps.slice(step + 1);
    if ((0,plan_steps/* pauseShare */.Ab)(pauseAt, left) !== null)
        return null;
    const places = left.map((each) => (each.pods === undefined ? (0,route/* percent */.KN)(each.share) : `${each.pods} pods`));
    const found = left.length === 0 ? 'no step is left' : `the steps that are left are ${places.join(', ')}`;
    return { message: `Wanted to pause at ${(0,batches/* formatAmount */.ej)(pauseAt)} (input pause-at); ${found}.` };
}
/** A run that cannot reach its end in time would take users back on the way, and nobody had asked for that. */
function tooShortTimeout({ timeout, pauseAt }, plan, { step }) {
    const left = plan.steps.slice(step + 1);
    const until = pauseAt === null ? left : left.slice(0, left.findIndex(({ share }) => share === (0,plan_steps/* pauseShare */.Ab)(pauseAt, left)) + 1);
    const { bake, drain, settle } = plan.times;
    const needed = until.reduce((sum, { stay }) => sum + Math.max(stay, settle), pauseAt === null ? bake + drain + settle : 0);
    if (timeout > needed)
        return null;
    return {
        message: `Input timeout is ${(0,duration/* formatDuration */.a)(timeout)}; the steps that are left take ${(0,duration/* formatDuration */.a)(needed)}, bake-time and drain-time of the release included. Give it more, or a pause-at on the way.`,
    };
}
function missingCommand({ routerCommand }, plan) {
    if (routerCommand !== null || !plan.routes.some(command_route/* isCommand */.y9))
        return null;
    return {
        message: `Release ${plan.release} splits its users with a command (router: command); give it again with input router-command.`,
    };
}
/** The plan goes on as it was made; what concerns this run is this run's: its deadline, and where it ends. */
function planFrom(request, { plan }, now) {
    return {
        ...plan,
        pauseAt: (0,plan_steps/* pauseShare */.Ab)(request.pauseAt, plan.steps),
        times: { ...plan.times, deadline: now + request.timeout },
    };
}
function stateFrom(open, { step, marks, restarts }) {
    return {
        ...state/* BEGINNING */.C,
        toldTemplate: open.toldTemplate,
        toldRoutes: open.toldRoutes,
        step,
        marks,
        restartsAtSwitch: restarts,
    };
}
async function goOn(parts, book, state) {
    const { api, clock, namespace } = parts;
    const { plan } = book.open;
    const deployment = await api.get((0,write_request/* deploymentPath */.n)(namespace, plan.deployment.name));
    const world = new engine_world/* World */.H(api, clock, (0,engine_world/* namesOf */.e)(plan, namespace, deployment));
    await world.load();
    // The template is the Deployment's own by now: nothing that is left to do needs to know it.
    return await (0,deploy/* runToEnd */.cd)(parts, world, book, { candidateTemplate: null, state });
}
function capitalized(text) {
    return text.replace(/^./, (first) => first.toUpperCase());
}

// EXTERNAL MODULE: ./lib/engine/helm.js
var engine_helm = __webpack_require__(64);
// EXTERNAL MODULE: ./lib/report/log.js
var log = __webpack_require__(9820);
;// CONCATENATED MODULE: ./lib/step.js



















/** One run of the step: connects, deploys, and tells the runner and the user what came of it, whatever that is. */
async function step(request, run) {
    const teller = (0,log/* createTeller */.L)({ out: (line) => process.stdout.write(`${line}\n`), clock: clock/* systemClock */.m });
    const helm = new engine_helm/* Helm */.f();
    const reporter = new action_reporter/* Reporter */.a(request, run, teller, clock/* systemClock */.m);
    obeySignals(helm, reporter);
    let connection = null;
    try {
        connection = await (0,cluster_connection/* connect */.N)(request.cluster, process.env);
        for (const secret of connection.secrets)
            core/* setSecret */.Pq(secret);
        reporter.namespace = request.cluster.namespace ?? connection.namespace;
        const api = new cluster_api/* Api */.j(connection, (message) => teller.warning(`The API server says: ${message}`));
        reporter.requests = () => api.requests;
        const result = await deployWith(request, run, api, reporter, teller, helm);
        fail(!(await reporter.tell(result, [])));
    }
    catch (error) {
        const findings = findingsOf(error, helm);
        if (findings === null)
            throw error;
        fail(!(await reporter.tell(step_refusal(helm, findings), findings)));
    }
    finally {
        teller.end();
        await connection?.close();
    }
}
const ACTIONS = { deploy: deploy/* deploy */.gg, promote: promote, abort: abort };
async function deployWith(request, run, api, reporter, teller, helm) {
    const holder = `${run.url ?? `a run on ${(0,external_node_os_.hostname)()}`} (${(0,external_node_crypto_.randomBytes)(3).toString('hex')})`;
    const namespace = reporter.namespace ?? 'default';
    const kubeconfig = (0,private_kubeconfig/* privateKubeconfig */.t)(request);
    const onLine = (line) => teller.foreign('smoke-command', [line]);
    try {
        const parts = {
            api,
            clock: clock/* systemClock */.m,
            teller,
            helm,
            run,
            namespace,
            holder,
            check: (context, deadline, signal) => runChecks(request, { ...context, kubeconfig: kubeconfig.path }, { clock: clock/* systemClock */.m, env: process.env, onLine, proxy: serviceProxy(api, namespace) }, deadline, signal),
            routerCommand: (0,router_command/* routerCommandOf */.C)(request, {
                clock: clock/* systemClock */.m,
                env: process.env,
                kubeconfig: kubeconfig.path,
                onLine: (input, line) => teller.foreign(input, [line]),
                // For post, if this process is killed while the command runs.
                onProcess: (pid) => core/* saveState */.LZ('command', pid ?? ''),
            }),
            onLock: (release) => {
                const unfinished = { release, namespace, deployment: request.deployment, holder };
                core/* saveState */.LZ('unfinished', JSON.stringify(unfinished));
            },
            onBegin: (plan) => reporter.tellBeginning(plan),
        };
        const result = await ACTIONS[request.action](request, parts);
        if (result.left !== 'unfinished')
            core/* saveState */.LZ('unfinished', '');
        return result;
    }
    finally {
        kubeconfig.remove();
    }
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
function fail(failed) {
    if (failed)
        process.exitCode = 1;
}
/** Errors that say something about the user's cluster and not about our code; null: an error of ours. */
function findingsOf(error, helm) {
    if (helm.order !== null)
        return [];
    if (error instanceof refusal/* Refused */.L)
        return error.findings;
    const isKnown = [cluster_connection/* ConnectionError */.R, lease/* LockHeld */.BG, record_store/* RecordError */.W1, record_store/* RecordConflict */.MI, errors/* ApiError */.hD, errors/* UnknownOutcome */.Bt].some((kind) => error instanceof kind);
    return isKnown && error instanceof Error ? [{ message: error.message }] : null;
}
function step_refusal(helm, findings) {
    return {
        ...deploy/* NOTHING */.K$,
        outcome: helm.order === null ? 'failed' : 'aborted',
        reason: helm.order?.reason ?? findings.map((finding) => finding.message).join(' '),
    };
}


/***/ })

};
