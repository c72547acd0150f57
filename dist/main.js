import { createRequire as __WEBPACK_EXTERNAL_createRequire } from "module";
/******/ var __webpack_modules__ = ({

/***/ 181:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("buffer");

/***/ }),

/***/ 4589:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:assert");

/***/ }),

/***/ 6698:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:async_hooks");

/***/ }),

/***/ 4573:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:buffer");

/***/ }),

/***/ 1421:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:child_process");

/***/ }),

/***/ 7540:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:console");

/***/ }),

/***/ 7598:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:crypto");

/***/ }),

/***/ 3053:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:diagnostics_channel");

/***/ }),

/***/ 610:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:dns");

/***/ }),

/***/ 8474:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:events");

/***/ }),

/***/ 3024:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:fs");

/***/ }),

/***/ 1455:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:fs/promises");

/***/ }),

/***/ 7067:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:http");

/***/ }),

/***/ 2467:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:http2");

/***/ }),

/***/ 4649:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:net");

/***/ }),

/***/ 8161:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:os");

/***/ }),

/***/ 6760:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:path");

/***/ }),

/***/ 643:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:perf_hooks");

/***/ }),

/***/ 1792:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:querystring");

/***/ }),

/***/ 99:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:sqlite");

/***/ }),

/***/ 7075:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:stream");

/***/ }),

/***/ 7830:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:stream/web");

/***/ }),

/***/ 6193:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:string_decoder");

/***/ }),

/***/ 7997:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:timers");

/***/ }),

/***/ 8500:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:timers/promises");

/***/ }),

/***/ 1692:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:tls");

/***/ }),

/***/ 3136:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:url");

/***/ }),

/***/ 7975:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:util");

/***/ }),

/***/ 3429:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:util/types");

/***/ }),

/***/ 5919:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:worker_threads");

/***/ }),

/***/ 8522:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:zlib");

/***/ }),

/***/ 932:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("process");

/***/ }),

/***/ 9419:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   R: () => (/* binding */ act)
/* harmony export */ });
/* harmony import */ var _action_inputs_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(4533);
/* harmony import */ var _action_input_errors_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(8252);
/* harmony import */ var _action_private_kubeconfig_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(8977);
/* harmony import */ var _action_run_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(9455);
/* harmony import */ var _action_secrets_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(7987);





/*
 * The step and its post step, which are one program. Only what bad inputs need is loaded at once; the cluster code comes when there is
 * something to do.
 */
/** Set by the step itself, so that the post step knows that it is one. */
const POST = 'isPost';
/** All that a process of the action does; what goes wrong is told to the runner. */
async function act(runner) {
    try {
        await stepOrPost(runner);
    }
    catch (error) {
        runner.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
        runner.fail();
    }
}
async function stepOrPost(runner) {
    if (runner.state(POST) !== '') {
        // Left when the step was killed.
        if (runner.state('private') !== '')
            (0,_action_private_kubeconfig_js__WEBPACK_IMPORTED_MODULE_2__/* .removeFolder */ .v)(runner.state('private'));
        if (runner.state('unfinished') === '')
            return;
        const { post } = await Promise.all(/* import() */[__nccwpck_require__.e(752), __nccwpck_require__.e(330), __nccwpck_require__.e(234)]).then(__nccwpck_require__.bind(__nccwpck_require__, 8234));
        return post(runner);
    }
    runner.saveState(POST, 'true');
    for (const secret of (0,_action_secrets_js__WEBPACK_IMPORTED_MODULE_3__/* .secretsIn */ .V)((name) => runner.input(name).trim()))
        runner.mask(secret);
    try {
        const request = await (0,_action_inputs_js__WEBPACK_IMPORTED_MODULE_0__/* .readRequest */ .i)((name) => runner.input(name));
        const { step } = await Promise.all(/* import() */[__nccwpck_require__.e(752), __nccwpck_require__.e(330), __nccwpck_require__.e(49)]).then(__nccwpck_require__.bind(__nccwpck_require__, 3049));
        await step(request, (0,_action_run_js__WEBPACK_IMPORTED_MODULE_4__/* .readRun */ .c)(runner.env), runner);
    }
    catch (error) {
        if (!(error instanceof _action_input_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .InputErrors */ .G))
            throw error;
        runner.setOutput('outcome', 'failed');
        runner.setOutput('reason', 'inputs are not valid');
        runner.error(error.message, 'Crossfade: inputs are not valid, nothing was touched');
        runner.fail();
    }
}


/***/ }),

/***/ 234:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   GA: () => (/* binding */ ALERT_FORM),
/* harmony export */   lA: () => (/* binding */ fits),
/* harmony export */   yi: () => (/* binding */ parseAlertLine)
/* harmony export */ });
/* harmony import */ var _parsed_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(6261);

/** What the input `alerts` says it accepts. */
const ALERT_FORM = 'the name of an alert, such as HighErrorRate, or label matchers with commas between them (operators =, !=, =~ and !~), such as severity="critical",namespace="shop"';
const NAME = /^[\w:./-][\w:./ -]*$/;
/** In order: name, operator, value in quotes of either kind or without any. */
const MATCHER = /\s*([A-Za-z_]\w*)\s*(=~|!~|!=|=)\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^\s,"'{}=!~]+))\s*/y;
/** One line of `alerts`. */
function parseAlertLine(line) {
    if (!/[=!~{}"']/.test(line)) {
        if (!NAME.test(line))
            return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_0__/* .misunderstood */ .j)('It is neither the name of an alert nor label matchers.');
        return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_0__/* .understood */ .S)({ line, alert: line, matchers: [{ label: 'alertname', operator: '=', value: line }] });
    }
    const inner = /^\{(.*)\}$/.exec(line)?.[1] ?? line;
    const matchers = [];
    let at = 0;
    for (;;) {
        MATCHER.lastIndex = at;
        const found = MATCHER.exec(inner);
        if (found === null)
            return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_0__/* .misunderstood */ .j)(`"${inner.slice(at).trim()}" is not a label matcher such as severity="critical".`);
        const [, label = '', operator = '', double, single, bare] = found;
        const matcher = matcherOf(label, operator, unescaped(double ?? single) ?? bare ?? '');
        if (!matcher.ok)
            return matcher;
        matchers.push(matcher.value);
        at = MATCHER.lastIndex;
        if (at >= inner.length)
            break;
        if (inner.charAt(at) !== ',')
            return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_0__/* .misunderstood */ .j)(`There is no comma between the matchers before "${inner.slice(at)}".`);
        at += 1;
        // As PromQL allows it after the last one.
        if (inner.slice(at).trim() === '')
            break;
    }
    if (matchers.every(matchesEmpty))
        return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_0__/* .misunderstood */ .j)('It fits every alert there is: at least one matcher has to want a value.');
    const name = matchers.find(({ label, operator }) => label === 'alertname' && operator === '=');
    return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_0__/* .understood */ .S)({ line, alert: name?.value ?? null, matchers });
}
/** Whether a set of labels fits. A label that is not there is an empty one; regular expressions are anchored at both ends. */
function fits(labels, matchers) {
    return matchers.every((matcher) => fitsOne(labels[matcher.label] ?? '', matcher));
}
function fitsOne(value, matcher) {
    switch (matcher.operator) {
        case '=':
            return value === matcher.value;
        case '!=':
            return value !== matcher.value;
        case '=~':
            return anchored(matcher.value).test(value);
        case '!~':
            return !anchored(matcher.value).test(value);
    }
}
function matcherOf(label, operator, value) {
    if (operator === '=' || operator === '!=')
        return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_0__/* .understood */ .S)({ label, operator, value });
    try {
        anchored(value);
    }
    catch {
        return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_0__/* .misunderstood */ .j)(`"${value}" (label ${label}) is not a regular expression.`);
    }
    return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_0__/* .understood */ .S)({ label, operator: operator === '=~' ? '=~' : '!~', value });
}
/** Prometheus' dialect (RE2) is nearly a part of JavaScript's: flags at the beginning, `(?i)`, are another thing there. `s` is always set. */
function anchored(pattern) {
    const flags = /^\(\?([ims]+)\)/.exec(pattern);
    const set = new Set(['s', ...(flags?.[1] ?? '')]);
    return new RegExp(`^(?:${pattern.slice(flags?.[0].length ?? 0)})$`, [...set].join(''));
}
function matchesEmpty(matcher) {
    return fitsOne('', matcher);
}
function unescaped(text) {
    return text?.replaceAll(/\\(.)/gs, (_, character) => (character === 'n' ? '\n' : character));
}


/***/ }),

/***/ 278:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   A2: () => (/* binding */ BATCHES_FORM),
/* harmony export */   C_: () => (/* binding */ parseAmount),
/* harmony export */   L6: () => (/* binding */ stepsOfBatches),
/* harmony export */   QZ: () => (/* binding */ AMOUNT_FORM),
/* harmony export */   Y1: () => (/* binding */ parseBatches),
/* harmony export */   _k: () => (/* binding */ fallingBatch),
/* harmony export */   dh: () => (/* binding */ batchesOfSize),
/* harmony export */   ej: () => (/* binding */ formatAmount)
/* harmony export */ });
/* harmony import */ var _release_route_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(3764);
/* harmony import */ var _durations_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(1559);
/* harmony import */ var _parsed_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(6261);
/* harmony import */ var _shares_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(5892);




const AMOUNT_FORM = 'a number of pods such as 2, or a percentage such as 25%';
/** What the input `batches` says it accepts. */
const BATCHES_FORM = 'the pods that run the new version after each batch, such as 1, 25%, 50% (commas or lines between), each with the time to stay if it is not batch-time, such as 1 5m';
/** `3` or `25%`. */
function parseAmount(given) {
    if (/^\d{1,6}$/.test(given))
        return given === '0' ? (0,_parsed_js__WEBPACK_IMPORTED_MODULE_2__/* .misunderstood */ .j)('No pod at all.') : (0,_parsed_js__WEBPACK_IMPORTED_MODULE_2__/* .understood */ .S)({ pods: Number(given) });
    const share = (0,_shares_js__WEBPACK_IMPORTED_MODULE_1__/* .parseShare */ .n8)(given);
    return share.ok
        ? (0,_parsed_js__WEBPACK_IMPORTED_MODULE_2__/* .understood */ .S)({ share: share.value })
        : (0,_parsed_js__WEBPACK_IMPORTED_MODULE_2__/* .misunderstood */ .j)('It is neither a number of pods nor a percentage.');
}
/** The batches up to, but without, all pods, which follow by themselves. */
function parseBatches(given) {
    const parts = given
        .split(/[,\n\r]+/)
        .map((part) => part.trim())
        .filter((part) => part !== '' && !part.startsWith('#'));
    const batches = [];
    for (const part of parts) {
        const [text = '', stay, ...more] = part.split(/\s+/);
        if (more.length > 0)
            return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_2__/* .misunderstood */ .j)(`"${part}" is not a number of pods and a time.`);
        const amount = parseAmount(text);
        if (!amount.ok)
            return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_2__/* .misunderstood */ .j)(`"${part}": ${amount.problem}`);
        const time = stay === undefined ? null : (0,_durations_js__WEBPACK_IMPORTED_MODULE_0__/* .parseDuration */ .E9)(stay);
        if (time !== null && !time.ok)
            return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_2__/* .misunderstood */ .j)(`"${part}": ${stay}: ${time.problem}`);
        if ('share' in amount.value && amount.value.share === 0)
            return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_2__/* .misunderstood */ .j)(`"${part}": no pod is replaced by it.`);
        if ('share' in amount.value && amount.value.share === _release_route_js__WEBPACK_IMPORTED_MODULE_3__/* .ALL */ .y2) {
            if (time !== null)
                return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_2__/* .misunderstood */ .j)(`"${part}": all pods stay for bake-time. Leave it out, 100% follows by itself.`);
            continue;
        }
        const fallen = batches.find((before) => isNotMore(amount.value, before));
        if (fallen !== undefined)
            return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_2__/* .misunderstood */ .j)(`${text} comes after ${formatAmount(fallen)}; a batch includes the ones before it.`);
        batches.push({ ...amount.value, stay: time === null ? null : time.value });
    }
    return batches.length === 0 ? (0,_parsed_js__WEBPACK_IMPORTED_MODULE_2__/* .misunderstood */ .j)('It names no batch.') : (0,_parsed_js__WEBPACK_IMPORTED_MODULE_2__/* .understood */ .S)(batches);
}
function formatAmount(amount) {
    return 'pods' in amount ? String(amount.pods) : (0,_shares_js__WEBPACK_IMPORTED_MODULE_1__/* .formatShare */ .T1)(amount.share);
}
/**
 * The steps of a plan for the replicas that there are: what each batch is as a share, the nearest basis point.
 * A batch that adds no pod to the one before (25 % of 4 after 1) stays in: it has its time.
 */
function stepsOfBatches(batches, defaultStay, replicas) {
    return batches.map((batch) => {
        const stay = batch.stay ?? defaultStay;
        if ('share' in batch)
            return { share: batch.share, stay };
        return { share: Math.round((Math.min(batch.pods, replicas) * _release_route_js__WEBPACK_IMPORTED_MODULE_3__/* .ALL */ .y2) / replicas), pods: batch.pods, stay };
    });
}
/** Batches of the same size each, without the last. */
function batchesOfSize(size, replicas) {
    const [whole, by] = 'pods' in size ? [replicas, size.pods] : [_release_route_js__WEBPACK_IMPORTED_MODULE_3__/* .ALL */ .y2, size.share];
    const many = Math.max(0, Math.ceil(whole / by) - 1);
    return Array.from({ length: many }, (_, at) => {
        const so = (at + 1) * by;
        return 'pods' in size ? { pods: so, stay: null } : { share: so, stay: null };
    });
}
/** The pods after each batch, and the first batch that would have fewer than the one before it; null: they rise. */
function fallingBatch(batches, replicas) {
    const pods = (batch) => 'pods' in batch ? Math.min(batch.pods, replicas) : Math.ceil((replicas * batch.share) / _release_route_js__WEBPACK_IMPORTED_MODULE_3__/* .ALL */ .y2);
    for (const [at, batch] of batches.entries()) {
        const before = batches[at - 1];
        if (before !== undefined && pods(batch) < pods(before))
            return [before, batch];
    }
    return null;
}
function isNotMore(amount, before) {
    if ('pods' in amount)
        return 'pods' in before && amount.pods <= before.pods;
    return 'share' in before && amount.share <= before.share;
}


/***/ }),

/***/ 1559:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   E9: () => (/* binding */ parseDuration),
/* harmony export */   a3: () => (/* binding */ formatDuration),
/* harmony export */   ec: () => (/* binding */ DURATION_FORM)
/* harmony export */ });
/* unused harmony export LONGEST_DURATION */
/* harmony import */ var _parsed_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(6261);
/* harmony import */ var _words_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3247);


const FORM = /^(?=\d)(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;
const HOUR = 3_600_000;
const MINUTE = 60_000;
const SECOND = 1_000;
/** Five days: no job runs longer, and a timer of Node beyond 24.8 days would fire at once. */
const LONGEST_DURATION = 120 * HOUR;
/** What the input `accepted` says everywhere a duration is meant. */
const DURATION_FORM = 'hours, minutes, seconds and milliseconds with their units and no spaces, such as 90s, 5m, 1h30m, 500ms or 0s';
/** Milliseconds of `90s`, `5m`, `1h30m`, `500ms`, `0s` or `0`, from largest unit to smallest, at most five days. */
function parseDuration(given) {
    if (given === '0')
        return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_1__/* .understood */ .S)(0);
    const parts = FORM.exec(given);
    if (parts === null)
        return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_1__/* .misunderstood */ .j)(complaint(given));
    const [, hours, minutes, seconds, milliseconds] = parts;
    const total = Number(hours ?? 0) * HOUR +
        Number(minutes ?? 0) * MINUTE +
        Number(seconds ?? 0) * SECOND +
        Number(milliseconds ?? 0);
    if (total > LONGEST_DURATION)
        return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_1__/* .misunderstood */ .j)(`It is longer than ${formatDuration(LONGEST_DURATION)}, the longest time that a job may run.`);
    return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_1__/* .understood */ .S)(total);
}
/** Milliseconds as the shortest text that `parseDuration` reads back: `1h30m`, `1m500ms`, `0s`. Whole numbers ≥ 0. */
function formatDuration(milliseconds) {
    const parts = [
        [Math.floor(milliseconds / HOUR), 'h'],
        [Math.floor((milliseconds % HOUR) / MINUTE), 'm'],
        [Math.floor((milliseconds % MINUTE) / SECOND), 's'],
        [milliseconds % SECOND, 'ms'],
    ];
    const text = parts
        .filter(([amount]) => amount > 0)
        .map(([amount, unit]) => `${amount}${unit}`)
        .join('');
    return text === '' ? '0s' : text;
}
function complaint(given) {
    if (/^\d+$/.test(given))
        return `A unit is missing.${(0,_words_js__WEBPACK_IMPORTED_MODULE_0__/* .didYouMean */ .au)(`${given}s`)}`;
    if (given.startsWith('-'))
        return 'It is negative.';
    if (/^\d*\.\d+/.test(given))
        return `Fractions are not accepted; use a smaller unit, such as 1m30s for 1.5m or 500ms for 0.5s.`;
    const meant = UNIT_WORDS.reduce((text, [word, unit]) => text.replace(word, unit), given.toLowerCase().replaceAll(/\s/g, ''));
    if (FORM.test(meant))
        return `It is not written as a duration.${(0,_words_js__WEBPACK_IMPORTED_MODULE_0__/* .didYouMean */ .au)(meant)}`;
    const days = /^(\d{1,2})d(?:ays?)?$/.exec(meant)?.[1];
    if (days !== undefined)
        return `Days are not a unit here.${(0,_words_js__WEBPACK_IMPORTED_MODULE_0__/* .didYouMean */ .au)(`${Number(days) * 24}h`)}`;
    return 'It is not a duration.';
}
/** `5 min`, `2hours`, `30 sec` … to the units that they mean; longer words first. */
const UNIT_WORDS = [
    [/(?<=\d)(?:milliseconds?|msecs?|millis)/, 'ms'],
    [/(?<=\d)(?:hours?|hrs?)/, 'h'],
    [/(?<=\d)(?:minutes?|mins?)/, 'm'],
    [/(?<=\d)(?:seconds?|secs?)/, 's'],
];


/***/ }),

/***/ 6119:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   J: () => (/* binding */ canonicalRepository),
/* harmony export */   o: () => (/* binding */ parseImageReference)
/* harmony export */ });
/* harmony import */ var _parsed_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(6261);
/* harmony import */ var _words_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3247);


// The grammar of github.com/distribution/reference, which the kubelet applies (there a mistake is InvalidImageName, minutes later).
const REGISTRY = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:]+\])(?::\d{1,5})?$/i;
const PATH_PART = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[a-z][a-z0-9]*(?:[-_+.][a-z][a-z0-9]*)*:[0-9a-f]{32,}$/i;
const SHA256 = /^sha256:[0-9a-f]{64}$/;
const LONGEST_REPOSITORY = 255;
/** Takes an image reference apart, or says what no container runtime would accept in it. */
function parseImageReference(given) {
    if (/\s/.test(given))
        return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_1__/* .misunderstood */ .j)('An image has no spaces.');
    const scheme = /^(?:docker|oci|https?):\/\//.exec(given)?.[0];
    if (scheme !== undefined)
        return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_1__/* .misunderstood */ .j)(`An image is written without ${scheme}.${(0,_words_js__WEBPACK_IMPORTED_MODULE_0__/* .didYouMean */ .au)(given.slice(scheme.length))}`);
    const [name = '', ...digests] = given.split('@');
    if (digests.length > 1)
        return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_1__/* .misunderstood */ .j)('It has more than one "@".');
    // A colon before the last slash belongs to the registry's port.
    const colon = name.indexOf(':', name.lastIndexOf('/') + 1);
    const repository = colon === -1 ? name : name.slice(0, colon);
    const tag = colon === -1 ? null : name.slice(colon + 1);
    const digest = digests[0] ?? null;
    const problem = repositoryProblem(repository) ?? tagProblem(tag) ?? digestProblem(digest);
    return problem === null ? (0,_parsed_js__WEBPACK_IMPORTED_MODULE_1__/* .understood */ .S)({ repository, tag, digest }) : (0,_parsed_js__WEBPACK_IMPORTED_MODULE_1__/* .misunderstood */ .j)(problem);
}
function repositoryProblem(repository) {
    if (repository === '')
        return 'The name of the image is missing.';
    if (repository.length > LONGEST_REPOSITORY)
        return `The name before tag and digest has ${repository.length} characters and may have ${LONGEST_REPOSITORY}.`;
    const [first = '', ...rest] = repository.split('/');
    const path = rest.length > 0 && isRegistry(first) ? rest : [first, ...rest];
    if (path.length === rest.length && !REGISTRY.test(first))
        return `The registry "${first}" is not a host name with an optional port.`;
    if (path.some((part) => part === ''))
        return 'A part of its name is empty: it begins or ends with a slash, or has two in a row. An expression that came out empty does that.';
    const wrong = path.find((part) => !PATH_PART.test(part));
    if (wrong === undefined)
        return null;
    if (PATH_PART.test(wrong.toLowerCase()))
        return `Image names are lower case, and "${wrong}" is not.`;
    return `The part "${wrong}" of its name may have only lower-case letters and digits, with ".", "_", "__" or "-" between them.`;
}
function tagProblem(tag) {
    if (tag === null || TAG.test(tag))
        return null;
    if (tag === '')
        return 'The tag after ":" is empty. An expression that came out empty does that.';
    return `The tag "${tag.slice(0, 130)}" may have only letters, digits, "_", "." and "-", at most 128, and must not begin with "." or "-".`;
}
function digestProblem(digest) {
    if (digest === null)
        return null;
    if (digest === '')
        return 'The digest after "@" is empty. An expression that came out empty does that.';
    const fits = digest.startsWith('sha256:') ? SHA256.test(digest) : DIGEST.test(digest);
    return fits ? null : 'The digest after "@" must be "sha256:" and 64 hexadecimal digits in lower case.';
}
/** As container runtimes decide: a first part with a dot or a colon, or `localhost`, is a registry. */
function isRegistry(first) {
    return /[.:]/.test(first) || first === 'localhost';
}
/**
 * One spelling for each repository, so that two can be compared: `nginx`, `library/nginx` and `index.docker.io/library/nginx`
 * are all `docker.io/library/nginx`.
 */
function canonicalRepository(repository) {
    const slash = repository.indexOf('/');
    const first = slash === -1 ? '' : repository.slice(0, slash);
    const registry = isRegistry(first) ? first.toLowerCase() : 'docker.io';
    const path = isRegistry(first) ? repository.slice(slash + 1) : repository;
    if (registry !== 'docker.io' && registry !== 'index.docker.io')
        return `${registry}/${path}`;
    return `docker.io/${path.includes('/') ? path : `library/${path}`}`;
}


/***/ }),

/***/ 8252:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   G: () => (/* binding */ InputErrors),
/* harmony export */   R: () => (/* binding */ hidden),
/* harmony export */   SP: () => (/* binding */ shown)
/* harmony export */ });
/* harmony import */ var _report_escape_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(2527);

