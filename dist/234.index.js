export const id = 234;
export const ids = [234];
export const modules = {

/***/ 8234:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  post: () => (/* binding */ post)
});

// EXTERNAL MODULE: ./lib/action/inputs.js + 19 modules
var inputs = __webpack_require__(4533);
// EXTERNAL MODULE: ./lib/action/private-kubeconfig.js
var private_kubeconfig = __webpack_require__(8977);
// EXTERNAL MODULE: ./lib/action/reporter.js + 21 modules
var action_reporter = __webpack_require__(1226);
;// CONCATENATED MODULE: ./lib/action/job-status.js
const STATUSES = ['success', 'failure', 'cancelled'];
/** Null: not known. Never an error: `post` must do its work whatever the runner filled in. */
function readJobStatus(get) {
    const given = get('job-status').trim().toLowerCase();
    return STATUSES.find((status) => status === given) ?? null;
}

// EXTERNAL MODULE: ./lib/action/run.js
var action_run = __webpack_require__(9455);
// EXTERNAL MODULE: external "node:child_process"
var external_node_child_process_ = __webpack_require__(1421);
// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(3024);
// EXTERNAL MODULE: ./lib/checks/windows-programs.js
var windows_programs = __webpack_require__(6340);
;// CONCATENATED MODULE: ./lib/checks/leftover-command.js



/**
 * Ends what is left of a command whose own process was killed: it may still be about to tell a load balancer a share,
 * after the way back has told it 0. Nothing happens when it is gone already.
 * @param pid the command's process, which on POSIX leads a group of its own
 * @param release id of the release that it was told. Another process with its number is left alone: on Linux one that
 * was told no such release, on Windows, which gives numbers away again at once, one that is no shell
 */
