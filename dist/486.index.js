export const id = 486;
export const ids = [486];
export const modules = {

/***/ 5486:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  post: () => (/* binding */ post)
});

// EXTERNAL MODULE: ./node_modules/@actions/core/lib/core.js + 19 modules
var core = __webpack_require__(7394);
// EXTERNAL MODULE: ./lib/action/inputs.js + 11 modules
var inputs = __webpack_require__(43);
// EXTERNAL MODULE: ./lib/action/private-kubeconfig.js
var private_kubeconfig = __webpack_require__(8977);
// EXTERNAL MODULE: ./lib/action/reporter.js + 10 modules
var action_reporter = __webpack_require__(4787);
// EXTERNAL MODULE: ./lib/action/run.js
var action_run = __webpack_require__(9455);
// EXTERNAL MODULE: external "node:child_process"
var external_node_child_process_ = __webpack_require__(1421);
// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(3024);
;// CONCATENATED MODULE: ./lib/checks/leftover-command.js


/**
 * Ends what is left of a command whose own process was killed: it may still be about to tell a load balancer a share, after the way
 * back has told it 0. Nothing happens when it is gone already.
 * @param pid the command's process, which on POSIX leads a group of its own
 * @param release id of the release that it was told; another process with its number (Linux shows that) is left alone
 */
function endLeftover(pid, release) {
    try {
        if (process.platform === 'win32')
            (0,external_node_child_process_.execFileSync)('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore' });
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

// EXTERNAL MODULE: ./lib/checks/router-command.js
var router_command = __webpack_require__(8);
// EXTERNAL MODULE: ./lib/cluster/api.js
var cluster_api = __webpack_require__(9814);
// EXTERNAL MODULE: ./lib/cluster/connection.js
var cluster_connection = __webpack_require__(8132);
// EXTERNAL MODULE: ./lib/cluster/lease.js
var cluster_lease = __webpack_require__(5043);
// EXTERNAL MODULE: ./lib/engine/clock.js
var clock = __webpack_require__(1440);
// EXTERNAL MODULE: ./lib/engine/deploy.js + 11 modules
var deploy = __webpack_require__(2461);
// EXTERNAL MODULE: ./lib/engine/helm.js
var engine_helm = __webpack_require__(64);
// EXTERNAL MODULE: ./lib/engine/record-store.js
var record_store = __webpack_require__(5197);
// EXTERNAL MODULE: ./lib/engine/take-back.js
var take_back = __webpack_require__(2107);
// EXTERNAL MODULE: ./lib/report/log.js
var log = __webpack_require__(9820);
;// CONCATENATED MODULE: ./lib/post.js
















/**
 * Runs after the step, also when it was cancelled or killed: looks whether its release is still open in the cluster's record and, if so,
 * takes it back (or completes it, when the old version was retired already).
 */
async function post() {
    // Written by our own step.
    const unfinished = JSON.parse(core/* getState */.Gu('unfinished'));
    const { namespace, deployment, holder } = unfinished;
    // First of all: it must not tell anybody anything any more.
    const command = Number(core/* getState */.Gu('command'));
    if (command > 0 && unfinished.release !== null)
        endLeftover(command, unfinished.release);
    const request = await (0,inputs/* readRequest */.i)((name) => core/* getInput */.V4(name, { trimWhitespace: false }));
    const teller = (0,log/* createTeller */.L)({ out: (line) => process.stdout.write(`${line}\n`), clock: clock/* systemClock */.m });
    const connection = await (0,cluster_connection/* connect */.N)(request.cluster, process.env);
    const api = new cluster_api/* Api */.j(connection, (message) => teller.warning(`The API server says: ${message}`));
    const helm = new engine_helm/* Helm */.f();
    const run = (0,action_run/* readRun */.c)(process.env);
    const reporter = new action_reporter/* Reporter */.a(request, run, teller, clock/* systemClock */.m);
    reporter.namespace = namespace;
    reporter.requests = () => api.requests;
    const kubeconfig = (0,private_kubeconfig/* privateKubeconfig */.t)(request);
    try {
        const [found, lockedBy] = await Promise.all([
            (0,record_store/* readBook */.yW)(api, namespace, deployment),
            (0,cluster_lease/* lockHolder */.ms)(api, namespace, deployment),
        ]);
        // A step that never got the lock, or whose release somebody has taken back since, has nothing to be completed.
        if (lockedBy !== holder && found.open?.plan.release !== unfinished.release)
            return;
        const lease = await (0,cluster_lease/* acquireLease */.ZZ)(api, clock/* systemClock */.m, {
            namespace,
            deployment,
            holder,
            patience: 60_000,
            signal: helm.signal,
            onWait: (other) => teller.fact(`another run is at work on ${deployment}: ${other}`),
        });
        try {
            const book = await (0,record_store/* readBook */.yW)(api, namespace, deployment);
            if (book.open === null || book.open.plan.release !== unfinished.release)
                return;
            teller.phase('Take back an unfinished release');
            teller.fact(`${(0,take_back/* describeOpen */.us)(book.open)} was left unfinished by its step`);
            const routerCommand = (0,router_command/* routerCommandOf */.C)(request, {
                clock: clock/* systemClock */.m,
                env: process.env,
                kubeconfig: kubeconfig.path,
                onLine: (input, line) => teller.foreign(input, [line]),
            });
            const parts = { api, clock: clock/* systemClock */.m, teller, helm, namespace, routerCommand };
            const turn = {
                cause: 'cancelled',
                reason: `the step ended before the release did (${run.url ?? 'no run'})`,
            };
            const { ended } = await (0,take_back/* takeBack */.zH)(parts, { ...book, open: book.open }, turn);
            await reporter.tell((0,deploy/* resultOf */.Bg)(book.open.plan, ended), []);
            // The step itself has failed or was cancelled; this one fails only when users are not where they were.
            if (ended.ending.outcome === 'failed')
                process.exitCode = 1;
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


/***/ })

};