/** Thrown when inputs cannot be used: all of them at once, before anything was read from or written to a cluster. */
class InputErrors extends Error {
    name = 'InputErrors';
    problems;
    constructor(given) {
        // A problem may quote a part of what was given, and that may be long and hostile.
        const problems = given.map((each) => ({ ...each, problem: (0,_report_escape_js__WEBPACK_IMPORTED_MODULE_0__/* .oneLine */ .TN)(each.problem, LONGEST_PROBLEM) }));
        const inputs = new Set(problems.map(({ input }) => input)).size;
        const headline = inputs === 1 ? 'One input cannot be used.' : `${inputs} inputs cannot be used.`;
        super([`${headline} Nothing in the cluster was read or changed.`, ...problems.map(paragraph)].join('\n\n'));
        this.problems = problems;
    }
}
/** The accepted form is said once for all lines of an input, after the last. */
function paragraph({ input, line, given, problem, accepted }, index, all) {
    const repeated = all[index + 1]?.input === input && all[index + 1]?.accepted === accepted;
    return [
        line === null ? input : `${input}, line ${line}`,
        `  given:    ${given ?? 'nothing'}`,
        `  problem:  ${problem}`,
        ...(repeated ? [] : [`  accepted: ${accepted}`]),
    ].join('\n');
}
const LONGEST_SHOWN = 80;
const LONGEST_PROBLEM = 500;
/** A value as it may be shown on one line: quoted, control characters escaped, at most 80 characters of it. */
function shown(value) {
    const short = value.length <= LONGEST_SHOWN ? value : `${value.slice(0, LONGEST_SHOWN - 1)}…`;
    // JSON escapes none of those from 7F on.
    const escaped = (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
    return JSON.stringify(short).replaceAll(/\p{Cc}/gu, escaped);
}
/** A secret as it may be shown: not at all. */
function hidden(value) {
    return `(${value.length} character${value.length === 1 ? '' : 's'})`;
}


/***/ }),

/***/ 4533:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  i: () => (/* binding */ readRequest)
});

// EXTERNAL MODULE: ./lib/action/input-errors.js
var input_errors = __nccwpck_require__(8252);
;// CONCATENATED MODULE: ./lib/action/comment-inputs.js

/** Inputs `pull-request-comment` and `github-token`. */
function readComment(inputs) {
    const isWanted = inputs.boolean('pull-request-comment');
    const token = inputs.text('github-token');
    // Outside of a runner nobody fills the expression in.
    const isFilledIn = token !== null && !token.startsWith('${{');
    return { comment: isWanted ? { token: isFilledIn ? token : null } : null };
}
/** There is nothing else to show. */
function commentProblems({ action, comment }) {
    if (comment === null || action === 'plan')
        return [];
    return [
        {
            input: 'pull-request-comment',
            line: null,
            given: (0,input_errors/* shown */.SP)('true'),
            problem: `It has no meaning with action: ${action}.`,
            accepted: 'leave it out, or use action: plan',
        },
    ];
}

// EXTERNAL MODULE: ./lib/action/names.js
var names = __nccwpck_require__(8558);
// EXTERNAL MODULE: ./lib/action/parsed.js
var action_parsed = __nccwpck_require__(6261);
;// CONCATENATED MODULE: ./lib/action/env.js


const ENV_LINE_FORM = 'container.NAME=value, such as web.MODEL=large-3 (the value may be empty)';
/** What Kubernetes has accepted as the name of a variable in every version. */
const NAME = /^[-._a-zA-Z][-._a-zA-Z0-9]*$/;
/** One line of `env`. The value is all that follows the first `=`. Problems never quote it: it may be confidential. */
function parseEnvLine(line) {
    const equals = line.indexOf('=');
    if (equals === -1)
        return (0,action_parsed/* misunderstood */.j)('There is no "=" in it.');
    const left = line.slice(0, equals);
    if (/\s/.test(left))
        return (0,action_parsed/* misunderstood */.j)('There are spaces before "=".');
    // Names of containers have no dots, names of variables may: the first dot parts them.
    const dot = left.indexOf('.');
    if (dot === -1)
        return (0,action_parsed/* misunderstood */.j)(`"${left}" does not say which container it is for.`);
    const container = left.slice(0, dot);
    const name = left.slice(dot + 1);
    const parsed = (0,names/* parseLabelName */.h)(container);
    if (!parsed.ok)
        return (0,action_parsed/* misunderstood */.j)(`"${container}" before the first dot is not the name of a container. ${parsed.problem}`);
    if (!NAME.test(name))
        return (0,action_parsed/* misunderstood */.j)(`"${name}" is not the name of a variable: it may have only letters, digits, "_", "-" and ".", and must not begin with a digit.`);
    return (0,action_parsed/* understood */.S)({ container, name, value: line.slice(equals + 1) });
}
/** What a second line must not name again. */
function envTarget({ container, name }) {
    return `${container}.${name}`;
}
/** An `env` line as it may be shown: without its value. */
function shownEnvLine(line) {
    const equals = line.indexOf('=');
    return equals === -1 ? line : `${line.slice(0, equals + 1)}…`;
}

// EXTERNAL MODULE: ./lib/release/route.js
var route = __nccwpck_require__(3764);
// EXTERNAL MODULE: ./lib/action/batches.js
var batches = __nccwpck_require__(278);
;// CONCATENATED MODULE: ./lib/action/go-on-to.js



/** What the input `to` says it accepts with `action: promote`. */
const GO_ON_FORM = 'where the release is to stand still next, a share such as 50% (or a batch, such as 2), or end, for no pause any more';
/** `50%`, `2`, `end`. */
function parseGoOn(given) {
    if (given === 'end')
        return (0,action_parsed/* understood */.S)('end');
    const amount = (0,batches/* parseAmount */.C_)(given);
    return amount.ok && 'share' in amount.value && amount.value.share === route/* ALL */.y2 ? (0,action_parsed/* understood */.S)('end') : amount;
}

// EXTERNAL MODULE: ./lib/action/alert-lines.js
var alert_lines = __nccwpck_require__(234);
;// CONCATENATED MODULE: ./lib/action/job-source.js