function endLeftover(pid, release) {
    try {
        if (process.platform === 'win32') {
            if (isShell(pid))
                (0,external_node_child_process_.execFileSync)((0,windows_programs/* systemProgram */.C)('taskkill'), ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore' });
        }
        else if (process.platform !== 'linux' || isOf(pid, release))
            process.kill(-pid, 'SIGKILL');
    }
    catch {
        // Nobody is there.
    }
}
function isOf(pid, release) {
    return (0,external_node_fs_.readFileSync)(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`CROSSFADE_RELEASE=${release}`);
}
/** On Windows: whether it is one of the shells that run commands. */
function isShell(pid) {
    const args = ['/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH'];
    const listed = (0,external_node_child_process_.execFileSync)((0,windows_programs/* systemProgram */.C)('tasklist'), args, { encoding: 'latin1', windowsHide: true });
    // Some write it in two bytes a letter.
    return new RegExp(`"(?:pwsh|powershell)\\.exe","${pid}"`, 'i').test(listed.replaceAll('\0', ''));
}

// EXTERNAL MODULE: ./lib/checks/router-command.js
var router_command = __webpack_require__(8);
// EXTERNAL MODULE: ./lib/cluster/api.js + 2 modules
var cluster_api = __webpack_require__(9898);
// EXTERNAL MODULE: ./lib/cluster/connection.js + 7 modules
var cluster_connection = __webpack_require__(1693);
// EXTERNAL MODULE: ./lib/cluster/lease.js
var cluster_lease = __webpack_require__(7424);
// EXTERNAL MODULE: ./lib/engine/clock.js
var clock = __webpack_require__(1440);
// EXTERNAL MODULE: ./lib/engine/deploy.js + 5 modules
var deploy = __webpack_require__(8089);
// EXTERNAL MODULE: ./lib/engine/helm.js
var engine_helm = __webpack_require__(64);
// EXTERNAL MODULE: ./lib/engine/finish-release.js
var finish_release = __webpack_require__(2667);
// EXTERNAL MODULE: ./lib/engine/lost-namespace.js
var lost_namespace = __webpack_require__(6396);
// EXTERNAL MODULE: ./lib/engine/lock-to-go-back.js
var lock_to_go_back = __webpack_require__(3202);
// EXTERNAL MODULE: ./lib/engine/record-store.js + 2 modules
var record_store = __webpack_require__(9109);
// EXTERNAL MODULE: ./lib/engine/refusal.js
var refusal = __webpack_require__(5394);
// EXTERNAL MODULE: ./lib/engine/open-record.js
var open_record = __webpack_require__(8148);
// EXTERNAL MODULE: ./lib/engine/close-record.js
var close_record = __webpack_require__(2686);
// EXTERNAL MODULE: ./lib/engine/workload-kinds.js + 42 modules
var workload_kinds = __webpack_require__(1947);
;// CONCATENATED MODULE: ./lib/engine/stand-still.js



/**
 * Leaves a release that its step had to drop as it stands, with `on-cancel: hold`: frozen, and on record as a pause. The helm has the
 * order for that.
 * @throws {Refused} when it had not begun to start pods, or what a read throws
 */
async function standStill(parts, book) {
    const { api, clock, namespace } = parts;
    const { plan, turned } = book.open;
    const record = new open_record/* OpenRecord */.U(api, namespace, book);
    const { run, resumed, close } = (await (0,workload_kinds/* pickUp */.rn)(parts, plan, null))(record, () => undefined);
    try {
        const state = resumed({ ...book.open, turned }, clock.now());
        const noteTurn = record.noteTurn.bind(record);
        const ended = await run({ ...parts, check: async () => [], measuring: null, lacking: [], noteTurn }, state);
        await (0,close_record/* closeRecord */.y)(parts, record.book, ended, clock.now());
        return ended;
    }
    finally {
        await close();
    }
}

// EXTERNAL MODULE: ./lib/engine/take-back.js
var take_back = __webpack_require__(2107);
// EXTERNAL MODULE: ./lib/report/log.js
var log = __webpack_require__(9820);
;// CONCATENATED MODULE: ./lib/post.js





















/** Milliseconds that the pods of the version that a person went back to have to be Ready when its step has died. */
const ROLLBACK_PATIENCE = 60_000;
/**
 * Runs after the step, also when it was cancelled or killed: looks whether its release is still open in the cluster's record and, if so,
 * takes it back (or completes it, when the old version was retired already).
 */
async function post(runner) {
    // Written by our own step.
    const unfinished = JSON.parse(runner.state('unfinished'));
    const { namespace, subject, holder } = unfinished;
    // First of all: it must not tell anybody anything any more.
    const command = Number(runner.state('command'));
    if (command > 0 && unfinished.release !== null)
        endLeftover(command, unfinished.release);
    const request = await (0,inputs/* readRequest */.i)((name) => runner.input(name));
    const teller = (0,log/* createTeller */.L)({ out: (line) => runner.say(line), clock: clock/* systemClock */.m });
    const connection = await (0,cluster_connection/* connect */.N)(request.cluster, runner.env, (secret) => runner.mask(secret));
    const api = new cluster_api/* Api */.jI(connection, (message) => teller.warning(`The API server says: ${message}`));
    const helm = new engine_helm/* Helm */.f();
    const run = (0,action_run/* readRun */.c)(runner.env);
    const reporter = new action_reporter/* Reporter */.a(request, run, teller, clock/* systemClock */.m, runner);
    reporter.namespace = namespace;
    reporter.requests = () => api.requests;
    const kubeconfig = (0,private_kubeconfig/* privateKubeconfig */.t)(request, runner.env, () => undefined);
    try {
        const [found, lockedBy, lost] = await Promise.all([
            (0,record_store/* readBook */.yW)(api, namespace, subject),
            (0,cluster_lease/* lockHolder */.ms)(api, namespace, subject),
            (0,lost_namespace/* askForLostNamespace */.AY)(api, namespace),
        ]);
        if (lost !== null && unfinished.release !== null) {
            await reporter.tell((0,deploy/* withoutNamespace */.m1)(lost), []);
            runner.fail();
            return;
        }
        // A step that never got the lock, or whose release somebody has taken back since, has nothing to be completed.
        if (lockedBy !== holder && found.open?.plan.release !== unfinished.release)
            return;
        const lease = await (0,lock_to_go_back/* lockToGoBack */.g)({ api, clock: clock/* systemClock */.m, teller, helm, namespace }, { key: subject, holder }, () => (0,cluster_lease/* acquireLease */.ZZ)(api, clock/* systemClock */.m, {
            namespace,
            deployment: subject,
            holder,
            patience: 60_000,
            signal: helm.signal,
            onWait: (other) => teller.fact(`another run is at work on ${subject}: ${other}`),
            onTakeOver: (other) => teller.fact(`that run is taken for dead, and the lock is ours now (${other} had it)`),
        }));
        try {
            const book = await (0,record_store/* readBook */.yW)(api, namespace, subject);
            if (book.open === null || book.open.plan.release !== unfinished.release)
                return;
            const isCancelled = readJobStatus((name) => runner.input(name).trim()) === 'cancelled';
            const isHeld = request.onCancel === 'hold' && isCancelled;
            const routerCommand = (0,router_command/* routerCommandOf */.C)(request, {
                clock: clock/* systemClock */.m,
                env: runner.env,
                kubeconfig: kubeconfig.path,
                onLine: (input, line) => teller.foreign(input, [line]),
            });
            const parts = { api, clock: clock/* systemClock */.m, teller, helm, namespace, routerCommand, job: null };
            const reason = `the step ended before the release did (${run.url ?? 'no run'})`;
            let opened = { ...book, open: book.open };
            if (book.open.warm !== null) {
                teller.phase('Finish');
                const finished = await (0,finish_release/* completeFinish */.tE)(parts, opened, `It stays as it is: ${reason}.`, request.timeout);
                await reporter.tell((0,deploy/* finishedResult */.wK)(parts, book.open, finished), []);
                return;
            }
            // Whoever cancels a rollback wants it undone; one that died is wanted still.
            if (book.open.plan.rollback && (book.open.turned ?? null) === null && !isCancelled) {
                const { drain, settle } = book.open.plan.times;
                const timeout = Math.min(request.timeout, drain + settle + ROLLBACK_PATIENCE);
                const { finished, book: left } = await (0,finish_release/* endRollback */.Ee)(parts, opened, timeout);
                if (finished !== null) {
                    await reporter.tell((0,deploy/* finishedResult */.wK)(parts, book.open, finished), []);
                    return;
                }
                opened = left;
            }
            const turn = { cause: 'cancelled', reason };
            const ended = (isHeld ? await leave(parts, opened) : null) ?? (await back(parts, opened, turn));
            const result = (0,deploy/* resultOf */.Bg)(book.open.plan, ended);
            await reporter.tell(result, result.findings);
            // The step itself has failed or was cancelled; this one fails only when users are not where they were.
            if (ended.ending.outcome === 'failed')
                runner.fail();
        }
        finally {
            await lease.release();
        }
    }
    finally {
        kubeconfig.remove();
        teller.end();
        await connection.close();
    }
}
/** With `on-cancel: hold`. Null: it had not begun to start pods, there is nothing to be left. */
async function leave(parts, book) {
    parts.teller.phase('Hold an unfinished release');
    parts.teller.fact(`${(0,take_back/* describeOpen */.u)(book.open)} was left unfinished by its step, and on-cancel: hold leaves it as it is`);
    parts.helm.give({ cause: 'cancelled', reason: 'The run was cancelled.', do: 'hold' });
    try {
        return await standStill(parts, book);
    }
    catch (error) {
        if (error instanceof refusal/* Refused */.Lw)
            return null;
        throw error;
    }
}
async function back(parts, book, turn) {
    parts.teller.phase('Take back an unfinished release');
    parts.teller.fact(`${(0,take_back/* describeOpen */.u)(book.open)} was left unfinished by its step`);
    return (await (0,take_back/* takeBack */.z)(parts, book, turn)).ended;
}


/***/ })

};
