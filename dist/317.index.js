export const id = 317;
export const ids = [317];
export const modules = {

/***/ 5317:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   post: () => (/* binding */ post)
/* harmony export */ });
/* harmony import */ var _actions_core__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7394);
/* harmony import */ var _action_inputs_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(3458);
/* harmony import */ var _action_reporter_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(4787);
/* harmony import */ var _action_run_js__WEBPACK_IMPORTED_MODULE_12__ = __webpack_require__(9455);
/* harmony import */ var _cluster_api_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(9814);
/* harmony import */ var _cluster_connection_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(8132);
/* harmony import */ var _cluster_lease_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(5043);
/* harmony import */ var _engine_clock_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(1440);
/* harmony import */ var _engine_deploy_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(9719);
/* harmony import */ var _engine_helm_js__WEBPACK_IMPORTED_MODULE_11__ = __webpack_require__(64);
/* harmony import */ var _engine_record_store_js__WEBPACK_IMPORTED_MODULE_8__ = __webpack_require__(5197);
/* harmony import */ var _engine_take_back_js__WEBPACK_IMPORTED_MODULE_9__ = __webpack_require__(2107);
/* harmony import */ var _report_log_js__WEBPACK_IMPORTED_MODULE_10__ = __webpack_require__(9820);













/**
 * Runs after the step, also when it was cancelled or killed: looks whether its release is still open in the cluster's record and, if so,
 * takes it back (or completes it, when the old version was retired already).
 */
async function post() {
    // Written by our own step.
    const unfinished = JSON.parse(_actions_core__WEBPACK_IMPORTED_MODULE_0__/* .getState */ .Gu('unfinished'));
    const { namespace, deployment, holder } = unfinished;
    const request = await (0,_action_inputs_js__WEBPACK_IMPORTED_MODULE_1__/* .readRequest */ .i)((name) => _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .getInput */ .V4(name, { trimWhitespace: false }));
    const teller = (0,_report_log_js__WEBPACK_IMPORTED_MODULE_10__/* .createTeller */ .L)({ out: (line) => process.stdout.write(`${line}\n`), clock: _engine_clock_js__WEBPACK_IMPORTED_MODULE_6__/* .systemClock */ .m });
    const connection = await (0,_cluster_connection_js__WEBPACK_IMPORTED_MODULE_4__/* .connect */ .N)(request.cluster, process.env);
    const api = new _cluster_api_js__WEBPACK_IMPORTED_MODULE_3__/* .Api */ .j(connection, (message) => teller.warning(`The API server says: ${message}`));
    const helm = new _engine_helm_js__WEBPACK_IMPORTED_MODULE_11__/* .Helm */ .f();
    const run = (0,_action_run_js__WEBPACK_IMPORTED_MODULE_12__/* .readRun */ .c)(process.env);
    const reporter = new _action_reporter_js__WEBPACK_IMPORTED_MODULE_2__/* .Reporter */ .a(request, run, teller, _engine_clock_js__WEBPACK_IMPORTED_MODULE_6__/* .systemClock */ .m);
    reporter.namespace = namespace;
    reporter.requests = () => api.requests;
    try {
        const [found, lockedBy] = await Promise.all([
            (0,_engine_record_store_js__WEBPACK_IMPORTED_MODULE_8__/* .readBook */ .yW)(api, namespace, deployment),
            (0,_cluster_lease_js__WEBPACK_IMPORTED_MODULE_5__/* .lockHolder */ .ms)(api, namespace, deployment),
        ]);
        // A step that never got the lock, or whose release somebody has taken back since, has nothing to be completed.
        if (lockedBy !== holder && found.open?.plan.release !== unfinished.release)
            return;
        const lease = await (0,_cluster_lease_js__WEBPACK_IMPORTED_MODULE_5__/* .acquireLease */ .ZZ)(api, _engine_clock_js__WEBPACK_IMPORTED_MODULE_6__/* .systemClock */ .m, {
            namespace,
            deployment,
            holder,
            patience: 60_000,
            signal: helm.signal,
            onWait: (other) => teller.fact(`another run is at work on ${deployment}: ${other}`),
        });
        try {
            const book = await (0,_engine_record_store_js__WEBPACK_IMPORTED_MODULE_8__/* .readBook */ .yW)(api, namespace, deployment);
            if (book.open === null || book.open.plan.release !== unfinished.release)
                return;
            teller.phase('Take back an unfinished release');
            teller.fact(`${(0,_engine_take_back_js__WEBPACK_IMPORTED_MODULE_9__/* .describeOpen */ .us)(book.open)} was left unfinished by its step`);
            const parts = { api, clock: _engine_clock_js__WEBPACK_IMPORTED_MODULE_6__/* .systemClock */ .m, teller, helm, namespace };
            const turn = {
                cause: 'cancelled',
                reason: `the step ended before the release did (${run.url ?? 'no run'})`,
            };
            const { ended } = await (0,_engine_take_back_js__WEBPACK_IMPORTED_MODULE_9__/* .takeBack */ .zH)(parts, { ...book, open: book.open }, turn);
            await reporter.tell((0,_engine_deploy_js__WEBPACK_IMPORTED_MODULE_7__/* .resultOf */ .Bg)(book.open.plan, ended), []);
            // The step itself has failed or was cancelled; this one fails only when users are not where they were.
            if (ended.ending.outcome === 'failed')
                process.exitCode = 1;
        }
        finally {
            await lease.release();
        }
    }
    finally {
        teller.end();
        await connection.close();
    }
}


/***/ })

};