const JOB_FORM = 'the manifest of a Job (YAML), or the path of a file with one, such as ./deploy/smoke-job.yaml';
/** Tells a manifest from the path of one. Whether the file exists, and what a manifest says, is looked at when the release begins. */
function parseJobSource(given) {
    const isContent = given.includes('\n') || given.startsWith('{') || /^[\w-]+:(?:\s|$)/.test(given);
    if (!isContent)
        return (0,action_parsed/* understood */.S)({ kind: 'path', value: given });
    if (!/\bkind["']?\s*:\s*["']?Job\b/.test(given))
        return (0,action_parsed/* misunderstood */.j)('It is not a manifest of kind: Job.');
    return (0,action_parsed/* understood */.S)({ kind: 'content', value: given });
}

// EXTERNAL MODULE: ./lib/action/server-address.js
var server_address = __nccwpck_require__(6634);
// EXTERNAL MODULE: ./lib/action/threshold-lines.js + 2 modules
var threshold_lines = __nccwpck_require__(121);
// EXTERNAL MODULE: ./lib/action/webhook-lines.js
var webhook_lines = __nccwpck_require__(6197);
;// CONCATENATED MODULE: ./lib/action/gate-inputs.js





/** The inputs of the gates that a user adds: a Job, webhooks, thresholds and alerts. */
function readGates(inputs) {
    const urls = inputs.lines('webhook', webhook_lines/* WEBHOOK_FORM */.Ju, webhook_lines/* parseWebhookLine */.Zt, null, webhook_lines/* shownWebhook */.Lu);
    const timeout = inputs.duration('webhook-timeout', 'An answer needs time: it must be longer than 0s.');
    return {
        job: inputs.optional('job', JOB_FORM, parseJobSource),
        webhook: urls.length === 0 ? null : { urls, secret: inputs.text('webhook-secret'), timeout },
        checkAt: inputs.word('check-at', ['start', 'every-step']),
        thresholds: inputs.lines('thresholds', threshold_lines/* THRESHOLD_FORM */.Ho, threshold_lines/* parseThresholdLine */.Bs, ({ name }) => name),
        alerts: inputs.lines('alerts', alert_lines/* ALERT_FORM */.GA, alert_lines/* parseAlertLine */.yi, ({ line }) => line),
        alertsSince: inputs.word('alerts-since', ['release', 'any']),
        alertmanager: inputs.optional('alertmanager', server_address/* SERVER_FORM */.vJ, server_address/* parseServerAddress */.RA, withoutUser),
    };
}
/** An address as it may be shown, also when it is none. */
function withoutUser(given) {
    return given.replace(/\/\/[^/]*@/, '//…@');
}
/** What is wrong with these inputs together. */
function gateProblems(request, inputs) {
    const without = (input, problem, accepted) => ({
        input,
        line: null,
        given: null,
        problem,
        accepted,
    });
    const { thresholds, alerts, alertmanager, webhook } = request;
    const isUnasked = thresholds.length + alerts.length > 0 && !isPrometheusGiven(inputs);
    const needed = 'leave it out, or say with prometheus where your Prometheus is';
    return [
        ...(thresholds.length > 0 && isUnasked ? [without('thresholds', 'There is no Prometheus to ask.', needed)] : []),
        ...(alerts.length > 0 && alertmanager === null && isUnasked && inputs.understood('alertmanager')
            ? [
                without('alerts', 'There is neither a Prometheus nor an Alertmanager to ask.', `${needed}, or with alertmanager`),
            ]
            : []),
        ...(alerts.length === 0 && alertmanager !== null && inputs.understood('alerts')
            ? [without('alertmanager', 'It has no meaning without alerts.', 'leave it out, or name alerts')]
            : []),
        ...(alerts.length === 0 && inputs.isSaid('alerts-since') && inputs.understood('alerts', 'alerts-since')
            ? [without('alerts-since', 'It has no meaning without alerts.', 'leave it out, or name alerts')]
            : []),
        ...['webhook-secret', 'webhook-timeout']
            .filter((input) => webhook === null && inputs.isSaid(input) && inputs.understood('webhook', input))
            .map((input) => without(input, 'It has no meaning without webhook.', 'leave it out, or give webhook')),
    ];
}
function isPrometheusGiven(inputs) {
    // An input of its own, read elsewhere.
    return inputs.isSaid('prometheus');
}

// EXTERNAL MODULE: ./lib/action/image-reference.js
var image_reference = __nccwpck_require__(6119);
// EXTERNAL MODULE: ./lib/action/words.js
var action_words = __nccwpck_require__(3247);
;// CONCATENATED MODULE: ./lib/action/images.js




const IMAGE_LINE_FORM = 'container=image, or repository:tag or repository@digest for every container that runs that repository, such as web=ghcr.io/acme/web:2.1.0 or ghcr.io/acme/web:2.1.0';
/** One line of `images`: `container=image`, `repository:tag`, `repository@digest` or `repository:tag@digest`. */
function parseImageLine(line) {
    const split = containerEnd(line);
    if (split === -1)
        return repositoryLine(line);
    const container = line.slice(0, split);
    const image = line.slice(split + 1);
    if (/\s$/.test(container) || /^\s/.test(image))
        return (0,action_parsed/* misunderstood */.j)(`There are spaces around "=".${(0,action_words/* didYouMean */.au)(`${container.trim()}=${image.trim()}`)}`);
    if (container === '')
        return (0,action_parsed/* misunderstood */.j)('The container before "=" is missing.');
    if (image === '')
        return (0,action_parsed/* misunderstood */.j)('The image after "=" is missing. An expression that came out empty does that.');
    const name = (0,names/* parseLabelName */.h)(container);
    if (!name.ok)
        return (0,action_parsed/* misunderstood */.j)(`"${container}" before "=" is not the name of a container. ${name.problem}`);
    const reference = (0,image_reference/* parseImageReference */.o)(image);
    return reference.ok ? (0,action_parsed/* understood */.S)({ kind: 'container', container, image }) : reference;
}
/** What a second line must not name again: the container, or the repository in any spelling. */
function imageTarget(change) {
    return change.kind === 'container'
        ? `container ${change.container}`
        : `repository ${(0,image_reference/* canonicalRepository */.J)(change.repository)}`;
}
/** The user's text for it, the inverse of `parseImageLine`. */
function formatImageLine(change) {
    return change.kind === 'container' ? `${change.container}=${change.image}` : change.image;
}
function repositoryLine(line) {
    const colonStyle = /^([a-z0-9-]+):\s+(\S+)$/.exec(line);
    if (colonStyle !== null)
        return (0,action_parsed/* misunderstood */.j)(`Container and image are joined by "=".${(0,action_words/* didYouMean */.au)(`${colonStyle[1]}=${colonStyle[2]}`)}`);
    const reference = (0,image_reference/* parseImageReference */.o)(line);
    if (!reference.ok)
        return reference;
    const { repository, tag, digest } = reference.value;
    if (tag === null && digest === null)
        return (0,action_parsed/* misunderstood */.j)(`It has neither a container ("container=…") nor a tag or digest, so it does not say what to release${repository.includes(':') ? ' (what follows the colon is the port of the registry)' : ''}.`);
    return (0,action_parsed/* understood */.S)({ kind: 'repository', repository, image: line });
}
/** Where the container's name ends: at an `=` before anything that only an image has; -1 when there is none. */
function containerEnd(line) {
    const equals = line.indexOf('=');
    const ofImage = line.search(/[/:@]/);
    return equals !== -1 && (ofImage === -1 || equals < ofImage) ? equals : -1;
}

// EXTERNAL MODULE: ./lib/action/durations.js
var durations = __nccwpck_require__(1559);
;// CONCATENATED MODULE: ./lib/action/input-table.js
const NO_INPUT = { default: '', required: false, secret: false };
/** Every input, in the order of `action.yml`. A test holds the two together. */
const INPUTS = [
    { ...NO_INPUT, name: 'action', default: 'deploy' },
    { ...NO_INPUT, name: 'to' },
    { ...NO_INPUT, name: 'strategy', default: 'blue-green' },
    { ...NO_INPUT, name: 'steps', default: '5% 2m, 20% 5m, 50% 5m' },
    { ...NO_INPUT, name: 'batches' },
    { ...NO_INPUT, name: 'batch-size' },
    { ...NO_INPUT, name: 'batch-time', default: '1m' },
    { ...NO_INPUT, name: 'pause-at' },
    { ...NO_INPUT, name: 'router', default: 'auto' },
    { ...NO_INPUT, name: 'router-command' },
    { ...NO_INPUT, name: 'router-verify' },
    { ...NO_INPUT, name: 'headers' },
    { ...NO_INPUT, name: 'cookie' },
    { ...NO_INPUT, name: 'mirror' },
    { ...NO_INPUT, name: 'candidate-replicas' },
    { ...NO_INPUT, name: 'deployment' },
    { ...NO_INPUT, name: 'knative-service' },
    { ...NO_INPUT, name: 'images' },
    { ...NO_INPUT, name: 'env' },
    { ...NO_INPUT, name: 'service' },
    { ...NO_INPUT, name: 'candidate-service' },
    { ...NO_INPUT, name: 'kubeconfig', secret: true },
    { ...NO_INPUT, name: 'context' },
    { ...NO_INPUT, name: 'namespace' },
    { ...NO_INPUT, name: 'allow-exec', default: 'auto' },
    { ...NO_INPUT, name: 'smoke-test' },
    { ...NO_INPUT, name: 'smoke-command' },
    { ...NO_INPUT, name: 'job' },
    { ...NO_INPUT, name: 'webhook' },
    { ...NO_INPUT, name: 'webhook-secret', secret: true },
    { ...NO_INPUT, name: 'webhook-timeout', default: '30s' },
    { ...NO_INPUT, name: 'check-at', default: 'start' },
    { ...NO_INPUT, name: 'prometheus' },
    { ...NO_INPUT, name: 'prometheus-token', secret: true },
    { ...NO_INPUT, name: 'prometheus-basic', secret: true },
    { ...NO_INPUT, name: 'prometheus-headers', secret: true },
    { ...NO_INPUT, name: 'prometheus-ca' },
    { ...NO_INPUT, name: 'metrics', default: 'auto' },
    { ...NO_INPUT, name: 'metrics-port' },
    { ...NO_INPUT, name: 'metrics-path' },
    { ...NO_INPUT, name: 'metrics-pods', default: '10' },
    { ...NO_INPUT, name: 'slow', default: 'auto' },
    { ...NO_INPUT, name: 'probe' },
    { ...NO_INPUT, name: 'thresholds' },
    { ...NO_INPUT, name: 'alerts' },
    { ...NO_INPUT, name: 'alerts-since', default: 'release' },
    { ...NO_INPUT, name: 'alertmanager' },
    { ...NO_INPUT, name: 'evidence', default: 'ticks' },
    { ...NO_INPUT, name: 'tick', default: '5s' },
    { ...NO_INPUT, name: 'tolerance', default: '1.5' },
    { ...NO_INPUT, name: 'at-most-worse', default: '3' },
    { ...NO_INPUT, name: 'false-alarms', default: '1%' },
    { ...NO_INPUT, name: 'objective' },
    { ...NO_INPUT, name: 'restarts', default: 'any' },
    { ...NO_INPUT, name: 'min-requests', default: '50' },
    { ...NO_INPUT, name: 'wait-for-evidence', default: '2m' },
    { ...NO_INPUT, name: 'on-inconclusive', default: 'pause' },
    { ...NO_INPUT, name: 'early', default: 'false' },
    { ...NO_INPUT, name: 'skip-analysis', default: 'false' },
    { ...NO_INPUT, name: 'bake-time', default: '1m' },
    { ...NO_INPUT, name: 'drain-time', default: '30s' },
    { ...NO_INPUT, name: 'settle-time', default: '3s' },
    { ...NO_INPUT, name: 'timeout', default: '15m' },
    { ...NO_INPUT, name: 'lock-timeout', default: '10m' },
    { ...NO_INPUT, name: 'on-failure', default: 'rollback' },
    { ...NO_INPUT, name: 'on-cancel', default: 'take-back' },
    { ...NO_INPUT, name: 'on-unfinished', default: 'take-back' },
    { ...NO_INPUT, name: 'switch', default: 'cut' },
    { ...NO_INPUT, name: 'keep-warm', default: 'false' },
    { ...NO_INPUT, name: 'dry-run', default: 'false' },
    { ...NO_INPUT, name: 'summary', default: 'true' },
    { ...NO_INPUT, name: 'pull-request-comment', default: 'false' },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression for the runner, which fills it in
    { ...NO_INPUT, name: 'github-token', default: '${{ github.token }}', secret: true },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression for the runner, which fills it in
    { ...NO_INPUT, name: 'job-status', default: '${{ job.status }}' },
];
function isInput(name) {
    return INPUTS.some((input) => input.name === name);
}

// EXTERNAL MODULE: ./lib/cluster/kubeconfig-file.js
var kubeconfig_file = __nccwpck_require__(7030);
;// CONCATENATED MODULE: ./lib/action/kubeconfig.js


const KUBECONFIG_FORM = 'the content of a kubeconfig (YAML, as it is or in base64) or the path of one, such as ./kubeconfig';
/**
 * Tells content from a path, takes base64 off (people store it so in secrets), and checks that content is a kubeconfig.
 * No problem quotes the content: it holds keys. Whether a path exists is for the connection to say.
 */
async function parseKubeconfig(given) {
    const decoded = fromBase64(given);
    const content = decoded ?? given;
    if (decoded === null && !looksLikeContent(given))
        return (0,action_parsed/* understood */.S)({ kind: 'path', value: given });
    const problem = await contentProblem(content);
    if (problem === null)
        return (0,action_parsed/* understood */.S)({ kind: 'content', value: content });
    return (0,action_parsed/* misunderstood */.j)(decoded === null ? problem : `It is base64, and what it stands for is not a kubeconfig: ${problem}`);
}
/** A path has one line and is neither a `key: value` nor a JSON object. */
function looksLikeContent(given) {
    return given.includes('\n') || given.startsWith('{') || /^[\w-]+:(?:\s|$)/.test(given);
}
/** The text that base64 (also wrapped into lines) stands for; null for anything else. A path may be made of the same letters. */
function fromBase64(given) {
    const letters = given.replaceAll(/\s/g, '');
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(letters))
        return null;
    const text = Buffer.from(letters, 'base64').toString('utf8');
    return /\b(?:apiVersion|clusters)\b/.test(text) && !text.includes('\uFFFD') ? text : null;
}
/** What is wrong with the content of a kubeconfig; null when nothing is. */
async function contentProblem(content) {
    const parsed = await (0,kubeconfig_file/* parseKubeconfigText */.Uj)(content, null);
    const alone = parsed.ok ? (0,kubeconfig_file/* standsAlone */.pX)(parsed.value) : parsed;
    return alone.ok ? null : alone.problem;
}

;// CONCATENATED MODULE: ./lib/action/lines.js
/** The lines that count: not blank, not a `#` comment. */
function linesOf(input) {
    return input
        .split(/\r\n|\r|\n/)
        .map((text, index) => ({ number: index + 1, text: text.trim() }))
        .filter(({ text }) => text !== '' && !text.startsWith('#'));
}

// EXTERNAL MODULE: ./lib/metrics/own-metrics.js
var own_metrics = __nccwpck_require__(3069);
// EXTERNAL MODULE: ./lib/metrics/presets.js
var presets = __nccwpck_require__(9061);
;// CONCATENATED MODULE: ./lib/action/prometheus-inputs.js




const PROMETHEUS_FORM = 'an address such as https://prometheus.example.com, or namespace/service:port such as monitoring/prometheus-operated:9090 (monitoring/https:prometheus:9090 for TLS)';
const HEADERS_FORM = 'one header a line, such as X-Scope-OrgID: shop';
const BASIC_FORM = 'user:password, from a secret';
/** Inputs `prometheus` and what logs in there. Null: none is given, or with a problem. */
function readPrometheus(get, fail) {
    const given = get('prometheus');
    const problem = (input, value, text, accepted) => fail({ input, line: null, given: value, problem: text, accepted });
    const headers = readHeaders(get('prometheus-headers'), fail);
    const auth = readAuth(get, problem);
    const ca = caOf(get('prometheus-ca'));
    const further = ['prometheus-token', 'prometheus-basic', 'prometheus-headers', 'prometheus-ca'].filter((name) => get(name) !== '');
    if (given === '') {
        for (const input of further)
            problem(input, null, 'It has no meaning without prometheus.', 'leave it out, or add prometheus');
        return null;
    }
    const where = parsePrometheus(given);
    if (!where.ok) {
        problem('prometheus', given.includes('@') ? (0,input_errors/* hidden */.R)(given) : (0,input_errors/* shown */.SP)(given), where.problem, PROMETHEUS_FORM);
        return null;
    }
    if (where.value.kind === 'url')
        return { ...where.value, auth, headers, ca };
    for (const input of further.filter((name) => name !== 'prometheus-headers'))
        problem(input, null, 'It has no meaning with a Service: the request goes through the API server, which uses that header for its own login.', 'leave it out, or give the address of Prometheus as prometheus');
    return { ...where.value, headers };
}
/** An address, or `namespace/[https:]service:port[/path]`. */
function parsePrometheus(given) {
    if (/^https?:\/\//i.test(given))
        return parseUrl(given);
    if (given.includes('://'))
        return (0,action_parsed/* misunderstood */.j)('Only http:// and https:// are understood.');
    const parts = /^(?<namespace>[^/:]+)\/(?:(?<scheme>https?):)?(?<service>[^/:]+):(?<port>[^/:]+)(?<path>\/.*)?$/.exec(given)?.groups;
    if (parts === undefined)
        return (0,action_parsed/* misunderstood */.j)('It is neither an address with http:// or https:// nor namespace/service:port.');
    const { namespace = '', service = '', port = '', scheme, path = '' } = parts;
    for (const [what, name] of [
        ['namespace', namespace],
        ['Service', service],
    ]) {
        const parsed = (0,names/* parseLabelName */.h)(name);
        if (!parsed.ok)
            return (0,action_parsed/* misunderstood */.j)(`"${name}" is not the name of a ${what}. ${parsed.problem}`);
    }
    if (!/^(?:[1-9]\d{0,4}|(?=.*[a-z])[a-z0-9-]{1,15})$/.test(port))
        return (0,action_parsed/* misunderstood */.j)(`"${port}" is neither the number nor the name of a port.`);
    const base = path.replace(/\/+$/, '');
    if (/[?#\s]/.test(base))
        return (0,action_parsed/* misunderstood */.j)('The path has characters that it cannot have.');
    return (0,action_parsed/* understood */.S)({
        kind: 'service',
        namespace,
        service,
        port,
        scheme: scheme === 'https' ? 'https' : 'http',
        path: base,
    });
}
function parseUrl(given) {
    if (!URL.canParse(given))
        return (0,action_parsed/* misunderstood */.j)('It is not a valid address.');
    const url = new URL(given);
    if (url.username !== '' || url.password !== '')
        return (0,action_parsed/* misunderstood */.j)('It has a user and a password in it, which would be shown. Give them as prometheus-basic.');
    if (url.search !== '' || url.hash !== '')
        return (0,action_parsed/* misunderstood */.j)('It must end with the path: what follows "?" or "#" would not be sent. A token belongs into prometheus-token or prometheus-headers.');
    const base = `${url.origin}${url.pathname}`.replace(/\/+$/, '').replace(/\/api\/v1(?:\/query)?$/, '');
    return (0,action_parsed/* understood */.S)({ kind: 'url', url: base });
}
function readAuth(get, problem) {
    const token = get('prometheus-token');
    const basic = get('prometheus-basic');
    if (token !== '' && basic !== '') {
        problem('prometheus-basic', (0,input_errors/* hidden */.R)(basic), 'There is prometheus-token, too.', 'one of the two');
        return null;
    }
    if (token !== '') {
        if (/^[\x21-\x7e]+$/.test(token))
            return { kind: 'bearer', token };
        problem('prometheus-token', (0,input_errors/* hidden */.R)(token), 'It has spaces or characters that a header cannot have.', 'the token alone, without "Bearer"');
        return null;
    }
    if (basic === '')
        return null;
    const colon = basic.indexOf(':');
    if (colon > 0)
        return { kind: 'basic', user: basic.slice(0, colon), password: basic.slice(colon + 1) };
    problem('prometheus-basic', (0,input_errors/* hidden */.R)(basic), 'There is no user before a ":".', BASIC_FORM);
    return null;
}
function readHeaders(given, fail) {
    return linesOf(given).flatMap(({ number, text }) => {
        const [, name = '', value = ''] = /^([^:]*):(.*)$/.exec(text) ?? [];
        const wrong = headerProblem(name.trim(), value.trim());
        if (wrong === null)
            return [{ name: name.trim(), value: value.trim() }];
        fail({ input: 'prometheus-headers', line: number, given: (0,input_errors/* hidden */.R)(text), problem: wrong, accepted: HEADERS_FORM });
        return [];
    });
}
function headerProblem(name, value) {
    if (name === '')
        return 'There is no name before a ":".';
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name))
        return 'The name has characters that a header cannot have.';
    if (/^(?:authorization|host|content-length|connection|transfer-encoding)$/i.test(name))
        return name.toLowerCase() === 'authorization'
            ? 'This header is made of prometheus-token or prometheus-basic.'
            : `${name} is a header of the connection’s own.`;
    if (value === '')
        return 'There is no value after the ":".';
    return /^[\x20-\x7e\x80-\xff]+$/.test(value) ? null : 'The value has characters that a header cannot have.';
}
function caOf(given) {
    if (given === '')
        return null;
    return { kind: given.includes('-----BEGIN') ? 'content' : 'path', value: given };
}

;// CONCATENATED MODULE: ./lib/action/metrics-inputs.js







const WORDS = ['auto', 'none', 'pods', ...presets/* PRESETS */.fG];
const METRICS_FORM = `${WORDS.join(', ')}, or ${own_metrics/* OWN_METRICS_FORM */.Cc}`;
const SLOW_FORM = 'auto, off, or the edge of a bucket such as 500ms or 2.5ms';
const PROBE_FORM = 'GET /path, how many a second (at most 20/s), and port= or scheme= if wanted, such as GET /healthz 5/s port=http';
const MOST_RATE = 20;
/** What the candidate is to be judged by; null: nothing is asked for. Asynchronous only because the YAML parser is loaded when needed. */
async function readMetrics(get, fail) {
    const prometheus = readPrometheus(get, fail);
    const parse = (input, accepted, parsed, standIn) => {
        if (parsed.ok)
            return parsed.value;
        fail({ input, line: null, given: (0,input_errors/* shown */.SP)(get(input)), problem: parsed.problem, accepted });
        return standIn;
    };
    const judge = parse('metrics', METRICS_FORM, await parseJudge(get('metrics')), { kind: 'none' });
    const pods = {
        port: parse('metrics-port', 'number or name of a port, such as 9102 or metrics', parsePort(get('metrics-port')), null),
        path: parse('metrics-path', 'a path, such as /metrics', parsePath(get('metrics-path')), null),
        most: parse('metrics-pods', 'a whole number from 1 to 200, such as 10', parseMost(get('metrics-pods')), 1),
    };
    const slow = parse('slow', SLOW_FORM, parseSlow(get('slow')), 'auto');
    const probe = get('probe') === '' ? null : parse('probe', PROBE_FORM, parseProbe(get('probe')), null);
    const asked = {
        prometheus,
        // `auto` is the default, and needs a Prometheus to mean anything.
        judge: judge.kind === 'auto' && prometheus === null ? { kind: 'none' } : judge,
        pods,
        slow,
        probe,
    };
    for (const problem of togetherProblems(asked, get))
        fail(problem);
    return prometheus === null && asked.judge.kind === 'none' && probe === null ? null : asked;
}
function togetherProblems({ judge, prometheus, probe }, get) {
    const problem = (input, text, accepted) => ({
        input,
        line: null,
        given: (0,input_errors/* shown */.SP)(get(input)),
        problem: text,
        accepted,
    });
    const problems = [];
    if ((judge.kind === 'preset' || judge.kind === 'own') && prometheus === null && get('prometheus') === '')
        problems.push(problem('metrics', 'It needs a Prometheus, and input prometheus is not given.', 'with prometheus; or metrics: pods, which needs none'));
    for (const input of ['metrics-port', 'metrics-path'])
        if (get(input) !== '' && judge.kind !== 'pods')
            problems.push(problem(input, 'It has no meaning without metrics: pods.', 'leave it out, or add metrics: pods'));
    const isNothing = get('probe') === '' && (get('prometheus') === '' || get('metrics') === 'none');
    if (get('slow') !== 'auto' && judge.kind === 'none' && probe === null && isNothing)
        problems.push(problem('slow', 'There is nothing that would be slow: no metrics and no probe.', 'leave it out, or add prometheus, metrics: pods or probe'));
    return problems;
}
async function parseJudge(given) {
    if (given === 'auto' || given === 'none')
        return (0,action_parsed/* understood */.S)({ kind: given });
    const preset = presets/* PRESETS */.fG.find((known) => known === given);
    if (preset !== undefined)
        return (0,action_parsed/* understood */.S)({ kind: 'preset', preset });
    if (/^pods(?:\s|$)/.test(given))
        return parsePods(given);
    if (/^[\w-]+$/.test(given))
        return (0,action_parsed/* misunderstood */.j)(`It is not one of the accepted words.${(0,action_words/* didYouMean */.au)((0,action_words/* nearest */.pA)(given, WORDS))}`);
    const { parseDocument } = await __nccwpck_require__.e(/* import() */ 815).then(__nccwpck_require__.t.bind(__nccwpck_require__, 8815, 19));
    // The failsafe schema keeps every scalar a text: `5..` and `on` are what they look like.
    const document = parseDocument(given, { schema: 'failsafe', prettyErrors: false });
    const [error] = document.errors;
    if (error !== undefined)
        return (0,action_parsed/* misunderstood */.j)(`It is not valid YAML: ${error.message}.`);
    let content;
    try {
        content = document.toJS();
    }
    catch {
        return (0,action_parsed/* misunderstood */.j)('Its YAML has an alias (*name) of nothing, or aliases of aliases in too many places.');
    }
    const metrics = (0,own_metrics/* parseOwnMetrics */.jh)(content);
    return metrics.ok ? (0,action_parsed/* understood */.S)({ kind: 'own', metrics: metrics.value }) : metrics;
}
const POD_OPTIONS = ['requests', 'label', 'failed', 'buckets', 'unit'];
/** `pods`, and after it the app's own names: `requests=shop_requests_total label=outcome failed=error|timeout`. */
function parsePods(given) {
    const options = optionsOf(given.split(/\s+/).slice(1), POD_OPTIONS);
    if (!options.ok)
        return options;
    const { requests, label, failed = presets/* FAILED_STATUS */.PO, buckets = '', unit = 's' } = options.value;
    if (options.value.size === 0)
        return (0,action_parsed/* understood */.S)({ kind: 'pods', series: null });
    if (requests === undefined)
        return (0,action_parsed/* misunderstood */.j)('requests= is missing: the name of the counter of all requests.');
    for (const name of [requests, buckets].filter((one) => one !== ''))
        if (!/^[a-zA-Z_:][\w:]*$/.test(name))
            return (0,action_parsed/* misunderstood */.j)(`"${name}" is not the name of a metric.`);
    if (label !== undefined && !/^[a-zA-Z_]\w*$/.test(label))
        return (0,action_parsed/* misunderstood */.j)(`"${label}" is not the name of a label.`);
    if (!isPattern(failed))
        return (0,action_parsed/* misunderstood */.j)(`failed="${failed}" is not a regular expression.`);
    if (unit !== 's' && unit !== 'ms')
        return (0,action_parsed/* misunderstood */.j)('unit= must be s or ms: what le is in.');
    const series = {
        preset: 'http',
        counter: requests,
        where: [],
        failed: (label === undefined ? presets/* STATUS_LABELS */.Zt : [label]).map((one) => ({ label: one, matches: failed })),
        alsoFailed: [],
        buckets: buckets === '' ? `${requests.replace(/_(?:total|count)$/, '')}_bucket` : buckets,
        unit: unit === 's' ? 1000 : 1,
    };
    return (0,action_parsed/* understood */.S)({ kind: 'pods', series });
}
/** `name=value` words. */
function optionsOf(words, names) {
    const given = new Map();
    for (const word of words) {
        const equals = word.indexOf('=');
        const name = names.find((known) => known === word.slice(0, Math.max(0, equals)));
        if (name === undefined)
            return (0,action_parsed/* misunderstood */.j)(`"${word}" is not an option; there are ${names.map((one) => `${one}=`).join(', ')}.`);
        if (given.has(name))
            return (0,action_parsed/* misunderstood */.j)(`The option ${name}= is there twice.`);
        given.set(name, word.slice(equals + 1));
    }
    // Built of the names above and nothing else.
    return (0,action_parsed/* understood */.S)({ ...Object.fromEntries(given), size: given.size });
}
function isPattern(text) {
    try {
        new RegExp(text);
        return true;
    }
    catch {
        return false;
    }
}
function parsePort(given) {
    if (given === '')
        return (0,action_parsed/* understood */.S)(null);
    return isPort(given)
        ? (0,action_parsed/* understood */.S)(given)
        : (0,action_parsed/* misunderstood */.j)('It is neither a number from 1 to 65535 nor the name of a port.');
}
function isPort(text) {
    if (/^\d+$/.test(text))
        return Number(text) >= 1 && Number(text) <= 65_535;
    return /^(?=.*[a-z])[a-z0-9-]{1,15}$/.test(text);
}
function parsePath(given) {
    if (given === '')
        return (0,action_parsed/* understood */.S)(null);
    if (!/^\/[!-~]*$/.test(given) || given.includes('#'))
        return (0,action_parsed/* misunderstood */.j)('It must begin with "/" and have no spaces.');
    return (0,action_parsed/* understood */.S)(given);
}
function parseMost(given) {
    const most = Number(given);
    return /^\d{1,3}$/.test(given) && most >= 1 && most <= 200
        ? (0,action_parsed/* understood */.S)(most)
        : (0,action_parsed/* misunderstood */.j)('It is not such a number.');
}
function parseSlow(given) {
    if (given === 'auto' || given === 'off')
        return (0,action_parsed/* understood */.S)(given);
    const fraction = /^(\d+\.\d+)ms$/.exec(given)?.[1];
    const duration = fraction === undefined ? (0,durations/* parseDuration */.E9)(given) : (0,action_parsed/* understood */.S)(Number(fraction));
    if (!duration.ok)
        return duration;
    return duration.value > 0
        ? (0,action_parsed/* understood */.S)({ ms: duration.value })
        : (0,action_parsed/* misunderstood */.j)('Every request takes longer than no time.');
}
/** `GET /healthz 5/s port=http scheme=https`; the rate may be left out. */
function parseProbe(line) {
    if (/[\r\n]/.test(line))
        return (0,action_parsed/* misunderstood */.j)('It is one line.');
    const [method = '', path = '', ...rest] = line.split(/\s+/);
    if (method !== 'GET')
        return (0,action_parsed/* misunderstood */.j)(`It must begin with GET, and "${method}" is not.`);
    const wrong = parsePath(path);
    if (!wrong.ok || path === '')
        return (0,action_parsed/* misunderstood */.j)('A path that begins with "/" must follow GET.');
    const [first = ''] = rest;
    const rate = /^(\d{1,3})\/s$/.exec(first)?.[1];
    if (rate === undefined && first !== '' && !first.includes('='))
        return (0,action_parsed/* misunderstood */.j)(`"${first}" is no rate such as 5/s.`);
    const perSecond = Number(rate ?? 5);
    if (perSecond < 1 || perSecond > MOST_RATE)
        return (0,action_parsed/* misunderstood */.j)(`The rate must be from 1/s to ${MOST_RATE}/s.`);
    const options = optionsOf(rate === undefined ? rest : rest.slice(1), ['port', 'scheme']);
    if (!options.ok)
        return options;
    const { port = null, scheme = 'http' } = options.value;
    if (port !== null && !isPort(port))
        return (0,action_parsed/* misunderstood */.j)(`port=${port} is neither a number from 1 to 65535 nor the name of a port.`);
    if (scheme !== 'http' && scheme !== 'https')
        return (0,action_parsed/* misunderstood */.j)('scheme= must be http or https.');
    return (0,action_parsed/* understood */.S)({ line, path, port, scheme, perSecond });
}

;// CONCATENATED MODULE: ./lib/action/router-names.js


/** The kinds of `src/traffic/routers.ts`, which is not loaded before there is something to do. A test holds the two together. */
const ROUTER_KINDS = [
    'httproute',
    'grpcroute',
    'virtualservice',
    'ingress',
    'traefikservice',
    'ingressroute',
    'ingressroutetcp',
    'httpproxy',
    'alb',
    'route',
    'apisixroute',
];
const ROUTER_FORM = `auto, or kind/name lines with the kinds ${ROUTER_KINDS.join(', ')}, such as router: httproute/web; or command for your own program; or none for the numbers of pods alone`;
/** One line of `router`: `kind/name`, or `command`. */
function parseRouterLine(line) {
    if (line.toLowerCase() === 'command')
        return (0,action_parsed/* understood */.S)('command');
    const [kind = '', name = '', ...more] = line.split('/');
    const known = ROUTER_KINDS;
    if (name === '' || more.length > 0)
        return (0,action_parsed/* misunderstood */.j)('It is not a kind and a name with "/" between them.');
    if (!known.includes(kind.toLowerCase()))
        return (0,action_parsed/* misunderstood */.j)(`"${kind}" is no kind of router that Crossfade knows.${(0,action_words/* didYouMean */.au)((0,action_words/* nearest */.pA)(kind, ROUTER_KINDS))}`);
    return (0,action_parsed/* understood */.S)(`${kind.toLowerCase()}/${name}`);
}

// EXTERNAL MODULE: ./lib/action/shares.js
var shares = __nccwpck_require__(5892);
;// CONCATENATED MODULE: ./lib/action/steps.js




/** What the input `steps` says it accepts. */
const STEPS_FORM = 'shares with the time to stay at each, such as 5% 2m, 20% 5m, 50% 5m (commas or lines between), or linear 10% every 1m, or exponential 1% x2 every 2m';
/** More steps than anybody watches; every one of them is a line of log and summary. */
const MOST_STEPS = 100;
/** The ramp up to, but without, 100 %, which follows by itself. */
function parseSteps(given) {
    const text = given.trim();
    const rule = /^(linear|exponential)\s+(.*)$/s.exec(text);
    const steps = rule === null ? parseList(text) : parseRule(rule[1] ?? '', rule[2] ?? '');
    if (!steps.ok)
        return steps;
    if (steps.value.length > MOST_STEPS)
        return (0,action_parsed/* misunderstood */.j)(`It has ${steps.value.length} steps; ${MOST_STEPS} are the most.`);
    return steps;
}
function parseList(text) {
    const parts = text
        .split(/[,\n\r]+/)
        .map((part) => part.trim())
        .filter((part) => part !== '' && !part.startsWith('#'));
    if (parts.length === 0)
        return (0,action_parsed/* misunderstood */.j)('It names no step.');
    const steps = [];
    for (const part of parts) {
        const [share = '', stay, ...more] = part.split(/\s+/);
        if (more.length > 0)
            return (0,action_parsed/* misunderstood */.j)(`"${part}" is not a share and a time.`);
        const parsed = (0,shares/* parseShare */.n8)(share);
        if (!parsed.ok)
            return (0,action_parsed/* misunderstood */.j)(`"${part}": ${share === part ? '' : `${share}: `}${parsed.problem}`);
        if (parsed.value === route/* ALL */.y2 && stay === undefined)
            continue;
        if (parsed.value === route/* ALL */.y2)
            return (0,action_parsed/* misunderstood */.j)(`"${part}": at 100% users stay for bake-time. Leave it out, 100% follows by itself.`);
        if (parsed.value === 0)
            return (0,action_parsed/* misunderstood */.j)(`"${part}": no user is moved by it. To stop before the first step use pause-at: 0%.`);
        if (stay === undefined)
            return (0,action_parsed/* misunderstood */.j)(`"${part}" does not say how long to stay, for example ${share} 2m.`);
        const time = (0,durations/* parseDuration */.E9)(stay);
        if (!time.ok)
            return (0,action_parsed/* misunderstood */.j)(`"${part}": ${stay}: ${time.problem}`);
        const before = steps.at(-1);
        if (before !== undefined && parsed.value <= before.share)
            return (0,action_parsed/* misunderstood */.j)(`${(0,shares/* formatShare */.T1)(parsed.value)} comes after ${(0,shares/* formatShare */.T1)(before.share)}; shares have to rise.`);
        steps.push({ share: parsed.value, stay: time.value });
    }
    return (0,action_parsed/* understood */.S)(steps);
}
function parseRule(kind, rest) {
    const form = kind === 'linear' ? /^(\S+)\s+every\s+(\S+)$/ : /^(\S+)\s+x(\S+)\s+every\s+(\S+)$/;
    const parts = form.exec(rest.trim());
    const example = kind === 'linear' ? 'linear 10% every 1m' : 'exponential 1% x2 every 2m';
    if (parts === null)
        return (0,action_parsed/* misunderstood */.j)(`It is not written as ${example}.`);
    const share = (0,shares/* parseShare */.n8)(parts[1] ?? '');
    if (!share.ok)
        return (0,action_parsed/* misunderstood */.j)(`${parts[1]}: ${share.problem}`);
    if (share.value === 0 || share.value === route/* ALL */.y2)
        return (0,action_parsed/* misunderstood */.j)(`${parts[1]} is no first step; it has to be between 0% and 100%.`);
    const stayText = parts.at(-1) ?? '';
    const stay = (0,durations/* parseDuration */.E9)(stayText);
    if (!stay.ok)
        return (0,action_parsed/* misunderstood */.j)(`${stayText}: ${stay.problem}`);
    const factor = kind === 'linear' ? null : Number(parts[2]);
    if (factor !== null && !(factor > 1 && factor <= 100))
        return (0,action_parsed/* misunderstood */.j)(`x${parts[2]} does not make it rise; write a number above 1, such as x2.`);
    const steps = [];
    // Shares are whole basis points: each has to be above the one before, or the ramp would never end.
    for (let next = share.value; next < route/* ALL */.y2 && steps.length <= MOST_STEPS;) {
        steps.push({ share: next, stay: stay.value });
        next = factor === null ? next + share.value : Math.max(next + 1, Math.round(next * factor));
    }
    return (0,action_parsed/* understood */.S)(steps);
}
/** `5% 2m, 20% 5m`. */
function formatSteps(steps) {
    return steps.map(({ share, stay }) => `${formatShare(share)} ${formatDuration(stay)}`).join(', ');
}

;// CONCATENATED MODULE: ./lib/action/input-reader.js













const PLAIN = /^[\w.,% -]{1,60}$/;
/**
 * Reads inputs one by one and collects what is wrong with them. A reading that failed gives a stand-in of the right type,
 * which nobody sees: with a problem collected, no request leaves `readRequest`.
 */
class Reader {
    problems = [];
    #get;
    #bad = new Set();
    constructor(get) {
        this.#get = get;
    }
    understood(...names) {
        return names.every((name) => !this.#bad.has(name));
    }
    text(name) {
        const given = this.#given(name);
        return given === '' ? null : given;
    }
    word(name, words) {
        const accepted = `${words.join(', ').replace(/, (?=[^,]*$)/, ' or ')}, for example ${name}: ${words[0]}`;
        return this.parse(name, accepted, (given) => (0,action_words/* parseWord */.kB)(given, words), words[0]);
    }
    boolean(name) {
        return this.parse(name, `true or false, for example ${name}: true`, action_words/* parseBoolean */.yG, false);
    }
    /** Milliseconds. `zeroProblem`: what is wrong with no time at all, if something is. */
    duration(name, zeroProblem) {
        const parse = (given) => {
            const parsed = (0,durations/* parseDuration */.E9)(given);
            return parsed.ok && parsed.value === 0 && zeroProblem !== undefined ? (0,action_parsed/* misunderstood */.j)(zeroProblem) : parsed;
        };
        return this.parse(name, durations/* DURATION_FORM */.ec, parse, 0);
    }
    steps() {
        return this.parse('steps', STEPS_FORM, parseSteps, []);
    }
    batches() {
        const some = (given) => {
            const amount = (0,batches/* parseAmount */.C_)(given);
            return amount.ok && 'share' in amount.value && amount.value.share === 0
                ? (0,action_parsed/* misunderstood */.j)('A batch of no pods.')
                : amount;
        };
        const size = this.#given('batch-size') === '' ? null : this.parse('batch-size', batches/* AMOUNT_FORM */.QZ, some, null);
        if (this.#given('batches') !== '')
            return this.parse('batches', batches/* BATCHES_FORM */.A2, batches/* parseBatches */.Y1, []);
        return size === null ? null : { size };
    }
    amount(name) {
        return this.#given(name) === '' ? null : this.parse(name, batches/* AMOUNT_FORM */.QZ, batches/* parseAmount */.C_, null);
    }
    isSaid(name) {
        return this.#given(name) !== this.#defaultOf(name);
    }
    /** Words and numbers; of what may hold a secret, or is long, no more than how long it is. */
    shown(name) {
        const given = this.#given(name);
        const isPlain = !INPUTS.some((input) => input.name === name && input.secret) && PLAIN.test(given);
        return isPlain ? (0,input_errors/* shown */.SP)(given) : (0,input_errors/* hidden */.R)(given);
    }
    /** `10% 2m`. */
    mirror() {
        if (this.#given('mirror') === '')
            return null;
        const form = `${shares/* SHARE_FORM */.$W}, and how long to copy before the first step, such as mirror: 10% 2m`;
        const one = (given) => {
            const [share = '', stay = '', ...more] = given.split(/\s+/);
            if (stay === '' || more.length > 0)
                return (0,action_parsed/* misunderstood */.j)('It is not a share and a time.');
            const [part, time] = [(0,shares/* parseShare */.n8)(share), (0,durations/* parseDuration */.E9)(stay)];
            if (!part.ok)
                return part;
            if (!time.ok)
                return time;
            if (part.value === 0)
                return (0,action_parsed/* misunderstood */.j)('A mirror of nothing.');
            return { ok: true, value: { share: part.value, stay: time.value } };
        };
        return this.parse('mirror', form, one, null);
    }
    /** A whole number, at least 1; null when not given. */
    count(name) {
        if (this.#given(name) === '')
            return null;
        const whole = (given) => /^[1-9]\d{0,5}$/.test(given) ? { ok: true, value: Number(given) } : (0,action_parsed/* misunderstood */.j)('It is not such a number.');
        return this.parse(name, `a whole number of pods, at least 1, such as ${name}: 2`, whole, null);
    }
    /** Null when not given. `fitToShow`: the value without what must not be shown. */
    optional(name, accepted, parse, fitToShow = (given) => given) {
        if (this.#given(name) === '')
            return null;
        return this.parse(name, accepted, parse, null, fitToShow);
    }
    routers() {
        const given = this.#given('router');
        if (given === 'auto')
            return 'auto';
        if (given === 'none')
            return [];
        return this.lines('router', ROUTER_FORM, parseRouterLine, (router) => router);
    }
    routerCommand() {
        const command = this.text('router-command');
        return command === null ? null : { command, verify: this.text('router-verify') };
    }
    name(name) {
        const what = { namespace: 'namespace, such as shop', 'knative-service': 'Knative Service, such as web' };
        const accepted = `the name of a ${name === 'namespace' || name === 'knative-service' ? what[name] : 'Service, such as web'}`;
        return this.#given(name) === '' ? null : this.parse(name, accepted, names/* parseLabelName */.h, null);
    }
    deployment() {
        const accepted = 'the name of the Deployment to release, for example deployment: web, or of a Knative Service in knative-service';
        if (this.#given('deployment') !== '')
            return this.parse('deployment', accepted, names/* parseDeploymentName */.i, '');
        if (this.#given('knative-service') !== '')
            return '';
        const problem = 'Neither deployment nor knative-service says what to release.';
        this.#fail('deployment', { input: 'deployment', line: null, given: null, problem, accepted });
        return '';
    }
    async kubeconfig() {
        const given = this.#given('kubeconfig');
        if (given === '')
            return null;
        const parsed = await parseKubeconfig(given);
        if (parsed.ok)
            return parsed.value;
        const problem = parsed.problem.replace(/^./, (first) => first.toUpperCase());
        this.#fail('kubeconfig', {
            input: 'kubeconfig',
            line: null,
            given: (0,input_errors/* hidden */.R)(given),
            problem,
            accepted: KUBECONFIG_FORM,
        });
        return null;
    }
    metrics() {
        // `readMetrics` asks for inputs of INPUTS only, and names them in its problems.
        return readMetrics((name) => this.#given(name), (problem) => this.#fail(problem.input, problem));
    }
    /** `target`: what no second line may name again. `fitToShow`: the line without what must not be shown. */
    lines(name, accepted, parse, target = null, fitToShow = (line) => line) {
        const values = [];
        const firstWith = new Map();
        for (const { number, text } of linesOf(this.#given(name))) {
            const at = { input: name, line: number, given: (0,input_errors/* shown */.SP)(fitToShow(text)), accepted };
            const parsed = parse(text);
            if (!parsed.ok) {
                this.#fail(name, { ...at, problem: parsed.problem });
                continue;
            }
            const named = target === null ? null : target(parsed.value);
            const earlier = named === null ? undefined : firstWith.get(named);
            if (earlier !== undefined) {
                const problem = `It names ${named} again, and line ${earlier.number}, ${(0,input_errors/* shown */.SP)(fitToShow(earlier.text))}, already did. Remove one of the two.`;
                this.#fail(name, { ...at, problem });
                continue;
            }
            if (named !== null)
                firstWith.set(named, { number, text });
            values.push(parsed.value);
        }
        return values;
    }
    /** `standIn`: for a value that could not be understood. */
    parse(name, accepted, parse, standIn, fitToShow = (given) => given) {
        const given = this.#given(name);
        const parsed = parse(given);
        if (parsed.ok)
            return parsed.value;
        this.#fail(name, { input: name, line: null, given: (0,input_errors/* shown */.SP)(fitToShow(given)), problem: parsed.problem, accepted });
        return standIn;
    }
    /** The value as given, or the default. Outside the runner (and with `with: {timeout: ''}`) nobody filled the defaults in. */
    #given(name) {
        const given = this.#get(name).trim();
        return given === '' ? this.#defaultOf(name) : given;
    }
    #defaultOf(name) {
        return INPUTS.find((input) => input.name === name)?.default ?? '';
    }
    #fail(name, problem) {
        this.#bad.add(name);
        this.problems.push(problem);
    }
}

// EXTERNAL MODULE: ./lib/action/knative-service.js
var knative_service = __nccwpck_require__(6862);
// EXTERNAL MODULE: ./lib/action/operations.js
var operations = __nccwpck_require__(1270);
;// CONCATENATED MODULE: ./lib/action/router-command.js

/** What is wrong with `router`, `router-command` and `router-verify` together: each means something only with the one before. */
function routerCommandProblems({ action, routers, routerCommand }, verifies) {
    const named = routers !== 'auto' && routers.includes('command');
    // A release that goes on, or back, has its routers on record.
    const fits = named || !(0,operations/* describesRelease */.UC)(action);
    const problem = (input, text, accepted) => [
        { input, line: null, given: null, problem: text, accepted },
    ];
    return [
        ...(named && routerCommand === null
            ? problem('router-command', 'It is required with router: command.', 'a shell command, for example router-command: ./scripts/weigh.sh')
            : []),
        ...(routerCommand !== null && !fits
            ? problem('router-command', 'It has no meaning without router: command.', 'leave it out, or add router: command')
            : []),
        ...(routerCommand === null && verifies
            ? problem('router-verify', 'It has no meaning without router-command.', 'leave it out, or add router-command')
            : []),
    ];
}

;// CONCATENATED MODULE: ./lib/action/inputs-together.js













/** What is wrong with inputs that are each right by themselves. */
function inputs_together_togetherProblems(request, inputs) {
    const knative = (0,knative_service/* knativeProblems */.v)(request, inputs);
    const others = [
        nothingToRelease(request, inputs),
        ...ofTarget(request, inputs),
        dryRunOfNothing(request, inputs),
        skippedOfNothing(request, inputs),
        pauseAtNoStep(request, inputs),
        holdOfPlainRolling(request, inputs),
        ...ofOtherStrategies(request, inputs),
        ...(inputs.understood('action', 'router') ? routerCommandProblems(request, inputs.isSaid('router-verify')) : []),
        twoKindsOfBatches(inputs),
        nothingToKeep(request, inputs),
        timesBeyondTimeout(request, inputs),
        candidateServiceName(request, inputs),
        ...gateProblems(request, inputs),
        ...(inputs.understood('action') ? commentProblems(request) : []),
    ].filter((problem) => problem !== null);
    // Once for each input.
    const all = [...knative, ...others.filter(({ input }) => !knative.some((problem) => problem.input === input))];
    // Whoever is told that an input has no meaning has given it.
    return all.map((problem) => problem.given === null && isInput(problem.input) && inputs.isSaid(problem.input)
        ? { ...problem, given: inputs.shown(problem.input) }
        : problem);
}
function nothingToRelease(request, inputs) {
    if (!(0,operations/* namesVersion */.H7)(request.action) || request.images.length > 0 || request.env.length > 0)
        return null;
    if (!inputs.understood('action', 'images', 'env'))
        return null;
    return {
        input: 'images',
        line: null,
        given: null,
        problem: 'Neither images nor env says what the new version is.',
        accepted: `lines ${IMAGE_LINE_FORM}; or in env, lines ${ENV_LINE_FORM}`,
    };
}
/** A version from before comes back whole. */
function ofTarget({ action, images, env, to, goOnTo, pauseAt }, inputs) {
    if (!inputs.understood('action'))
        return [];
    const problem = (input, text, accepted) => ({
        input,
        line: null,
        given: null,
        problem: text,
        accepted,
    });
    if (action === 'promote')
        return goOnTo === null || pauseAt === null || !inputs.understood('to', 'pause-at')
            ? []
            : [problem('pause-at', 'With action: promote it says the same as input to.', 'one of the two')];
    if (action !== 'rollback')
        return to === null
            ? []
            : [
                problem('to', `It has no meaning with action: ${action}.`, 'leave it out, or use action: rollback or promote'),
            ];
    const given = [...(images.length > 0 ? ['images'] : []), ...(env.length > 0 ? ['env'] : [])];
    return given
        .filter((input) => inputs.understood(input))
        .map((input) => problem(input, 'It has no meaning with action: rollback, which brings a version back as it was.', 'leave it out, and name the version with to; or use action: deploy'));
}
function timesBeyondTimeout(request, inputs) {
    const times = [
        'bake-time',
        'drain-time',
        'settle-time',
        'steps',
        'mirror',
        'batches',
        'batch-size',
        'batch-time',
    ];
    if (!inputs.understood('timeout', ...times))
        return null;
    const { timeout, bakeTime, settleTime } = request;
    const drainTime = request.knativeService === null ? request.drainTime : 0;
    const ramp = inputs.understood('action') && (0,operations/* takesTime */.Ym)(request.action) ? stays(request) : 0;
    const waits = bakeTime + drainTime + settleTime + ramp;
    if (timeout > waits)
        return null;
    const steps = ramp === 0 ? '' : `the steps ${(0,durations/* formatDuration */.a3)(ramp)}, `;
    const problem = `${steps}bake-time ${(0,durations/* formatDuration */.a3)(bakeTime)}, drain-time ${(0,durations/* formatDuration */.a3)(drainTime)} and settle-time ${(0,durations/* formatDuration */.a3)(settleTime)} take ${(0,durations/* formatDuration */.a3)(waits)} together, which leaves no time for the release itself.`;
    return {
        input: 'timeout',
        line: null,
        given: (0,input_errors/* shown */.SP)((0,durations/* formatDuration */.a3)(timeout)),
        problem,
        accepted: 'a time longer than bake-time, drain-time and settle-time together, and long enough for the pods to start, for example timeout: 15m',
    };
}
/** Whoever asks for a dry run wants nothing to be changed. */
function dryRunOfNothing(request, inputs) {
    const { action, dryRun } = request;
    if (action === 'deploy' || action === 'rollback' || !dryRun || !inputs.understood('action', 'dry-run'))
        return null;
    return {
        input: 'dry-run',
        line: null,
        given: (0,input_errors/* shown */.SP)('true'),
        problem: `There is no dry run of action: ${action}.`,
        accepted: 'leave it out, or use action: deploy or action: rollback',
    };
}
/** Kept where there is something to be kept. */
function nothingToKeep({ action, strategy, keepWarm }, inputs) {
    if (!keepWarm || !inputs.understood('action', 'strategy', 'keep-warm'))
        return null;
    const problem = (text, accepted) => ({
        input: 'keep-warm',
        line: null,
        given: (0,input_errors/* shown */.SP)('true'),
        problem: text,
        accepted,
    });
    if (action !== 'deploy' && action !== 'promote')
        return problem(`It has no meaning with action: ${action}, which leaves one version.`, 'leave it out, or use action: deploy or action: promote');
    if (action !== 'deploy' || strategy !== 'rolling')
        return null;
    return problem('It has no meaning with strategy: rolling, which replaces pods in their own place: none of the old ones is left at the end.', 'leave it out, or use strategy: blue-green or canary');
}
/** Milliseconds that the steps or batches take together; batches of so many pods each are counted when the pods are known. */
function stays({ strategy, steps, mirror, batches, batchTime }) {
    if (strategy === 'canary')
        return steps.reduce((sum, { stay }) => sum + stay, mirror?.stay ?? 0);
    if (strategy !== 'rolling' || batches === null)
        return 0;
    if (!('size' in batches))
        return batches.reduce((sum, { stay }) => sum + (stay ?? batchTime), 0);
    return 'share' in batches.size ? (Math.ceil(route/* ALL */.y2 / batches.size.share) - 1) * batchTime : 0;
}
function pauseAtNoStep(request, inputs) {
    const { pauseAt, strategy } = request;
    // A release that goes on has its steps on record.
    if (pauseAt === null || !(0,operations/* describesRelease */.UC)(request.action))
        return null;
    if (!inputs.understood('action', 'pause-at', 'steps', 'strategy', 'batches', 'batch-size'))
        return null;
    const problem = (text, accepted) => ({
        input: 'pause-at',
        line: null,
        given: (0,input_errors/* shown */.SP)((0,batches/* formatAmount */.ej)(pauseAt)),
        problem: text,
        accepted,
    });
    if (strategy === 'rolling' && request.batches === null)
        return problem('A rolling update without batches cannot pause.', 'leave it out, or give batches, such as batches: 1, 25%, 50%');
    // How many batches of one size there are is known with the pods.
    if (strategy === 'rolling' && request.batches !== null && 'size' in request.batches)
        return null;
    const places = placesOf(request).map(batches/* formatAmount */.ej);
    if (places.includes((0,batches/* formatAmount */.ej)(pauseAt)))
        return null;
    const what = strategy === 'rolling' ? 'batches' : 'the shares of steps';
    return problem('It is no step.', `one of ${what}, or 0% (before any user is moved): ${places.join(', ')}`);
}
/** A release that is to be judged by nothing just names nothing; one that goes on may leave out what it was to be judged by. */
function skippedOfNothing({ action, skipAnalysis }, inputs) {
    if (!skipAnalysis || !inputs.understood('action') || action === 'promote' || action === 'resume')
        return null;
    return {
        input: 'skip-analysis',
        line: null,
        given: null,
        problem: `It has no meaning with action: ${action}.`,
        accepted: 'leave it out, or use action: promote or action: resume',
    };
}
function holdOfPlainRolling({ action, onCancel, strategy, batches }, inputs) {
    if (action !== 'deploy' || onCancel !== 'hold' || strategy !== 'rolling' || batches !== null)
        return null;
    if (!inputs.understood('action', 'strategy', 'batches', 'batch-size', 'on-cancel'))
        return null;
    return {
        input: 'on-cancel',
        line: null,
        given: 'hold',
        problem: 'A rolling update without batches is Kubernetes’ own and cannot be held.',
        accepted: 'take-back, or give batches, such as batches: 1, 25%, 50%',
    };
}
/** Where a release can pause. */
function placesOf({ strategy, steps, batches }) {
    const rolling = batches === null || 'size' in batches ? [] : batches;
    return [{ share: 0 }, ...(strategy === 'canary' ? steps : strategy === 'rolling' ? rolling : [])];
}
/** Inputs that belong to some strategies, with the reason why they mean nothing to the others. */
const OWN_INPUTS = [
    { input: 'router', of: ['blue-green', 'canary'] },
    ...['steps', 'headers', 'cookie', 'mirror', 'candidate-replicas'].map((input) => ({
        input,
        of: ['canary'],
    })),
    ...['batches', 'batch-size', 'batch-time'].map((input) => ({ input, of: ['rolling'] })),
    { input: 'switch', of: ['blue-green', 'canary'] },
];
const WHY_NOT = {
    'blue-green': 'which moves all users at once',
    canary: 'whose ramp is input steps',
    rolling: 'which replaces pods behind one and the same Service: nothing chooses who reaches which of them',
};
/** Said, not ignored. */
function ofOtherStrategies(request, inputs) {
    const { strategy } = request;
    if (!(0,operations/* describesRelease */.UC)(request.action) || !inputs.understood('action', 'strategy'))
        return [];
    const strange = OWN_INPUTS.filter(({ input, of }) => !of.includes(strategy) && inputs.isSaid(input));
    return strange
        .filter(({ input }) => inputs.understood(input) && !(input === 'router' && request.routers.length === 0))
        .map(({ input, of }) => ({
        input,
        line: null,
        given: null,
        problem: `It has no meaning with strategy: ${strategy}, ${WHY_NOT[strategy]}.`,
        accepted: `leave it out, or use strategy: ${of.join(' or ')}`,
    }));
}
function twoKindsOfBatches(inputs) {
    if (!inputs.isSaid('batches') || !inputs.isSaid('batch-size'))
        return null;
    return {
        input: 'batch-size',
        line: null,
        given: null,
        problem: 'Input batches says already how large each batch is.',
        accepted: 'one of the two',
    };
}
const CANDIDATE_SUFFIX = '-candidate';
function candidateServiceName(request, inputs) {
    const { service, candidateService } = request;
    if (service === null || !inputs.understood('service', 'candidate-service'))
        return null;
    const accepted = `the name of another Service, for example candidate-service: web-preview`;
    if (service === candidateService)
        return {
            input: 'candidate-service',
            line: null,
            given: (0,input_errors/* shown */.SP)(candidateService),
            problem: 'This is the live Service: users would reach the new pods before they are tested.',
            accepted,
        };
    if (candidateService !== null)
        return null;
    const name = (0,names/* parseLabelName */.h)(service + CANDIDATE_SUFFIX);
    if (name.ok)
        return null;
    return {
        input: 'candidate-service',
        line: null,
        given: null,
        problem: `The default, "${service}${CANDIDATE_SUFFIX}", is too long. ${name.problem}`,
        accepted,
    };
}

;// CONCATENATED MODULE: ./lib/action/judging-inputs.js




const RATIO_FORM = 'a number between 1 and 100, with at most two decimals, such as 1.5';
const RATE_FORM = 'a percentage above 0% and below 100%, such as 1% or 0.1%';
const REQUESTS_FORM = 'a whole number of requests, such as min-requests: 100, or 0';
const TICK_FORM = 'a time between 1s and 5m, such as 5s';
const SHORTEST_TICK = 1_000;
const LONGEST_TICK = 300_000;
/** How the candidate is judged by what is measured of it. */
function readJudging(inputs) {
    const rate = (name) => inputs.optional(name, RATE_FORM, parseRate);
    return {
        evidence: inputs.word('evidence', ['ticks', 'counts']),
        tick: inputs.parse('tick', TICK_FORM, (given) => tickOf((0,durations/* parseDuration */.E9)(given)), 0),
        tolerance: inputs.parse('tolerance', RATIO_FORM, parseRatio, 1),
        atMostWorse: inputs.parse('at-most-worse', RATIO_FORM, parseRatio, 1),
        falseAlarms: rate('false-alarms') ?? 0.01,
        objective: rate('objective'),
        restarts: inputs.word('restarts', ['any', 'compare', 'ignore']),
        minRequests: inputs.parse('min-requests', REQUESTS_FORM, parseRequests, 0),
        patience: inputs.duration('wait-for-evidence'),
        onInconclusive: inputs.word('on-inconclusive', ['pause', 'promote', 'rollback']),
        early: inputs.boolean('early'),
    };
}
/** How many times worse, `1.5`. */
function parseRatio(given) {
    if (!/^\d{1,3}(\.\d{1,2})?$/.test(given))
        return (0,action_parsed/* misunderstood */.j)('It is not such a number.');
    const ratio = Number(given);
    return ratio < 1 || ratio > 100 ? (0,action_parsed/* misunderstood */.j)('It is out of this range.') : (0,action_parsed/* understood */.S)(ratio);
}
/** A probability of `1%`: 0.01. */
function parseRate(given) {
    const share = (0,shares/* parseShare */.n8)(given);
    if (!share.ok)
        return share;
    return share.value === 0 || share.value === route/* ALL */.y2
        ? (0,action_parsed/* misunderstood */.j)('It is out of this range.')
        : (0,action_parsed/* understood */.S)(share.value / route/* ALL */.y2);
}
/** Milliseconds of a tick, checked for its range. */
function tickOf(parsed) {
    if (!parsed.ok)
        return parsed;
    return parsed.value < SHORTEST_TICK || parsed.value > LONGEST_TICK
        ? (0,action_parsed/* misunderstood */.j)('It is out of this range.')
        : parsed;
}
/** A whole number; none is one, too. */
function parseRequests(given) {
    return /^\d{1,9}$/.test(given) ? (0,action_parsed/* understood */.S)(Number(given)) : (0,action_parsed/* misunderstood */.j)('It is not such a number.');
}

;// CONCATENATED MODULE: ./lib/action/smoke-test-lines.js



const SMOKE_TEST_FORM = 'METHOD /path, then the accepted status or range and options if wanted, such as GET /healthz 200-399 port=http scheme=https contains="all good" within=30s';
const METHODS = ['GET', 'HEAD'];
const SCHEMES = ['http', 'https'];
const OPTIONS = ['port', 'scheme', 'contains', 'within'];
const DEFAULT_STATUS = { from: 200, to: 299 };
const DEFAULT_DEADLINE = 30_000;
/** Name of a port as Kubernetes has it (IANA_SVC_NAME). */
const PORT_NAME = /^(?=.*[a-z])(?!.*--)[a-z0-9](?:[a-z0-9-]{0,13}[a-z0-9])?$/;
/** `contains="all good"`, or a word without spaces. In quotes, `\"` and `\\` stand for `"` and `\`. */
const TOKEN = /(?:[^\s"]+="(?:[^"\\]|\\["\\])*"|[^\s"]+)(?=\s|$)/y;
/** One line of `smoke-test`: `METHOD /path [status | from-to] [option=value …]`. */
function parseSmokeTestLine(line) {
    const tokens = tokensOf(line);
    if (tokens === null)
        return (0,action_parsed/* misunderstood */.j)('A quote is out of place: quotes go around the whole value of an option, and a quote inside is written \\".');
    const [method = '', path = '', ...rest] = tokens;
    const knownMethod = METHODS.find((known) => known === method);
    if (knownMethod === undefined)
        return (0,action_parsed/* misunderstood */.j)(methodProblem(method));
    const wrongPath = pathProblem(path);
    if (wrongPath !== null)
        return (0,action_parsed/* misunderstood */.j)(wrongPath);
    const [first] = rest;
    const status = first === undefined || first.includes('=') ? (0,action_parsed/* understood */.S)(DEFAULT_STATUS) : parseStatus(first);
    if (!status.ok)
        return status;
    if (knownMethod === 'HEAD' && (status.value.from < 200 || status.value.to > 399))
        return (0,action_parsed/* misunderstood */.j)('HEAD can expect only a status from 200 to 399: an error without a body may come from the API server instead of the pod. Use GET.');
    const options = parseOptions(first === undefined || first.includes('=') ? rest : rest.slice(1));
    if (!options.ok)
        return options;
    if (knownMethod === 'HEAD' && options.value.contains !== null)
        return (0,action_parsed/* misunderstood */.j)('The answer to HEAD has no body that could contain a text. Use GET.');
    return (0,action_parsed/* understood */.S)({ line, method: knownMethod, path, status: status.value, ...options.value });
}
function methodProblem(method) {
    const known = METHODS.find((candidate) => candidate === method.toUpperCase());
    if (known !== undefined)
        return `The method is written in capitals.${(0,action_words/* didYouMean */.au)(known)}`;
    if (method.startsWith('/'))
        return `The method before the path is missing.${(0,action_words/* didYouMean */.au)(`GET ${method}`)}`;
    return `It must begin with the method GET or HEAD, and "${method}" is neither.`;
}
function pathProblem(path) {
    if (path === '')
        return 'The path after the method is missing.';
    if (/^https?:\/\//.test(path))
        return 'A path is wanted instead of an address: the request goes to the candidate Service, and port= and scheme= choose where.';
    if (!path.startsWith('/'))
        return `The path must begin with "/", and "${path}" does not.`;
    if (path.includes('#'))
        return 'The path must not contain "#": what follows it is never sent.';
    if (!/^[!-~]+$/.test(path) || path.includes('"'))
        return 'The path has characters that an address cannot have; write them percent-encoded, such as %20 for a space.';
    return null;
}
function parseStatus(text) {
    const parts = /^(\d{3})(?:-(\d{3}))?$/.exec(text);
    if (parts === null)
        return (0,action_parsed/* misunderstood */.j)(`"${text}" is neither a status such as 200, nor a range such as 200-399, nor an option.`);
    const from = Number(parts[1]);
    const to = Number(parts[2] ?? parts[1]);
    if (from < 200 || to > 599 || from > to)
        return (0,action_parsed/* misunderstood */.j)(`"${text}" is not a range of HTTP status codes between 200 and 599, from lower to higher.`);
    return (0,action_parsed/* understood */.S)({ from, to });
}
function parseOptions(tokens) {
    const given = new Map();
    for (const token of tokens) {
        const equals = token.indexOf('=');
        if (equals === -1)
            return (0,action_parsed/* misunderstood */.j)(`"${token}" is out of place: options are written name=value.`);
        const name = token.slice(0, equals);
        const option = OPTIONS.find((known) => known === name);
        if (option === undefined)
            return (0,action_parsed/* misunderstood */.j)(`"${name}" is not an option; there are ${OPTIONS.join(', ')}.${(0,action_words/* didYouMean */.au)((0,action_words/* nearest */.pA)(name, OPTIONS))}`);
        if (given.has(option))
            return (0,action_parsed/* misunderstood */.j)(`The option "${option}" is there twice.`);
        given.set(option, unquoted(token.slice(equals + 1)));
    }
    const port = given.get('port') ?? null;
    if (port !== null && !smoke_test_lines_isPort(port))
        return (0,action_parsed/* misunderstood */.j)(`port="${port}" is neither a number from 1 to 65535 nor the name of a port (such as http).`);
    const scheme = (0,action_words/* parseWord */.kB)(given.get('scheme') ?? 'http', SCHEMES);
    if (!scheme.ok)
        return (0,action_parsed/* misunderstood */.j)(`scheme= must be http or https.`);
    const contains = given.get('contains') ?? null;
    if (contains === '')
        return (0,action_parsed/* misunderstood */.j)('contains= has no text, and every answer contains that.');
    const within = given.get('within');
    const deadline = within === undefined ? (0,action_parsed/* understood */.S)(DEFAULT_DEADLINE) : (0,durations/* parseDuration */.E9)(within);
    if (!deadline.ok)
        return (0,action_parsed/* misunderstood */.j)(`within="${within}" is not a duration such as 30s. ${deadline.problem}`);
    if (deadline.value === 0)
        return (0,action_parsed/* misunderstood */.j)('within= must be longer than 0s.');
    return (0,action_parsed/* understood */.S)({ port, scheme: scheme.value, contains, deadline: deadline.value });
}
function smoke_test_lines_isPort(text) {
    return /^\d+$/.test(text) ? Number(text) >= 1 && Number(text) <= 65_535 : PORT_NAME.test(text);
}
/** The words of a line, an option with a quoted value being one; null when quotes do not pair up. */
function tokensOf(line) {
    const tokens = [];
    let rest = line.trim();
    while (rest !== '') {
        TOKEN.lastIndex = 0;
        const token = TOKEN.exec(rest)?.[0];
        if (token === undefined)
            return null;
        tokens.push(token);
        rest = rest.slice(token.length).trimStart();
    }
    return tokens;
}
function unquoted(value) {
    return value.startsWith('"') ? value.slice(1, -1).replaceAll(/\\(["\\])/g, '$1') : value;
}

;// CONCATENATED MODULE: ./lib/action/testers.js

const HEADER_FORM = 'name: value for an exact value, or name: ~regex, such as x-canary: true or x-team: ~^(red|blue)$';
const COOKIE_FORM = 'name=value, such as canary=always';
/** RFC 9110: a token. */
const testers_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
/** One line of `headers`. Names of headers do not know upper and lower case; here they are lower case. */
function parseHeaderLine(line) {
    const colon = line.indexOf(':');
    if (colon < 0)
        return (0,action_parsed/* misunderstood */.j)('There is no ":" in it.');
    const name = line.slice(0, colon).trim();
    const value = line.slice(colon + 1).trim();
    if (!testers_NAME.test(name))
        return (0,action_parsed/* misunderstood */.j)(`"${name}" is not the name of a header.`);
    if (value === '' || value === '~')
        return (0,action_parsed/* misunderstood */.j)('There is no value after ":".');
    if (!value.startsWith('~'))
        return (0,action_parsed/* understood */.S)({ name: name.toLowerCase(), value, kind: 'exact' });
    const regex = value.slice(1).trim();
    if (!isRegex(regex))
        return (0,action_parsed/* misunderstood */.j)(`"${regex}" is not a regular expression.`);
    return (0,action_parsed/* understood */.S)({ name: name.toLowerCase(), value: regex, kind: 'regex' });
}
/** One line of `cookie`. */
function parseCookieLine(line) {
    const equals = line.indexOf('=');
    if (equals < 0)
        return (0,action_parsed/* misunderstood */.j)('There is no "=" in it.');
    const name = line.slice(0, equals).trim();
    const value = line.slice(equals + 1).trim();
    if (!testers_NAME.test(name))
        return (0,action_parsed/* misunderstood */.j)(`"${name}" is not the name of a cookie.`);
    if (value === '' || /[\s;,"\\]/.test(value))
        return (0,action_parsed/* misunderstood */.j)(`"${value}" is not the value of a cookie.`);
    return (0,action_parsed/* understood */.S)({ name, value });
}
/** The routers' own dialects (RE2) are nearly a part of JavaScript's: what this refuses, they refuse. */
function isRegex(text) {
    try {
        new RegExp(text);
        return true;
    }
    catch {
        return false;
    }
}

;// CONCATENATED MODULE: ./lib/action/inputs.js













/**
 * The request of the inputs, checked whole and frozen. `get` gives an input by its name in `action.yml`, '' when not set.
 * Asynchronous only because the YAML parser is loaded when the content of a kubeconfig or metrics are given.
 * @throws {InputErrors} naming every input that cannot be used.
 */
async function readRequest(get) {
    const inputs = new Reader(get);
    const kubeconfig = await inputs.kubeconfig();
    const metrics = await inputs.metrics();
    const action = inputs.word('action', operations/* ACTIONS */.kl);
    const request = {
        action,
        strategy: inputs.word('strategy', ['blue-green', 'canary', 'rolling']),
        steps: inputs.steps(),
        batches: inputs.batches(),
        batchTime: inputs.duration('batch-time'),
        pauseAt: inputs.amount('pause-at'),
        testers: {
            headers: inputs.lines('headers', HEADER_FORM, parseHeaderLine, ({ name, value }) => `${name}: ${value}`),
            cookies: inputs.lines('cookie', COOKIE_FORM, parseCookieLine, ({ name, value }) => `${name}=${value}`),
        },
        mirror: inputs.mirror(),
        candidateReplicas: inputs.count('candidate-replicas'),
        routers: inputs.routers(),
        routerCommand: inputs.routerCommand(),
        cluster: {
            kubeconfig,
            context: inputs.text('context'),
            namespace: inputs.name('namespace'),
            allowExec: inputs.word('allow-exec', ['auto', 'true', 'false']),
        },
        deployment: inputs.deployment(),
        knativeService: inputs.name('knative-service'),
        service: inputs.name('service'),
        candidateService: inputs.name('candidate-service'),
        images: inputs.lines('images', IMAGE_LINE_FORM, parseImageLine, imageTarget),
        env: inputs.lines('env', ENV_LINE_FORM, parseEnvLine, envTarget, shownEnvLine),
        smokeTests: inputs.lines('smoke-test', SMOKE_TEST_FORM, parseSmokeTestLine),
        smokeCommand: inputs.text('smoke-command'),
        judging: readJudging(inputs),
        ...readGates(inputs),
        metrics,
        bakeTime: inputs.duration('bake-time'),
        drainTime: inputs.duration('drain-time'),
        settleTime: inputs.duration('settle-time'),
        timeout: inputs.duration('timeout', 'A release needs time: it must be longer than 0s.'),
        lockTimeout: inputs.duration('lock-timeout'),
        onFailure: inputs.word('on-failure', ['rollback', 'hold']),
        skipAnalysis: inputs.boolean('skip-analysis'),
        onCancel: inputs.word('on-cancel', ['take-back', 'hold']),
        onUnfinished: inputs.word('on-unfinished', ['take-back', 'resume', 'fail']),
        to: action === 'promote' ? null : inputs.text('to'),
        goOnTo: action === 'promote' ? inputs.optional('to', GO_ON_FORM, parseGoOn) : null,
        switch: inputs.word('switch', ['cut', 'overlap']),
        keepWarm: inputs.boolean('keep-warm'),
        dryRun: inputs.boolean('dry-run'),
        summary: inputs.boolean('summary'),
        ...readComment(inputs),
    };
    const problems = [...inputs.problems, ...inputs_together_togetherProblems(request, inputs)];
    if (problems.length > 0)
        throw new input_errors/* InputErrors */.G(problems.sort((a, b) => place(a) - place(b)));
    return deepFreeze(request);
}
/** Problems are told in the order of `action.yml`. */
function place(problem) {
    return INPUTS.findIndex(({ name }) => name === problem.input);
}
function deepFreeze(value) {
    for (const part of Object.values(value))
        if (typeof part === 'object' && part !== null)
            deepFreeze(part);
    return Object.freeze(value);
}


/***/ }),

/***/ 6862:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   b: () => (/* binding */ NOT_WARM_OF_KNATIVE),
/* harmony export */   v: () => (/* binding */ knativeProblems)
/* harmony export */ });
/* harmony import */ var _release_route_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(3764);
/* harmony import */ var _operations_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(1270);
/* harmony import */ var _shares_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(5892);



const POINTS_OF_A_PERCENT = 100;
const BY_ITSELF = 'Knative splits users by its own spec.traffic, between Revisions';
/** Why there is no old version that could be kept warm. */
const NOT_WARM_OF_KNATIVE = 'Knative keeps the old Revision, to which action: rollback moves users in one write, and scales its pods by its requests (see autoscaling.knative.dev/min-scale)';
const TAG = 'tests reach the candidate by its tag’s URL, CROSSFADE_CANDIDATE_URL of smoke-command';
/** Inputs for which Knative has no way, or takes care itself, with the reason. */
const WITHOUT_MEANING = [
    ...['router', 'router-command', 'router-verify'].map((input) => ({ input, why: BY_ITSELF })),
    ...['headers', 'cookie'].map((input) => ({
        input,
        why: `spec.traffic chooses by percent alone, not by what a request says; ${TAG}`,
    })),
    { input: 'mirror', why: 'spec.traffic sends each request to one Revision and copies none' },
    {
        input: 'candidate-replicas',
        why: 'Knative scales each Revision by its requests (see autoscaling.knative.dev/min-scale)',
    },
    { input: 'switch', why: 'Knative moves each request to one Revision or the other, in one change of spec.traffic' },
    { input: 'service', why: 'users reach a Knative Service by its own Route' },
    {
        input: 'job',
        why: `a Job reaches the new pods by the candidate Service, and there is none; use smoke-command, which finds CROSSFADE_CANDIDATE_URL`,
    },
    { input: 'probe', why: 'it asks the live and the candidate Service, and there are none' },
    { input: 'restarts', why: 'Knative restarts pods by itself, and says of a Revision that fails that it is not Ready' },
    { input: 'candidate-service', why: `every Revision has a Service of its own; ${TAG}` },
    { input: 'keep-warm', why: NOT_WARM_OF_KNATIVE },
    {
        input: 'drain-time',
        why: 'Knative lets the old Revision’s pods go by itself when no request has come for a while',
    },
];
/** What of the inputs does not fit input `knative-service`. */
function knativeProblems(request, inputs) {
    const { knativeService, deployment, action } = request;
    if (knativeService === null)
        return [];
    const both = deployment === ''
        ? []
        : [problem('knative-service', 'Input deployment names another workload to release.', 'one of the two')];
    if (!(0,_operations_js__WEBPACK_IMPORTED_MODULE_1__/* .describesRelease */ .UC)(action))
        return both;
    const strange = WITHOUT_MEANING.filter(({ input }) => inputs.understood(input) && isAsked(request, inputs, input));
    return [
        ...both,
        ...rolling(request, inputs),
        ...strange.map(({ input, why }) => problem(input, `It has no meaning with knative-service: ${why}.`, 'leave it out')),
        ...fractions(request, inputs),
    ];
}
function isAsked({ routers }, inputs, input) {
    return inputs.isSaid(input) && !(input === 'router' && routers.length === 0);
}
function rolling({ strategy }, inputs) {
    if (strategy !== 'rolling' || !inputs.understood('strategy'))
        return [];
    const why = 'A Revision never changes: a Knative Service has no pods that could be replaced in place, only Revisions beside one another.';
    return [
        problem('strategy', why, 'strategy: canary, for example with steps: 10% 2m, 50% 5m, or strategy: blue-green'),
    ];
}
/** Percents of `spec.traffic` are whole numbers. */
function fractions({ strategy, steps }, inputs) {
    if (strategy !== 'canary' || !inputs.understood('steps', 'strategy'))
        return [];
    const broken = steps.filter(({ share }) => share % POINTS_OF_A_PERCENT !== 0);
    if (broken.length === 0)
        return [];
    const found = broken.map(({ share }) => `${(0,_shares_js__WEBPACK_IMPORTED_MODULE_0__/* .formatShare */ .T1)(share)} (nearest: ${nearest(share).map(_shares_js__WEBPACK_IMPORTED_MODULE_0__/* .formatShare */ .T1).join(' and ')})`);
    return [
        problem('steps', `Knative’s percents are whole numbers: ${found.join(', ')}.`, 'shares of whole percents with the time to stay at each, such as 5% 2m, 20% 5m, 50% 5m'),
    ];
}
/** Neither nobody nor all: those are no steps. */
function nearest(share) {
    const below = Math.floor(share / POINTS_OF_A_PERCENT) * POINTS_OF_A_PERCENT;
    return [below, below + POINTS_OF_A_PERCENT].filter((each) => each > 0 && each < _release_route_js__WEBPACK_IMPORTED_MODULE_2__/* .ALL */ .y2);
}
function problem(input, text, accepted) {
    return { input, line: null, given: null, problem: text, accepted };
}


/***/ }),

/***/ 8558:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   h: () => (/* binding */ parseLabelName),
/* harmony export */   i: () => (/* binding */ parseDeploymentName)
/* harmony export */ });
/* harmony import */ var _parsed_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(6261);
/* harmony import */ var _words_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3247);


const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const LONGEST_LABEL = 63;
/** Kubernetes allows 253; the record of a release is a ConfigMap named `crossfade.<deployment>`. */
const LONGEST_DEPLOYMENT = 253 - 'crossfade.'.length;
/** The name of a namespace, a Service or a container: a DNS-1123 label. */
function parseLabelName(given) {
    if (isLabelName(given))
        return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_1__/* .understood */ .S)(given);
    if (given.length > LONGEST_LABEL)
        return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_1__/* .misunderstood */ .j)(`It has ${given.length} characters and may have ${LONGEST_LABEL} (DNS-1123 label).`);
    return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_1__/* .misunderstood */ .j)(`It may have only lower-case letters, digits and "-", and must begin and end with a letter or digit (DNS-1123 label).${likely(given, isLabelName)}`);
}
/** The name of a Deployment: a DNS-1123 subdomain, that is labels joined by dots. */
function parseDeploymentName(given) {
    if (isDeploymentName(given))
        return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_1__/* .understood */ .S)(given);
    if (given.length > LONGEST_DEPLOYMENT)
        return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_1__/* .misunderstood */ .j)(`It has ${given.length} characters and may have ${LONGEST_DEPLOYMENT} (a name in Kubernetes has 253, and the release is recorded in "crossfade.<deployment>").`);
    return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_1__/* .misunderstood */ .j)(`It may have only lower-case letters, digits, "-" and ".", and each part between dots must begin and end with a letter or digit (DNS-1123 subdomain).${likely(given, isDeploymentName)}`);
}
function isLabelName(text) {
    return text.length <= LONGEST_LABEL && LABEL.test(text);
}
function isDeploymentName(text) {
    return text.length <= LONGEST_DEPLOYMENT && text.split('.').every((part) => LABEL.test(part));
}
/** People paste `deployment/web`, `svc/web`, `Web` and `my_app`. */
function likely(given, fits) {
    const name = given
        .slice(given.lastIndexOf('/') + 1)
        .toLowerCase()
        .replaceAll(/[\s_]+/g, '-');
    return (0,_words_js__WEBPACK_IMPORTED_MODULE_0__/* .didYouMean */ .au)(fits(name) ? name : null);
}


/***/ }),

/***/ 1270:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   H7: () => (/* binding */ namesVersion),
/* harmony export */   UC: () => (/* binding */ describesRelease),
/* harmony export */   V8: () => (/* binding */ onlyLooks),
/* harmony export */   Ym: () => (/* binding */ takesTime),
/* harmony export */   kl: () => (/* binding */ ACTIONS)
/* harmony export */ });
/** What input `action` can ask for. */
const ACTIONS = [
    'deploy',
    'promote',
    'abort',
    'rollback',
    'resume',
    'finish',
    'status',
    'plan',
    'role',
];
/** Whether the inputs describe a release: of the others all that matters is on record. */
function describesRelease(action) {
    return takesTime(action) || action === 'role';
}
/** Whether it is about a release of its own, with its steps and times: not of one that is on record. */
function takesTime(action) {
    return action === 'deploy' || action === 'rollback' || action === 'plan';
}
/** Whether the inputs have to say what the new version is. */
function namesVersion(action) {
    return action === 'deploy' || action === 'plan';
}
/** Operations that only look: they write nothing into the cluster, the lock included. */
function onlyLooks(action) {
    return action === 'status' || action === 'plan' || action === 'role';
}


/***/ }),

/***/ 6261:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   S: () => (/* binding */ understood),
/* harmony export */   j: () => (/* binding */ misunderstood)
/* harmony export */ });
function understood(value) {
    return { ok: true, value };
}
function misunderstood(problem) {
    return { ok: false, problem };
}


/***/ }),

/***/ 8977:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   t: () => (/* binding */ privateKubeconfig),
/* harmony export */   v: () => (/* binding */ removeFolder)
/* harmony export */ });
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3024);
/* harmony import */ var node_os__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(8161);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(6760);



/**
 * The kubeconfig that the user's own commands get: content becomes a file that only this user can read.
 * @param onFolder told of the folder that `removeFolder` has to remove if this process cannot
 */
function privateKubeconfig({ cluster, smokeCommand, routerCommand }, env, onFolder) {
    const { kubeconfig } = cluster;
    if (kubeconfig === null || (smokeCommand === null && routerCommand === null))
        return { path: null, remove: () => undefined };
    if (kubeconfig.kind === 'path')
        return { path: kubeconfig.value, remove: () => undefined };
    const folder = (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.mkdtempSync)((0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(env.RUNNER_TEMP ?? (0,node_os__WEBPACK_IMPORTED_MODULE_1__.tmpdir)(), 'crossfade-'));
    onFolder(folder);
    const path = (0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(folder, 'kubeconfig');
    (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.writeFileSync)(path, kubeconfig.value, { mode: 0o600 });
    (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.chmodSync)(path, 0o600);
    return { path, remove: () => removeFolder(folder) };
}
function removeFolder(folder) {
    (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.rmSync)(folder, { recursive: true, force: true });
}


/***/ }),

/***/ 9455:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   c: () => (/* binding */ readRun)
/* harmony export */ });
/** Where this run stands at GitHub, from the variables that the runner sets. Outside a runner every field is null. */
function readRun(env) {
    const repository = given(env.GITHUB_REPOSITORY);
    const id = given(env.GITHUB_RUN_ID);
    const attempt = given(env.GITHUB_RUN_ATTEMPT);
    return {
        url: repository === null || id === null ? null : runUrl(given(env.GITHUB_SERVER_URL), repository, id, attempt),
        id,
        attempt,
        // Of a re-run, the one who asked for it.
        actor: given(env.GITHUB_TRIGGERING_ACTOR) ?? given(env.GITHUB_ACTOR),
        repository,
        sha: given(env.GITHUB_SHA),
        ref: given(env.GITHUB_REF),
        job: given(env.GITHUB_JOB),
    };
}
function runUrl(server, repository, id, attempt) {
    const run = `${(server ?? 'https://github.com').replace(/\/+$/, '')}/${repository}/actions/runs/${id}`;
    // Without its attempt the address shows the newest one, which need not be this.
    return attempt === null ? run : `${run}/attempts/${attempt}`;
}
function given(value) {
    return value === undefined || value === '' ? null : value;
}


/***/ }),

/***/ 4918:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   b: () => (/* binding */ Runner)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7598);
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(3024);
/* harmony import */ var node_os__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(8161);



/**
 * The GitHub runner, as one process of an action deals with it: environment variables come from it, commands go to it as lines of
 * the log, and outputs, state and summary as files that it names.
 * https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 *
 * Not `@actions/core`: it loads an HTTP client with an undici of its own, which doubles the start of the step and of its post step.
 */
class Runner {
    process;
    constructor(process) {
        this.process = process;
    }
    get env() {
        return this.process.env;
    }
    say(line) {
        this.process.stdout.write(`${line}\n`);
    }
    /** As the user wrote it; '' when it was not given. */
    input(name) {
        return this.env[`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`] ?? '';
    }
    /** What `saveState` of the step left for its post step; '' when it left nothing. */
    state(name) {
        return this.env[`STATE_${name}`] ?? '';
    }
    saveState(name, value) {
        this.#keep('STATE', 'save-state', name, value);
    }
    setOutput(name, value) {
        this.#keep('OUTPUT', 'set-output', name, value);
    }
    /** From here on the runner shows stars in its place. */
    mask(secret) {
        this.#command('add-mask', {}, secret);
    }
    error(message, title) {
        this.#command('error', title === undefined ? {} : { title }, message);
    }
    /** Adds to the summary of the job; where there is none, nothing. */
    summarise(markdown) {
        const file = this.env.GITHUB_STEP_SUMMARY ?? '';
        if (file !== '')
            (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.appendFileSync)(file, `${markdown}${node_os__WEBPACK_IMPORTED_MODULE_2__.EOL}`);
    }
    /** The step will have failed when it ends. */
    fail() {
        this.process.exitCode = 1;
    }
    #keep(file, command, name, value) {
        const path = this.env[`GITHUB_${file}`] ?? '';
        // Nobody can have put the end of a value into it that was made after it.
        const end = `ghadelimiter_${(0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.randomUUID)()}`;
        if (path !== '')
            (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.appendFileSync)(path, `${name}<<${end}${node_os__WEBPACK_IMPORTED_MODULE_2__.EOL}${value}${node_os__WEBPACK_IMPORTED_MODULE_2__.EOL}${end}${node_os__WEBPACK_IMPORTED_MODULE_2__.EOL}`);
        else
            this.#command(command, { name }, value);
    }
    #command(command, properties, message) {
        const given = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(value)}`);
        this.say(`::${command}${given.length === 0 ? '' : ` ${given.join(',')}`}::${escapeData(message)}`);
    }
}
function escapeData(text) {
    return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
function escapeProperty(text) {
    return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}


/***/ }),

/***/ 7987:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   V: () => (/* binding */ secretsIn)
/* harmony export */ });
/* harmony import */ var _server_address_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(6634);

/**
 * Texts of the inputs that must be masked before anything else is done: what was given, and the forms in which it travels. A name
 * or a word is never one of them.
 * @param get an input by its name, '' when not set
 */
function secretsIn(get) {
    const kubeconfig = get('kubeconfig').trim();
    // Content has many lines (or is one long line of base64); a path is no secret.
    const isContent = kubeconfig.includes('\n') || kubeconfig.length > 300;
    // In an address, where it is written with escapes.
    const alertmanager = URL.parse(get('alertmanager').trim())?.password ?? '';
    const basic = get('prometheus-basic').trim();
    const password = basic.slice(basic.indexOf(':') + 1);
    const headers = get('prometheus-headers')
        .split(/\r\n|\r|\n/)
        .map((line) => line.slice(line.indexOf(':') + 1).trim());
    return [
        ...(isContent ? [kubeconfig] : []),
        get('prometheus-token').trim(),
        ...(basic === '' ? [] : [basic, password, Buffer.from(basic).toString('base64')]),
        ...headers,
        get('webhook-secret').trim(),
        get('github-token').trim(),
        alertmanager,
        (0,_server_address_js__WEBPACK_IMPORTED_MODULE_0__/* .decoded */ .DH)(alertmanager),
        // A mask of a character or two would hide half the log, and is no secret.
    ].filter((text) => text.length >= 3);
}


/***/ }),

/***/ 6634:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   DH: () => (/* binding */ decoded),
/* harmony export */   RA: () => (/* binding */ parseServerAddress),
/* harmony export */   fE: () => (/* binding */ formatServerAddress),
/* harmony export */   vJ: () => (/* binding */ SERVER_FORM)
/* harmony export */ });
/* harmony import */ var _names_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(8558);
/* harmony import */ var _parsed_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(6261);


const SERVER_FORM = 'an address such as https://alertmanager.example.com, or namespace/service:port such as monitoring/alertmanager:9093, which is reached through the API server';
/** Where a server of the user's is: the address of a web server, or a Service of the cluster. */
function parseServerAddress(given) {
    if (/^[a-z][a-z0-9+.-]*:\/\//i.test(given))
        return parseUrl(given);
    const [namespace = '', rest = '', ...more] = given.split('/');
    const [service = '', port = '', ...ports] = rest.split(':');
    if (more.length > 0 || ports.length > 0 || rest === '')
        return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_1__/* .misunderstood */ .j)('It is neither an address that begins with http:// or https:// nor namespace/service:port.');
    for (const [what, name] of [
        ['namespace', namespace],
        ['service', service],
    ]) {
        const parsed = (0,_names_js__WEBPACK_IMPORTED_MODULE_0__/* .parseLabelName */ .h)(name);
        if (!parsed.ok)
            return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_1__/* .misunderstood */ .j)(`"${name}" is not the name of a ${what}. ${parsed.problem}`);
    }
    const isPort = /^\d+$/.test(port) ? Number(port) >= 1 && Number(port) <= 65_535 : (0,_names_js__WEBPACK_IMPORTED_MODULE_0__/* .parseLabelName */ .h)(port).ok;
    if (!isPort)
        return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_1__/* .misunderstood */ .j)(`"${port}" is neither the number nor the name of a port.`);
    return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_1__/* .understood */ .S)({ kind: 'service', namespace, service, port });
}
function parseUrl(given) {
    const url = URL.parse(given);
    if (url === null || url.hostname === '')
        return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_1__/* .misunderstood */ .j)('It is not the address of a web server.');
    if (url.protocol !== 'http:' && url.protocol !== 'https:')
        return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_1__/* .misunderstood */ .j)(`It begins with ${url.protocol}// and must begin with http:// or https://.`);
    if (url.search !== '' || url.hash !== '')
        return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_1__/* .misunderstood */ .j)('It must end before "?" and "#".');
    const [user, password] = [url.username, url.password].map(decoded);
    url.username = '';
    url.password = '';
    const basic = user === undefined || user === '' ? null : { user, password: password ?? '' };
    return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_1__/* .understood */ .S)({ kind: 'url', url: url.href.replace(/\/$/, ''), basic });
}
/** A "%" that begins no escape is only itself. */
function decoded(text) {
    try {
        return decodeURIComponent(text);
    }
    catch {
        return text;
    }
}
/** As messages show it: without user and password. */
function formatServerAddress(address) {
    return address.kind === 'url' ? address.url : `${address.namespace}/${address.service}:${address.port}`;
}


/***/ }),

/***/ 5892:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   $W: () => (/* binding */ SHARE_FORM),
/* harmony export */   T1: () => (/* binding */ formatShare),
/* harmony export */   n8: () => (/* binding */ parseShare)
/* harmony export */ });
/* harmony import */ var _release_route_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(3764);
/* harmony import */ var _parsed_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(6261);
/* harmony import */ var _words_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3247);



const SHARE_FORM = 'a percentage between 0% and 100%, with at most two decimals, such as 20% or 0.5%';
/** Basis points of `20%`, `0.5%`, `12.25%`. */
function parseShare(given) {
    const percent = /^(\d+(?:\.\d+)?)%$/.exec(given)?.[1];
    if (percent === undefined) {
        const bare = /^\d+(?:\.\d+)?\s*%?$/.test(given) ? `${given.replace(/\s*%?$/, '')}%` : null;
        return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_1__/* .misunderstood */ .j)(`It is not a percentage.${(0,_words_js__WEBPACK_IMPORTED_MODULE_0__/* .didYouMean */ .au)(bare)}`);
    }
    if (Number(percent) > 100)
        return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_1__/* .misunderstood */ .j)('It is more than 100%.');
    const points = Number(percent) * 100;
    if (Math.abs(points - Math.round(points)) > 1e-9)
        return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_1__/* .misunderstood */ .j)('It is finer than a hundredth of a percent, the finest share there is.');
    return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_1__/* .understood */ .S)(Math.round(points));
}
/** `12.5%`: as `parseShare` reads it. */
function formatShare(share) {
    return `${(share * 100) / _release_route_js__WEBPACK_IMPORTED_MODULE_2__/* .ALL */ .y2}%`;
}


/***/ }),

/***/ 121:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  sZ: () => (/* binding */ QUERY_VARIABLE),
  Ho: () => (/* binding */ THRESHOLD_FORM),
  Bs: () => (/* binding */ parseThresholdLine)
});

// EXTERNAL MODULE: ./lib/action/durations.js
var durations = __nccwpck_require__(1559);
// EXTERNAL MODULE: ./lib/metrics/promql.js
var promql = __nccwpck_require__(6774);
// EXTERNAL MODULE: ./lib/action/parsed.js
var parsed = __nccwpck_require__(6261);
;// CONCATENATED MODULE: ./lib/action/promql-text.js
/**
 * Indices of the characters of a PromQL text that stand outside of quotes, parentheses, brackets and braces; null when those do not
 * pair up.
 */
function topLevel(text) {
    const found = [];
    const open = [];
    for (let at = 0; at < text.length; at++) {
        const character = text.charAt(at);
        if (character === '"' || character === "'" || character === '`') {
            const end = endOfQuote(text, at, character);
            if (end === null)
                return null;
            at = end;
        }
        else if (character in CLOSING)
            open.push(CLOSING[character] ?? '');
        else if (Object.values(CLOSING).includes(character)) {
            if (open.pop() !== character)
                return null;
        }
        else if (open.length === 0)
            found.push(at);
    }
    return open.length === 0 ? found : null;
}
const CLOSING = { '(': ')', '[': ']', '{': '}' };
/** Index of the quote that ends the one at `at`; backslashes escape in all but backticks. */
function endOfQuote(text, at, quote) {
    for (let next = at + 1; next < text.length; next++) {
        if (text.charAt(next) === '\\' && quote !== '`')
            next++;
        else if (text.charAt(next) === quote)
            return next;
    }
    return null;
}

;// CONCATENATED MODULE: ./lib/action/request.js
const COMPARISONS = ['<', '<=', '>', '>=', '==', '!='];

// EXTERNAL MODULE: ./lib/action/words.js
var words = __nccwpck_require__(3247);
;// CONCATENATED MODULE: ./lib/action/threshold-lines.js






/** What the input `thresholds` says it accepts. */
const THRESHOLD_FORM = 'name: PromQL, a comparison that must hold and, if you like, for how long it may be missed, such as ' +
    'error-rate: sum(rate(http_errors_total{pod=~"$deployment-$candidate-.*"}[1m])) < 0.5 for 30s';
/** `$candidate`; `$1` and `${1}` are the groups of `label_replace`. */
const QUERY_VARIABLE = /\$([A-Za-z_]\w*)/g;
const NAME = /^[A-Za-z][\w.-]*$/;
const LONGEST_NAME = 63;
const BOUND = /^([-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)(?:\s+for\s+(\S+))?$/;
/** One line of `thresholds`: `name: <PromQL> < 0.01 [for 30s]`. */
function parseThresholdLine(line) {
    const parts = /^([^\s:{("]+):\s+(.*)$/.exec(line);
    const [, name = '', rest = ''] = parts ?? [];
    // A recording rule has colons too, and no space after them.
    if (parts === null)
        return (0,parsed/* misunderstood */.j)('It does not begin with a name, a colon and a space.');
    if (!NAME.test(name) || name.length > LONGEST_NAME)
        return (0,parsed/* misunderstood */.j)(`"${name}" is not a name: letters, digits, "-", "_" and ".", beginning with a letter, at most ${LONGEST_NAME}.`);
    const outside = topLevel(rest);
    if (outside === null)
        return (0,parsed/* misunderstood */.j)('Its quotes, parentheses, brackets or braces do not pair up.');
    const condition = lastComparison(rest, outside);
    if (condition === null)
        return (0,parsed/* misunderstood */.j)(`There is no comparison (${COMPARISONS.join(' ')}) outside of parentheses and braces: it says what must hold.`);
    const query = rest.slice(0, condition.at).trim();
    if (query === '')
        return (0,parsed/* misunderstood */.j)('There is no query before the comparison.');
    const weaker = setOperator(query, topLevel(query) ?? []);
    if (weaker !== null)
        return (0,parsed/* misunderstood */.j)(`"${weaker}" binds weaker than "${condition.operator}", so that the comparison would be with a part of the query alone. Put the query in parentheses.`);
    const unknown = unknownVariable(query);
    if (unknown !== null)
        return (0,parsed/* misunderstood */.j)(unknown);
    const bound = BOUND.exec(rest.slice(condition.at + condition.operator.length).trim());
    if (bound === null)
        return (0,parsed/* misunderstood */.j)(`After "${condition.operator}" there must be a number such as 0.01 and, if you like, a time such as "for 30s".`);
    const time = bound[2] === undefined ? (0,parsed/* understood */.S)(0) : (0,durations/* parseDuration */.E9)(bound[2]);
    if (!time.ok)
        return (0,parsed/* misunderstood */.j)(`for ${bound[2]}: ${time.problem}`);
    return (0,parsed/* understood */.S)({
        line,
        name,
        query,
        comparison: condition.operator,
        bound: Number(bound[1]),
        patience: time.value,
    });
}
function lastComparison(text, outside) {
    let last = null;
    let next = 0;
    for (const at of outside) {
        if (at < next)
            continue;
        // The longer ones first: `<=` is not `<` and a rest.
        const operator = COMPARISONS.toSorted((a, b) => b.length - a.length).find((each) => text.startsWith(each, at));
        if (operator === undefined)
            continue;
        last = { operator, at };
        next = at + operator.length;
    }
    return last;
}
function setOperator(query, outside) {
    const text = Array.from(query, () => ' ');
    for (const at of outside)
        text[at] = query.charAt(at);
    return /(?<![\w:])(?:and|or|unless)(?![\w:])/i.exec(text.join(''))?.[0] ?? null;
}
function unknownVariable(query) {
    for (const [whole, name = ''] of query.matchAll(QUERY_VARIABLE)) {
        if (promql/* QUERY_VARIABLES */.pK.some((known) => known === name))
            continue;
        const known = promql/* QUERY_VARIABLES */.pK.map((each) => `$${each}`).join(', ');
        const meant = (0,words/* nearest */.pA)(name, promql/* QUERY_VARIABLES */.pK);
        return `${whole} is not a variable; there are ${known}.${(0,words/* didYouMean */.au)(meant === null ? null : `$${meant}`)}`;
    }
    return null;
}


/***/ }),

/***/ 6197:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Ju: () => (/* binding */ WEBHOOK_FORM),
/* harmony export */   Lu: () => (/* binding */ shownWebhook),
/* harmony export */   Zt: () => (/* binding */ parseWebhookLine)
/* harmony export */ });
/* harmony import */ var _parsed_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(6261);

const WEBHOOK_FORM = 'the address of a web server, such as https://gate.example.com/crossfade';
/** One line of `webhook`. Problems do not quote it: the path of an address is often a secret. */
function parseWebhookLine(line) {
    const url = URL.parse(line);
    if (url === null || url.hostname === '')
        return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_0__/* .misunderstood */ .j)('It is not an address.');
    if (url.protocol !== 'https:' && url.protocol !== 'http:')
        return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_0__/* .misunderstood */ .j)('It must begin with https:// (or http://).');
    if (url.username !== '' || url.password !== '')
        return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_0__/* .misunderstood */ .j)('It has a user and a password in it, which would be shown. Use webhook-secret to sign requests.');
    if (url.hash !== '')
        return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_0__/* .misunderstood */ .j)('It must not contain "#": what follows it is never sent.');
    return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_0__/* .understood */ .S)(url.href);
}
/** An address as it may be shown: its path and query may be a secret. */
function shownWebhook(line) {
    const url = URL.parse(line);
    if (url === null || url.host === '')
        return '…';
    return url.pathname === '/' && url.search === '' ? url.origin : `${url.origin}/…`;
}


/***/ }),

/***/ 3247:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   au: () => (/* binding */ didYouMean),
/* harmony export */   kB: () => (/* binding */ parseWord),
/* harmony export */   pA: () => (/* binding */ nearest),
/* harmony export */   yG: () => (/* binding */ parseBoolean)
/* harmony export */ });
/* harmony import */ var _parsed_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(6261);

/** One of a fixed list of words, exactly as written there. */
function parseWord(given, words) {
    const word = words.find((candidate) => candidate === given);
    if (word !== undefined)
        return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_0__/* .understood */ .S)(word);
    return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_0__/* .misunderstood */ .j)(`It is not one of the accepted words.${didYouMean(nearest(given, words))}`);
}
/** Words that mean true and false elsewhere: suggested, not accepted. */
const MEANT = {
    yes: 'true',
    on: 'true',
    '1': 'true',
    no: 'false',
    off: 'false',
    '0': 'false',
};
/** A boolean of the YAML 1.2 core schema, the words that `core.getBooleanInput` takes. */
function parseBoolean(given) {
    if (['true', 'True', 'TRUE'].includes(given))
        return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_0__/* .understood */ .S)(true);
    if (['false', 'False', 'FALSE'].includes(given))
        return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_0__/* .understood */ .S)(false);
    const meant = MEANT[given.toLowerCase()] ?? nearest(given, ['true', 'false']);
    return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_0__/* .misunderstood */ .j)(`It is neither true nor false.${didYouMean(meant)}`);
}
/** The word that was probably meant; null when none is near. */
function nearest(given, words) {
    const plain = (text) => text.toLowerCase().replaceAll(/[\s_-]/g, '');
    const ranked = words
        .map((word) => ({ word, distance: editDistance(plain(given), plain(word)) }))
        .filter(({ word, distance }) => distance <= Math.max(1, Math.floor(word.length / 3)))
        .sort((a, b) => a.distance - b.distance);
    return ranked[0]?.word ?? null;
}
/** ` Did you mean blue-green?`, or nothing. Begins with a space, so that it can follow a sentence. */
function didYouMean(meant) {
    return meant === null ? '' : ` Did you mean ${meant}?`;
}
/** Insertions, deletions and replacements between two texts (Levenshtein). */
function editDistance(a, b) {
    // Inputs can be as long as a file, and no word is: beyond this the distance does not matter.
    if (Math.abs(a.length - b.length) > 20)
        return Number.POSITIVE_INFINITY;
    let row = Array.from({ length: b.length + 1 }, (_, column) => column);
    for (let i = 1; i <= a.length; i++) {
        const next = [i];
        for (let j = 1; j <= b.length; j++) {
            const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
            next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
        }
        row = next;
    }
    return row[b.length] ?? 0;
}


/***/ }),

/***/ 7030:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   CB: () => (/* binding */ textsOf),
/* harmony export */   Ms: () => (/* binding */ entryOf),
/* harmony export */   Tk: () => (/* binding */ isEntry),
/* harmony export */   Uj: () => (/* binding */ parseKubeconfigText),
/* harmony export */   Ve: () => (/* binding */ KubeconfigProblem),
/* harmony export */   Zu: () => (/* binding */ merged),
/* harmony export */   b6: () => (/* binding */ textOf),
/* harmony export */   pX: () => (/* binding */ standsAlone)
/* harmony export */ });
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(6760);
/* harmony import */ var _action_parsed_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(6261);


/** Something in a kubeconfig cannot be used. The message is part of a sentence and quotes no value: it may be a key. */
class KubeconfigProblem extends Error {
}
/**
 * Reads a kubeconfig (YAML or JSON). Problems are in words of ours and quote nothing.
 * @param folder what relative paths in it are relative to; null: they stay as they are
 */
async function parseKubeconfigText(text, folder) {
    // Loading the parser takes longer than reading all the inputs.
    const { LineCounter, parseDocument } = await __nccwpck_require__.e(/* import() */ 815).then(__nccwpck_require__.t.bind(__nccwpck_require__, 8815, 19));
    const lines = new LineCounter();
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
    const [error] = document.errors;
    if (error !== undefined)
        return (0,_action_parsed_js__WEBPACK_IMPORTED_MODULE_1__/* .misunderstood */ .j)(`line ${lines.linePos(error.pos[0]).line} is not valid YAML: ${explanation(error.code)}.`);
    let content;
    try {
        content = document.toJS();
    }
    catch {
        // Aliases of aliases of aliases.
        return (0,_action_parsed_js__WEBPACK_IMPORTED_MODULE_1__/* .misunderstood */ .j)('its YAML refers to itself in too many places.');
    }
    if (content === null || content === undefined)
        return (0,_action_parsed_js__WEBPACK_IMPORTED_MODULE_1__/* .misunderstood */ .j)('it is empty.');
    if (!isEntry(content))
        return (0,_action_parsed_js__WEBPACK_IMPORTED_MODULE_1__/* .misunderstood */ .j)('it is not a YAML mapping with apiVersion, clusters, contexts and users.');
    const { kind } = content;
    if (kind !== undefined && kind !== 'Config')
        return (0,_action_parsed_js__WEBPACK_IMPORTED_MODULE_1__/* .misunderstood */ .j)('its kind is not Config, so it is another Kubernetes object.');
    try {
        return (0,_action_parsed_js__WEBPACK_IMPORTED_MODULE_1__/* .understood */ .S)({
            clusters: entriesOf(content, 'cluster', folder),
            contexts: entriesOf(content, 'context', folder),
            users: entriesOf(content, 'user', folder),
            currentContext: textOf(content, 'current-context'),
        });
    }
    catch (problem) {
        if (problem instanceof KubeconfigProblem)
            return (0,_action_parsed_js__WEBPACK_IMPORTED_MODULE_1__/* .misunderstood */ .j)(`${problem.message}.`);
        throw problem;
    }
}
/** The content of a kubeconfig by itself, not as one of several files. */
function standsAlone({ clusters, contexts }) {
    if (clusters.size === 0)
        return (0,_action_parsed_js__WEBPACK_IMPORTED_MODULE_1__/* .misunderstood */ .j)('it has no list "clusters", or an empty one.');
    return contexts.size === 0 ? (0,_action_parsed_js__WEBPACK_IMPORTED_MODULE_1__/* .misunderstood */ .j)('it has no list "contexts", or an empty one.') : (0,_action_parsed_js__WEBPACK_IMPORTED_MODULE_1__/* .understood */ .S)(null);
}
/** Several files as one: the first that has something wins, as with kubectl. */
function merged(files) {
    const of = (part) => new Map(files.toReversed().flatMap((file) => [...file[part]]));
    return {
        clusters: of('clusters'),
        contexts: of('contexts'),
        users: of('users'),
        currentContext: files.map(({ currentContext }) => currentContext).find((name) => name !== null) ?? null,
    };
}
/** A field that is a text; null: it is not there. */
function textOf(entry, key) {
    const value = entry[key];
    if (value === undefined || value === null || value === '')
        return null;
    if (typeof value === 'string')
        return value;
    throw new KubeconfigProblem(`its ${key} is no text (quotes make one of a number)`);
}
/** A field that is a mapping; null: it is not there. */
function entryOf(entry, key) {
    const value = entry[key];
    if (value === undefined || value === null)
        return null;
    if (isEntry(value))
        return value;
    throw new KubeconfigProblem(`its ${key} is no mapping`);
}
/** A field that is a list of texts; none: it is not there. */
function textsOf(entry, key) {
    const value = entry[key] ?? [];
    if (Array.isArray(value) && value.every((item) => typeof item === 'string'))
        return value;
    throw new KubeconfigProblem(`its ${key} is no list of texts`);
}
function isEntry(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}
/** Fields that name a file, relative to the kubeconfig's own folder. */
const PATHS = ['certificate-authority', 'client-certificate', 'client-key', 'tokenFile'];
function entriesOf(content, what, folder) {
    // kubectl writes null where there is none.
    const list = content[`${what}s`] ?? [];
    if (!Array.isArray(list))
        throw new KubeconfigProblem(`it has no list "${what}s": what has that name is none`);
    const named = list.map((item, at) => {
        if (!isEntry(item) || typeof item.name !== 'string' || item.name === '')
            throw new KubeconfigProblem(`entry ${at + 1} of its list "${what}s" has no name`);
        const entry = item[what] ?? {};
        if (!isEntry(entry))
            throw new KubeconfigProblem(`entry ${at + 1} of its list "${what}s" has no mapping "${what}"`);
        return [item.name, folder === null ? entry : located(entry, folder)];
    });
    // Of two with one name the first counts.
    return new Map(named.reverse());
}
function located(entry, folder) {
    const paths = PATHS.flatMap((key) => {
        const value = entry[key];
        return typeof value === 'string' && value !== '' && !(0,node_path__WEBPACK_IMPORTED_MODULE_0__.isAbsolute)(value) ? [[key, (0,node_path__WEBPACK_IMPORTED_MODULE_0__.join)(folder, value)]] : [];
    });
    return {
        ...entry,
        ...Object.fromEntries(paths),
        ...(isEntry(entry.exec) ? { exec: plugin(entry.exec, folder) } : {}),
    };
}
/** `./bin/plugin` is beside the kubeconfig; `aws` is looked for on the PATH. */
function plugin(exec, folder) {
    const { command } = exec;
    if (typeof command !== 'string' || ((0,node_path__WEBPACK_IMPORTED_MODULE_0__.dirname)(command) === '.' && !command.startsWith('.')))
        return exec;
    return { ...exec, command: (0,node_path__WEBPACK_IMPORTED_MODULE_0__.resolve)(folder, command) };
}
/** The parser's own messages quote the text, which here may be a key: its codes are put into words instead. */
const EXPLANATIONS = {
    BAD_INDENT: 'it is indented wrongly, or a bracket or quote above it was not closed',
    TAB_AS_INDENT: 'it is indented with a tab, and YAML wants spaces',
    DUPLICATE_KEY: 'its key is there twice',
    MISSING_CHAR: 'a closing quote, bracket or colon is missing',
    MULTIPLE_DOCS: 'a second document begins there, and a kubeconfig is one',
    BLOCK_AS_IMPLICIT_KEY: 'two "key: value" pairs are on one line, or its indentation is wrong',
    MULTILINE_IMPLICIT_KEY: 'the colon after a key is missing, or a line break was lost or added',
    UNEXPECTED_TOKEN: 'there is something that does not belong there, or the line above has a mistake',
};
function explanation(code) {
    return EXPLANATIONS[code] ?? code.toLowerCase().replaceAll('_', ' ');
}


/***/ }),

/***/ 7717:
/***/ (() => {


;// CONCATENATED MODULE: external "node:v8"
const external_node_v8_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:v8");
;// CONCATENATED MODULE: ./lib/heap.js

// Lists of pods are parsed and thrown away all the time: a small young generation keeps peak memory 20 MiB lower, at no cost in time
// that the bench can see. It has to be set before anything else is loaded.
(0,external_node_v8_namespaceObject.setFlagsFromString)('--max-semi-space-size=4');
(0,external_node_v8_namespaceObject.setFlagsFromString)('--semi-space-growth-factor=1');


/***/ }),

/***/ 342:
/***/ ((__webpack_module__, __unused_webpack___webpack_exports__, __nccwpck_require__) => {

__nccwpck_require__.a(__webpack_module__, async (__webpack_handle_async_dependencies__, __webpack_async_result__) => { try {
/* harmony import */ var _heap_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7717);
/* harmony import */ var _action_runner_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(4918);
/* harmony import */ var _act_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(9419);



await (0,_act_js__WEBPACK_IMPORTED_MODULE_2__/* .act */ .R)(new _action_runner_js__WEBPACK_IMPORTED_MODULE_1__/* .Runner */ .b(process));

__webpack_async_result__();
} catch(e) { __webpack_async_result__(e); } }, 1);

/***/ }),

/***/ 3004:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Ay: () => (/* binding */ summed),
/* harmony export */   HS: () => (/* binding */ promqlOf),
/* harmony export */   Lf: () => (/* binding */ seriesOf),
/* harmony export */   kS: () => (/* binding */ scrapedAt),
/* harmony export */   n3: () => (/* binding */ slowPart),
/* harmony export */   sm: () => (/* binding */ valuesOf)
/* harmony export */ });
/* harmony import */ var _promql_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(6774);

/** Marks which part of one query a sample belongs to. */
const MARK = 'crossfade';
/** The series of all selectors, each once, summed up. */
function summed(labels, selectors) {
    return `sum by (${labels.join(', ')}) (${selectors.join(' or ')})`;
}
/** The time of an instant query's answer is that of its evaluation: only `timestamp` of a plain selector knows the scrape's. */
function scrapedAt(labels, selectors) {
    return `max by (${labels.join(', ')}) (${selectors.map((selector) => `timestamp(${selector})`).join(' or ')})`;
}
/**
 * Requests beyond an edge of a histogram.
 * @param select selectors of the buckets that this matcher for `le` leaves
 * @param les the ways in which the edge is written
 */
function slowPart(backend, labels, select, les) {
    const all = select('le="+Inf"');
    return {
        backend,
        total: summed(labels, all),
        some: summed(labels, select(`le=~${(0,_promql_js__WEBPACK_IMPORTED_MODULE_0__/* .quoted */ .TL)(les.map(_promql_js__WEBPACK_IMPORTED_MODULE_0__/* .literally */ .Dk).join('|'))}`)),
        someAre: 'good',
        at: scrapedAt(labels, all),
    };
}
/** One instant query for everything of a metric: what is evaluated together belongs together. */
function promqlOf(query, tracks) {
    const marked = (expression, mark) => `label_replace(${expression}, ${(0,_promql_js__WEBPACK_IMPORTED_MODULE_0__/* .quoted */ .TL)(MARK)}, ${(0,_promql_js__WEBPACK_IMPORTED_MODULE_0__/* .quoted */ .TL)(mark)}, "", "")`;
    const all = query.parts.flatMap(({ backend, total, some, at }) => [
        marked(total, `${backend} total`),
        marked(some, `${backend} some`),
        ...(at === null ? [] : [marked(at, `${backend} at`)]),
    ]);
    return (0,_promql_js__WEBPACK_IMPORTED_MODULE_0__/* .filled */ .Bq)(all.join(' or '), valuesOf(tracks));
}
/** Of a pod's name, the API server leaves so much before its own five characters. */
const LONGEST_BASE = 58;
function valuesOf(tracks) {
    const { namespace, deployment, stable, candidate, service, candidateService } = tracks;
    const base = (hash) => (0,_promql_js__WEBPACK_IMPORTED_MODULE_0__/* .literally */ .Dk)(`${deployment}-${hash}-`.slice(0, LONGEST_BASE));
    const bases = [stable, candidate].flatMap((track) => (track === null ? [] : [base(track.hash)]));
    return {
        namespace,
        deployment,
        stable: stable.hash,
        // Not nothing: a matcher for the empty text matches all series that lack the label.
        candidate: candidate?.hash ?? 'no-candidate',
        service: service.name,
        candidate_service: candidateService,
        pods: `(?:${bases.join('|')}).+`,
    };
}
/** The answer to `promqlOf`, put together again. */
function seriesOf(query, samples) {
    const found = new Map();
    for (const { labels, value } of samples) {
        const [backend = '', what = ''] = (labels[MARK] ?? '').split(' ');
        const names = query.labels.map((label) => labels[label] ?? '');
        const key = JSON.stringify([backend, ...names]);
        const series = found.get(key) ?? { names, backend, values: new Map() };
        series.values.set(what, value);
        found.set(key, series);
    }
    const read = query.parts.flatMap((part) => [...found.values()].filter(({ backend }) => backend === part.backend).map((one) => counted(part, one)));
    return {
        series: read.filter((one) => one !== 'no edge' && one !== 'no total'),
        withoutEdge: read.filter((one) => one === 'no edge').length,
    };
}
function counted(part, { names, values }) {
    const total = values.get('total');
    const some = values.get('some');
    const at = values.get('at');
    if (total === undefined)
        return 'no total';
    // No series of errors: there was none yet. No series of the bucket: other buckets.
    if (part.someAre === 'good' && some === undefined)
        return 'no edge';
    const bad = part.someAre === 'bad' ? (some ?? 0) : Math.max(0, total - (some ?? 0));
    return { backend: part.backend, names, total, bad, at: at === undefined ? null : Math.round(at * 1000) };
}


/***/ }),

/***/ 3069:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Cc: () => (/* binding */ OWN_METRICS_FORM),
/* harmony export */   cW: () => (/* binding */ ownSlow),
/* harmony export */   ig: () => (/* binding */ ownErrors),
/* harmony export */   jh: () => (/* binding */ parseOwnMetrics)
/* harmony export */ });
/* harmony import */ var _action_parsed_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(6261);
/* harmony import */ var _action_durations_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(1559);
/* harmony import */ var _action_words_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(3247);
/* harmony import */ var _counter_query_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(3004);
/* harmony import */ var _promql_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(6774);





const OWN_METRICS_FORM = 'a list in YAML, such as: - { name: checkout, total: \'checkout_total{namespace="$namespace"}\', errors: \'checkout_total{namespace="$namespace", result="failed"}\' }; or with buckets: and slower-than: instead of errors:';
const KEYS = ['name', 'total', 'errors', 'buckets', 'slower-than', 'unit', 'pod'];
const MOST = 10;
const RESERVED = ['errors', 'slow', 'probe', 'probe-slow', 'restarts'];
/** The list as YAML gave it. */
function parseOwnMetrics(list) {
    if (!Array.isArray(list))
        return (0,_action_parsed_js__WEBPACK_IMPORTED_MODULE_4__/* .misunderstood */ .j)('It is no list of metrics.');
    if (list.length === 0)
        return (0,_action_parsed_js__WEBPACK_IMPORTED_MODULE_4__/* .misunderstood */ .j)('The list is empty.');
    if (list.length > MOST)
        return (0,_action_parsed_js__WEBPACK_IMPORTED_MODULE_4__/* .misunderstood */ .j)(`There are ${list.length} metrics, and at most ${MOST} can be judged together.`);
    const metrics = [];
    for (const [index, item] of list.entries()) {
        const parsed = parseOne(item);
        if (!parsed.ok)
            return (0,_action_parsed_js__WEBPACK_IMPORTED_MODULE_4__/* .misunderstood */ .j)(`Metric ${index + 1}: ${parsed.problem}`);
        if (metrics.some(({ name }) => name === parsed.value.name))
            return (0,_action_parsed_js__WEBPACK_IMPORTED_MODULE_4__/* .misunderstood */ .j)(`Metric ${index + 1}: another one is called ${parsed.value.name}.`);
        metrics.push(parsed.value);
    }
    return (0,_action_parsed_js__WEBPACK_IMPORTED_MODULE_4__/* .understood */ .S)(metrics);
}
function parseOne(item) {
    if (typeof item !== 'object' || item === null || Array.isArray(item))
        return (0,_action_parsed_js__WEBPACK_IMPORTED_MODULE_4__/* .misunderstood */ .j)('it is no mapping.');
    const given = new Map();
    for (const [name, value] of Object.entries(item)) {
        const key = KEYS.find((known) => known === name);
        if (key === undefined)
            return (0,_action_parsed_js__WEBPACK_IMPORTED_MODULE_4__/* .misunderstood */ .j)(`"${name}" is no key; there are ${KEYS.join(', ')}.${(0,_action_words_js__WEBPACK_IMPORTED_MODULE_1__/* .didYouMean */ .au)((0,_action_words_js__WEBPACK_IMPORTED_MODULE_1__/* .nearest */ .pA)(name, KEYS))}`);
        if (typeof value !== 'string')
            return (0,_action_parsed_js__WEBPACK_IMPORTED_MODULE_4__/* .misunderstood */ .j)(`${name} is no text.`);
        given.set(key, value.trim());
    }
    const name = given.get('name') ?? '';
    if (!/^[a-z][a-z0-9-]{0,39}$/.test(name))
        return (0,_action_parsed_js__WEBPACK_IMPORTED_MODULE_4__/* .misunderstood */ .j)('name must have 1 to 40 small letters, digits and "-", and begin with a letter.');
    if (RESERVED.includes(name))
        return (0,_action_parsed_js__WEBPACK_IMPORTED_MODULE_4__/* .misunderstood */ .j)(`the name ${name} is taken: it is one of ${RESERVED.join(', ')}.`);
    const pod = given.get('pod') ?? 'pod';
    if (!/^[a-zA-Z_]\w*$/.test(pod))
        return (0,_action_parsed_js__WEBPACK_IMPORTED_MODULE_4__/* .misunderstood */ .j)(`pod must be the name of a label, and "${pod}" is none.`);
    const counts = given.has('buckets') ? bucketsOf(given) : errorsOf(given);
    return counts.ok ? (0,_action_parsed_js__WEBPACK_IMPORTED_MODULE_4__/* .understood */ .S)({ name, pod, counts: counts.value }) : counts;
}
function errorsOf(given) {
    for (const key of ['slower-than', 'unit'])
        if (given.has(key))
            return (0,_action_parsed_js__WEBPACK_IMPORTED_MODULE_4__/* .misunderstood */ .j)(`${key} has a meaning only with buckets.`);
    const total = given.get('total') ?? '';
    const errors = given.get('errors') ?? '';
    if (total === '' || errors === '')
        return (0,_action_parsed_js__WEBPACK_IMPORTED_MODULE_4__/* .misunderstood */ .j)('total and errors are wanted, or buckets.');
    const wrong = queryProblem('total', total) ?? queryProblem('errors', errors);
    return wrong === null ? (0,_action_parsed_js__WEBPACK_IMPORTED_MODULE_4__/* .understood */ .S)({ kind: 'errors', total, errors }) : (0,_action_parsed_js__WEBPACK_IMPORTED_MODULE_4__/* .misunderstood */ .j)(wrong);
}
function bucketsOf(given) {
    for (const key of ['errors', 'total'])
        if (given.has(key))
            return (0,_action_parsed_js__WEBPACK_IMPORTED_MODULE_4__/* .misunderstood */ .j)(`${key} has no meaning with buckets: the bucket +Inf has all requests.`);
    const buckets = given.get('buckets') ?? '';
    const wrong = queryProblem('buckets', buckets);
    if (wrong !== null)
        return (0,_action_parsed_js__WEBPACK_IMPORTED_MODULE_4__/* .misunderstood */ .j)(wrong);
    if (!(0,_promql_js__WEBPACK_IMPORTED_MODULE_3__/* .isSelector */ .cB)(buckets) || /\ble\s*(?:=|!)/.test(buckets))
        return (0,_action_parsed_js__WEBPACK_IMPORTED_MODULE_4__/* .misunderstood */ .j)('buckets must be a plain selector of the histogram’s series without le, such as checkout_seconds_bucket{namespace="$namespace"}.');
    const unit = given.get('unit') ?? 's';
    if (unit !== 's' && unit !== 'ms')
        return (0,_action_parsed_js__WEBPACK_IMPORTED_MODULE_4__/* .misunderstood */ .j)('unit must be s or ms: what le is in.');
    const text = given.get('slower-than');
    const slowerThan = text === undefined ? null : (0,_action_durations_js__WEBPACK_IMPORTED_MODULE_0__/* .parseDuration */ .E9)(text);
    if (slowerThan !== null && !slowerThan.ok)
        return (0,_action_parsed_js__WEBPACK_IMPORTED_MODULE_4__/* .misunderstood */ .j)(`slower-than is no duration. ${slowerThan.problem}`);
    return (0,_action_parsed_js__WEBPACK_IMPORTED_MODULE_4__/* .understood */ .S)({
        kind: 'buckets',
        buckets,
        slowerThan: slowerThan?.value ?? null,
        unit: unit === 's' ? 1000 : 1,
    });
}
function queryProblem(key, query) {
    if (query === '')
        return `${key} is empty.`;
    const rate = (0,_promql_js__WEBPACK_IMPORTED_MODULE_3__/* .rateIn */ .oP)(query);
    if (rate !== null)
        return `${key} must give counters as they are; increments are taken of them later. Leave ${rate}() out.`;
    const [unknown] = (0,_promql_js__WEBPACK_IMPORTED_MODULE_3__/* .unknownVariables */ .Au)(query);
    if (unknown !== undefined)
        return `${key} names $${unknown}; there are ${_promql_js__WEBPACK_IMPORTED_MODULE_3__/* .VARIABLES */ .ut.map((variable) => `$${variable}`).join(', ')}.`;
    if ((0,_promql_js__WEBPACK_IMPORTED_MODULE_3__/* .hasBareVariable */ .jA)(query))
        return `${key} has a "$" outside of quotes; variables stand in the values of labels.`;
    return null;
}
/** The query of a metric with errors. */
function ownErrors({ name, pod, counts }) {
    const labels = [pod];
    const part = {
        backend: 'pods',
        total: (0,_counter_query_js__WEBPACK_IMPORTED_MODULE_2__/* .summed */ .Ay)(labels, [counts.total]),
        some: (0,_counter_query_js__WEBPACK_IMPORTED_MODULE_2__/* .summed */ .Ay)(labels, [counts.errors]),
        someAre: 'bad',
        at: (0,_promql_js__WEBPACK_IMPORTED_MODULE_3__/* .isSelector */ .cB)(counts.total) ? (0,_counter_query_js__WEBPACK_IMPORTED_MODULE_2__/* .scrapedAt */ .kS)(labels, [counts.total]) : null,
    };
    return { metric: name, of: 'pod', labels, parts: [part] };
}
/** The query of a metric with buckets, by the edge that was chosen. */
function ownSlow({ name, pod, counts }, les) {
    const labels = [pod];
    const part = (0,_counter_query_js__WEBPACK_IMPORTED_MODULE_2__/* .slowPart */ .n3)('pods', labels, (le) => [(0,_promql_js__WEBPACK_IMPORTED_MODULE_3__/* .narrowed */ .fQ)(counts.buckets, le)], les);
    return { metric: name, of: 'pod', labels, parts: [part] };
}


/***/ }),

/***/ 9061:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Al: () => (/* binding */ POD_SERIES),
/* harmony export */   EE: () => (/* binding */ POD_LABELS),
/* harmony export */   He: () => (/* binding */ serviceErrors),
/* harmony export */   Jn: () => (/* binding */ podErrors),
/* harmony export */   PO: () => (/* binding */ FAILED_STATUS),
/* harmony export */   UH: () => (/* binding */ SERVICE_SERIES),
/* harmony export */   Z: () => (/* binding */ serviceSlow),
/* harmony export */   Zt: () => (/* binding */ STATUS_LABELS),
/* harmony export */   aB: () => (/* binding */ serviceSelectors),
/* harmony export */   b8: () => (/* binding */ podBuckets),
/* harmony export */   fG: () => (/* binding */ PRESETS),
/* harmony export */   yf: () => (/* binding */ NAMESPACE_LABELS),
/* harmony export */   zR: () => (/* binding */ podSlow)
/* harmony export */ });
/* harmony import */ var _counter_query_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3004);
/* harmony import */ var _promql_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(6774);


/*
 * Series of well-known programs. Names and labels are those of their sources: Istio's standard metrics; Linkerd's proxy metrics;
 * Traefik 3 (pkg/observability/metrics, services named by pkg/provider/kubernetes); ingress-nginx (internal/ingress/metric/collectors
 * and monitor.lua); Envoy's cluster statistics with the names that Contour and kgateway give to clusters.
 */
const PRESETS = ['istio', 'linkerd', 'traefik', 'ingress-nginx', 'envoy', 'http'];
/** Where Prometheus configurations put a pod's name and namespace. The metric's own labels of these names become `exported_…`. */
const POD_LABELS = ['pod', 'pod_name', 'kubernetes_pod_name', 'exported_pod'];
const NAMESPACE_LABELS = ['namespace', 'kubernetes_namespace', 'exported_namespace'];
/** Labels of a status code, most usual first. */
const STATUS_LABELS = [
    'code',
    'status',
    'status_code',
    'http_status_code',
    'http_response_status_code',
];
/** `500`, and where only classes are counted, `5xx`. */
const FAILED_STATUS = '5..';
function http(counter, buckets, unit = 1000) {
    const failed = STATUS_LABELS.map((label) => ({ label, matches: FAILED_STATUS }));
    return { preset: 'http', counter, where: [], failed, alsoFailed: [], buckets, unit };
}
/** In the order in which they are preferred. */
const POD_SERIES = [
    {
        preset: 'istio',
        counter: 'istio_requests_total',
        where: [{ label: 'reporter', is: '=', value: 'destination' }],
        failed: [{ label: 'response_code', matches: FAILED_STATUS }],
        // Unknown, deadline exceeded, internal, unavailable, data loss: HTTP says 200 to all of them.
        alsoFailed: [{ label: 'grpc_response_status', matches: '2|4|13|14|15' }],
        buckets: 'istio_request_duration_milliseconds_bucket',
        unit: 1,
    },
    {
        preset: 'linkerd',
        counter: 'response_total',
        // The probes of the kubelet are a route of their own.
        where: [
            { label: 'direction', is: '=', value: 'inbound' },
            { label: 'route_name', is: '!=', value: 'probe' },
        ],
        failed: [{ label: 'classification', matches: 'failure' }],
        alsoFailed: [],
        buckets: 'response_latency_ms_bucket',
        unit: 1,
    },
    http('http_requests_total', 'http_request_duration_seconds_bucket'),
    http('http_server_requests_seconds_count', 'http_server_requests_seconds_bucket'),
    http('http_server_request_duration_seconds_count', 'http_server_request_duration_seconds_bucket'),
    http('http_request_duration_seconds_count', 'http_request_duration_seconds_bucket'),
];
/** Matchers of the pods of both tracks, and the series' own. */
function podMatchers({ series, podLabel, namespaceLabel }) {
    return [
        ...(namespaceLabel === null ? [] : [`${namespaceLabel}="$namespace"`]),
        `${podLabel}=~"$pods"`,
        ...series.where.map(({ label, is, value }) => `${label}${is}${(0,_promql_js__WEBPACK_IMPORTED_MODULE_1__/* .quoted */ .TL)(value)}`),
    ].join(', ');
}
function podErrors(found) {
    const { series, podLabel, failed } = found;
    const matchers = podMatchers(found);
    const all = `${series.counter}{${matchers}}`;
    const bad = [failed, ...series.alsoFailed].map(({ label, matches }) => `${label}=~${(0,_promql_js__WEBPACK_IMPORTED_MODULE_1__/* .quoted */ .TL)(matches)}`);
    const labels = [podLabel];
    const part = {
        backend: 'pods',
        total: (0,_counter_query_js__WEBPACK_IMPORTED_MODULE_0__/* .summed */ .Ay)(labels, [all]),
        some: (0,_counter_query_js__WEBPACK_IMPORTED_MODULE_0__/* .summed */ .Ay)(labels, bad.map((matcher) => `${series.counter}{${matchers}, ${matcher}}`)),
        someAre: 'bad',
        at: (0,_counter_query_js__WEBPACK_IMPORTED_MODULE_0__/* .scrapedAt */ .kS)(labels, [all]),
    };
    return { metric: 'errors', of: 'pod', labels, parts: [part] };
}
/** The selector of all buckets of the pods. */
function podBuckets(found) {
    return `${found.series.buckets}{${podMatchers(found)}}`;
}
const variableOf = { live: '$service', candidate: '$candidate_service' };
/** ingress-nginx says of a canary's requests the main Ingress' Service, and the canary's upstream beside it. */
function ingressNginx(namespace, service) {
    return (backend) => {
        const own = `${namespace}="$namespace", ${service}="${variableOf[backend]}", canary=~"-?"`;
        return backend === 'live'
            ? [own]
            : [own, `${namespace}="$namespace", canary=~"$namespace-$candidate_service-[^-]+"`];
    };
}
function portsOf(ports) {
    return `(?:${ports.map(_promql_js__WEBPACK_IMPORTED_MODULE_1__/* .literally */ .Dk).join('|')})`;
}
const INGRESS_NGINX = {
    preset: 'ingress-nginx',
    counter: 'nginx_ingress_controller_requests',
    failed: `status=~"${FAILED_STATUS}"`,
    buckets: 'nginx_ingress_controller_request_duration_seconds_bucket',
    unit: 1000,
};
const SERVICE_SERIES = [
    {
        // Of gateways and waypoints, where the pods have no proxy of their own.
        preset: 'istio',
        counter: 'istio_requests_total',
        failed: `response_code=~"${FAILED_STATUS}"`,
        buckets: 'istio_request_duration_milliseconds_bucket',
        unit: 1,
        matchers: (backend) => [
            `reporter=~"source|waypoint", destination_service_namespace="$namespace", destination_service_name="${variableOf[backend]}"`,
        ],
    },
    {
        preset: 'traefik',
        counter: 'traefik_service_requests_total',
        failed: `code=~"${FAILED_STATUS}"`,
        buckets: 'traefik_service_request_duration_seconds_bucket',
        unit: 1000,
        matchers: (backend, ports) => {
            const name = `$namespace-${variableOf[backend]}`;
            const byPort = `${name}-${portsOf(ports)}@kubernetes(?:crd)?`;
            const byRoute = `.+-svc-${name}-[0-9]+@kubernetesgateway`;
            // The provider for ingress-nginx's annotations puts the Ingress' name in between, and calls a canary after what it stands beside.
            const canary = backend === 'candidate' ? '-canary' : '';
            const byAnnotations = `$namespace-.+-$service-${portsOf(ports)}${canary}@kubernetesingressnginx`;
            const label = [byRoute, byPort, byAnnotations].join('|');
            // Scraped with labels of its target, the metric's own `service` is `exported_service`.
            return [`service=~${(0,_promql_js__WEBPACK_IMPORTED_MODULE_1__/* .quoted */ .TL)(label)}`, `exported_service=~${(0,_promql_js__WEBPACK_IMPORTED_MODULE_1__/* .quoted */ .TL)(label)}`];
        },
    },
    { ...INGRESS_NGINX, matchers: ingressNginx('namespace', 'service') },
    { ...INGRESS_NGINX, matchers: ingressNginx('exported_namespace', 'exported_service') },
    {
        preset: 'envoy',
        counter: 'envoy_cluster_upstream_rq',
        failed: `envoy_response_code=~"${FAILED_STATUS}"`,
        buckets: 'envoy_cluster_upstream_rq_time_bucket',
        unit: 1,
        // `shop_web_80` (Contour), `kube_shop_web_80` (kgateway), `shop/web/80/da39a3ee5e` (Contour's full name), `…/shop_web_80` (Cilium).
        matchers: (backend, ports) => [
            `envoy_cluster_name=~${(0,_promql_js__WEBPACK_IMPORTED_MODULE_1__/* .quoted */ .TL)(`(?:kube_|.+/)?$namespace[_/]${variableOf[backend]}[_/]${portsOf(ports)}(?:[_/].*)?`)}`,
        ],
    },
];
/** What tells apart the proxies' processes. */
const PROXY_LABELS = ['pod', 'instance', 'controller_pod'];
const BACKENDS = ['live', 'candidate'];
/** The selectors of what goes to a Service. */
function serviceSelectors(series, name, backend, ports, more = '') {
    return series.matchers(backend, ports).map((matchers) => `${name}{${matchers}${more === '' ? '' : `, ${more}`}}`);
}
function serviceErrors(series, ports) {
    const parts = BACKENDS.map((backend) => {
        const all = serviceSelectors(series, series.counter, backend, ports);
        return {
            backend,
            total: (0,_counter_query_js__WEBPACK_IMPORTED_MODULE_0__/* .summed */ .Ay)(PROXY_LABELS, all),
            some: (0,_counter_query_js__WEBPACK_IMPORTED_MODULE_0__/* .summed */ .Ay)(PROXY_LABELS, serviceSelectors(series, series.counter, backend, ports, series.failed)),
            someAre: 'bad',
            at: (0,_counter_query_js__WEBPACK_IMPORTED_MODULE_0__/* .scrapedAt */ .kS)(PROXY_LABELS, all),
        };
    });
    return { metric: 'errors', of: 'service', labels: PROXY_LABELS, parts };
}
/** Requests beyond an edge of the histogram. `les`: the ways in which it is written. */
function podSlow(found, les) {
    const labels = [found.podLabel];
    const matchers = podMatchers(found);
    const part = (0,_counter_query_js__WEBPACK_IMPORTED_MODULE_0__/* .slowPart */ .n3)('pods', labels, (le) => [`${found.series.buckets}{${matchers}, ${le}}`], les);
    return { metric: 'slow', of: 'pod', labels, parts: [part] };
}
function serviceSlow(series, ports, les) {
    const parts = BACKENDS.map((backend) => (0,_counter_query_js__WEBPACK_IMPORTED_MODULE_0__/* .slowPart */ .n3)(backend, PROXY_LABELS, (le) => serviceSelectors(series, series.buckets, backend, ports, le), les));
    return { metric: 'slow', of: 'service', labels: PROXY_LABELS, parts };
}


/***/ }),

/***/ 6774:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Au: () => (/* binding */ unknownVariables),
/* harmony export */   Bq: () => (/* binding */ filled),
/* harmony export */   Dk: () => (/* binding */ literally),
/* harmony export */   TL: () => (/* binding */ quoted),
/* harmony export */   cB: () => (/* binding */ isSelector),
/* harmony export */   fQ: () => (/* binding */ narrowed),
/* harmony export */   jA: () => (/* binding */ hasBareVariable),
/* harmony export */   oP: () => (/* binding */ rateIn),
/* harmony export */   pK: () => (/* binding */ QUERY_VARIABLES),
/* harmony export */   ut: () => (/* binding */ VARIABLES)
/* harmony export */ });
/** Text as a PromQL string. */
function quoted(text) {
    return `"${escaped(text)}"`;
}
function escaped(text) {
    return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
/** Text as a regular expression (RE2) that matches nothing else, not yet as a string. */
function literally(text) {
    return text.replaceAll(/[\\.+*?()|[\]{}^$]/g, '\\$&');
}
/** What a query may say in place of names that only the release knows: `$namespace`, `$candidate` … */
const QUERY_VARIABLES = [
    'namespace',
    'deployment',
    'stable',
    'candidate',
    'service',
    'candidate_service',
];
/** What a query of counters may name: the pods of each version, too. */
const VARIABLES = [...QUERY_VARIABLES, 'pods'];
/** A string that nobody closes ends with the text: to look for its end from each of its quotes would take the square of its length. */
const STRINGS = /"(?:[^"\\]|\\[\s\S]?)*(?:"|$)|'(?:[^'\\]|\\[\s\S]?)*(?:'|$)|`[^`]*(?:`|$)/g;
/** The query with its variables filled in: inside of strings, and escaped for them. `$pods` stands for a regular expression. */
function filled(query, values) {
    return query.replaceAll(STRINGS, (text) => {
        const raw = text.startsWith('`');
        return text.replaceAll(/\$(\w+)/g, (whole, name) => {
            const variable = VARIABLES.find((known) => known === name);
            if (variable === undefined)
                return whole;
            return raw ? values[variable] : escaped(values[variable]);
        });
    });
}
/** Variables that the query names and that there are not. `$1` and `${1}` are references of label_replace. */
function unknownVariables(query) {
    const inStrings = (query.match(STRINGS) ?? []).join(' ');
    const names = [...inStrings.matchAll(/\$([a-z_]\w*)/gi)].map(([, name = '']) => name);
    return [...new Set(names.filter((name) => !VARIABLES.some((known) => known === name)))];
}
/** True where the query names a variable outside of a string, where it would not be replaced. */
function hasBareVariable(query) {
    return query.replaceAll(STRINGS, '').includes('$');
}
const SELECTOR = /^\s*(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)?\s*(?<braces>\{(?:[^"'`{}]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)*\})?\s*$/;
/** True for a plain selector of series, such as `http_requests_total{code="200"}`, whose samples have times of their own. */
function isSelector(query) {
    return query.trim() !== '' && SELECTOR.test(query);
}
/** A plain selector with more matchers, such as `le="0.5"`. */
function narrowed(selector, matchers) {
    const { name = '', braces = '{}' } = SELECTOR.exec(selector)?.groups ?? {};
    const inside = braces.slice(1, -1).trim().replace(/,$/, '');
    return `${name}{${inside === '' ? matchers : `${inside}, ${matchers}`}}`;
}
/** The function in it that makes rates of counters, if there is one: increments are ours to take. */
function rateIn(query) {
    return /\b(rate|irate|increase|delta|idelta|deriv)\s*\(/.exec(query.replaceAll(STRINGS, '""'))?.[1] ?? null;
}


/***/ }),

/***/ 3764:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   A_: () => (/* binding */ LEVELS),
/* harmony export */   KN: () => (/* binding */ percent),
/* harmony export */   y2: () => (/* binding */ ALL)
/* harmony export */ });
/*
 * Routes in the words of the release: what is wanted of them and what is known of them. How a kind of route is read and written is
 * the business of `traffic/`.
 */
const ALL = 10_000;
/**
 * `12.5 %`. Shares between two weights are fractions: a third of all is `33.33 %`, as a batch of a third is on record. What is not quite
 * nothing, or not quite all, is not called that.
 */
function percent(share) {
    const rounded = Number((share / 100).toFixed(2));
    const isFalse = (rounded === 0 && share !== 0) || (rounded === 100 && share !== ALL);
    return `${isFalse ? Number((share / 100).toFixed(4)) : rounded} %`;
}
/** How far an effect is known. */
const LEVELS = ['stored', 'held', 'accepted', 'programmed', 'observed'];


/***/ }),

/***/ 2527:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   AS: () => (/* binding */ pre),
/* harmony export */   CS: () => (/* binding */ prose),
/* harmony export */   Ed: () => (/* binding */ Html),
/* harmony export */   TM: () => (/* binding */ firstLine),
/* harmony export */   TN: () => (/* binding */ oneLine),
/* harmony export */   ZD: () => (/* binding */ escapeHtml),
/* harmony export */   aY: () => (/* binding */ code),
/* harmony export */   nf: () => (/* binding */ link),
/* harmony export */   oR: () => (/* binding */ joined),
/* harmony export */   pj: () => (/* binding */ plain),
/* harmony export */   qy: () => (/* binding */ html),
/* harmony export */   sY: () => (/* binding */ shortDigests),
/* harmony export */   uo: () => (/* binding */ capped)
/* harmony export */ });
/** Characters of a text that are looked at when it becomes one line; what a program writes may be endless. */
const LONGEST_READ = 65_536;
/** Characters of a text that stands in a sentence, a list or the cell of a table. */
const LONGEST_LINE = 2_000;
const ESC = '\u001b';
const BELL = '\u0007';
/** The one-character forms of ESC with `@` … `_`. */
const C1 = '\u0080-\u009f';
/**
 * Orders to a terminal (ECMA-48): those with a text of their own (titles, links) up to its end, those with parameters (colours,
 * cursor), and short ones. Every part ends where the next can begin, so that no text is read twice: the time that Node's
 * `stripVTControlCharacters` takes grows with the square of a hostile text's length.
 */
const TERMINAL_ORDERS = new RegExp([
    `(?:${ESC}[\\]PX^_]|[\u0090\u0098\u009d-\u009f])[^${BELL}${ESC}${C1}\n]*(?:${BELL}|${ESC}\\\\|\u009c)`,
    `(?:${ESC}\\[|\u009b)[0-?]*[ -/]*[@-~]`,
    `${ESC}[ -/]*[0-~]`,
].join('|'), 'g');
/**
 * Text without colours, cursor movements and other invisible orders (among them those that turn the direction of writing, by which a
 * text can look like another). Tabs stay, and line breaks as `\n`.
 */
function plain(text) {
    return text
        .replaceAll(TERMINAL_ORDERS, '')
        .replaceAll(/\r\n?/g, '\n')
        .replaceAll(/[^\P{Cc}\n\t]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu, '')
        .toWellFormed();
}
/** Text of any origin as one line of at most `longest` characters; `…` at its end says that there was more. */
function oneLine(text, longest = LONGEST_LINE) {
    return capped(collapsed(text).trim(), longest);
}
function collapsed(text) {
    return plain(text.slice(0, LONGEST_READ)).replaceAll(/\s+/g, ' ');
}
/** The first line of a text that should have but one. */
function firstLine(text, longest = LONGEST_LINE) {
    return oneLine(text.trimStart().split(/[\r\n]/, 1)[0] ?? '', longest);
}
/** At most `longest` characters of a text; `…` at its end says that there was more. */
function capped(text, longest) {
    if (text.length <= longest)
        return text;
    // Half of a surrogate pair is no character.
    return `${text.slice(0, longest - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
/** Digests cut to twelve digits, enough for a person to tell two images apart. */
function shortDigests(text) {
    return text.replaceAll(/\b(sha256:[0-9a-f]{12})[0-9a-f]{52}\b/g, '$1…');
}
/**
 * Text for HTML. It uses exactly the five entities of XML, because the runner masks a secret as it is and in this form: any other
 * escape (a backslash before `_`, say) would carry a secret past the mask.
 */
function escapeHtml(text) {
    // The ampersand first: the others bring new ones.
    return text
        .replaceAll('&', '&amp;')
        .replaceAll('<', '&lt;')
        .replaceAll('>', '&gt;')
        .replaceAll('"', '&quot;')
        .replaceAll("'", '&apos;');
}
/** Markup that is known to be safe: our own words, and other texts escaped. Made by `html` and the functions beside it. */
class Html {
    markup;
    constructor(markup) {
        this.markup = markup;
    }
}
/**
 * The only way from text to markup. Texts handed in become one line (a blank line would end the HTML block around it, and what
 * follows would be read as Markdown) and are escaped; markup stays as it is.
 */
function html(words, ...contents) {
    const parts = words.flatMap((word, at) => [word, ...(at < contents.length ? [markupOf(contents[at] ?? '')] : [])]);
    return new Html(parts.join(''));
}
function markupOf(content) {
    if (content instanceof Html)
        return content.markup;
    if (typeof content === 'string')
        return escapeHtml(capped(collapsed(content), LONGEST_LINE));
    if (typeof content === 'number')
        return String(content);
    return content.map((part) => part.markup).join('');
}
function joined(parts, separator) {
    return new Html(parts.map((part) => part.markup).join(separator.markup));
}
function code(text) {
    return html `<code>${text}</code>`;
}
/** Sentences of ours, in which backticks mark what is to be read letter by letter. */
function prose(text) {
    const parts = oneLine(text).split(/`([^`]+)`/);
    return html `${parts.map((part, at) => (at % 2 === 1 ? code(part) : html `${part}`))}`;
}
/** A block of text as it is, line breaks kept. It is an HTML block of its own: blank lines do not end it. */
function pre(text) {
    return new Html(`<pre><code>${escapeHtml(plain(text)).trimEnd()}</code></pre>`);
}
/** A link, if the address is one of the web; else the label alone. */
function link(address, label) {
    const url = address === null ? null : URL.parse(address);
    if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:'))
        return label;
    return html `<a href="${url.href}">${label}</a>`;
}


/***/ })

/******/ });
/************************************************************************/
/******/ // The module cache
/******/ var __webpack_module_cache__ = {};
/******/ 
/******/ // The require function
/******/ function __nccwpck_require__(moduleId) {
/******/ 	// Check if module is in cache
/******/ 	var cachedModule = __webpack_module_cache__[moduleId];
/******/ 	if (cachedModule !== undefined) {
/******/ 		return cachedModule.exports;
/******/ 	}
/******/ 	// Create a new module (and put it into the cache)
/******/ 	var module = __webpack_module_cache__[moduleId] = {
/******/ 		id: moduleId,
/******/ 		loaded: false,
/******/ 		exports: {}
/******/ 	};
/******/ 
/******/ 	// Execute the module function
/******/ 	var threw = true;
/******/ 	try {
/******/ 		__webpack_modules__[moduleId](module, module.exports, __nccwpck_require__);
/******/ 		threw = false;
/******/ 	} finally {
/******/ 		if(threw) delete __webpack_module_cache__[moduleId];
/******/ 	}
/******/ 
/******/ 	// Flag the module as loaded
/******/ 	module.loaded = true;
/******/ 
/******/ 	// Return the exports of the module
/******/ 	return module.exports;
/******/ }
/******/ 
/******/ // expose the modules object (__webpack_modules__)
/******/ __nccwpck_require__.m = __webpack_modules__;
/******/ 
/************************************************************************/
/******/ /* webpack/runtime/asset-relocator-loader */
/******/ if (typeof __nccwpck_require__ !== 'undefined') __nccwpck_require__.ab = decodeURIComponent(new URL('.', import.meta.url).pathname).slice(import.meta.url.match(/^file:\/\/\/\w:/) ? 1 : 0, -1) + "/";
/******/ 
/******/ /* webpack/runtime/async module */
/******/ (() => {
/******/ 	var webpackQueues = typeof Symbol === "function" ? Symbol("webpack queues") : "__webpack_queues__";
/******/ 	var webpackExports = typeof Symbol === "function" ? Symbol("webpack exports") : "__webpack_exports__";
/******/ 	var webpackError = typeof Symbol === "function" ? Symbol("webpack error") : "__webpack_error__";
/******/ 	var resolveQueue = (queue) => {
/******/ 		if(queue && queue.d < 1) {
/******/ 			queue.d = 1;
/******/ 			queue.forEach((fn) => (fn.r--));
/******/ 			queue.forEach((fn) => (fn.r-- ? fn.r++ : fn()));
/******/ 		}
/******/ 	}
/******/ 	var wrapDeps = (deps) => (deps.map((dep) => {
/******/ 		if(dep !== null && typeof dep === "object") {
/******/ 			if(dep[webpackQueues]) return dep;
/******/ 			if(dep.then) {
/******/ 				var queue = [];
/******/ 				queue.d = 0;
/******/ 				dep.then((r) => {
/******/ 					obj[webpackExports] = r;
/******/ 					resolveQueue(queue);
/******/ 				}, (e) => {
/******/ 					obj[webpackError] = e;
/******/ 					resolveQueue(queue);
/******/ 				});
/******/ 				var obj = {};
/******/ 				obj[webpackQueues] = (fn) => (fn(queue));
/******/ 				return obj;
/******/ 			}
/******/ 		}
/******/ 		var ret = {};
/******/ 		ret[webpackQueues] = x => {};
/******/ 		ret[webpackExports] = dep;
/******/ 		return ret;
/******/ 	}));
/******/ 	__nccwpck_require__.a = (module, body, hasAwait) => {
/******/ 		var queue;
/******/ 		hasAwait && ((queue = []).d = -1);
/******/ 		var depQueues = new Set();
/******/ 		var exports = module.exports;
/******/ 		var currentDeps;
/******/ 		var outerResolve;
/******/ 		var reject;
/******/ 		var promise = new Promise((resolve, rej) => {
/******/ 			reject = rej;
/******/ 			outerResolve = resolve;
/******/ 		});
/******/ 		promise[webpackExports] = exports;
/******/ 		promise[webpackQueues] = (fn) => (queue && fn(queue), depQueues.forEach(fn), promise["catch"](x => {}));
/******/ 		module.exports = promise;
/******/ 		body((deps) => {
/******/ 			currentDeps = wrapDeps(deps);
/******/ 			var fn;
/******/ 			var getResult = () => (currentDeps.map((d) => {
/******/ 				if(d[webpackError]) throw d[webpackError];
/******/ 				return d[webpackExports];
/******/ 			}))
/******/ 			var promise = new Promise((resolve) => {
/******/ 				fn = () => (resolve(getResult));
/******/ 				fn.r = 0;
/******/ 				var fnQueue = (q) => (q !== queue && !depQueues.has(q) && (depQueues.add(q), q && !q.d && (fn.r++, q.push(fn))));
/******/ 				currentDeps.map((dep) => (dep[webpackQueues](fnQueue)));
/******/ 			});
/******/ 			return fn.r ? promise : getResult();
/******/ 		}, (err) => ((err ? reject(promise[webpackError] = err) : outerResolve(exports)), resolveQueue(queue)));
/******/ 		queue && queue.d < 0 && (queue.d = 0);
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/create fake namespace object */
/******/ (() => {
/******/ 	var getProto = Object.getPrototypeOf ? (obj) => (Object.getPrototypeOf(obj)) : (obj) => (obj.__proto__);
/******/ 	var leafPrototypes;
/******/ 	// create a fake namespace object
/******/ 	// mode & 1: value is a module id, require it
/******/ 	// mode & 2: merge all properties of value into the ns
/******/ 	// mode & 4: return value when already ns object
/******/ 	// mode & 16: return value when it's Promise-like
/******/ 	// mode & 8|1: behave like require
/******/ 	__nccwpck_require__.t = function(value, mode) {
/******/ 		if(mode & 1) value = this(value);
/******/ 		if(mode & 8) return value;
/******/ 		if(typeof value === 'object' && value) {
/******/ 			if((mode & 4) && value.__esModule) return value;
/******/ 			if((mode & 16) && typeof value.then === 'function') return value;
/******/ 		}
/******/ 		var ns = Object.create(null);
/******/ 		__nccwpck_require__.r(ns);
/******/ 		var def = {};
/******/ 		leafPrototypes = leafPrototypes || [null, getProto({}), getProto([]), getProto(getProto)];
/******/ 		for(var current = mode & 2 && value; typeof current == 'object' && !~leafPrototypes.indexOf(current); current = getProto(current)) {
/******/ 			Object.getOwnPropertyNames(current).forEach((key) => (def[key] = () => (value[key])));
/******/ 		}
/******/ 		def['default'] = () => (value);
/******/ 		__nccwpck_require__.d(ns, def);
/******/ 		return ns;
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/define property getters */
/******/ (() => {
/******/ 	// define getter functions for harmony exports
/******/ 	__nccwpck_require__.d = (exports, definition) => {
/******/ 		for(var key in definition) {
/******/ 			if(__nccwpck_require__.o(definition, key) && !__nccwpck_require__.o(exports, key)) {
/******/ 				Object.defineProperty(exports, key, { enumerable: true, get: definition[key] });
/******/ 			}
/******/ 		}
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/ensure chunk */
/******/ (() => {
/******/ 	__nccwpck_require__.f = {};
/******/ 	// This file contains only the entry chunk.
/******/ 	// The chunk loading function for additional chunks
/******/ 	__nccwpck_require__.e = (chunkId) => {
/******/ 		return Promise.all(Object.keys(__nccwpck_require__.f).reduce((promises, key) => {
/******/ 			__nccwpck_require__.f[key](chunkId, promises);
/******/ 			return promises;
/******/ 		}, []));
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/get javascript chunk filename */
/******/ (() => {
/******/ 	// This function allow to reference async chunks
/******/ 	__nccwpck_require__.u = (chunkId) => {
/******/ 		// return url for filenames based on template
/******/ 		return "" + chunkId + ".index.js";
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/hasOwnProperty shorthand */
/******/ (() => {
/******/ 	__nccwpck_require__.o = (obj, prop) => (Object.prototype.hasOwnProperty.call(obj, prop))
/******/ })();
/******/ 
/******/ /* webpack/runtime/make namespace object */
/******/ (() => {
/******/ 	// define __esModule on exports
/******/ 	__nccwpck_require__.r = (exports) => {
/******/ 		if(typeof Symbol !== 'undefined' && Symbol.toStringTag) {
/******/ 			Object.defineProperty(exports, Symbol.toStringTag, { value: 'Module' });
/******/ 		}
/******/ 		Object.defineProperty(exports, '__esModule', { value: true });
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/node module decorator */
/******/ (() => {
/******/ 	__nccwpck_require__.nmd = (module) => {
/******/ 		module.paths = [];
/******/ 		if (!module.children) module.children = [];
/******/ 		return module;
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/import chunk loading */
/******/ (() => {
/******/ 	// no baseURI
/******/ 	
/******/ 	// object to store loaded and loading chunks
/******/ 	// undefined = chunk not loaded, null = chunk preloaded/prefetched
/******/ 	// [resolve, Promise] = chunk loading, 0 = chunk loaded
/******/ 	var installedChunks = {
/******/ 		792: 0
/******/ 	};
/******/ 	
/******/ 	var installChunk = (data) => {
/******/ 		var {ids, modules, runtime} = data;
/******/ 		// add "modules" to the modules object,
/******/ 		// then flag all "ids" as loaded and fire callback
/******/ 		var moduleId, chunkId, i = 0;
/******/ 		for(moduleId in modules) {
/******/ 			if(__nccwpck_require__.o(modules, moduleId)) {
/******/ 				__nccwpck_require__.m[moduleId] = modules[moduleId];
/******/ 			}
/******/ 		}
/******/ 		if(runtime) runtime(__nccwpck_require__);
/******/ 		for(;i < ids.length; i++) {
/******/ 			chunkId = ids[i];
/******/ 			if(__nccwpck_require__.o(installedChunks, chunkId) && installedChunks[chunkId]) {
/******/ 				installedChunks[chunkId][0]();
/******/ 			}
/******/ 			installedChunks[ids[i]] = 0;
/******/ 		}
/******/ 	
/******/ 	}
/******/ 	
/******/ 	__nccwpck_require__.f.j = (chunkId, promises) => {
/******/ 			// import() chunk loading for javascript
/******/ 			var installedChunkData = __nccwpck_require__.o(installedChunks, chunkId) ? installedChunks[chunkId] : undefined;
/******/ 			if(installedChunkData !== 0) { // 0 means "already installed".
/******/ 	
/******/ 				// a Promise means "currently loading".
/******/ 				if(installedChunkData) {
/******/ 					promises.push(installedChunkData[1]);
/******/ 				} else {
/******/ 					if(true) { // all chunks have JS
/******/ 						// setup Promise in chunk cache
/******/ 						var promise = import("./" + __nccwpck_require__.u(chunkId)).then(installChunk, (e) => {
/******/ 							if(installedChunks[chunkId] !== 0) installedChunks[chunkId] = undefined;
/******/ 							throw e;
/******/ 						});
/******/ 						var promise = Promise.race([promise, new Promise((resolve) => (installedChunkData = installedChunks[chunkId] = [resolve]))])
/******/ 						promises.push(installedChunkData[1] = promise);
/******/ 					}
/******/ 				}
/******/ 			}
/******/ 	};
/******/ 	
/******/ 	// no prefetching
/******/ 	
/******/ 	// no preloaded
/******/ 	
/******/ 	// no external install chunk
/******/ 	
/******/ 	// no on chunks loaded
/******/ })();
/******/ 
/************************************************************************/
/******/ 
/******/ // startup
/******/ // Load entry module and return exports
/******/ // This entry module used 'module' so it can't be inlined
/******/ var __webpack_exports__ = __nccwpck_require__(342);
/******/ __webpack_exports__ = await __webpack_exports__;
/******/ 
