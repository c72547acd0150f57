export const id = 847;
export const ids = [847];
export const modules = {

/***/ 8977:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   t: () => (/* binding */ privateKubeconfig)
/* harmony export */ });
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3024);
/* harmony import */ var node_os__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(8161);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(6760);



/** The kubeconfig that the user's own commands get: content becomes a file that only this user can read. */
function privateKubeconfig({ cluster, smokeCommand, routerCommand }) {
    const { kubeconfig } = cluster;
    if (kubeconfig === null || (smokeCommand === null && routerCommand === null))
        return { path: null, remove: () => undefined };
    if (kubeconfig.kind === 'path')
        return { path: kubeconfig.value, remove: () => undefined };
    const folder = (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.mkdtempSync)((0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(process.env.RUNNER_TEMP ?? (0,node_os__WEBPACK_IMPORTED_MODULE_1__.tmpdir)(), 'crossfade-'));
    const path = (0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(folder, 'kubeconfig');
    (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.writeFileSync)(path, kubeconfig.value, { mode: 0o600 });
    (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.chmodSync)(path, 0o600);
    return { path, remove: () => (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.rmSync)(folder, { recursive: true, force: true }) };
}


/***/ }),

/***/ 4787:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  a: () => (/* binding */ Reporter)
});

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
    if (story.outcome === 'paused')
        return { on: 'both', share: story.pausedAt ?? 0 };
    if (story.outcome === 'unchanged')
        return { on: 'same' };
    if (story.phases.at(-1)?.phase === 'Take back an unfinished release')
        return { on: story.outcome === 'failed' ? 'uncertain' : 'old-again' };
    if (story.writes.length === 0)
        return { on: 'untouched' };
    const exposure = exposureOf(story);
    if (exposure === null)
        return { on: 'old', newFor: null };
    return exposure.isOver ? { on: 'old', newFor: exposure.ms } : { on: 'uncertain' };
}
/**
 * How long the live Service reached the new version: from the first write to it in the switch to the first in going back.
 * A switch whose write is not known to have happened counts: better too long than too short.
 */
function exposureOf(story) {
    if (story.strategy === 'rolling')
        return rollingExposure(story);
    const began = story.phases.find(({ phase }) => phase === 'Switch users');
    const ramped = story.ramp.find(({ wanted }) => wanted > 0);
    if (ramped !== undefined)
        return rampExposure(story, ramped.at);
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
/** From the first step that users were on to the first write of the way back. */
function rampExposure({ phases, writes, finishedAt }, from) {
    const turned = phases.find(({ phase, startedAt }) => phase === 'Go back' && startedAt >= from);
    const back = turned === undefined ? undefined : writes.find(({ at }) => at >= turned.startedAt);
    return { ms: (back?.at ?? turned?.startedAt ?? finishedAt) - from, isOver: back !== undefined };
}
/** From the first pods that users may reach to the last that left: stable gets its pods back before the candidate's go. */
function rollingExposure({ phases, outcome, release, finishedAt }) {
    const began = phases.find(({ phase }) => phase === 'Ramp');
    if (began === undefined)
        return null;
    // A run that had no time to finish does not know its release.
    const isBack = outcome === 'rolled-back' || outcome === 'aborted';
    return { ms: finishedAt - began.startedAt, isOver: release !== null && isBack };
}
/** Whether the release of this run got as far as writing. Findings before that are refusals, after it they are failures. */
function hasBegun({ phases }) {
    return phases.some(({ phase }) => phase === 'Open') || phases.at(-1)?.phase === 'Take back an unfinished release';
}

;// CONCATENATED MODULE: ./lib/action/outputs.js



/** What later steps are told of the run; what is not known is an empty text. */
function outputsOf(story) {
    const before = story.from;
    const now = imagesNow(story);
    const reason = story.reason === null ? null : (0,report_escape/* firstLine */.TM)(story.reason);
    return {
        outcome: story.outcome,
        release: story.release ?? '',
        'previous-images': imageLines(before),
        images: imageLines(now),
        'stable-hash': story.stableHash ?? '',
        'candidate-hash': story.candidateHash ?? '',
        duration: (0,duration/* formatDuration */.a)(story.finishedAt - story.startedAt),
        reason: reason ?? '',
        'rollback-possible': String(story.rollbackPossible),
        result: JSON.stringify(resultOf({ ...story, reason }, now)),
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

// EXTERNAL MODULE: ./lib/engine/deploy.js + 11 modules
var deploy = __webpack_require__(2461);
;// CONCATENATED MODULE: ./lib/report/details.js
/**
 * The longer material of a run for its log: what stands in the way with what puts it right, and what the cluster knows of a sick
 * version. Told outside of any group, so that nobody has to unfold one to see it.
 */
function tellDetails(teller, story) {
    for (const { message, attachment } of story.findings) {
        teller.fact(message);
        if (attachment !== undefined)
            teller.foreign('to apply as it stands', attachment.split('\n'));
    }
    const { diagnosis } = story;
    if (diagnosis === null)
        return;
    for (const sign of diagnosis.signs)
        teller.fact(sign);
    const { log, events } = diagnosis;
    if (log !== null)
        teller.foreign(`last lines of container ${log.container} in pod ${log.pod}`, log.lines);
    if (events.length > 0)
        teller.foreign('newest events', events);
}

// EXTERNAL MODULE: ./lib/release/route.js
var route = __webpack_require__(3764);
;// CONCATENATED MODULE: ./lib/report/advice.js




/** What the run meant for the users of the app, in one or two sentences. */
function describeUsers(users) {
    switch (users.on) {
        case 'new':
            return 'Users are on the new version.';
        case 'both':
            return users.share === 0
                ? 'Users are on the version they had before; the new one is up beside it and reaches no user yet.'
                : `${(0,route/* percent */.KN)(users.share)} of the users are on the new version, the others on the one they had before.`;
        case 'same':
            return 'Users are on this version already; nothing was changed.';
        case 'untouched':
            return 'This run changed nothing in the cluster: users are where they were.';
        case 'uncertain':
            return 'It is not certain which version users are on. Have a look at it now.';
        case 'old-again':
            return 'Users are on the version they had before this release.';
        case 'old':
            return users.newFor === null
                ? 'Users are on the version they had before; none of their requests went to the new one.'
                : `Users were on the new version for ${(0,duration/* formatDuration */.a)(users.newFor)} and are back on the old one.`;
    }
}
/** How to take the release back, or what else there is to do; null: nothing. */
function adviceFor(story) {
    if (story.findings.length > 0 && !hasBegun(story))
        return todo('Put right what is listed above and run the job again.');
    if (story.dryRun)
        return dryRunAdvice(story);
    if (story.held)
        return standingAdvice(story);
    switch (story.outcome) {
        case 'promoted':
            return wayBack(story);
        case 'rolled-back':
            return usersAfter(story).on === 'uncertain'
                ? failedAdvice(story)
                : todo('There is nothing to clean up: the Deployment and its Service are as they were before. Find the cause, and release again.');
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
function standsStill({ deployment, namespace }) {
    const lines = (action) => [
        'with:',
        `  action: ${action}`,
        `  deployment: ${yamlText(deployment)}`,
        ...(namespace === null ? [] : [`  namespace: ${yamlText(namespace)}`]),
    ];
    return {
        title: 'How it goes on',
        text: 'The release stands still until another run, typically a job behind an environment approval, goes on with `action: promote` or takes it back with `action: abort`.',
        copy: { what: 'inputs', text: [...lines('promote'), '', '# or', ...lines('abort')].join('\n') },
    };
}
function dryRunAdvice({ outcome, writes }) {
    const accepted = writes.length === 0
        ? 'There is nothing to release: the Deployment runs this version already.'
        : 'The API server would accept every write of this release. Run the job without `dry-run` to release.';
    const text = outcome === 'failed' ? 'Put the reason right and run the job again.' : accepted;
    return todo(text);
}
function todo(text) {
    return { title: 'What to do', text, copy: null };
}
/** A cancelled step has ten seconds; when they are over, it ends without its plan, and its post step does the rest. */
function cancelledAdvice(story) {
    const { on } = usersAfter(story);
    if (on === 'untouched')
        return todo('The release had not begun. Run the job again when it suits.');
    if (on !== 'uncertain' && story.release !== null)
        return todo('There is nothing to clean up: the release was taken back when the run was cancelled. Run the job again when it suits.');
    return {
        title: 'What to do',
        text: 'The step had no time to finish. Its post step takes the release back right afterwards and says so at the end of the log of the job. These commands show what is there.',
        copy: { what: 'commands', text: [...lookAtTraffic(story), ...lookAtPods(story)].join('\n') },
    };
}
function failedAdvice(story) {
    const { on } = usersAfter(story);
    if (on === 'untouched')
        return todo('Put the reason right and run the job again.');
    return {
        title: 'What to do',
        text: 'These commands show what is there. If the release is unfinished, the next run of Crossfade takes it back before it does anything else.',
        copy: { what: 'commands', text: [...lookAtTraffic(story), ...lookAtPods(story)].join('\n') },
    };
}
function standingAdvice(story) {
    return {
        title: 'How to look at the new version',
        text: 'The pods of both versions were left standing. Nothing moves by itself; the next run of Crossfade takes this release back before it does anything else.',
        copy: { what: 'commands', text: [...lookAtPods(story), ...lookAtTraffic(story)].join('\n') },
    };
}
function lookAtPods({ namespace, candidateHash }) {
    if (candidateHash === null)
        return [];
    const pods = `${inNamespace(namespace)} -l ${shellWord(`pod-template-hash=${candidateHash}`)}`;
    return [
        `kubectl get pods${pods}`,
        `kubectl describe pods${pods}`,
        `kubectl logs${pods} --all-containers --prefix --tail=50`,
    ];
}
function lookAtTraffic({ namespace, service }) {
    const where = inNamespace(namespace);
    const slices = service === null ? '' : ` -l ${shellWord(`kubernetes.io/service-name=${service}`)}`;
    return [`kubectl get deployment,replicaset${where}`, `kubectl get endpointslices${where}${slices} -o wide`];
}
function inNamespace(namespace) {
    return namespace === null ? '' : ` -n ${shellWord(namespace)}`;
}
/** Names come from the cluster; what is copied into a shell must stay one word there. */
function shellWord(name) {
    const text = (0,report_escape/* oneLine */.TN)(name);
    return /^[\w./=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
function wayBack(story) {
    const changed = changedImages(story.from, story.to);
    const title = 'How to take it back';
    if (changed.length === 0)
        return { title, text: 'Release again with the values of `env` that were there before.', copy: null };
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
        text: 'Release the old images again with these inputs, and with the old values of `env` if this release changed any. That is checked and switched like every release.',
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
/** Characters for what was wanted and what was found; the rest is for where the users are and what to do. */
const LONGEST_WISH = 600;
const LONGEST_FINDING = 2_400;
function annotationFor(story) {
    const found = story.findings.length > 0
        ? story.findings.map(({ message }) => (0,report_escape/* oneLine */.TN)(message)).join('\n')
        : (0,report_escape/* firstLine */.TM)(story.reason ?? 'The reason is not known.');
    const lines = [
        `Wanted: ${(0,report_escape/* capped */.uo)(wanted(story), LONGEST_WISH)}.`,
        `Found: ${(0,report_escape/* capped */.uo)(found, LONGEST_FINDING)}`,
        describeUsers(usersAfter(story)),
        next(story),
    ];
    return { title: title(story), message: (0,report_escape/* capped */.uo)(lines.filter((line) => line !== null).join('\n'), LONGEST_MESSAGE) };
}
function next(story) {
    // Refusals say themselves what to do.
    if (story.findings.length > 0 && !hasBegun(story))
        return story.findings.some(({ attachment }) => attachment !== undefined)
            ? 'What can be applied as it stands is in the job summary.'
            : null;
    const advice = adviceFor(story);
    if (advice === null)
        return null;
    const command = advice.copy?.what === 'commands' ? (advice.copy.text.split('\n')[0] ?? '') : '';
    return command === '' ? advice.text : `${advice.text} Begin with: ${command}`;
}
function title(story) {
    const workload = (0,report_escape/* oneLine */.TN)(story.namespace === null ? story.deployment : `${story.namespace}/${story.deployment}`, 200);
    if (story.findings.length > 0 && !hasBegun(story))
        return `Crossfade did not release ${workload}`;
    switch (story.outcome) {
        case 'rolled-back':
            return `Crossfade took ${workload} back`;
        case 'aborted':
            return `Crossfade was cancelled while it released ${workload}`;
        default:
            return `Crossfade could not release ${workload}${story.held ? ' and left both versions standing' : ''}`;
    }
}
function wanted({ deployment, from, to }) {
    const moves = changedImages(from, to).map(({ container, from: before, to: after }) => (0,report_escape/* shortDigests */.sY)((0,report_escape/* oneLine */.TN)(`container ${container} from ${before} to ${after}`)));
    return moves.length === 0 ? (0,report_escape/* oneLine */.TN)(`a release of Deployment ${deployment}`) : moves.join(', ');
}

;// CONCATENATED MODULE: ./lib/report/blocks.js

/** A heading and what stands under it; nothing at all where nothing would stand under it. */
function section(title, ...blocks) {
    const filled = blocks.filter((block) => block !== null);
    return filled.length === 0 ? [] : [new report_escape/* Html */.Ed(`### ${title}`), ...filled];
}
/** A table of at most `longest` rows, and how many are left out. It holds no blank line, so it can stand in another block. */
function table(columns, rows, longest) {
    const titles = columns.map(({ title, align }) => (0,report_escape/* html */.qy) `<th align="${align}">${title}</th>`);
    const lines = rows
        .slice(0, longest)
        .map((row) => columns.map(({ align, cell }) => (0,report_escape/* html */.qy) `<td${aligned(align)}>${cell(row)}</td>`))
        .map((cells) => (0,report_escape/* html */.qy) `<tr>${cells}</tr>\n`);
    return (0,report_escape/* html */.qy) `<table>\n<tr>${titles}</tr>\n${lines}</table>${more(rows.length - longest)}`;
}
function aligned(align) {
    return align === 'right' ? (0,report_escape/* html */.qy) ` align="right"` : (0,report_escape/* html */.qy) ``;
}
/** Sentences, one below the other. */
function list(texts, longest) {
    const items = texts.slice(0, longest).map((text) => (0,report_escape/* html */.qy) `<li>${(0,report_escape/* prose */.CS)(text)}</li>\n`);
    return (0,report_escape/* html */.qy) `<ul>\n${items}</ul>${more(texts.length - longest)}`;
}
/** Lines of a program. The end tells more than the beginning: that is where programs say what they died of. */
function block(text, { block: longest }) {
    if (text.length <= longest)
        return (0,report_escape/* pre */.AS)(text);
    return (0,report_escape/* pre */.AS)(`(… ${text.length - longest} characters more)\n${text.slice(-longest)}`);
}
/** What is said of what was left out; nothing when nothing was. */
function more(count) {
    return count <= 0 ? (0,report_escape/* html */.qy) `` : (0,report_escape/* html */.qy) `<p>… and ${count} more, left out here: a summary has a limited size.</p>`;
}

;// CONCATENATED MODULE: ./lib/report/ramp.js




/** The planned ramp beside what became of it: share wanted and real, pods, and how far the effect on users is known. */
function rampTable(story, room) {
    const isPromoted = story.outcome === 'promoted';
    const rows = story.steps
        .filter(({ share, stay }) => share > 0 || stay > 0)
        .map((step) => ({ step, reached: story.ramp.find(({ wanted }) => wanted === step.share) ?? null }));
    return table([
        { title: 'Wanted', align: 'right', cell: ({ step }) => wantedOf(step) },
        { title: 'For', align: 'right', cell: ({ step }) => (step.stay === 0 ? '' : (0,duration/* formatDuration */.a)(step.stay)) },
        { title: 'Was', align: 'right', cell: (row) => shareOf(row, isPromoted) },
        {
            title: 'At',
            align: 'right',
            cell: ({ reached }) => (reached === null ? '' : (0,duration/* formatDuration */.a)(reached.at - story.startedAt)),
        },
        { title: 'Pods', align: 'left', cell: ({ reached }) => (reached === null ? '' : podsOf(reached)) },
        { title: 'Known by', align: 'left', cell: ({ reached, step }) => knownBy(story, reached, step) },
    ], rows, room.rows);
}
function wantedOf({ share, pods }) {
    return pods === undefined ? (0,route/* percent */.KN)(share) : `${pods} pod${pods === 1 ? '' : 's'}`;
}
/** The last step of a ramp by numbers of pods is the switch of the live Service. */
function shareOf({ step, reached }, isPromoted) {
    if (reached !== null)
        return (0,route/* percent */.KN)(reached.real);
    return isPromoted && step.share >= route/* ALL */.y2 ? (0,route/* percent */.KN)(route/* ALL */.y2) : '–';
}
function podsOf({ candidatePods, stablePods }) {
    return `${candidatePods} new, ${stablePods} old`;
}
function knownBy({ strategy, outcome }, reached, { share }) {
    if (reached === null && strategy === 'rolling' && share >= route/* ALL */.y2)
        return outcome === 'promoted' ? 'the live Service’s endpoints' : 'not reached';
    if (reached === null)
        return share >= route/* ALL */.y2 ? 'the live Service’s switch' : 'not reached';
    return reached.routes.length === 0 ? (0,report_escape/* html */.qy) `the live Service’s endpoints` : reached.routes.join('; ');
}

;// CONCATENATED MODULE: ./lib/report/timeline.js




/** Cells of a bar. Each has two halves. */
const WIDTH = 20;
/** Characters of a fact in a cell; the log has all of it. */
const LONGEST_FACT = 240;
/** Characters of a phase's name that stay on one line. */
const LONGEST_UNBROKEN = 16;
const SPACE = '\u00a0';
/**
 * Where a span lies in the whole: spaces, then `▐███▌`, then spaces; always `WIDTH` characters, never without ink. Only blocks that
 * every monospaced font has (eighths of a block are of another width on Windows). Times in milliseconds from the start of the whole.
 */
function bar(start, end, whole) {
    const halves = 2 * WIDTH;
    const scale = whole > 0 ? halves / whole : 0;
    const from = Math.min(halves - 1, Math.max(0, Math.floor(start * scale)));
    const to = Math.min(halves, Math.max(from + 1, Math.round(end * scale)));
    const inked = (half) => half >= from && half < to;
    return Array.from({ length: WIDTH }, (_, cell) => {
        const [left, right] = [inked(2 * cell), inked(2 * cell + 1)];
        return left && right ? '█' : left ? '▌' : right ? '▐' : SPACE;
    }).join('');
}
/** The chapters of the release: when each began, how long it took, and what it found. */
function timeline(story, room) {
    const { phases, startedAt } = story;
    const whole = Math.max(story.finishedAt, ...phases.map(({ endedAt }) => endedAt)) - startedAt;
    const isNews = newsIn(story);
    return table([
        { title: 'Phase', align: 'left', cell: ({ phase }) => nameOf(phase) },
        { title: 'At', align: 'right', cell: (span) => (0,duration/* formatDuration */.a)(span.startedAt - startedAt) },
        { title: 'Took', align: 'right', cell: (span) => (0,duration/* formatDuration */.a)(span.endedAt - span.startedAt) },
        {
            title: '',
            align: 'left',
            cell: (span) => (0,report_escape/* html */.qy) `<code>${fixed(bar(span.startedAt - startedAt, span.endedAt - startedAt, whole))}</code>`,
        },
        {
            title: 'What happened',
            align: 'left',
            cell: (span) => told(span.facts.filter(isNews).slice(-room.facts), span, story),
        },
    ], phases, room.rows);
}
function nameOf(phase) {
    return phase.length > LONGEST_UNBROKEN ? (0,report_escape/* html */.qy) `${phase}` : fixed(phase.replaceAll(' ', SPACE));
}
/** The facts of a chapter; where there are none, what it wrote. */
function told(facts, span, story) {
    const lines = facts.length > 0 ? facts : written(span, story);
    return (0,report_escape/* joined */.oR)(lines.map((line) => (0,report_escape/* html */.qy) `${(0,report_escape/* shortDigests */.sY)((0,report_escape/* oneLine */.TN)(line, LONGEST_FACT))}`), (0,report_escape/* html */.qy) `<br>`);
}
/** The reason and the images are told at the top and need not be told again. */
function newsIn({ reason, from, to }) {
    const why = reason === null ? null : (0,report_escape/* firstLine */.TM)(reason);
    const moves = changedImages(from, to).map((move) => `${move.from} → ${move.to}`);
    return (fact) => (why === null || !fact.startsWith(why)) && !moves.some((move) => fact.endsWith(move));
}
function written(span, story) {
    const whys = story.writes.filter(({ at }) => at >= span.startedAt && at <= span.endedAt).map(({ why }) => why);
    return whys.length <= 2 ? whys : [`${whys.length} writes, listed below`];
}
/** Its spaces neither vanish nor break the line. */
function fixed(text) {
    return (0,report_escape/* joined */.oR)(text.split(SPACE).map((part) => (0,report_escape/* html */.qy) `${part}`), (0,report_escape/* html */.qy) `&nbsp;`);
}

;// CONCATENATED MODULE: ./lib/report/trouble.js


/** What the failed check printed, or what the cluster knows of the sick pods. */
function trouble(story, room) {
    const failed = story.checks.filter(({ verdict }) => verdict === 'unhealthy').slice(0, room.rows);
    const printed = failed.flatMap(({ name, detail }) => {
        const [, ...lines] = detail.split('\n');
        return lines.length === 0 ? [] : [(0,report_escape/* html */.qy) `<p>Last lines of ${(0,report_escape/* code */.aY)(name)}:</p>`, block(lines.join('\n'), room)];
    });
    return section('What went wrong', ...printed, ...found(story.diagnosis, story.reason ?? '', room));
}
function found(diagnosis, reason, room) {
    if (diagnosis === null)
        return [];
    const { log, events } = diagnosis;
    const toldKind = kindOf(reason);
    const isTold = (sign) => kindOf(sign) === toldKind;
    const told = diagnosis.signs.filter(isTold);
    const signs = kindsOf(diagnosis.signs.filter((sign) => !isTold(sign)));
    return [
        told.length > 1 ? (0,report_escape/* html */.qy) `<p>Other pods of the new version show the same.</p>` : null,
        signs.length === 0 ? null : list(signs, room.rows),
        log === null ? null : (0,report_escape/* html */.qy) `<p>Last lines of container ${(0,report_escape/* code */.aY)(log.container)} in pod ${(0,report_escape/* code */.aY)(log.pod)}:</p>`,
        log === null ? null : block(log.lines.join('\n'), room),
        events.length === 0 ? null : (0,report_escape/* html */.qy) `<p>Newest events:</p>`,
        events.length === 0 ? null : block(events.map((event) => (0,report_escape/* oneLine */.TN)(event)).join('\n'), room),
    ];
}
/** Pods of one version mostly fail alike: one sign of each kind, with a word about other pods. */
function kindsOf(signs) {
    const kinds = Map.groupBy(signs, kindOf);
    return [...kinds.values()].map(([first = '', ...others]) => others.length === 0 ? first : `${(0,report_escape/* oneLine */.TN)(first)} (other pods too)`);
}
/** A sign without the name of its pod and without numbers (restarts, seconds). */
function kindOf(sign) {
    return (0,report_escape/* oneLine */.TN)(sign)
        .replace(/\bpod \S+?(?=:|$)/, 'pod')
        .replaceAll(/\d+/g, '0');
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
        ...trouble(story, room),
        ...advice(story, room),
        ...warnings(story.warnings, room),
        ...section('Ramp', story.steps.length > 1 ? rampTable(story, room) : null),
        ...section('Timeline', story.phases.length > 1 ? timeline(story, room) : null),
        ...checks(story.checks, room),
        writes(story, room),
    ];
    const markups = blocks.flatMap((part) => (part === null || part.markup === '' ? [] : [part.markup]));
    return `${markups.join('\n\n')}\n`;
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
        return story.outcome === 'failed' ? '❌ Dry run failed' : '🔍 Dry run';
    if (story.findings.length > 0 && !hasBegun(story))
        return '❌ Not released';
    return story.held ? '❌ Failed, both versions left standing' : OUTCOMES[story.outcome];
}
/** For someone tired: what it means for the users, and why. */
function lead(story) {
    const sentence = (0,report_escape/* html */.qy) `<b>${describeUsers(usersAfter(story))}</b>`;
    const drained = story.phases.some(({ phase }) => phase === 'Drain');
    const connections = story.outcome === 'promoted' && drained
        ? (0,report_escape/* html */.qy) ` Connections that clients kept open stayed on the old pods until those ended.`
        : (0,report_escape/* html */.qy) ``;
    // Findings say it all, and a dry run was asked for.
    const isTold = story.findings.length > 0 || (story.dryRun && story.outcome !== 'failed');
    if (story.reason === null || isTold)
        return (0,report_escape/* html */.qy) `<p>${sentence}${connections}</p>`;
    return (0,report_escape/* html */.qy) `<p>${sentence}${connections}</p>
<p><b>Why:</b> ${(0,report_escape/* prose */.CS)((0,report_escape/* firstLine */.TM)(story.reason))}</p>`;
}
function summary_images({ from, to, outcome, writes: told }, room) {
    const moves = changedImages(from, to);
    if (moves.length > 0)
        return table([
            { title: 'Container', align: 'left', cell: ({ container }) => container },
            { title: 'From', align: 'left', cell: (move) => imageName(move.from) },
            { title: 'To', align: 'left', cell: (move) => imageName(move.to) },
        ], moves, room.rows);
    const running = Object.entries(to);
    if (running.length === 0)
        return null;
    if (outcome !== 'unchanged' || told.length > 0)
        return (0,report_escape/* html */.qy) `<p>The images stay as they are; environment values change.</p>`;
    return table([
        { title: 'Container', align: 'left', cell: ([container]) => container },
        { title: 'Image', align: 'left', cell: ([, image]) => imageName(image) },
    ], running, room.rows);
}
/** The whole digest is in the outputs. */
function imageName(image) {
    return (0,report_escape/* code */.aY)((0,report_escape/* shortDigests */.sY)((0,report_escape/* oneLine */.TN)(image)));
}
const STRATEGIES = {
    'blue-green': 'Blue/green',
    canary: 'Canary',
    rolling: 'Rolling',
};
/** Who and what was behind it. */
function origin(story) {
    const { run } = story;
    // A plan that was not carried out has an id that stands nowhere else.
    const id = story.outcome === 'unchanged' ? null : story.release;
    const facts = [
        (0,report_escape/* html */.qy) `${STRATEGIES[story.strategy] ?? story.strategy} release${id === null ? '' : (0,report_escape/* html */.qy) ` ${(0,report_escape/* code */.aY)(id)}`}`,
        (0,report_escape/* html */.qy) `took <b>${(0,duration/* formatDuration */.a)(story.finishedAt - story.startedAt)}</b>`,
        run.sha === null ? null : (0,report_escape/* html */.qy) `commit ${(0,report_escape/* link */.nf)(commitAddress(story), (0,report_escape/* code */.aY)(run.sha.slice(0, 7)))}${branch(run.ref)}`,
        run.actor === null ? null : (0,report_escape/* html */.qy) `by ${run.actor}`,
        run.url === null && run.id === null ? null : (0,report_escape/* link */.nf)(run.url, (0,report_escape/* html */.qy) `run ${run.id ?? ''}${attempt(run.attempt)}`),
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
function attempt(number) {
    return number === null || number === '1' ? '' : `, attempt ${number}`;
}
/** Everything that stood in the way, each with what puts it right. */
function findings(all, room) {
    if (all.length === 0)
        return [];
    const shown = all.slice(0, room.rows);
    const blocks = shown.flatMap(({ message, attachment }, at) => [
        (0,report_escape/* html */.qy) `<p>${all.length === 1 ? '' : `${at + 1}. `}${(0,report_escape/* prose */.CS)(message)}</p>`,
        ...(attachment === undefined ? [] : [block(attachment, room)]),
    ]);
    return section('What stands in the way', ...blocks, more(all.length - shown.length));
}
function advice(story, room) {
    const found = adviceFor(story);
    if (found === null)
        return [];
    // Half of a command or of a list of inputs is worse than none.
    const copy = found.copy === null || found.copy.text.length > room.block ? null : (0,report_escape/* pre */.AS)(found.copy.text);
    return section(found.title, (0,report_escape/* html */.qy) `<p>${(0,report_escape/* prose */.CS)(found.text)}</p>`, copy);
}
function warnings(all, room) {
    return all.length === 0 ? [] : section('⚠️ Warnings', list(all, room.rows));
}
const VERDICTS = {
    healthy: '✅ healthy',
    unhealthy: '❌ unhealthy',
    cancelled: '➖ cancelled',
};
function checks(all, room) {
    if (all.length === 0)
        return [];
    const results = table([
        { title: 'Check', align: 'left', cell: ({ name }) => (0,report_escape/* code */.aY)(name) },
        { title: 'Result', align: 'left', cell: ({ verdict }) => VERDICTS[verdict] },
        { title: 'Tries', align: 'right', cell: ({ tries }) => tries },
        { title: 'Took', align: 'right', cell: ({ took }) => (0,duration/* formatDuration */.a)(took) },
        { title: 'Found', align: 'left', cell: ({ detail }) => (0,report_escape/* firstLine */.TM)(detail) },
    ], all, room.rows);
    return section('Checks', results);
}
function writes(story, room) {
    const { length } = story.writes;
    if (length === 0)
        return null;
    const title = story.dryRun ? 'What a release would write to the cluster' : 'What was written to the cluster';
    const count = `${length} write${length === 1 ? '' : 's'} of ${story.requests} requests`;
    const requests = table([
        { title: 'At', align: 'right', cell: ({ at }) => (0,duration/* formatDuration */.a)(at - story.startedAt) },
        { title: 'Why', align: 'left', cell: ({ why }) => why },
        { title: 'Request', align: 'left', cell: ({ request }) => (0,report_escape/* code */.aY)(request) },
    ], story.writes, room.writes);
    return (0,report_escape/* html */.qy) `<details><summary>${title} (${count})</summary>\n${requests}\n</details>`;
}

;// CONCATENATED MODULE: ./lib/action/reporter.js






/** Writes outputs, summary and annotation of a run, once. */
class Reporter {
    namespace = null;
    /** Requests sent to the API server so far. */
    requests = () => 0;
    #told = false;
    #subject;
    #run;
    #teller;
    #clock;
    #startedAt;
    constructor(subject, run, teller, clock) {
        this.#subject = subject;
        this.#run = run;
        this.#teller = teller;
        this.#clock = clock;
        this.#startedAt = clock.now();
    }
    /** What the next steps get if this one is killed before it can tell more: the runner reads outputs even then. */
    tellBeginning(plan) {
        const reason = 'The step ended before it could say how the release ended; its post step takes the release back.';
        this.#setOutputs(this.#story({ ...deploy/* NOTHING */.K$, plan, reason }, []));
    }
    /** Answers whether the run did what was asked of it. */
    async tell(result, findings) {
        if (this.#told)
            return isSuccess(result, this.#subject);
        this.#told = true;
        this.#teller.end();
        const story = this.#story(result, findings);
        tellDetails(this.#teller, story);
        this.#setOutputs(story);
        if (this.#subject.summary && (process.env.GITHUB_STEP_SUMMARY ?? '') !== '')
            await core/* summary */.z.addRaw(renderSummary(story), true).write();
        if (isSuccess(result, this.#subject))
            return true;
        const { title, message } = annotationFor(story);
        core/* error */.z3(message, { title });
        return false;
    }
    #setOutputs(story) {
        for (const [name, value] of Object.entries(outputsOf(story)))
            core/* setOutput */.uH(name, value);
    }
    #story(result, findings) {
        const { plan } = result;
        const subject = this.#subject;
        const teller = this.#teller;
        return {
            outcome: result.outcome,
            reason: result.reason,
            dryRun: subject.dryRun,
            // A release that changed nothing has left no trace under its id.
            release: result.outcome === 'unchanged' ? null : (plan?.release ?? null),
            namespace: this.namespace,
            deployment: subject.deployment,
            service: plan?.service.name ?? subject.service,
            strategy: plan?.strategy ?? subject.strategy,
            stableHash: plan?.stable.hash ?? null,
            candidateHash: result.candidateHash,
            from: plan?.stable.images ?? {},
            to: plan?.candidate.images ?? {},
            run: this.#run,
            startedAt: this.#startedAt,
            finishedAt: this.#clock.now(),
            phases: teller.phases(),
            checks: result.checks,
            writes: teller.writes(),
            warnings: teller.warnings(),
            findings,
            diagnosis: result.diagnosis,
            ramp: result.ramp,
            pausedAt: result.pausedAt,
            steps: plan === null || plan.strategy === 'blue-green' ? [] : plan.steps,
            held: result.left === 'standing',
            rollbackPossible: result.rollbackPossible,
            requests: this.requests(),
        };
    }
}
function isSuccess({ outcome }, { action }) {
    if (action === 'abort' && outcome === 'aborted')
        return true;
    return outcome === 'promoted' || outcome === 'unchanged' || outcome === 'paused';
}


/***/ }),

/***/ 8:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   C: () => (/* binding */ routerCommandOf)
/* harmony export */ });
/* harmony import */ var _action_durations_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(1559);
/* harmony import */ var _traffic_command_route_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(9776);
/* harmony import */ var _user_command_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(6073);



/** Milliseconds that one run of either command may take. */
const LIMIT = 120_000;
/** Inputs `router-command` and `router-verify` as the engine runs them; null: there is no `router-command`. */
function routerCommandOf({ routerCommand }, ports) {
    if (routerCommand === null)
        return null;
    const { command, verify } = routerCommand;
    const runner = (input, script) => async (names, share, signal) => {
        const variables = { ...(0,_user_command_js__WEBPACK_IMPORTED_MODULE_2__/* .releaseVariables */ .h)(names, ports.kubeconfig), CROSSFADE_SHARE: (0,_traffic_command_route_js__WEBPACK_IMPORTED_MODULE_1__/* .shareVariable */ .U$)(share) };
        const onLine = (line) => ports.onLine(input, line);
        return outcomeOf(await (0,_user_command_js__WEBPACK_IMPORTED_MODULE_2__/* .runUserCommand */ .w)(script, variables, { ...ports, onLine }, LIMIT, signal));
    };
    return {
        tell: runner('router-command', command),
        verify: verify === null ? null : runner('router-verify', verify),
    };
}
/** The last line that it wrote is mostly its reason. */
function outcomeOf(ended) {
    const last = ended.lastLines.findLast((line) => line.trim() !== '');
    const reason = last === undefined ? howOf(ended) : `${howOf(ended)}: ${last.trim()}`;
    return { ok: ended.how === 'exited' && ended.code === 0, reason };
}
function howOf(ended) {
    switch (ended.how) {
        case 'cancelled':
            return 'ended before it was done';
        case 'limit':
            return `not done within ${(0,_action_durations_js__WEBPACK_IMPORTED_MODULE_0__/* .formatDuration */ .a3)(LIMIT)}, and ended`;
        case 'not-started':
            return `it could not be started, ${ended.message}`;
        case 'signalled':
            return `ended by ${ended.signal}`;
        case 'exited':
            return `exit code ${ended.code}`;
    }
}


/***/ }),

/***/ 6073:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  h: () => (/* binding */ releaseVariables),
  w: () => (/* binding */ runUserCommand)
});

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
function runChild(file, args, { env, onLine, signal, onStart }) {
    const child = start(file, args, env);
    if ('how' in child)
        return Promise.resolve(child);
    if (child.pid !== undefined)
        onStart?.(child.pid);
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

;// CONCATENATED MODULE: ./lib/checks/user-command.js

const LAST_LINES = 20;
const LONGEST_QUOTED_LINE = 500;
/**
 * Runs the user's command in a shell, with `variables` beside the inherited environment. Never rejects; after a cancel, or after
 * `limitMs` milliseconds, it resolves within about 2.5 seconds, when the command and all that it started are gone.
 */
async function runUserCommand(command, variables, { clock, env, onLine, onProcess }, limitMs, signal) {
    const lastLines = [];
    const limit = new AbortController();
    const ended = new AbortController();
    clock.sleep(limitMs, ended.signal).then(() => limit.abort(), () => { });
    const how = await runInShell(command, {
        env: { ...inherited(env), ...variables },
        signal: AbortSignal.any([signal, limit.signal]),
        onLine: (line, stream) => {
            lastLines.push(line.slice(0, LONGEST_QUOTED_LINE));
            if (lastLines.length > LAST_LINES)
                lastLines.shift();
            onLine(line, stream);
        },
        onStart: (pid) => onProcess?.(pid),
    });
    ended.abort();
    onProcess?.(null);
    // In this order: a command that we end may still answer SIGTERM with exit code 0, which is no pass.
    if (signal.aborted)
        return { how: 'cancelled', lastLines };
    if (limit.signal.aborted)
        return { how: 'limit', lastLines };
    return { ...how, lastLines };
}
/** The variables that every command finds. `kubeconfig`: the path of the one that the release uses; null: as we find the cluster. */
function releaseVariables(names, kubeconfig) {
    return {
        CROSSFADE_NAMESPACE: names.namespace,
        CROSSFADE_DEPLOYMENT: names.deployment,
        CROSSFADE_SERVICE: names.service,
        CROSSFADE_CANDIDATE_SERVICE: names.candidateService,
        CROSSFADE_RELEASE: names.release,
        ...(kubeconfig === null ? {} : { KUBECONFIG: kubeconfig }),
    };
}
/** Our inputs are no business of the command, and the kubeconfig's content is among them. */
function inherited(env) {
    return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('INPUT_')));
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


/***/ }),

/***/ 9814:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   j: () => (/* binding */ Api)
/* harmony export */ });
/* unused harmony export USER_AGENT */
/* harmony import */ var node_timers_promises__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(8500);
/* harmony import */ var undici__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(6752);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(2835);
/* harmony import */ var _field_owners_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(9583);




/** Milliseconds one request may take; a watch has none. */
const DEADLINE = 10_000;
/** Tries of a read, and of any request that was answered 429, before it is given up. */
const TRIES = 5;
const PAGE = 500;
const USER_AGENT = 'crossfade';
/** Objects of the API as JSON over HTTP/1.1: nothing is dropped on the way, every request has a deadline, retries are safe ones. */
class Api {
    #connection;
    #warn;
    /** Requests sent, watches included. */
    requests = 0;
    /** `warn` hears the API server's own warnings (deprecations, policy audits) on successful writes. */
    constructor(connection, warn) {
        this.#connection = connection;
        this.#warn = warn;
    }
    /** Null only for a 404. Throws ApiError, or UnknownOutcome after the last try. */
    async get(path, signal) {
        try {
            return await this.#json({ method: 'GET', path, ...(signal === undefined ? {} : { signal }) });
        }
        catch (error) {
            if (error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_2__/* .ApiError */ .hD && error.status === 404)
                return null;
            throw error;
        }
    }
    /** All pages. The resourceVersion is the first page's: a watch from there misses nothing. */
    async list(path, query = {}, signal) {
        const items = [];
        let resourceVersion;
        let next;
        do {
            const page = await this.#json({
                method: 'GET',
                path,
                query: { ...query, limit: PAGE, continue: next },
                ...(signal === undefined ? {} : { signal }),
            });
            items.push(...page.items);
            resourceVersion ??= page.metadata.resourceVersion;
            next = page.metadata.continue;
        } while (next !== undefined && next !== '');
        return { metadata: resourceVersion === undefined ? {} : { resourceVersion }, items };
    }
    /**
     * Sends a planned write once (429 apart: that was not executed). Throws ApiError for a refusal (422 also when a test failed),
     * UnknownOutcome when nobody knows whether it happened.
     */
    async write(write, options = {}) {
        const query = {
            fieldManager: _field_owners_js__WEBPACK_IMPORTED_MODULE_3__/* .FIELD_MANAGER */ .vy,
            ...(options.dryRun === true ? { dryRun: 'All', fieldValidation: 'Strict' } : {}),
        };
        const common = { path: write.path, query, ...(options.signal === undefined ? {} : { signal: options.signal }) };
        switch (write.verb) {
            case 'patch': {
                const body = options.dryRun === true ? write.changes : [...write.tests, ...write.changes];
                return this.#json({ ...common, method: 'PATCH', body, type: 'application/json-patch+json' });
            }
            case 'create':
                return this.#json({ ...common, method: 'POST', body: write.body });
            case 'update':
                return this.#json({ ...common, method: 'PUT', body: write.body });
            case 'delete':
                return this.#json({
                    ...common,
                    query: options.dryRun === true ? { dryRun: 'All' } : {},
                    method: 'DELETE',
                    body: {
                        kind: 'DeleteOptions',
                        apiVersion: 'v1',
                        preconditions: { uid: write.uid },
                        // Where there is a body, the API server does not look at the query: without this a dry run deletes.
                        ...(options.dryRun === true ? { dryRun: ['All'] } : {}),
                    },
                });
        }
    }
    /** A request whose answer is an object made for it: access reviews; without a body: lists of what the API serves. */
    async ask(path, body) {
        return this.#json(body === null ? { method: 'GET', path } : { method: 'POST', path, body });
    }
    /** Text of any answer with its status, up to 256 KiB: logs, the service proxy. Slow answers stand in nobody's way. */
    async text(path, query = {}, options = {}) {
        return this.#send({ method: 'GET', path, query, slow: true, ...options });
    }
    /** A watch's events from `resourceVersion` on, until the server ends it, it fails, or the signal. */
    async *watch(path, query, signal, of = 'release') {
        const what = `watch ${path}`;
        this.requests += 1;
        const response = await (0,undici__WEBPACK_IMPORTED_MODULE_1__/* .request */ .Em)(this.#url(path, { ...query, watch: true, allowWatchBookmarks: true }), {
            method: 'GET',
            headers: await this.#headers(),
            dispatcher: of === 'route' ? this.#connection.routeDispatcher : this.#connection.dispatcher,
            signal,
        });
        if (response.statusCode !== 200) {
            const status = parse(await response.body.text());
            throw new _errors_js__WEBPACK_IMPORTED_MODULE_2__/* .ApiError */ .hD(what, response.statusCode, text(status.reason), text(status.message));
        }
        let rest = '';
        const decoder = new TextDecoder();
        for await (const chunk of response.body) {
            rest += decoder.decode(chunk, { stream: true });
            const lines = rest.split('\n');
            rest = lines.pop() ?? '';
            for (const line of lines)
                if (line !== '')
                    yield JSON.parse(line);
        }
    }
    async #json(call) {
        const { body, status } = await this.#withRetries(call);
        const parsed = parse(body);
        if (status >= 200 && status < 300) {
            if (Object.keys(parsed).length === 0)
                throw new _errors_js__WEBPACK_IMPORTED_MODULE_2__/* .UnknownOutcome */ .Bt(describe(call), new Error('the answer was no JSON object'));
            return parsed;
        }
        throw new _errors_js__WEBPACK_IMPORTED_MODULE_2__/* .ApiError */ .hD(describe(call), status, text(parsed.reason), text(parsed.message));
    }
    /** Reads: resets and 5xx are tried again. Every verb: 429. Writes of unknown outcome are the caller's to look after. */
    async #withRetries(call) {
        const isRead = call.method === 'GET' || call.path.startsWith('/apis/authorization.k8s.io/');
        let renewed = false;
        for (let tried = 1;; tried += 1) {
            const answer = await this.#try(call);
            const last = tried >= TRIES;
            if ('failure' in answer) {
                if (call.signal?.aborted)
                    throw new _errors_js__WEBPACK_IMPORTED_MODULE_2__/* .Abandoned */ .$q(describe(call));
                if (!isRead || last)
                    throw new _errors_js__WEBPACK_IMPORTED_MODULE_2__/* .UnknownOutcome */ .Bt(describe(call), answer.failure);
            }
            else if (answer.status === 401 && !renewed) {
                renewed = true;
                await this.#connection.authorization(true);
                continue;
            }
            else if (answer.status === 429) {
                if (last)
                    return answer;
            }
            else if (answer.status >= 500 && isTransient(answer)) {
                if (!isRead || last)
                    throw new _errors_js__WEBPACK_IMPORTED_MODULE_2__/* .UnknownOutcome */ .Bt(describe(call), new Error(`HTTP ${answer.status}: ${oneLine(answer.body)}`));
            }
            else if (isRead && answer.status < 300 && !isJsonObject(answer.body)) {
                // A proxy's error page, or an answer cut short.
                if (last)
                    throw new _errors_js__WEBPACK_IMPORTED_MODULE_2__/* .UnknownOutcome */ .Bt(describe(call), new Error(`the answer was no JSON: ${oneLine(answer.body)}`));
            }
            else
                return answer;
            const pause = 'retryAfter' in answer && answer.retryAfter !== null ? answer.retryAfter : 100 * 2 ** (tried - 1);
            await (0,node_timers_promises__WEBPACK_IMPORTED_MODULE_0__.setTimeout)(Math.min(pause, 10_000), undefined, call.signal === undefined ? {} : { signal: call.signal }).catch(() => {
                throw new _errors_js__WEBPACK_IMPORTED_MODULE_2__/* .Abandoned */ .$q(describe(call));
            });
        }
    }
    async #try(call) {
        try {
            return await this.#send(call);
        }
        catch (failure) {
            return { failure };
        }
    }
    async #send(call) {
        const deadline = AbortSignal.timeout(call.deadline ?? DEADLINE);
        this.requests += 1;
        const response = await (0,undici__WEBPACK_IMPORTED_MODULE_1__/* .request */ .Em)(this.#url(call.path, call.query ?? {}), {
            method: call.method,
            headers: {
                ...(await this.#headers()),
                ...(call.body === undefined ? {} : { 'content-type': call.type ?? 'application/json' }),
            },
            ...(call.body === undefined ? {} : { body: asGoWrites(call.body) }),
            dispatcher: call.slow === true ? this.#connection.slowDispatcher : this.#connection.dispatcher,
            // undici closes the connection after a DELETE with a body unless told that the next request may use it.
            reset: false,
            signal: call.signal === undefined ? deadline : AbortSignal.any([deadline, call.signal]),
        });
        const body = call.slow === true ? await firstBytes(response.body) : await response.body.text();
        for (const warning of [response.headers.warning ?? []].flat())
            this.#warn(/^299 \S+ "(.*)"$/.exec(warning)?.[1] ?? warning);
        const retryAfter = Number([response.headers['retry-after'] ?? []].flat()[0]);
        return { status: response.statusCode, body, retryAfter: retryAfter > 0 ? retryAfter * 1000 : null };
    }
    #url(path, query) {
        // A smoke test's path may have a query of its own.
        const set = new URLSearchParams();
        for (const [name, value] of Object.entries(query))
            if (value !== undefined)
                set.set(name, String(value));
        const joint = path.includes('?') ? '&' : '?';
        return `${this.#connection.server}${path}${set.size === 0 ? '' : `${joint}${set}`}`;
    }
    async #headers() {
        const authorization = await this.#connection.authorization();
        return {
            accept: 'application/json',
            'user-agent': USER_AGENT,
            ...(authorization === null ? {} : { authorization }),
        };
    }
}
/** Of an answer that comes from a pod: enough to judge it by, however much it sends. Bytes. */
const LONGEST_TEXT = 262_144;
async function firstBytes(body) {
    const chunks = [];
    let size = 0;
    for await (const chunk of body) {
        chunks.push(chunk);
        size += chunk.length;
        if (size >= LONGEST_TEXT)
            break;
    }
    return Buffer.concat(chunks).subarray(0, LONGEST_TEXT).toString('utf8');
}
/** A 500 with a clear word of the API server's is final; a webhook that could not be called may be back in a moment. */
function isTransient({ status, body }) {
    if (status !== 500)
        return true;
    const { message, reason } = parse(body);
    return (reason !== 'InternalError' ||
        text(message).includes('failed calling webhook') ||
        text(message).includes('etcdserver'));
}
function isJsonObject(body) {
    return Object.keys(parse(body)).length > 0;
}
function parse(body) {
    try {
        const parsed = JSON.parse(body);
        // Checked to be a non-null object; JSON objects have string keys.
        return parsed !== null && typeof parsed === 'object' ? parsed : {};
    }
    catch {
        return {};
    }
}
function text(value) {
    return typeof value === 'string' ? value : '';
}
/**
 * JSON with the escapes of Go's encoder. The API server compares the strings of a JSON Patch's `test` byte for byte with its own
 * encoding of the object (evanphx/json-patch): without them a `test` of a text with `&` in it fails for ever.
 */
function asGoWrites(body) {
    return JSON.stringify(body).replaceAll(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
function describe(call) {
    return `${call.method} ${call.path}`;
}
function oneLine(body) {
    return body.replace(/\s+/g, ' ').slice(0, 200);
}


/***/ }),

/***/ 8132:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   N: () => (/* binding */ connect),
/* harmony export */   R: () => (/* binding */ ConnectionError)
/* harmony export */ });
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3024);
/* harmony import */ var node_os__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(8161);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(6760);
/* harmony import */ var _kubernetes_client_node__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(5282);
/* harmony import */ var undici__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(6752);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(2835);






/** The cluster cannot be reached as configured; the message says what was looked for, what was found and what to do. */
class ConnectionError extends Error {
}
/** Milliseconds after which token files and exec plugins are asked again: projected tokens are rotated on disk. */
const CREDENTIAL_AGE = 30_000;
/** At most so many connections to the API server: three watches and the requests. */
const CONNECTIONS = 4;
const MOST_ROUTES = 16;
/** Reads kubeconfig (input, `KUBECONFIG`, `~/.kube/config`, in-cluster, in this order) and makes the connection pools. */
async function connect(cluster, env) {
    let config = load(cluster, env);
    const found = config.getCurrentCluster();
    if (found === null)
        throw new ConnectionError(noContext(config, cluster.context));
    const options = await tlsOptions(config);
    const connectOptions = {
        ...(options.ca === undefined ? {} : { ca: options.ca }),
        ...(options.cert === undefined ? {} : { cert: options.cert }),
        ...(options.key === undefined ? {} : { key: options.key }),
        ...(options.servername === undefined ? {} : { servername: options.servername }),
        ...(options.rejectUnauthorized === undefined ? {} : { rejectUnauthorized: options.rejectUnauthorized }),
    };
    const proxy = found.proxyUrl ?? proxyFor(found.server, env);
    const pool = (connections) => {
        // HTTP/1.1: over one HTTP/2 connection a black hole takes every retry with it.
        const common = { connections, allowH2: false, keepAliveTimeout: 30_000, bodyTimeout: 0 };
        return proxy === null
            ? new undici__WEBPACK_IMPORTED_MODULE_3__/* .Agent */ .g6({ ...common, connect: { ...connectOptions, timeout: 10_000 } })
            : new undici__WEBPACK_IMPORTED_MODULE_3__/* .ProxyAgent */ .kT({ ...common, uri: proxy, requestTls: connectOptions });
    };
    let credential = { at: 0, value: null };
    const dispatcher = pool(CONNECTIONS);
    const slowDispatcher = pool(1);
    const routeDispatcher = pool(MOST_ROUTES);
    return {
        server: found.server.replace(/\/$/, ''),
        namespace: config.getContextObject(config.getCurrentContext())?.namespace ?? inClusterNamespace(config) ?? 'default',
        dispatcher,
        slowDispatcher,
        routeDispatcher,
        async authorization(renew = false) {
            if (renew)
                config = load(cluster, env);
            if (renew || Date.now() - credential.at > CREDENTIAL_AGE) {
                const { headers, auth } = await tlsOptions(config);
                const basic = auth === undefined ? null : `Basic ${Buffer.from(auth).toString('base64')}`;
                credential = { at: Date.now(), value: basic ?? headers.get('authorization') };
            }
            return credential.value;
        },
        secrets: secretsOf(config),
        async close() {
            await Promise.all([dispatcher.destroy(), slowDispatcher.destroy(), routeDispatcher.destroy()]);
        },
    };
}
async function tlsOptions(config) {
    const options = {};
    try {
        await config.applyToHTTPSOptions(options);
    }
    catch (error) {
        throw new ConnectionError(`Wanted credentials of the kubeconfig's user ${config.getCurrentUser()?.name ?? '(none)'}; ` +
            `its exec plugin or token failed: ${(0,_errors_js__WEBPACK_IMPORTED_MODULE_4__/* .describeCause */ .V$)(error)}. Check that the plugin is installed on this runner and logged in.`);
    }
    const { headers } = options;
    // The library fills an options object of node:https; these are the fields of it that it documents.
    return { ...options, headers: new Headers(headers ?? {}) };
}
function load(cluster, env) {
    const config = new _kubernetes_client_node__WEBPACK_IMPORTED_MODULE_5__/* .KubeConfig */ .yp();
    const source = describeSource(cluster, env);
    try {
        read(config, cluster, env);
        // The library refuses plain http (a `kubectl proxy`) unless told that TLS is not wanted; kubectl takes it.
        config.clusters = config.clusters.map((entry) => entry.server.startsWith('http://') ? { ...entry, skipTLSVerify: true } : entry);
    }
    catch (error) {
        throw new ConnectionError(`Wanted a kubeconfig from ${source}; found none that can be read: ${(0,_errors_js__WEBPACK_IMPORTED_MODULE_4__/* .describeCause */ .V$)(error)}.`);
    }
    if (cluster.context !== null) {
        if (config.getContextObject(cluster.context) === null)
            throw new ConnectionError(noContext(config, cluster.context));
        config.setCurrentContext(cluster.context);
    }
    return config;
}
function read(config, { kubeconfig }, env) {
    const [first, ...rest] = (env.KUBECONFIG ?? '').split(node_path__WEBPACK_IMPORTED_MODULE_2__.delimiter).filter((file) => file !== '');
    const home = (0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)((0,node_os__WEBPACK_IMPORTED_MODULE_1__.homedir)(), '.kube', 'config');
    if (kubeconfig?.kind === 'content')
        config.loadFromString(kubeconfig.value);
    else if (kubeconfig?.kind === 'path')
        config.loadFromFile(kubeconfig.value);
    else if (first !== undefined)
        loadFiles(config, first, rest);
    else if ((0,node_fs__WEBPACK_IMPORTED_MODULE_0__.existsSync)(home))
        config.loadFromFile(home);
    else if (env.KUBERNETES_SERVICE_HOST !== undefined)
        config.loadFromCluster();
    else
        throw new Error('input kubeconfig is empty, KUBECONFIG is not set, ~/.kube/config does not exist, and this is not a pod of a cluster');
}
/** `KUBECONFIG` may name several files; the first one wins where they disagree. */
function loadFiles(config, first, rest) {
    config.loadFromFile(first);
    for (const file of rest) {
        const more = new _kubernetes_client_node__WEBPACK_IMPORTED_MODULE_5__/* .KubeConfig */ .yp();
        more.loadFromFile(file);
        config.mergeConfig(more);
    }
}
function describeSource({ kubeconfig }, env) {
    if (kubeconfig?.kind === 'content')
        return 'the content of input kubeconfig';
    if (kubeconfig?.kind === 'path')
        return `the file ${kubeconfig.value} (input kubeconfig)`;
    if ((env.KUBECONFIG ?? '') !== '')
        return `the file ${env.KUBECONFIG} (variable KUBECONFIG)`;
    return 'input kubeconfig, KUBECONFIG, ~/.kube/config or the pod’s service account';
}
function noContext(config, wanted) {
    const names = config.getContexts().map((context) => context.name);
    const known = names.length === 0 ? 'none' : names.join(', ');
    return wanted === null
        ? `Wanted a current context with a cluster in the kubeconfig; it has none. Its contexts: ${known}. Name one with input context.`
        : `Wanted context ${wanted} (input context) in the kubeconfig; it has: ${known}.`;
}
function inClusterNamespace(config) {
    return config.getCurrentContext() === 'inClusterContext'
        ? config.getContextObject('inClusterContext')?.namespace
        : undefined;
}
function secretsOf(config) {
    const user = config.getCurrentUser();
    // Keys travel as base64 of PEM; a log may show either form, line by line.
    const key = user?.keyData === undefined ? '' : Buffer.from(user.keyData, 'base64').toString('utf8');
    return [user?.token, user?.password, user?.keyData, key].flatMap((secret) => (secret ? [secret] : []));
}
/** The proxy that the environment wants for this server, as curl and Go read it. */
function proxyFor(server, env) {
    const url = new URL(server);
    const name = url.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
    const proxy = env[name] ?? env[name.toUpperCase()] ?? '';
    if (proxy === '')
        return null;
    const exempt = (env.no_proxy ?? env.NO_PROXY ?? '').split(',').map((entry) => entry.trim());
    const isExempt = exempt.some((entry) => {
        const host = entry.replace(/^\*?\./, '').replace(/:\d+$/, '');
        return entry === '*' || (host !== '' && (url.hostname === host || url.hostname.endsWith(`.${host}`)));
    });
    const isLocal = url.hostname === 'localhost' || url.hostname === '127.0.0.1' || url.hostname === '[::1]';
    return isExempt || isLocal ? null : proxy;
}


/***/ }),

/***/ 2835:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   $q: () => (/* binding */ Abandoned),
/* harmony export */   Bt: () => (/* binding */ UnknownOutcome),
/* harmony export */   V$: () => (/* binding */ describeCause),
/* harmony export */   hD: () => (/* binding */ ApiError),
/* harmony export */   zM: () => (/* binding */ isStatus)
/* harmony export */ });
/** The API server answered with an error. */
class ApiError extends Error {
    status;
    /** Kubernetes' own word: NotFound, Conflict, Forbidden, Invalid …; empty when the answer was no Status object. */
    reason;
    what;
    constructor(what, status, reason, message) {
        super(`${what}: ${message === '' ? `HTTP ${status}` : message}`);
        this.what = what;
        this.status = status;
        this.reason = reason;
    }
}
/**
 * No answer that tells whether the request was carried out: connection lost, deadline passed, 5xx.
 * For a read it means "try later"; for a write, "look whether it happened".
 */
class UnknownOutcome extends Error {
    constructor(what, cause) {
        super(`${what}: ${describeCause(cause)}`, { cause });
    }
}
/** The request was given up because the release no longer wants it. */
class Abandoned extends Error {
}
function isStatus(error, status) {
    return error instanceof ApiError && error.status === status;
}
/** `connect ECONNREFUSED 127.0.0.1:6443` rather than `fetch failed`. */
function describeCause(cause) {
    if (!(cause instanceof Error))
        return String(cause);
    const inner = cause.cause instanceof Error ? describeCause(cause.cause) : '';
    const text = cause.message === '' ? cause.name : cause.message;
    return inner === '' || text.includes(inner) ? text : `${text} (${inner})`;
}


/***/ }),

/***/ 9583:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   DP: () => (/* binding */ oursIn),
/* harmony export */   I5: () => (/* binding */ ownersAt),
/* harmony export */   KN: () => (/* binding */ isApplied),
/* harmony export */   hC: () => (/* binding */ givenBack),
/* harmony export */   vy: () => (/* binding */ FIELD_MANAGER)
/* harmony export */ });
/* harmony import */ var node_util__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7975);
/* harmony import */ var _field_sets_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(5518);


/** The name under which our writes stand in `managedFields`. */
const FIELD_MANAGER = 'crossfade';
/** Who has the fields at these paths, but for ourselves. What is written through a subresource (status, scale) does not count. */
function ownersAt(metadata, paths) {
    return (metadata?.managedFields ?? [])
        .filter((entry) => isOfTheObject(entry) && !isOurs(entry))
        .map(({ manager = '', operation = '', apiVersion = '', time = null, fieldsV1 }) => {
        const fields = (0,_field_sets_js__WEBPACK_IMPORTED_MODULE_1__/* .within */ .ux)(setOf(fieldsV1), paths);
        return { manager, operation, apiVersion, time, fields };
    })
        .filter(({ fields }) => !(0,_field_sets_js__WEBPACK_IMPORTED_MODULE_1__/* .isEmpty */ .Im)(fields));
}
/** The fields that stand under our name. */
function oursIn(metadata) {
    const entries = (metadata?.managedFields ?? []).filter(isOurs);
    return entries.map(({ fieldsV1 }) => setOf(fieldsV1)).reduce(_field_sets_js__WEBPACK_IMPORTED_MODULE_1__/* .union */ .KC, _field_sets_js__WEBPACK_IMPORTED_MODULE_1__/* .NO_FIELDS */ .eL);
}
/** True when somebody manages the object by server-side apply. */
function isApplied(metadata) {
    return (metadata?.managedFields ?? []).some((entry) => isOfTheObject(entry) && entry.operation === 'Apply');
}
/**
 * The managed fields of an object in which everything at `paths` that stands under our name is again under the names of `owners`, who
 * had it before; what of ours is left at `freed` is nobody's. What others have taken meanwhile stays with them. Null: nothing of it is ours.
 */
function givenBack(metadata, owners, { paths, freed }) {
    const entries = metadata?.managedFields ?? [];
    const ours = oursIn(metadata);
    const shares = owners
        .map((owner) => ({ ...owner, fields: (0,_field_sets_js__WEBPACK_IMPORTED_MODULE_1__/* .intersection */ .E$)(owner.fields, (0,_field_sets_js__WEBPACK_IMPORTED_MODULE_1__/* .within */ .ux)(ours, paths)) }))
        .filter(({ fields }) => !(0,_field_sets_js__WEBPACK_IMPORTED_MODULE_1__/* .isEmpty */ .Im)(fields));
    const leaving = shares.map(({ fields }) => fields).reduce(_field_sets_js__WEBPACK_IMPORTED_MODULE_1__/* .union */ .KC, (0,_field_sets_js__WEBPACK_IMPORTED_MODULE_1__/* .within */ .ux)(ours, freed));
    if ((0,_field_sets_js__WEBPACK_IMPORTED_MODULE_1__/* .isEmpty */ .Im)(leaving))
        return null;
    const kept = entries.flatMap((entry) => {
        if (!isOurs(entry))
            return [grown(entry, shares)];
        const fields = (0,_field_sets_js__WEBPACK_IMPORTED_MODULE_1__/* .difference */ .iv)(setOf(entry.fieldsV1), leaving);
        return (0,_field_sets_js__WEBPACK_IMPORTED_MODULE_1__/* .isEmpty */ .Im)(fields) ? [] : [{ ...entry, fieldsV1: fields }];
    });
    const again = shares.filter((share) => !entries.some((entry) => isSame(entry, share)));
    const after = [...kept, ...again.map(entryOf)];
    // An empty list would be taken for none, and the old one would stay; this is how the API server is told that nobody has anything.
    return after.length === 0 ? [{}] : after;
}
function grown(entry, shares) {
    const share = shares.find((one) => isSame(entry, one));
    return share === undefined ? entry : { ...entry, fieldsV1: (0,_field_sets_js__WEBPACK_IMPORTED_MODULE_1__/* .union */ .KC)(setOf(entry.fieldsV1), share.fields) };
}
function entryOf({ fields, time, ...entry }) {
    return { ...entry, ...(time === null ? {} : { time }), fieldsType: 'FieldsV1', fieldsV1: fields };
}
/** What makes an entry the one that it is. */
function isSame(entry, { manager, operation, apiVersion }) {
    const wanted = { manager, operation, apiVersion };
    const found = { manager: entry.manager, operation: entry.operation, apiVersion: entry.apiVersion };
    return isOfTheObject(entry) && (0,node_util__WEBPACK_IMPORTED_MODULE_0__.isDeepStrictEqual)(found, wanted);
}
function isOurs(entry) {
    return isOfTheObject(entry) && entry.manager === FIELD_MANAGER && entry.operation === 'Update';
}
function isOfTheObject({ subresource }) {
    return subresource === undefined || subresource === '';
}
function setOf(fieldsV1) {
    return (fieldsV1 ?? _field_sets_js__WEBPACK_IMPORTED_MODULE_1__/* .NO_FIELDS */ .eL); // the one format there is: fieldsType FieldsV1
}


/***/ }),

/***/ 5518:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   E$: () => (/* binding */ intersection),
/* harmony export */   Im: () => (/* binding */ isEmpty),
/* harmony export */   KC: () => (/* binding */ union),
/* harmony export */   eL: () => (/* binding */ NO_FIELDS),
/* harmony export */   iv: () => (/* binding */ difference),
/* harmony export */   ux: () => (/* binding */ within)
/* harmony export */ });
const NO_FIELDS = {};
function isEmpty(fields) {
    return Object.keys(fields).length === 0;
}
/** Fields of either. */
function union(a, b) {
    return combined(a, b, (inA, inB) => inA || inB);
}
/** Fields of both. */
function intersection(a, b) {
    return combined(a, b, (inA, inB) => inA && inB);
}
/** Fields of `a` that `b` does not have. */
function difference(a, b) {
    return combined(a, b, (inA, inB) => inA && !inB);
}
/** Fields at and below any of the paths. The empty path is everything. */
function within(fields, paths) {
    return paths.map((path) => below(fields, path)).reduce(union, NO_FIELDS);
}
function below(fields, [step, ...rest]) {
    if (step === undefined)
        return fields;
    const inner = fields[step];
    if (inner === undefined)
        return NO_FIELDS;
    if (rest.length === 0)
        return { [step]: inner };
    const found = below(inner, rest);
    return isEmpty(found) ? NO_FIELDS : { [step]: found };
}
function combined(a, b, rule) {
    const steps = [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((step) => step !== MEMBER).sort();
    return Object.fromEntries(steps.flatMap((step) => {
        const node = combinedNode(a[step], b[step], rule);
        return node === null ? [] : [[step, node]];
    }));
}
/** Null: neither the node nor anything below it is in the set. */
function combinedNode(a, b, rule) {
    const inner = combined(a ?? NO_FIELDS, b ?? NO_FIELDS, rule);
    const isIn = rule(isMember(a), isMember(b));
    if (isEmpty(inner))
        return isIn ? NO_FIELDS : null;
    return isIn ? { [MEMBER]: NO_FIELDS, ...inner } : inner;
}
function isMember(node) {
    return node !== undefined && (isEmpty(node) || MEMBER in node);
}
const MEMBER = '.';


/***/ }),

/***/ 5043:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   BG: () => (/* binding */ LockHeld),
/* harmony export */   G$: () => (/* binding */ leaseRequest),
/* harmony export */   ZZ: () => (/* binding */ acquireLease),
/* harmony export */   ms: () => (/* binding */ lockHolder)
/* harmony export */ });
/* unused harmony export leaseName */
/* harmony import */ var _traffic_service_selector_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(914);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(2835);


/** Seconds after which a Lease that nobody renewed is taken over. */
const DURATION = 30;
const RENEW_EVERY = 10_000;
const POLL_EVERY = 2_000;
/** Tries of a request whose outcome nobody knows. */
const TRIES = 5;
/** Somebody else is releasing this Deployment, and still was when the waiting time was over. */
class LockHeld extends Error {
    holder;
    constructor(message, holder) {
        super(message);
        this.holder = holder;
    }
}
function leaseName(deployment) {
    return `crossfade.${deployment}`;
}
function leasePath(namespace, name) {
    return `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases${name === undefined ? '' : `/${name}`}`;
}
function leaseRequest(wish, now, old) {
    const name = leaseName(wish.deployment);
    // Kubernetes' MicroTime wants six digits behind the second.
    const time = new Date(now).toISOString().replace('Z', '000Z');
    const body = {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: {
            name,
            namespace: wish.namespace,
            labels: _traffic_service_selector_js__WEBPACK_IMPORTED_MODULE_0__/* .MANAGED_BY */ .Kf,
            ...(old?.metadata?.resourceVersion === undefined ? {} : { resourceVersion: old.metadata.resourceVersion }),
        },
        spec: { holderIdentity: wish.holder, leaseDurationSeconds: DURATION, acquireTime: time, renewTime: time },
    };
    const why = `take the lock (Lease ${name})`;
    return old === null
        ? { verb: 'create', path: leasePath(wish.namespace), body, why }
        : { verb: 'update', path: leasePath(wish.namespace, name), body, why };
}
/**
 * Takes the Lease, waiting for another run if need be. Advisory: it keeps runs apart that behave; correctness rests on the record.
 * Staleness is judged by our own clock: the Lease is stale when its renewTime has not moved while we watched for its duration.
 */
async function acquireLease(api, clock, wish) {
    const start = clock.now();
    let lastSeen = { renewTime: '', at: start };
    let said = Number.NEGATIVE_INFINITY;
    let hasWaited = false;
    let doubts = 0;
    for (let old = null;;) {
        const holder = old?.spec?.holderIdentity ?? '';
        const isFree = old === null || holder === '' || holder === wish.holder;
        const isStale = !isFree && clock.now() - lastSeen.at > (old?.spec?.leaseDurationSeconds ?? DURATION) * 1000;
        if (isFree || isStale) {
            try {
                const lease = await api.write(leaseRequest(wish, clock.now(), old));
                return keep(api, clock, wish, lease, hasWaited || isStale);
            }
            catch (error) {
                doubts += error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .UnknownOutcome */ .Bt ? 1 : 0;
                const isRace = (0,_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .isStatus */ .zM)(error, 409) || (0,_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .isStatus */ .zM)(error, 404);
                // Nobody knows whether it is ours now: the next look tells.
                if (!isRace && !(error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .UnknownOutcome */ .Bt && doubts < TRIES))
                    throw error;
                await clock.sleep(100 * doubts, wish.signal);
                hasWaited ||= old !== null;
            }
        }
        else {
            hasWaited = true;
            const waited = clock.now() - start;
            if (waited >= wish.patience)
                throw new LockHeld(`Wanted the lock of ${wish.deployment} (Lease ${leaseName(wish.deployment)}); it is held by ${holder}, also after ${Math.round(waited / 1000)} s. ` +
                    'Wait for that run to end, or raise input lock-timeout.', holder);
            if (clock.now() - said >= 15_000) {
                wish.onWait(holder, waited);
                said = clock.now();
            }
            await clock.sleep(Math.min(POLL_EVERY, wish.patience - waited + 1), wish.signal);
        }
        old = await api.get(leasePath(wish.namespace, leaseName(wish.deployment)), wish.signal);
        const renewTime = String(old?.spec?.renewTime ?? '');
        if (renewTime !== lastSeen.renewTime)
            lastSeen = { renewTime, at: clock.now() };
    }
}
/** Who holds the lock of a Deployment; null: nobody. */
async function lockHolder(api, namespace, deployment) {
    const lease = await api.get(leasePath(namespace, leaseName(deployment)));
    return lease?.spec?.holderIdentity ?? null;
}
/** Of a renewal that failed the next one is made anew, from what the API server has then. */
async function renew(api, wish, lease, now) {
    try {
        return await api.write(leaseRequest(wish, now, lease));
    }
    catch {
        const read = await api.get(leasePath(wish.namespace, leaseName(wish.deployment))).catch(() => null);
        return read?.spec?.holderIdentity === wish.holder ? read : lease;
    }
}
/** Renews until released. A renewal that fails is tried again at the next turn; losing the Lease loses nothing but politeness. */
function keep(api, clock, wish, first, waited) {
    const stop = new AbortController();
    let lease = first;
    const renewing = (async () => {
        while (!stop.signal.aborted) {
            await clock.sleep(RENEW_EVERY, stop.signal).catch(() => undefined);
            if (stop.signal.aborted)
                return;
            lease = await renew(api, wish, lease, clock.now());
        }
    })();
    return {
        waited,
        async release() {
            stop.abort();
            await renewing;
            const name = leaseName(wish.deployment);
            const uid = lease.metadata?.uid ?? '';
            const why = `give the lock back (Lease ${name})`;
            const request = { verb: 'delete', path: leasePath(wish.namespace, name), uid, why };
            for (let tried = 1; tried <= TRIES; tried += 1) {
                const failure = await api.write(request).catch((error) => error);
                // Anything but doubt is an end: it is gone, or it is somebody else's by now.
                if (!(failure instanceof _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .UnknownOutcome */ .Bt))
                    return;
                await clock.sleep(100 * tried, new AbortController().signal);
            }
        },
    };
}


/***/ }),

/***/ 6477:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   V: () => (/* binding */ servicePath),
/* harmony export */   n: () => (/* binding */ deploymentPath)
/* harmony export */ });
function deploymentPath(namespace, name) {
    return `/apis/apps/v1/namespaces/${namespace}/deployments${name === undefined ? '' : `/${name}`}`;
}
function servicePath(namespace, name) {
    return `/api/v1/namespaces/${namespace}/services${name === undefined ? '' : `/${name}`}`;
}


/***/ }),

/***/ 1440:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   m: () => (/* binding */ systemClock)
/* harmony export */ });
/* harmony import */ var node_timers_promises__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(8500);

/**
 * The system's time at the start of this process, counted on by the monotonic clock: no correction of the system's clock makes
 * a wait end early or never.
 */
const systemClock = {
    now: () => Math.round(performance.timeOrigin + performance.now()),
    sleep: async (ms, signal) => {
        signal.throwIfAborted();
        // `timer` rejects with an AbortError of its own; callers want the reason that the signal carries.
        await (0,node_timers_promises__WEBPACK_IMPORTED_MODULE_0__.setTimeout)(ms, undefined, { signal }).catch((error) => {
            signal.throwIfAborted();
            throw error;
        });
    },
};


/***/ }),

/***/ 8735:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   HD: () => (/* binding */ obstacleOf),
/* harmony export */   Q0: () => (/* binding */ CommandMissing),
/* harmony export */   Vt: () => (/* binding */ isOffCandidate),
/* harmony export */   Zz: () => (/* binding */ CommandRoute),
/* harmony export */   nk: () => (/* binding */ CommandFailed)
/* harmony export */ });
/** It did not do as it was told; the message says which share, and what it said itself. */
class CommandFailed extends Error {
}
/** The release has told its users' split to a command that this run was not given; the message says what to do. */
class CommandMissing extends Error {
}
/** Whatever the command does: no Service leads there. */
function isOffCandidate(plan, { live, candidateService }) {
    return live.pin === plan.stable.hash && candidateService.state === 'stable';
}
/** The way back ends with trouble of the command's: what of it was done, and what is left. */
function obstacleOf(plan, seen, message) {
    const users = isOffCandidate(plan, seen)
        ? `Services ${plan.service.name} and ${plan.candidateService.name} both lead to the old version; the pods of both versions stand. `
        : '';
    return `${users}${message}. The release stays on record, for a later run to complete.`;
}
/** Milliseconds before a command that failed is run again; doubled each time. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 5_000;
/** Milliseconds between two questions to `router-verify`. */
const VERIFY_EVERY = 2_000;
/** Milliseconds that it has to confirm that nobody is sent to the candidate Service any more. */
const HOME_PATIENCE = 120_000;
/**
 * The command of `router: command` in a release: runs it beside the release's own rounds (it may take a minute, and a crash must not
 * wait for its end), notes on record what it is told before it runs and after, and asks `router-verify` what became of it.
 */
class CommandRoute {
    /** Rung when something came to an end. */
    onChange = () => undefined;
    #parts;
    #told;
    #verdict;
    #telling = null;
    #verifying = null;
    #failures = 0;
    constructor(parts) {
        this.#parts = parts;
        this.#told = parts.told;
        this.#verdict = this.#unverified();
    }
    get seen() {
        return { told: this.#told, verdict: this.#verdict };
    }
    /**
     * True when it was told this share. False while that takes its time: ask again when `onChange` rings.
     * @throws {CommandFailed} once for each failure; asked again, it is told again after a pause
     * @throws {CommandMissing}
     * @throws what writing the record throws
     */
    tell(share) {
        const { command } = this.#parts;
        if (command === null)
            throw this.#missing();
        const telling = this.#telling;
        if (telling === null) {
            this.#telling = this.#begin(command, share);
            return false;
        }
        if (telling.share !== share)
            telling.stop.abort();
        if (telling.ended === null)
            return false;
        this.#telling = null;
        // Stopped: whatever came of it, it is told anew.
        if (telling.stop.signal.aborted)
            return this.tell(share);
        if (telling.ended.how === 'failed') {
            this.#failures += 1;
            throw telling.ended.error;
        }
        this.#failures = 0;
        this.#told = { is: 'certain', share };
        this.#verdict = this.#unverified();
        return true;
    }
    /** Asks `router-verify`, until it says yes or the command is told something else. */
    verify() {
        const verify = this.#parts.command?.verify ?? null;
        const told = this.#told;
        if (verify === null || told?.is !== 'certain' || this.#verdict.is === 'yes' || this.#verifying !== null)
            return;
        const stop = new AbortController();
        this.#verifying = { stop, over: this.#ask(verify, told.share, stop.signal) };
    }
    /** The release turns back: what runs is ended, and the next telling begins without a pause. */
    turnBack() {
        this.#failures = 0;
        this.#telling?.stop.abort();
        this.#verifying?.stop.abort();
    }
    /** Ends whatever runs, and waits for its end. */
    async close() {
        const running = [this.#telling, this.#verifying];
        for (const each of running)
            each?.stop.abort();
        await Promise.all(running.map((each) => each?.over));
    }
    #begin(command, share) {
        this.#told = { is: 'in-doubt', share };
        this.#verdict = this.#unverified();
        const verifying = this.#verifying;
        verifying?.stop.abort();
        const stop = new AbortController();
        const work = (async () => {
            await verifying?.over;
            await this.#pause(stop.signal);
            await this.#carryOut(command, share, stop.signal);
        })();
        const telling = {
            share,
            stop,
            ended: null,
            over: work
                .then(() => {
                telling.ended = { how: 'done' };
            }, (error) => {
                telling.ended = { how: 'failed', error };
            })
                .then(() => this.onChange()),
        };
        return telling;
    }
    async #pause(signal) {
        const ms = this.#failures === 0 ? 0 : Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (this.#failures - 1));
        // Told to stop meanwhile: nothing was run.
        if (ms > 0)
            await this.#parts.clock.sleep(ms, signal);
    }
    async #carryOut(command, share, signal) {
        const { note, names } = this.#parts;
        await note({ is: 'in-doubt', share });
        signal.throwIfAborted();
        const told = await command.tell(names, share, signal);
        if (!told.ok)
            throw new CommandFailed(`router-command did not succeed at ${share / 100} %, ${told.reason}`);
        // Nothing waits for a verdict on the way home, and the candidate Service is deleted after it.
        if (share === 0 && command.verify !== null)
            await this.#confirmHome(command.verify, signal);
        await note({ is: 'certain', share });
    }
    async #confirmHome(verify, signal) {
        const { clock, names } = this.#parts;
        const until = clock.now() + HOME_PATIENCE;
        for (;;) {
            const { ok, reason } = await verify(names, 0, signal);
            if (ok)
                return;
            if (clock.now() + VERIFY_EVERY > until)
                throw new CommandFailed(`router-verify did not confirm 0 % within ${HOME_PATIENCE / 1000} s, ${reason}`);
            await clock.sleep(VERIFY_EVERY, signal);
        }
    }
    async #ask(verify, share, signal) {
        const { clock, names } = this.#parts;
        while (!signal.aborted) {
            const { ok, reason } = await verify(names, share, signal);
            if (signal.aborted)
                break;
            this.#verdict = ok
                ? { is: 'yes', level: 'observed', reasons: [] }
                : { is: 'unknown', level: 'stored', reasons: [`router-verify at ${share / 100} %: ${reason}`] };
            this.onChange();
            if (ok)
                break;
            await clock.sleep(VERIFY_EVERY, signal).catch(() => undefined);
        }
        this.#verifying = null;
    }
    /** Without a `router-verify`, that it was told is all that there is to know. */
    #unverified() {
        const isCertain = this.#told === null || this.#told.is === 'certain';
        if (isCertain && (this.#parts.command?.verify ?? null) === null)
            return { is: 'yes', level: 'stored', reasons: [] };
        return { is: 'unknown', level: 'stored', reasons: ['router-verify has not said yes.'] };
    }
    #missing() {
        const { told, names } = this.#parts;
        const share = told === null ? '' : ` It ${told.is === 'certain' ? 'was' : 'may have been'} told ${told.share / 100} %.`;
        return new CommandMissing(`Release ${names.release} splits its users with a command (router: command), and this run was not given it.${share} ` +
            'Run action: abort with input router-command; or, when you have sent everybody to ' +
            `Service ${names.service} yourself, with router-command: "true"`);
    }
}


/***/ }),

/***/ 2461:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  K$: () => (/* binding */ NOTHING),
  gg: () => (/* binding */ deploy),
  nT: () => (/* binding */ isOpen),
  s2: () => (/* binding */ lock),
  Bg: () => (/* binding */ resultOf),
  cd: () => (/* binding */ runToEnd)
});

// UNUSED EXPORTS: imageChanges

// EXTERNAL MODULE: ./lib/cluster/errors.js
var errors = __webpack_require__(2835);
// EXTERNAL MODULE: ./lib/cluster/lease.js
var cluster_lease = __webpack_require__(5043);
// EXTERNAL MODULE: ./lib/release/route.js
var route = __webpack_require__(3764);
// EXTERNAL MODULE: ./lib/release/state.js
var state = __webpack_require__(3264);
// EXTERNAL MODULE: ./lib/cluster/write-request.js
var write_request = __webpack_require__(6477);
// EXTERNAL MODULE: ./lib/release/ramp.js
var ramp = __webpack_require__(2757);
// EXTERNAL MODULE: ./lib/release/sizes.js
var sizes = __webpack_require__(8723);
// EXTERNAL MODULE: ./lib/traffic/router.js
var router = __webpack_require__(5264);
// EXTERNAL MODULE: ./lib/traffic/service-selector.js
var service_selector = __webpack_require__(914);
// EXTERNAL MODULE: ./lib/workload/held-rollout.js
var held_rollout = __webpack_require__(8322);
// EXTERNAL MODULE: ./lib/engine/disown.js
var disown = __webpack_require__(3896);
;// CONCATENATED MODULE: ./lib/cluster/json-patch.js
/**
 * What a JSON Patch makes of a document; the document stays as it is. `test` operations are left out: this tells what would be
 * written, not whether it may be.
 * @throws {Error} when a path leads nowhere
 */
function patched(document, patch) {
    const result = copyOf(document); // an object stays one
    for (const operation of patch)
        if (operation.op !== 'test')
            apply(result, operation);
    return result;
}
function apply(root, operation) {
    const steps = operation.path
        .split('/')
        .slice(1)
        .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
    const last = steps.pop() ?? '';
    const parent = steps.reduce((node, step) => (isJson(node) ? at(node, step) : undefined), root);
    if (!isJson(parent))
        throw new Error(`nothing is at ${operation.path}`);
    if (Array.isArray(parent)) {
        const index = last === '-' ? parent.length : Number(last);
        if (operation.op === 'remove')
            parent.splice(index, 1);
        else
            parent.splice(index, operation.op === 'replace' ? 1 : 0, copyOf(operation.value));
    }
    else if (operation.op === 'remove')
        delete parent[last];
    else
        parent[last] = copyOf(operation.value);
}
function at(node, step) {
    return Array.isArray(node) ? node[Number(step)] : node[step];
}
function isJson(value) {
    return typeof value === 'object' && value !== null;
}
/** What comes from the API and goes there is JSON. */
function copyOf(value) {
    return JSON.parse(JSON.stringify(value));
}

// EXTERNAL MODULE: ./lib/traffic/command-route.js
var command_route = __webpack_require__(9776);
// EXTERNAL MODULE: ./lib/traffic/routers.js + 33 modules
var routers = __webpack_require__(3923);
;// CONCATENATED MODULE: ./lib/engine/foreseen-routes.js



/** The writes of a release's routes one after the other, each planned for what those before it will have made of the objects. */
class ForeseenRoutes {
    #found;
    #objects;
    /** What the user's own command will have been told last. */
    #told = 0;
    constructor(objects) {
        this.#found = objects;
        this.#objects = objects;
    }
    /** @throws {CannotRoute} as planning does */
    write(binding, wanted) {
        if ((0,command_route/* isCommand */.y9)(binding))
            return this.#tell(binding, wanted);
        const router = (0,routers/* routerOf */.V4)(binding);
        const writes = router.plan(binding, this.#objects, wanted);
        const trials = router.plan(binding, this.#found, wanted);
        this.#objects = writes.reduce(after, this.#objects);
        return writes.map((write) => ({
            write,
            trial: trials.find(({ verb, path }) => verb === write.verb && path === write.path) ?? null,
        }));
    }
    #tell(binding, wanted) {
        const run = (0,command_route/* commandRun */.RL)(binding, { is: 'certain', share: this.#told }, wanted);
        if (run === null)
            return [];
        this.#told = run.share;
        return [{ write: run, trial: null }];
    }
}
function after(objects, write) {
    const object = objects.get(write.path) ?? {};
    switch (write.verb) {
        case 'patch':
            return new Map([...objects, [write.path, patched(object, write.changes)]]);
        case 'create': {
            const body = write.body; // whole API objects are created
            return new Map([...objects, [`${write.path}/${body.metadata?.name}`, body]]);
        }
        case 'update':
            return new Map([...objects, [write.path, write.body]]);
        case 'delete':
            return new Map([...objects, [write.path, null]]);
    }
}

// EXTERNAL MODULE: ./lib/engine/refusal.js
var refusal = __webpack_require__(5394);
// EXTERNAL MODULE: ./lib/engine/record-store.js
var record_store = __webpack_require__(5197);
// EXTERNAL MODULE: ./lib/engine/writes.js
var writes = __webpack_require__(5480);
;// CONCATENATED MODULE: ./lib/engine/dry-run.js












/** Stands for the candidate's hash, which only the real ReplicaSet shows. */
const UNKNOWN_HASH = 'candidate';
/**
 * `dry-run`: every write of the release in its order, sent with `dryRun=All` against the objects as they are, where it has a place there.
 * Throws Refused when the API server would refuse one.
 */
async function dryRun(parts, cleared, book) {
    const { api, teller } = parts;
    const findings = [];
    const { candidateService } = cleared.plan;
    const helper = candidateService.kind === 'ours' ? (0,write_request/* servicePath */.V)(parts.namespace, candidateService.name) : null;
    for (const { write, trial } of plannedWrites(parts, cleared, book)) {
        teller.wrote(write);
        // Writes to the candidate Service after its creation: it does not exist yet.
        if (trial === null || (trial.verb !== 'create' && trial.path === helper))
            continue;
        try {
            await api.write(trial, { dryRun: true });
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
    const replicas = deployment.spec?.replicas ?? 1;
    const lease = (0,cluster_lease/* leaseRequest */.G$)({ namespace, deployment: name, holder }, clock.now(), null);
    const record = (why) => (0,record_store/* bookRequest */.fH)(namespace, name, { ...book, open: { plan, run: NO_RUN, toldTemplate: null, toldRoutes: {}, paused: null, told: null } }, why);
    const ours = plan.candidateService.kind === 'ours';
    const candidate = {
        metadata: { name: plan.candidateService.name, namespace, uid: '' },
        spec: { selector: plan.service.selector },
    };
    const disowns = (0,disown/* foreseenDisowns */.Fo)(plan, { deployment, liveService: service, routes: cleared.routes.objects });
    if ((0,sizes/* isPlain */.$i)(plan))
        return [
            lease,
            record('open the record'),
            held_rollout/* roll */.CL(deployment, candidateTemplate, 'the new template: the Deployment’s own rolling update begins'),
            ...disowns,
            record('close the record'),
        ].map(tried);
    const routes = new ForeseenRoutes(cleared.routes.objects);
    const back = plan.routes.map((binding, route) => ({ binding, home: (0,writes/* homeOf */.lt)(plan, { route }) })).reverse();
    return [
        lease,
        record('open the record'),
        held_rollout/* pause */.v7(deployment),
        service_selector/* pin */.y_(service, plan.stable.hash),
        held_rollout/* open */.ho(deployment, candidateTemplate, (0,sizes/* sizesFor */.SQ)(plan, 0, replicas)),
        held_rollout/* freeze */.CN(deployment),
        ...(ours ? [service_selector/* createCandidateService */.Lr(plan, service, UNKNOWN_HASH)] : []),
        ...rampWrites(cleared, routes, replicas),
        ...((0,sizes/* isInPlace */.RS)(plan) ? [] : switchWrites(cleared)),
        ...back.flatMap(({ binding, home }) => routes.write(binding, home)),
        held_rollout/* close */.VN(deployment, plan),
        ...((0,sizes/* isInPlace */.RS)(plan) ? [] : [service_selector/* watchStable */.df(objects.candidateService ?? candidate, plan.stable.hash)]),
        ...((0,sizes/* isInPlace */.RS)(plan) ? [] : [service_selector/* unpin */.l0(service)]),
        held_rollout/* restore */.PF(deployment, plan),
        ...(ours ? [service_selector/* deleteCandidateService */.ax(candidate)] : []),
        ...back.flatMap(({ binding }) => routes.write(binding, router/* ORIGINAL */.mx)),
        ...disowns,
        record('close the record'),
    ].map(tried);
}
function tried(planned) {
    return 'write' in planned ? planned : { write: planned, trial: planned };
}
function switchWrites({ plan, objects }) {
    return [
        ...(plan.switch === 'overlap' ? [service_selector/* overlap */.EF(objects.service)] : []),
        service_selector/* switchTo */.S_(objects.service, UNKNOWN_HASH),
    ];
}
/** The sizes and weights of a ramp's steps. */
function rampWrites({ plan, objects }, routes, replicas) {
    let now = (0,sizes/* sizesFor */.SQ)(plan, 0, replicas);
    return plan.steps.flatMap((of, step) => {
        const waves = step === 0 ? [] : sizesUntil(plan, step, replicas, now);
        now = waves.at(-1) ?? now;
        return [
            ...((0,sizes/* isByPods */.I7)(plan) && step === 1 ? [service_selector/* overlap */.EF(objects.service)] : []),
            ...waves.map((sizes) => held_rollout/* resize */.XR(objects.deployment, sizes)),
            ...plan.routes.flatMap((binding) => routes.write(binding, (0,ramp/* intentOf */.oQ)(plan, of))),
        ];
    });
}
function sizesUntil(plan, step, replicas, from) {
    const waves = [];
    for (let next = (0,sizes/* nextSizes */.Y0)(plan, step, replicas, from); next !== null; next = (0,sizes/* nextSizes */.Y0)(plan, step, replicas, next))
        waves.push(next);
    return waves;
}
const NO_RUN = { url: null, id: null, attempt: null, actor: null, repository: null, sha: null, ref: null, job: null };

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(7598);
;// CONCATENATED MODULE: ./lib/cluster/permissions.js

/** What a blue/green release needs in its namespace; nothing cluster-wide, no Secrets, no creating or deleting of workloads. */
function neededPermissions(options) {
    const need = (group, resource, ...verbs) => verbs.map((verb) => ({ group, resource, verb }));
    return [
        ...need('apps', 'deployments', 'get', 'list', 'watch', 'patch'),
        ...need('apps', 'replicasets', 'list'),
        ...need('', 'pods', 'list', 'watch'),
        ...need('', 'pods/log', 'get'),
        ...need('', 'services', 'get', 'list', 'create', 'patch', 'delete'),
        ...need('discovery.k8s.io', 'endpointslices', 'list', 'watch'),
        ...need('', 'configmaps', 'get', 'create', 'update'),
        ...need('coordination.k8s.io', 'leases', 'get', 'create', 'update', 'delete'),
        ...need('', 'events', 'list'),
        ...(options.proxy ? need('', 'services/proxy', 'get') : []),
    ];
}
/**
 * Those of the needed permissions that the user lacks. One SelfSubjectRulesReview clears what it lists (a listed rule is granted, but
 * the list may be incomplete); a SelfSubjectAccessReview, which is decisive, is asked for each of the others.
 */
async function missingPermissions(api, namespace, needed) {
    const rules = await listedRules(api, namespace);
    const doubtful = needed.filter((permission) => !rules.some((rule) => grants(rule, permission)));
    const allowed = await Promise.all(doubtful.map((permission) => isAllowed(api, namespace, permission)));
    return doubtful.filter((_, at) => !allowed[at]);
}
async function listedRules(api, namespace) {
    const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace } };
    try {
        const answer = await api.ask('/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', review);
        return answer.status?.resourceRules ?? [];
    }
    catch (error) {
        // Some authorizers cannot list rules; then each is asked for.
        if (error instanceof errors/* ApiError */.hD)
            return [];
        throw error;
    }
}
function grants(rule, { group, resource, verb }) {
    const has = (list, wanted) => list?.some((entry) => entry === '*' || entry === wanted) ?? false;
    return (has(rule.apiGroups, group) &&
        has(rule.resources, resource) &&
        has(rule.verbs, verb) &&
        (rule.resourceNames ?? []).length === 0);
}
async function isAllowed(api, namespace, { group, resource, verb, name }) {
    const [kind, subresource] = resource.split('/');
    const attributes = {
        namespace,
        group,
        resource: kind,
        ...(subresource === undefined ? {} : { subresource }),
        verb,
        ...(name === undefined ? {} : { name }),
    };
    const answer = await api.ask('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: attributes },
    });
    return answer.status?.allowed ?? false;
}
/** The missing permissions as a Role that a cluster admin can apply as it stands. */
function roleFor(namespace, missing) {
    const verbsOf = new Map();
    for (const { group, resource, verb } of missing) {
        const key = `${group}/${resource}`;
        const rule = verbsOf.get(key) ?? { group, resource, verbs: [] };
        rule.verbs.push(verb);
        verbsOf.set(key, rule);
    }
    const rules = [...verbsOf.values()].map(({ group, resource, verbs }) => `- apiGroups: ["${group}"]\n  resources: ["${resource}"]\n  verbs: [${verbs.map((verb) => `"${verb}"`).join(', ')}]`);
    return [
        'apiVersion: rbac.authorization.k8s.io/v1',
        'kind: Role',
        `metadata: { name: crossfade, namespace: ${namespace} }`,
        'rules:',
        ...rules,
    ].join('\n');
}

// EXTERNAL MODULE: ./lib/workload/template.js
var template = __webpack_require__(6067);
;// CONCATENATED MODULE: ./lib/traffic/discover-service.js

/** The live Service: the one named, or the only one that selects the pods; otherwise what was found instead. Never a guess. */
function chooseService(deployment, services, wanted) {
    const labels = deployment.spec?.template?.metadata?.labels ?? {};
    const name = deployment.metadata?.name;
    if (wanted !== null) {
        const service = services.find((candidate) => candidate.metadata?.name === wanted);
        if (service === undefined)
            return refuse(`Wanted Service ${wanted} (input service); the namespace has: ${listNames(services)}.`);
        const unfit = whyUnfit(service, labels);
        return unfit === null
            ? { service }
            : refuse(`Service ${wanted} cannot switch users of Deployment ${name}: ${unfit}`);
    }
    const selecting = services.filter((service) => selects(service, labels) && !isCandidateHelper(service));
    const [only, ...rest] = selecting;
    if (only === undefined)
        return refuse(`Wanted a Service that selects the pods of Deployment ${name} (labels ${listLabels(labels)}); found none among: ${listNames(services)}. ` +
            'Blue/green switches users by a Service’s selector. Name it with input service.');
    if (rest.length > 0)
        return refuse(`Several Services select the pods of Deployment ${name}: ${listNames(selecting)}. Name the one that users reach with input service.`);
    const unfit = whyUnfit(only, labels);
    return unfit === null
        ? { service: only }
        : refuse(`Service ${only.metadata?.name} cannot switch users of Deployment ${name}: ${unfit}`);
}
/** Why a Service cannot reach one track by its selector; null: it can. `labels`: the pods'. */
function whyUnfit(service, labels) {
    const { spec } = service;
    if (spec?.type === 'ExternalName')
        return 'it is of type ExternalName, which has no selector.';
    if (Object.keys(spec?.selector ?? {}).length === 0)
        return 'it has no selector; its endpoints are made by somebody else.';
    if (spec?.clusterIP === 'None')
        return 'it is headless (clusterIP: None): clients find pods by DNS and keep their addresses, a switch would not move them.';
    if (spec?.publishNotReadyAddresses === true)
        return 'it has publishNotReadyAddresses: true, so users would reach pods that are not Ready.';
    if (spec?.selector?.[template/* HASH_LABEL */.mE] !== undefined)
        return `its selector has ${template/* HASH_LABEL */.mE} already, and there is no record of an unfinished release. Remove that label from its selector.`;
    if (!selects(service, labels))
        return `its selector (${listLabels(spec?.selector ?? {})}) does not select the pods (labels ${listLabels(labels)}).`;
    return null;
}
function selects(service, labels) {
    const selector = Object.entries(service.spec?.selector ?? {}).filter(([key]) => key !== template/* HASH_LABEL */.mE);
    return selector.length > 0 && selector.every(([key, value]) => labels[key] === value);
}
/** A candidate Service of ours that a killed run left behind is nobody's live Service. */
function isCandidateHelper(service) {
    return service.metadata?.annotations?.['crossfade/release'] !== undefined;
}
function listNames(services) {
    const names = services.map((service) => service.metadata?.name ?? '');
    return names.length === 0 ? '(none)' : names.slice(0, 20).join(', ');
}
function listLabels(labels) {
    const list = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
    return list.length === 0 ? 'none' : list.join(', ');
}
function refuse(message) {
    return { findings: [{ message }] };
}

// EXTERNAL MODULE: ./lib/traffic/endpoints.js
var endpoints = __webpack_require__(8995);
;// CONCATENATED MODULE: ./lib/workload/fitness.js


/** Owners and labels by which controllers show that the Deployment is theirs to move. */
const DRIVERS = [
    {
        name: 'Argo Rollouts',
        drives: (deployment) => has(deployment, 'rollout.argoproj.io/', 'argo-rollouts.argoproj.io/') || ownedBy(deployment, 'Rollout'),
    },
    { name: 'Flagger', drives: (deployment) => has(deployment, 'flagger.app/') || ownedBy(deployment, 'Canary') },
    {
        name: 'OpenKruise',
        drives: (deployment) => has(deployment, 'rollouts.kruise.io/') || ownedBy(deployment, 'CloneSet'),
    },
];
function has(deployment, ...prefixes) {
    const keys = [
        ...Object.keys(deployment.metadata?.annotations ?? {}),
        ...Object.keys(deployment.metadata?.labels ?? {}),
    ];
    return keys.some((key) => prefixes.some((prefix) => key.startsWith(prefix)));
}
function ownedBy(deployment, kind) {
    return deployment.metadata?.ownerReferences?.some((owner) => owner.controller && owner.kind === kind) ?? false;
}
/**
 * What about the Deployment itself stands in the way of a held rollout (design §2).
 * @param extra the most pods that there are to be beyond `replicas` at any time of the release
 */
function deploymentFindings(deployment, tracks, extra) {
    const name = `Deployment ${deployment.metadata?.name}`;
    const { spec } = deployment;
    const findings = [];
    const refuse = (message) => void findings.push({ message });
    if (deployment.metadata?.deletionTimestamp !== undefined)
        refuse(`${name} is being deleted.`);
    if (spec?.paused === true)
        refuse(`${name} is paused, and there is no record of an unfinished release: somebody holds it back. ` +
            `Resume it (kubectl rollout resume deployment/${deployment.metadata?.name}) when that is over.`);
    if ((spec?.replicas ?? 1) === 0)
        refuse(`${name} is scaled to zero: there is no stable version to keep. Scale it up, or update it with kubectl.`);
    for (const driver of DRIVERS)
        if (driver.drives(deployment))
            refuse(`${name} is driven by ${driver.name}; two tools cannot release the same workload.`);
    if (extra > 0)
        findings.push(...volumeFindings(deployment));
    if (spec?.paused !== true && spec?.replicas !== 0)
        findings.push(...trackFindings(deployment, tracks));
    return findings;
}
/** Exactly one version runs, and it is the one that the Deployment wants. */
function trackFindings(deployment, tracks) {
    const digest = (0,template/* digestOf */.ol)(deployment.spec?.template ?? {});
    const populated = tracks.filter((track) => track.size > 0 || track.pods.some((pod) => !pod.terminating));
    const name = `Deployment ${deployment.metadata?.name}`;
    if (populated.length === 1 && populated[0]?.digest === digest)
        return [];
    const list = populated.map((track) => `${track.hash} with ${track.size} pods`).join(', ');
    return [
        {
            message: `${name} is in the middle of another update: its ReplicaSets are ${list === '' ? 'not there yet' : list}. ` +
                `Wait for it (kubectl rollout status deployment/${deployment.metadata?.name}) or undo it (kubectl rollout undo), then run again.`,
        },
    ];
}
/** Things of which only one pod can have one: a second full set of pods could not start. */
function volumeFindings(deployment) {
    const name = `Deployment ${deployment.metadata?.name}`;
    const template = deployment.spec?.template.spec;
    const containers = [...(template?.initContainers ?? []), ...(template?.containers ?? [])];
    const hostPorts = containers.flatMap((container) => (container.ports ?? []).flatMap((port) => port.hostPort ?? []));
    if (hostPorts.length === 0 && template?.hostNetwork !== true)
        return [];
    const what = template?.hostNetwork === true ? 'uses the node’s network (hostNetwork)' : `has hostPorts ${hostPorts.join(', ')}`;
    return [{ message: `${name} ${what}: the candidate’s pods could not start beside stable’s on the same nodes.` }];
}
/** What around the Deployment stands in the way, and what the user should know. */
function surroundings(around) {
    return {
        findings: [...quotaFindings(around), ...portFindings(around)],
        warnings: [
            ...drainWarning(around.deployment),
            ...volumeWarning(around.deployment),
            ...otherServicesWarning(around),
            ...autoscalerWarning(around),
            ...healthWarning(around),
            ...(around.extra > 0 ? spreadWarning(around.deployment) : []),
        ],
    };
}
/** Room for the pods that come on top. Only the plain pod count is told apart here; the rest shows as a refusal within seconds. */
function quotaFindings({ extra, quotas }) {
    return quotas.flatMap((quota) => {
        const resource = ['pods', 'count/pods'].find((key) => quota.status?.hard?.[key] !== undefined);
        if (resource === undefined || quota.spec?.scopes !== undefined || quota.spec?.scopeSelector !== undefined)
            return [];
        const hard = Number(quota.status?.hard?.[resource]);
        const used = Number(quota.status?.used?.[resource] ?? 0);
        if (!(used + extra > hard))
            return [];
        return [
            {
                message: `ResourceQuota ${quota.metadata?.name} allows ${hard} pods and ${used} are used: the release needs ${extra} more beside stable. ` +
                    'Raise the quota, lower the replicas for the release, or use strategy: rolling on a Deployment whose maxUnavailable is not 0.',
            },
        ];
    });
}
/** A named target port that no container declares gives endpoints without that port, and no error anywhere. */
function portFindings({ deployment, service }) {
    const template = deployment.spec?.template.spec;
    const containers = [...(template?.initContainers ?? []), ...(template?.containers ?? [])];
    const declared = new Set(containers.flatMap((container) => (container.ports ?? []).flatMap((port) => port.name ?? [])));
    return (service.spec?.ports ?? []).flatMap((port) => {
        const target = port.targetPort;
        if (typeof target !== 'string' || declared.has(target))
            return [];
        return [
            {
                message: `Service ${service.metadata?.name} sends port ${port.port} to a container port named ${target}; the pods declare ${[...declared].join(', ') || 'no named port'}.`,
            },
        ];
    });
}
function drainWarning(deployment) {
    const containers = deployment.spec?.template.spec?.containers ?? [];
    const grace = deployment.spec?.template.spec?.terminationGracePeriodSeconds ?? 30;
    if (containers.some((container) => container.lifecycle?.preStop !== undefined) && grace > 0)
        return [];
    return [
        'No container has a preStop hook: unless the program goes on serving for some seconds after SIGTERM, requests in flight fail when the old pods end. ' +
            'A preStop of `sleep: { seconds: 5 }` is enough.',
    ];
}
function volumeWarning(deployment) {
    const claims = (deployment.spec?.template.spec?.volumes ?? []).flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? []);
    if (claims.length === 0)
        return [];
    return [
        `The pods mount the volume claims ${claims.join(', ')}: with access mode ReadWriteOnce the candidate’s pods start only on stable’s node, with ReadWriteOncePod not at all; and both versions write to the same data.`,
    ];
}
function otherServicesWarning({ deployment, service, services }) {
    const labels = deployment.spec?.template.metadata?.labels ?? {};
    const others = services.filter((other) => {
        const selector = Object.entries(other.spec?.selector ?? {});
        const matches = selector.length > 0 && selector.every(([key, value]) => labels[key] === value);
        return matches && other.metadata?.name !== service.metadata?.name;
    });
    if (others.length === 0)
        return [];
    const names = others.map((other) => other.metadata?.name).join(', ');
    return [
        `Services ${names} select the same pods and are not switched: their users reach both versions while both run.`,
    ];
}
function autoscalerWarning({ deployment, autoscalers }) {
    const own = autoscalers.find((autoscaler) => autoscaler.spec?.scaleTargetRef.kind === 'Deployment' &&
        autoscaler.spec.scaleTargetRef.name === deployment.metadata?.name);
    if (own === undefined)
        return [];
    return [
        `HorizontalPodAutoscaler ${own.metadata?.name} averages over both tracks while the candidate is idle; both keep its wanted size (at most ${own.spec?.maxReplicas} each).`,
    ];
}
/** A release may be the cure for a sick version, so this is said and not refused. */
function healthWarning({ deployment, service, slices }) {
    const replicas = deployment.spec?.replicas ?? 1;
    const ready = (0,endpoints/* readyPodsBehind */.K)(service, slices).size;
    if (ready >= replicas)
        return [];
    return [
        `Only ${ready} of ${replicas} pods of the running version are ready behind Service ${service.metadata?.name}.`,
    ];
}
function spreadWarning(deployment) {
    const spec = deployment.spec?.template.spec;
    const antiAffinity = (spec?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).filter((term) => !(term.matchLabelKeys ?? []).includes('pod-template-hash'));
    const spread = (spec?.topologySpreadConstraints ?? []).filter((constraint) => constraint.whenUnsatisfiable === 'DoNotSchedule' &&
        !(constraint.matchLabelKeys ?? []).includes('pod-template-hash'));
    if (antiAffinity.length + spread.length === 0)
        return [];
    return [
        'Required anti-affinity or hard spread constraints count both tracks as one app, so a second full set of pods may not fit. `matchLabelKeys: [pod-template-hash]` tells them apart.',
    ];
}

// EXTERNAL MODULE: ./lib/workload/tracks.js
var workload_tracks = __webpack_require__(7521);
// EXTERNAL MODULE: external "node:util"
var external_node_util_ = __webpack_require__(7975);
;// CONCATENATED MODULE: ./lib/cluster/unwritten.js

/**
 * What a write changes and the API server's answer does not have: dropped, because the kind's schema does not know the field (an older
 * CRD), or changed on the way (an admission webhook). What the server adds by itself does not count.
 * @param before the object as it was; undefined: there was none
 * @param sent the object as it was to become
 * @param answer the object as the API server would store it
 */
function unwritten(before, sent, answer, field = '') {
    if ((0,external_node_util_.isDeepStrictEqual)(before, sent))
        return [];
    if (Array.isArray(sent) && Array.isArray(answer))
        return sent.flatMap((item, index) => unwritten(itemOf(before, index), item, answer[index], `${field}[${index}]`));
    if (isObject(sent) && isObject(answer))
        return Object.entries(sent).flatMap(([key, value]) => unwritten(isObject(before) ? before[key] : undefined, value, answer[key], joined(field, key)));
    const isNothing = typeof sent === 'object' && Object.keys(sent ?? {}).length === 0;
    return (0,external_node_util_.isDeepStrictEqual)(sent, answer) || (isNothing && answer === undefined) ? [] : [{ field, sent, found: answer }];
}
function itemOf(value, index) {
    return Array.isArray(value) ? value[index] : undefined;
}
function joined(field, key) {
    if (!/^\w+$/.test(key))
        return `${field}["${key}"]`;
    return field === '' ? key : `${field}.${key}`;
}
function isObject(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}

;// CONCATENATED MODULE: ./lib/engine/dry-run-routes.js


/**
 * Sends the first writes of routes as dry runs: what the API server would refuse, and what it would drop without a word because the
 * kind's schema does not know it. A mirror without its `percent` copies every request.
 * @param objects what the writes were planned for
 */
async function dryRunRoutes(api, writes, objects) {
    return (await Promise.all(writes.map((write) => dryRunRoute(api, write, objects)))).flat();
}
async function dryRunRoute(api, write, objects) {
    try {
        const answer = await api.write(write, { dryRun: true });
        return lossesOf(write, objects, answer).map((loss) => ({ message: lost(loss, write, answer) }));
    }
    catch (error) {
        return [dry_run_routes_refusal(error, write, objects)];
    }
}
/** A dry run sends the changes without the tests: a write of somebody else's in between is found before the first real one. */
function lossesOf(write, objects, answer) {
    const before = objects.get(write.path) ?? undefined;
    if (write.verb === 'patch')
        return before === undefined ? [] : unwritten(before, patched(before, write.changes), answer);
    return write.verb === 'delete' ? [] : unwritten(before, write.body, answer);
}
function lost({ field, sent, found }, write, { kind, metadata }) {
    const title = `${kind} ${metadata?.name}`;
    if (found === undefined)
        return unknownField(field, title, write);
    return (`Wanted ${field} of ${title} to be ${JSON.stringify(sent)}; a dry run answers ${JSON.stringify(found)}: ` +
        `something changes it on the way, mostly an admission webhook. Let it leave the object alone, or name another route with input router.`);
}
function unknownField(field, title, { path }) {
    const [, , group = '', version = ''] = path.split('/');
    return (`Wanted to write ${field} of ${title}; the API server does not know this field and would drop it: its schema of ${group}/${version} is an older one. ` +
        `Install newer CRDs of ${group}, or leave out what needs the field (inputs headers, cookie, mirror).`);
}
function dry_run_routes_refusal(error, write, objects) {
    const message = error instanceof Error ? error.message : String(error);
    // With fieldValidation=Strict newer API servers say by themselves what they would drop.
    const field = /unknown field "([^"]+)"/.exec(message)?.[1];
    const { kind, metadata } = objects.get(write.path) ?? {};
    if (field !== undefined && metadata !== undefined)
        return { message: unknownField(field, `${kind} ${metadata.name}`, write) };
    return { message: `The API server would refuse a write of this release: ${message}.` };
}

// EXTERNAL MODULE: ./lib/action/shares.js
var shares = __webpack_require__(5892);
;// CONCATENATED MODULE: ./lib/engine/unserved.js
/**
 * Why a route that input `router` names cannot be there: the cluster knows no objects of its kind. Pure.
 * @param name as the input has it: `httproute/web`
 */
function unservedMessage(name, { group, versions, resource, kind }, served) {
    const found = served.get(group) ?? [];
    const suited = found.filter((version) => versions.includes(version));
    const finding = found.length === 0
        ? `nothing of ${group}`
        : suited.length === 0
            ? `${group} in ${listed(found, 'and')} only`
            : `${group} in ${listed(found, 'and')}, without ${resource}`;
    return (`Wanted ${name} (input router); the cluster does not serve ${kind} (${resource}.${group} in ${listed(versions, 'or')}): it serves ${finding}. ` +
        `Install the CRDs of ${group}, check input context, or name a route of another kind.`);
}
function listed(versions, last) {
    return versions.join(', ').replace(/, ([^,]*)$/, ` ${last} $1`);
}

;// CONCATENATED MODULE: ./lib/engine/find-routes.js








const NONE = { bindings: [], objects: new Map(), writes: [], warnings: [] };
/**
 * What splits the users of the live Service: every kind of route that the cluster serves is looked through, and exactly one route is
 * used, or those that input `router` names. Never a guess.
 * @throws {Refused} with all findings at once, or what a read throws
 */
async function findRoutes(api, request, app) {
    if (request.strategy !== 'canary')
        return NONE;
    if (request.routers !== 'auto' && request.routers.length === 0)
        return expressible(request, NONE);
    const wanted = request.routers === 'auto' ? routers/* ROUTERS */.zz : routers/* ROUTERS */.zz.filter(({ kind }) => isNamed(request, kind));
    const served = await servedVersions(api);
    const list = listedOnce(api);
    const looked = await Promise.all(wanted.map((router) => look(list, router, app, served)));
    const missing = looked.flatMap((each) => each.missing);
    if (missing.length > 0)
        throw new refusal/* Refused */.L([await lackingLists(api, request, app, wanted, missing)]);
    const bindings = looked.flatMap(({ discovery }) => discovery.bindings);
    const refusals = looked.flatMap(({ discovery }) => discovery.refusals);
    const warnings = looked.flatMap(({ discovery }) => discovery.warnings);
    const objects = new Map(looked.flatMap((each) => [...each.objects]));
    const own = request.routers !== 'auto' && request.routers.includes(command_route/* COMMAND */.Wr) ? [(0,command_route/* commandBinding */.nG)(app)] : [];
    const chosen = choose(request, app, [...bindings, ...own], refusals, unservedOf(request, wanted, looked, served));
    const found = expressible(request, { bindings: chosen, objects, writes: [], warnings });
    const writes = firstWrites(request, found);
    await allowed(api, app, { ...found, writes });
    return { ...found, writes };
}
function isNamed({ routers }, kind) {
    return routers !== 'auto' && routers.some((router) => router.startsWith(`${kind}/`));
}
/** Messages by name: routes of kinds of which the cluster has no objects at all. */
function unservedOf({ routers }, wanted, looked, served) {
    const missing = wanted.flatMap(({ kind, resources: [main] }, at) => main === undefined || looked[at]?.isServed !== false ? [] : [[kind, main]]);
    const names = routers === 'auto' ? [] : routers;
    return new Map(missing.flatMap(([kind, main]) => names
        .filter((name) => name.startsWith(`${kind}/`))
        .map((name) => [name, unservedMessage(name, main, served)])));
}
/** Versions by group, as the API server lists them. */
async function servedVersions(api) {
    const list = await api.ask('/apis', null);
    return new Map((list.groups ?? []).map(({ name = '', versions = [] }) => [name, versions.map(({ version = '' }) => version)]));
}
/** Several routers look through the same collection. */
function listedOnce(api) {
    const lists = new Map();
    return (path) => {
        const known = lists.get(path) ?? api.list(path).then(({ items }) => items);
        lists.set(path, known);
        return known;
    };
}
async function look(list, router, app, served) {
    const found = new Map();
    const missing = [];
    const unknown = [];
    for (const resource of router.resources) {
        const path = collectionPath(resource, app.namespace, served);
        if (path === null) {
            unknown.push(resource);
            continue;
        }
        try {
            for (const item of await list(path)) {
                const apiVersion = path.split('/namespaces/')[0]?.replace(/^\/apis?\//, '') ?? '';
                // Items of a list do not say what they are.
                found.set(`${path}/${item.metadata?.name}`, { ...item, apiVersion, kind: resource.kind });
            }
        }
        catch (error) {
            if ((0,errors/* isStatus */.zM)(error, 403))
                missing.push({ group: resource.group, resource: resource.resource, verb: 'list' });
            else if ((0,errors/* isStatus */.zM)(error, 404))
                unknown.push(resource);
            else
                throw error;
        }
    }
    const isServed = !unknown.some((resource) => resource === router.resources[0]);
    return { discovery: router.discover(app, [...found.values()]), objects: found, missing, isServed };
}
function collectionPath({ group, versions, resource }, namespace, served) {
    if (group === '')
        return `/api/${versions[0]}/namespaces/${namespace}/${resource}`;
    const version = versions.find((each) => served.get(group)?.includes(each));
    return version === undefined ? null : `/apis/${group}/${version}/namespaces/${namespace}/${resource}`;
}
/** Pure: exactly one route, or those that were named. `unserved`: why a named one cannot be there. */
function choose(request, app, bindings, refusals, unserved) {
    if (request.routers === 'auto') {
        if (refusals.length > 0)
            throw new refusal/* Refused */.L(refusals.map((message) => ({
                message: `${message} Or set router: none, and the numbers of pods split the users, whatever leads to the Service.`,
            })));
        if (bindings.length <= 1)
            return bindings;
        const list = bindings.map(({ router }) => router);
        throw new refusal/* Refused */.L([
            {
                message: `Several routes lead to Service ${app.live}: ${list.join(', ')}. Name those that split its users with input router, ` +
                    `for example router: ${list[0]}; or router: none to split them by the numbers of pods alone.`,
            },
        ]);
    }
    const findings = [];
    const chosen = request.routers.flatMap((name) => {
        const binding = bindings.find(({ router }) => router === name);
        if (binding !== undefined)
            return [binding];
        const [kind = '', object = ''] = name.split('/');
        const refusal = unserved.get(name) ?? refusals.find((text) => text.toLowerCase().includes(`${kind} ${object}`.toLowerCase()));
        const others = bindings.filter((other) => !(0,command_route/* isCommand */.y9)(other)).map(({ router }) => router);
        const found = others.length === 0 ? 'none of this kind does' : `these do: ${others.join(', ')}`;
        findings.push({
            message: refusal ??
                `Wanted ${name} (input router), a route that leads to Service ${app.live} in namespace ${app.namespace}; ${found}.`,
        });
        return [];
    });
    if (findings.length > 0)
        throw new refusal/* Refused */.L(findings);
    return chosen;
}
/** What may not even be listed; of routes that are named, what else of theirs is not allowed, so that it is said once. */
async function lackingLists(api, { routers }, { namespace }, wanted, lists) {
    const verbs = USING.filter((verb) => verb !== 'list');
    const named = routers === 'auto' ? [] : wanted.flatMap(({ resources: [main] }) => main ?? []);
    const others = named.flatMap(({ group, resource }) => verbs.map((verb) => ({ group, resource, verb })));
    const missing = others.length === 0 ? [] : await missingPermissions(api, namespace, others);
    return permissionFinding(namespace, [...lists, ...missing]);
}
/** What is done with a route, whatever its kind. */
const USING = ['get', 'list', 'watch', 'patch'];
/** What writing the routes needs: what is created in the course of it has to be deleted, too. */
async function allowed(api, app, found) {
    const created = found.writes.filter(({ verb }) => verb === 'create');
    const needed = found.bindings.flatMap(({ paths }) => paths.flatMap((path) => {
        const collection = path.slice(0, path.lastIndexOf('/'));
        const [group = '', , , , resource = ''] = collection.split('/').slice(2);
        const isCreated = created.some((write) => write.path === collection);
        const verbs = [...USING, ...(isCreated ? ['create', 'delete'] : [])];
        return verbs.map((verb) => ({ group, resource, verb }));
    }));
    const missing = needed.length === 0 ? [] : await missingPermissions(api, app.namespace, needed);
    if (missing.length > 0)
        throw new refusal/* Refused */.L([permissionFinding(app.namespace, missing)]);
}
/** What the routes cannot express, in the user's words; all of it at once. */
function expressible(request, found) {
    const findings = found.bindings.length === 0 ? ratioFindings(request) : [];
    for (const binding of found.bindings) {
        const can = (0,routers/* capabilitiesOf */.SF)(binding);
        for (const { share } of request.steps) {
            const [below, above] = can.nearest(share);
            if (below === share && above === share)
                continue;
            findings.push({
                message: `Input steps asks for ${(0,shares/* formatShare */.T1)(share)}, which ${binding.router} cannot express; the nearest it can are ${nearby(below)} and ${nearby(above)}.`,
            });
        }
        for (const header of request.testers.headers)
            if (!can.headers.includes(header.kind))
                findings.push({
                    message: `Input headers: ${binding.router} cannot route by ${header.kind === 'regex' ? 'a regular expression' : 'a header'} (${header.name}). ${can.headers.length > 0 ? `It can by ${can.headers.join(', ')} values.` : 'Leave it out.'}`,
                });
        if (request.testers.cookies.length > 0 && !can.cookies)
            findings.push({ message: `Input cookie: ${binding.router} cannot route by a cookie. Leave it out.` });
        if (request.mirror !== null && !can.mirror)
            findings.push({ message: `Input mirror: ${binding.router} cannot copy requests. Leave it out.` });
    }
    if (findings.length > 0)
        throw new refusal/* Refused */.L(findings);
    return found;
}
/** A hundredth of a percent is the finest that a person writes. */
function nearby(share) {
    return `${Math.round(share) / 100}%`;
}
function ratioFindings(request) {
    const { testers, mirror, candidateReplicas } = request;
    const without = 'No route was found that leads to the live Service, so the numbers of pods split the users';
    const needing = [
        ...(testers.headers.length > 0 ? ['headers'] : []),
        ...(testers.cookies.length > 0 ? ['cookie'] : []),
        ...(mirror === null ? [] : ['mirror']),
        ...(candidateReplicas === null ? [] : ['candidate-replicas']),
    ];
    return needing.map((input) => ({ message: `${without}; input ${input} needs a router. Leave it out.` }));
}
function permissionFinding(namespace, missing) {
    const list = missing.map(({ verb, resource, group }) => `${verb} ${resource}.${group}`);
    return {
        message: `A canary needs permissions in namespace ${namespace} that its user lacks: ${list.join(', ')}. Add them to its Role as below, or use router: none.`,
        attachment: roleFor(namespace, missing),
    };
}
/** What is written for the first share, and before it for the mirror: each as it would be written now. */
function firstWrites(request, { bindings, objects }) {
    const { testers, steps, mirror } = request;
    const intents = [
        ...(mirror === null ? [] : [{ ...testers, share: 0, mirror: mirror.share }]),
        { ...testers, share: steps[0]?.share ?? 10_000, mirror: 0 },
    ];
    try {
        const onObjects = bindings.filter((binding) => !(0,command_route/* isCommand */.y9)(binding));
        return onObjects.flatMap((binding) => intents.flatMap((intent) => (0,routers/* routerOf */.V4)(binding).plan(binding, objects, intent)));
    }
    catch (error) {
        if (error instanceof router/* CannotRoute */.bW)
            throw new refusal/* Refused */.L([{ message: error.message }]);
        throw error;
    }
}

// EXTERNAL MODULE: ./lib/engine/observe.js
var observe = __webpack_require__(2642);
// EXTERNAL MODULE: ./lib/engine/plan-steps.js
var plan_steps = __webpack_require__(9821);
;// CONCATENATED MODULE: ./lib/engine/preflight.js



















/**
 * Reads and checks everything before the first write. Throws Refused with all findings at once, or what a read throws.
 * `now`: epoch ms, the start of the release.
 */
async function preflight(api, request, namespace, now) {
    const needed = neededPermissions({ proxy: request.smokeTests.length > 0 });
    const reads = Promise.all([
        api.get((0,write_request/* deploymentPath */.n)(namespace, request.deployment)),
        api.list((0,write_request/* servicePath */.V)(namespace)),
        optionalList(api, `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`),
        optionalList(api, `/api/v1/namespaces/${namespace}/resourcequotas`),
    ]);
    // A missing permission fails a read too; the list of all that are missing says more.
    reads.catch(() => undefined);
    const missing = await missingPermissions(api, namespace, needed);
    if (missing.length > 0)
        throw new refusal/* Refused */.L([preflight_permissionFinding(namespace, missing)]);
    const [deployment, services, autoscalers, quotas] = await reads;
    if (deployment === null)
        throw new refusal/* Refused */.L([await absentDeployment(api, namespace, request.deployment)]);
    const selector = (0,workload_tracks/* podSelectorOf */.cd)(deployment);
    // What is named as the candidate Service is not the live one.
    const others = services.items.filter((item) => item.metadata?.name !== request.candidateService);
    const among = chooseService(deployment, others, request.service);
    const chosen = 'service' in among ? among : chooseService(deployment, services.items, request.service);
    const [replicaSets, pods, slices] = await Promise.all([
        api.list(`/apis/apps/v1/namespaces/${namespace}/replicasets`, { labelSelector: selector }),
        api.list(`/api/v1/namespaces/${namespace}/pods`, { labelSelector: selector }),
        'service' in chosen
            ? api.list(`/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`, {
                labelSelector: `${endpoints/* SERVICE_LABEL */.f} in (${chosen.service.metadata?.name},${candidateNameOf(request, chosen.service)})`,
            })
            : { metadata: {}, items: [] },
    ]);
    const tracks = (0,workload_tracks/* tracksOf */.SU)(deployment, replicaSets.items, pods.items);
    const changed = (0,template/* changeTemplate */.d5)(deployment.spec?.template ?? {}, request.images, request.env);
    const replicas = deployment.spec?.replicas ?? 1;
    const steps = (0,plan_steps/* stepsOf */.B_)(request, replicas);
    const original = (0,workload_tracks/* holdFieldsOf */.sb)(deployment);
    const extra = (0,sizes/* mostExtra */.Mx)({ strategy: request.strategy, original, steps }, replicas);
    const findings = [
        ...deploymentFindings(deployment, tracks, extra),
        ...(0,plan_steps/* batchFindings */.dm)(request, replicas),
        ...('service' in chosen ? [] : chosen.findings),
        ...('misfits' in changed
            ? changed.misfits.map(({ input, message }) => ({
                message: `Input ${input} does not fit Deployment ${request.deployment}: ${message}.`,
            }))
            : []),
    ];
    const stable = tracks.find((track) => track.digest === (0,template/* digestOf */.ol)(deployment.spec?.template ?? {}));
    if (findings.length > 0 || !('service' in chosen) || 'misfits' in changed || stable === undefined)
        throw new refusal/* Refused */.L(findings);
    const service = chosen.service;
    const candidateService = candidateServicePlan(request, deployment, service, services.items);
    if ('message' in candidateService)
        throw new refusal/* Refused */.L([candidateService]);
    const app = { namespace, live: service.metadata?.name ?? '', candidate: candidateService.name };
    const found = await findRoutes(api, request, app);
    const plan = {
        release: releaseId(now),
        strategy: request.strategy,
        steps,
        pauseAt: (0,plan_steps/* pauseShare */.Ab)(request.pauseAt, steps),
        routes: found.bindings,
        testers: request.testers,
        mirror: request.mirror?.share ?? 0,
        candidateReplicas: request.candidateReplicas,
        leastPods: leastPods(found),
        switch: request.switch,
        onFailure: request.onFailure,
        deployment: { name: request.deployment, uid: deployment.metadata?.uid ?? '' },
        service: {
            name: service.metadata?.name ?? '',
            uid: service.metadata?.uid ?? '',
            selector: service.spec?.selector ?? {},
        },
        candidateService,
        original,
        stable: {
            hash: stable.hash,
            digest: stable.digest,
            images: (0,template/* imagesOf */.IC)(deployment.spec?.template ?? {}),
            revision: stable.revision,
        },
        candidate: { digest: (0,template/* digestOf */.ol)(changed.template), images: (0,template/* imagesOf */.IC)(changed.template) },
        times: {
            startedAt: now,
            deadline: now + request.timeout,
            bake: request.bakeTime,
            drain: request.drainTime,
            settle: request.settleTime,
        },
        editors: [...new Set([deployment, service, ...routeObjects(found)].flatMap(({ metadata }) => (0,observe/* editorsOf */.k)(metadata)))],
        owned: [],
        checks: request.smokeTests.length + (request.smokeCommand === null ? 0 : 1),
    };
    if (plan.candidate.digest === plan.stable.digest)
        return { kind: 'unchanged', plan };
    const opened = await dryRuns(api, plan, deployment, service, changed.template, found);
    const stored = opened.spec?.template ?? changed.template;
    const owned = (0,disown/* ownedObjects */.iz)({ deployment, opened, service, routes: found.bindings, objects: found.objects });
    const around = surroundings({
        deployment,
        service,
        services: services.items,
        autoscalers,
        quotas,
        tracks,
        pods: pods.items,
        slices: slices.items,
        extra,
    });
    if (around.findings.length > 0)
        throw new refusal/* Refused */.L(around.findings);
    return {
        kind: 'cleared',
        plan: { ...plan, owned, candidate: { digest: (0,template/* digestOf */.ol)(stored), images: (0,template/* imagesOf */.IC)(stored) } },
        candidateTemplate: changed.template,
        objects: {
            deployment,
            service,
            candidateService: services.items.find((item) => item.metadata?.name === plan.candidateService.name) ?? null,
            replicaSets,
            pods,
            slices,
        },
        warnings: [...around.warnings, ...found.warnings],
        routes: found,
    };
}
/** What the most delicate of the routes needs. */
function leastPods({ bindings }) {
    return Math.max(1, ...bindings.map((binding) => (0,routers/* capabilitiesOf */.SF)(binding).leastPods ?? 1));
}
function routeObjects({ bindings, objects }) {
    return bindings.flatMap(({ paths }) => paths.flatMap((path) => objects.get(path) ?? []));
}
/** The first writes as dry runs: admission, validation and permission say now what they would say later. Answers the Deployment as opened. */
async function dryRuns(api, plan, deployment, service, template, routes) {
    const first = (0,sizes/* isPlain */.$i)(plan)
        ? (0,held_rollout/* roll */.CL)(deployment, template, 'the new template')
        : (0,held_rollout/* open */.ho)(deployment, template, (0,sizes/* sizesFor */.SQ)(plan, 0, deployment.spec?.replicas ?? 1));
    const attempts = [
        api.write(first, { dryRun: true }),
        ...((0,sizes/* isPlain */.$i)(plan)
            ? []
            : [
                api.write((0,held_rollout/* pause */.v7)(deployment), { dryRun: true }),
                api.write((0,service_selector/* pin */.y_)(service, plan.stable.hash), { dryRun: true }),
            ]),
        ...(plan.candidateService.kind === 'ours'
            ? [api.write((0,service_selector/* createCandidateService */.Lr)(plan, service, plan.stable.hash), { dryRun: true })]
            : []),
    ];
    const [results, ofRoutes] = await Promise.all([
        Promise.allSettled(attempts),
        dryRunRoutes(api, routes.writes, routes.objects),
    ]);
    const refusals = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    const findings = [
        ...refusals.map((reason) => ({
            message: `The API server would refuse a write of this release: ${reason instanceof Error ? reason.message : String(reason)}.`,
        })),
        ...ofRoutes,
    ];
    if (findings.length > 0)
        throw new refusal/* Refused */.L(findings);
    const [opened] = results;
    // The first attempt is the Deployment's; all were fulfilled.
    return opened?.status === 'fulfilled' ? opened.value : deployment;
}
function candidateServicePlan(request, deployment, live, services) {
    const name = candidateNameOf(request, live);
    const existing = services.find((service) => service.metadata?.name === name);
    if (existing === undefined)
        return { kind: 'ours', name };
    if (name === live.metadata?.name)
        return {
            message: `Input candidate-service names the live Service ${name}. Give it another name, or leave it out.`,
        };
    const isOurs = existing.metadata?.labels?.['app.kubernetes.io/managed-by'] === service_selector/* MANAGED_BY */.Kf['app.kubernetes.io/managed-by'];
    if (isOurs)
        return { kind: 'ours', name };
    if (request.candidateService === null)
        return {
            message: `Wanted to create Service ${name} for the candidate; a Service of that name exists already and is not Crossfade's. ` +
                'Name it with input candidate-service if it is meant for this, or give another name there.',
        };
    const unfit = whyUnfit(existing, deployment.spec?.template?.metadata?.labels ?? {});
    if (unfit !== null)
        return { message: `Service ${name} (input candidate-service) cannot reach the candidate: ${unfit}` };
    return { kind: 'users', name, uid: existing.metadata?.uid ?? '', selector: existing.spec?.selector ?? {} };
}
function candidateNameOf(request, live) {
    return request.candidateService ?? `${live.metadata?.name}-candidate`;
}
/** A list that only makes the preflight sharper: without the permission it is left out. */
async function optionalList(api, path) {
    try {
        return (await api.list(path)).items;
    }
    catch (error) {
        if ((0,errors/* isStatus */.zM)(error, 403) || (0,errors/* isStatus */.zM)(error, 404))
            return [];
        throw error;
    }
}
async function absentDeployment(api, namespace, name) {
    const { items } = await api.list((0,write_request/* deploymentPath */.n)(namespace));
    const names = items.map((item) => item.metadata?.name ?? '').slice(0, 20);
    const found = names.length === 0 ? 'it has no Deployments' : `it has: ${names.join(', ')}`;
    return {
        message: `Wanted Deployment ${name} in namespace ${namespace}; ${found}. Check inputs deployment, namespace and context.`,
    };
}
function preflight_permissionFinding(namespace, missing) {
    const list = missing.map(({ verb, resource, group }) => `${verb} ${resource}${group === '' ? '' : `.${group}`}`);
    return {
        message: `This release needs permissions in namespace ${namespace} that its user lacks: ${list.join(', ')}. Apply the Role below and bind it to that user.`,
        attachment: roleFor(namespace, missing),
    };
}
/** `r-20261121-130102-4f1c`: sortable, and short enough for a label. */
function releaseId(now) {
    const [day, time] = new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').split('T');
    return `r-${day}-${time}-${(0,external_node_crypto_.randomBytes)(2).toString('hex')}`;
}

// EXTERNAL MODULE: ./lib/engine/open-record.js
var open_record = __webpack_require__(8148);
// EXTERNAL MODULE: ./lib/engine/release.js + 11 modules
var release = __webpack_require__(8277);
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
            const book = await readBookIfAllowed(api, namespace, request.deployment);
            if (isOpen(book)) {
                if (request.dryRun)
                    return unfinished(book.open);
                if (lease === null) {
                    parts.onLock(null);
                    lease = { ...(await lock(request, parts)), waited: false };
                    // Whoever released it may have ended it while we took the lock.
                    continue;
                }
                parts.onLock(book.open.plan.release);
                teller.phase('Take back an unfinished release');
                teller.fact(`found ${(0,take_back/* describeOpen */.us)(book.open)} unfinished; it is taken back first`);
                const back = await (0,take_back/* takeBack */.zH)(parts, book, { cause: 'resumed', reason: 'a later run found it unfinished' });
                if (back.ended.ending.outcome === 'failed')
                    return stuck(book.open, back.ended);
                continue;
            }
            const cleared = await preflight(api, request, namespace, clock.now());
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
            parts.onLock(cleared.plan.release);
            lease ??= await lock(request, parts);
            if (lease.waited) {
                lease = { ...lease, waited: false };
                continue;
            }
            return await deploy_release(parts, cleared, book);
        }
    }
    finally {
        await lease?.release();
    }
}
/** A failed run of which nothing else is known. */
const NOTHING = {
    outcome: 'failed',
    reason: null,
    plan: null,
    candidateHash: null,
    checks: [],
    diagnosis: null,
    ramp: [],
    pausedAt: null,
    left: 'nothing',
    rollbackPossible: false,
};
async function deploy_release(parts, cleared, book) {
    const { api, clock, teller, namespace, run } = parts;
    const { plan, candidateTemplate, objects } = cleared;
    const world = new engine_world/* World */.H(api, clock, (0,engine_world/* namesOf */.e)(plan, namespace, objects.deployment));
    parts.onBegin(plan);
    const open = { plan, run, toldTemplate: null, toldRoutes: {}, paused: null, told: null };
    world.seed(objects);
    await world.loadRoutes();
    const written = await (0,record_store/* writeBook */.xk)(api, namespace, plan.deployment.name, { ...book, open }, 'open the record');
    teller.fact(`release ${plan.release} is on record (ConfigMap crossfade.${plan.deployment.name})`);
    return await runToEnd(parts, world, { ...written, open }, { candidateTemplate, state: state/* BEGINNING */.C });
}
/** Follows the cluster, runs the release to its end or to where it pauses, and notes that on record. The world has been read. */
async function runToEnd(parts, world, book, from) {
    const { clock, teller, namespace } = parts;
    const { plan } = book.open;
    const keepsHistory = (world.snapshot().deployment?.spec?.revisionHistoryLimit ?? 10) > 0;
    world.follow((error) => teller.fact(`a watch starts again: ${error instanceof Error ? error.message : String(error)}`));
    try {
        const check = (hashes, signal) => parts.check(contextOf(plan, namespace, hashes.candidate), plan.times.deadline, signal);
        const { candidateTemplate, state } = from;
        const record = new open_record/* OpenRecord */.U(parts.api, namespace, book);
        const command = (0,take_back/* commandRouteOf */.ev)(parts, record);
        const ended = await new release/* Release */.K({ ...parts, world, command, plan, candidateTemplate, check }, state).run();
        await (0,take_back/* closeRecord */.yv)(parts, record.book, ended, clock.now());
        return { ...resultOf(plan, ended), rollbackPossible: ended.ending.outcome === 'promoted' && keepsHistory };
    }
    finally {
        await world.close();
    }
}
/** How a release ended, as a result of the run. */
function resultOf(plan, ended) {
    const { ending, state } = ended;
    return {
        outcome: ending.outcome,
        reason: ending.outcome === 'paused' ? pausedReason(ending.share) : reasonOf(ended),
        plan,
        candidateHash: ended.candidateHash,
        checks: state.checks,
        diagnosis: ended.diagnosis,
        ramp: ended.ramp,
        pausedAt: ending.outcome === 'paused' ? ending.share : null,
        left: ending.outcome === 'failed' ? ending.left : 'nothing',
        rollbackPossible: false,
    };
}
/** Why it went back; what of others stands in the way, where that was not the reason; what of the user's own does. */
function reasonOf({ ending, state, foreign, obstacle }) {
    if (state.back === null)
        return obstacle;
    const { cause, reason } = state.back;
    const isLeft = ending.outcome === 'failed' && ending.left === 'standing' && foreign.sentences.length > 0;
    const more = [
        ...(isLeft && cause !== 'conflict'
            ? [
                ...foreign.sentences,
                'Users are on stable, and that is left as it is. Put it right, or run again: the next run replaces it.',
            ]
            : []),
        ...(obstacle === null ? [] : [obstacle]),
    ];
    return more.length === 0 ? reason : [reason.replace(/([^.])$/, '$1.'), ...more].join(' ');
}
function pausedReason(share) {
    return `It stands at ${(0,route/* percent */.KN)(share)}, as pause-at says. Another run goes on from there with action: promote, or goes back with action: abort.`;
}
/** Without the permission the preflight, which knows the whole list of what is missing, has the word. */
async function readBookIfAllowed(api, namespace, deployment) {
    try {
        return await (0,record_store/* readBook */.yW)(api, namespace, deployment);
    }
    catch (error) {
        if ((0,errors/* isStatus */.zM)(error, 403))
            return record_store/* EMPTY_BOOK */.ez;
        throw error;
    }
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
        ...(0,take_back/* releaseNames */.uh)(plan, namespace),
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
        // What stands because of somebody else is not for this run's own post to replace.
        left: ended.ending.outcome === 'failed' ? ended.ending.left : 'unfinished',
        reason: `${(0,take_back/* describeOpen */.us)(open)} is unfinished and could not be taken back: ${reasonOf(ended) ?? ''}`,
    };
}


/***/ }),

/***/ 3896:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Fo: () => (/* binding */ foreseenDisowns),
/* harmony export */   Ie: () => (/* binding */ disownRequest),
/* harmony export */   hh: () => (/* binding */ claimsIn),
/* harmony export */   iz: () => (/* binding */ ownedObjects)
/* harmony export */ });
/* unused harmony export ownedRoutes */
/* harmony import */ var _cluster_field_owners_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(9583);
/* harmony import */ var _cluster_field_sets_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(5518);
/* harmony import */ var _cluster_write_request_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(6477);
/* harmony import */ var _workload_template_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(6067);




/*
 * The fields that a release has put back stand under its name in `managedFields`: their owner, who applies server-side, would be in
 * conflict with us about each of them. So, last of all, they are given back. In a PATCH of its own: the API server attributes what
 * else is changed in the same one to us, afterwards.
 */
const HOLD = ['minReadySeconds', 'progressDeadlineSeconds', 'strategy', 'paused'].map((field) => [
    'f:spec',
    `f:${field}`,
]);
const TEMPLATE = ['f:spec', 'f:template'];
const SELECTOR = ['f:spec', 'f:selector'];
/** All that routers write. */
const ROUTE = [['f:spec'], ['f:metadata', 'f:annotations']];
const EVERYTHING = [[]];
/** Characters of JSON. Beyond it owners are not kept: the fields are nobody's afterwards, which is no conflict either. */
const LONGEST = 16_384;
/**
 * Who has what a release is about to write. Of Deployment and Service only where somebody manages them by server-side apply: nobody
 * else is ever in conflict.
 */
function ownedObjects({ deployment, opened, service, routes, objects }) {
    const written = (0,_cluster_field_sets_js__WEBPACK_IMPORTED_MODULE_1__/* .within */ .ux)((0,_cluster_field_owners_js__WEBPACK_IMPORTED_MODULE_0__/* .oursIn */ .DP)(opened.metadata), [TEMPLATE]);
    const ofDeployment = (0,_cluster_field_owners_js__WEBPACK_IMPORTED_MODULE_0__/* .ownersAt */ .I5)(deployment.metadata, [...HOLD, TEMPLATE])
        .map((owner) => ({ ...owner, fields: (0,_cluster_field_sets_js__WEBPACK_IMPORTED_MODULE_1__/* .union */ .KC)((0,_cluster_field_sets_js__WEBPACK_IMPORTED_MODULE_1__/* .within */ .ux)(owner.fields, HOLD), (0,_cluster_field_sets_js__WEBPACK_IMPORTED_MODULE_1__/* .intersection */ .E$)(owner.fields, written)) }))
        .filter(({ fields }) => !(0,_cluster_field_sets_js__WEBPACK_IMPORTED_MODULE_1__/* .isEmpty */ .Im)(fields));
    return [
        ...ownedRoutes(routes, objects),
        ...((0,_cluster_field_owners_js__WEBPACK_IMPORTED_MODULE_0__/* .isApplied */ .KN)(service.metadata)
            ? [
                {
                    of: 'service',
                    path: pathOf(service, _cluster_write_request_js__WEBPACK_IMPORTED_MODULE_3__/* .servicePath */ .V),
                    owners: short((0,_cluster_field_owners_js__WEBPACK_IMPORTED_MODULE_0__/* .ownersAt */ .I5)(service.metadata, [SELECTOR])),
                },
            ]
            : []),
        // Its controller is about to write the status after the last change: it comes last, so that it need not be asked twice.
        ...((0,_cluster_field_owners_js__WEBPACK_IMPORTED_MODULE_0__/* .isApplied */ .KN)(deployment.metadata)
            ? [{ of: 'deployment', path: pathOf(deployment, _cluster_write_request_js__WEBPACK_IMPORTED_MODULE_3__/* .deploymentPath */ .n), owners: short(ofDeployment) }]
            : []),
    ];
}
/** Objects that are not there will be made by the release, and go with it. */
function ownedRoutes(routes, objects) {
    const paths = [...new Set(routes.flatMap((binding) => binding.paths))];
    return paths.flatMap((path) => {
        const object = objects.get(path);
        return object ? [{ of: 'route', path, owners: short((0,_cluster_field_owners_js__WEBPACK_IMPORTED_MODULE_0__/* .ownersAt */ .I5)(object.metadata, ROUTE)) }] : [];
    });
}
function short(owners) {
    return JSON.stringify(owners).length > LONGEST ? [] : owners;
}
function pathOf({ metadata }, path) {
    return path(metadata?.namespace ?? '', metadata?.name ?? '');
}
/** Indices of `plan.owned`: objects in which something stands under our name that was somebody else's, or is to be nobody's. */
function claimsIn(plan, snapshot) {
    return plan.owned.flatMap((owned, index) => (fieldsAfter(plan, owned, snapshot) === null ? [] : [index]));
}
/** Gives the fields of one object back. Undefined: there is nothing to give. */
function disownRequest(plan, index, snapshot) {
    const owned = plan.owned[index];
    const fields = owned === undefined ? null : fieldsAfter(plan, owned, snapshot);
    if (owned === undefined || fields === null)
        return undefined;
    return requestOf(owned, objectOf(plan, owned, snapshot), fields);
}
/** The same before anything was written: what each of them will be for. There is nothing to try it on. */
function foreseenDisowns(plan, snapshot) {
    return plan.owned.map((owned) => {
        const object = objectOf(plan, owned, snapshot);
        return { write: requestOf(owned, object, object?.metadata?.managedFields ?? []), trial: null };
    });
}
function requestOf(owned, object, fields) {
    const { kind, metadata } = object ?? {};
    return {
        verb: 'patch',
        path: owned.path,
        tests: [
            { op: 'test', path: '/metadata/uid', value: metadata?.uid },
            // Managed fields are written whole: nobody else's entry may have changed since.
            { op: 'test', path: '/metadata/resourceVersion', value: metadata?.resourceVersion },
        ],
        changes: [{ op: 'replace', path: '/metadata/managedFields', value: fields }],
        why: `give the fields of ${kind ?? owned.of} ${metadata?.name} back to who had them${namesOf(owned.owners)}`,
    };
}
function namesOf(owners) {
    const names = [...new Set(owners.map(({ manager }) => manager))];
    return names.length === 0 ? '' : ` (${names.join(', ')})`;
}
function fieldsAfter(plan, owned, snapshot) {
    const object = objectOf(plan, owned, snapshot);
    if (object === null)
        return null;
    switch (owned.of) {
        case 'route':
            return (0,_cluster_field_owners_js__WEBPACK_IMPORTED_MODULE_0__/* .givenBack */ .hC)(object.metadata, owned.owners, { paths: EVERYTHING, freed: EVERYTHING });
        case 'service':
            return (0,_cluster_field_owners_js__WEBPACK_IMPORTED_MODULE_0__/* .givenBack */ .hC)(object.metadata, owned.owners, { paths: [SELECTOR], freed: [SELECTOR] });
        case 'deployment': {
            // What a promoted release has changed in the template is ours: whoever applies an older image is told of it.
            const isBack = (0,_workload_template_js__WEBPACK_IMPORTED_MODULE_2__/* .digestOf */ .ol)(snapshot.deployment?.spec?.template ?? {}) === plan.stable.digest;
            return (0,_cluster_field_owners_js__WEBPACK_IMPORTED_MODULE_0__/* .givenBack */ .hC)(object.metadata, owned.owners, { paths: isBack ? [...HOLD, TEMPLATE] : HOLD, freed: HOLD });
        }
    }
}
/** Null: it is gone, or another one has its name. */
function objectOf(plan, owned, snapshot) {
    switch (owned.of) {
        case 'route':
            return snapshot.routes.get(owned.path) ?? null;
        case 'service':
            return snapshot.liveService?.metadata?.uid === plan.service.uid ? snapshot.liveService : null;
        case 'deployment':
            return snapshot.deployment?.metadata?.uid === plan.deployment.uid ? snapshot.deployment : null;
    }
}


/***/ }),

/***/ 64:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   f: () => (/* binding */ Helm)
/* harmony export */ });
/** The way in which the world outside (a cancel, a signal) turns a running release back. */
class Helm {
    #order = null;
    #stop = new AbortController();
    #onOrder = () => undefined;
    /** The order given, once there is one. */
    get order() {
        return this.#order;
    }
    /** Aborted with the order: ends waiting for a lock, checks and commands. */
    get signal() {
        return this.#stop.signal;
    }
    turnBack(cause, reason) {
        this.#order ??= { cause, reason };
        this.#stop.abort();
        this.#onOrder();
    }
    /** The engine's bell. */
    whenOrdered(listener) {
        this.#onOrder = listener;
        if (this.#order !== null)
            listener();
    }
}


/***/ }),

/***/ 2642:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   k: () => (/* binding */ editorsOf),
/* harmony export */   l: () => (/* binding */ observe)
/* harmony export */ });
/* harmony import */ var _release_hold_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3020);
/* harmony import */ var _release_route_js__WEBPACK_IMPORTED_MODULE_8__ = __webpack_require__(3764);
/* harmony import */ var _traffic_endpoints_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(8995);
/* harmony import */ var _traffic_command_route_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(9776);
/* harmony import */ var _traffic_routers_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(3923);
/* harmony import */ var _traffic_service_selector_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(914);
/* harmony import */ var _workload_template_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(6067);
/* harmony import */ var _workload_tracks_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(7521);
/* harmony import */ var _disown_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(3896);









/** API objects → the words of the release. Pure. */
function observe(plan, snapshot) {
    const { deployment, liveService } = snapshot;
    const lostDeployment = deployment === null || deployment.metadata?.uid !== plan.deployment.uid;
    const lostService = liveService === null || liveService.metadata?.uid !== plan.service.uid;
    const tracks = deployment === null ? [] : (0,_workload_tracks_js__WEBPACK_IMPORTED_MODULE_5__/* .tracksOf */ .SU)(deployment, snapshot.replicaSets, snapshot.pods);
    const stable = tracks.find((track) => track.hash === plan.stable.hash) ?? null;
    const candidate = tracks.find((track) => track.digest === plan.candidate.digest) ?? null;
    const others = tracks.filter((track) => track !== stable && track !== candidate && isPopulated(track));
    const spread = spreadOver(snapshot, stable, candidate);
    return {
        lost: lostDeployment ? 'deployment' : lostService ? 'service' : null,
        deployment: deploymentView(plan, deployment, snapshot),
        stable,
        candidate,
        others,
        current: isCurrent(deployment, snapshot.replicaSetsAsOf),
        live: liveView(plan, lostService ? null : liveService, spread),
        candidateService: candidateServiceView(snapshot.candidateService, candidate, plan.stable.hash, spread),
        routes: plan.routes.map((binding) => routeView(plan, binding, snapshot)),
        claims: (0,_disown_js__WEBPACK_IMPORTED_MODULE_6__/* .claimsIn */ .hh)(plan, snapshot),
    };
}
function isPopulated(track) {
    return track.size > 0 || track.pods.length > 0;
}
function isCurrent(deployment, replicaSetsAsOf) {
    const generation = deployment?.metadata?.generation ?? 0;
    return (deployment?.status?.observedGeneration ?? 0) >= generation && replicaSetsAsOf >= generation;
}
function deploymentView(plan, deployment, snapshot) {
    const template = deployment?.spec?.template ?? {};
    const fields = deployment === null ? plan.original : (0,_workload_tracks_js__WEBPACK_IMPORTED_MODULE_5__/* .holdFieldsOf */ .sb)(deployment);
    const kind = templateKind(plan, template);
    return {
        replicas: deployment?.spec?.replicas ?? 1,
        template: deployment === null ? 'stable' : kind,
        templateDigest: (0,_workload_template_js__WEBPACK_IMPORTED_MODULE_4__/* .digestOf */ .ol)(template),
        fields,
        held: (0,_release_hold_js__WEBPACK_IMPORTED_MODULE_0__/* .isHeld */ .i7)(fields),
        editor: lastEditor(deployment?.metadata, plan),
        templateDifference: kind === 'foreign' ? difference(plan, template, snapshot) : null,
    };
}
function templateKind(plan, template) {
    const digest = (0,_workload_template_js__WEBPACK_IMPORTED_MODULE_4__/* .digestOf */ .ol)(template);
    if (digest === plan.candidate.digest)
        return 'candidate';
    return digest === plan.stable.digest ? 'stable' : 'foreign';
}
function difference(plan, template, snapshot) {
    const known = snapshot.replicaSets.map((replicaSet) => replicaSet.spec?.template ?? {});
    const candidate = known.find((entry) => (0,_workload_template_js__WEBPACK_IMPORTED_MODULE_4__/* .digestOf */ .ol)(entry) === plan.candidate.digest);
    const stable = known.find((entry) => (0,_workload_template_js__WEBPACK_IMPORTED_MODULE_4__/* .digestOf */ .ol)(entry) === plan.stable.digest);
    return (0,_workload_template_js__WEBPACK_IMPORTED_MODULE_4__/* .templateDifference */ .YV)(candidate ?? stable ?? {}, template);
}
/** Writers of an object as its `managedFields` name them, but for us, the cluster's own controllers and status updates. */
function editorsOf(metadata) {
    return edits(metadata).map(editorOf);
}
function edits(metadata) {
    const own = /^(crossfade|kube-controller-manager)$/;
    return (metadata?.managedFields ?? []).filter((entry) => entry.subresource === undefined && !own.test(entry.manager ?? ''));
}
/** `kubectl-set at 12:03:22 UTC`. */
function editorOf({ manager, time }) {
    return `${manager ?? 'somebody'} at ${(time ?? '').slice(11, 19)} UTC`;
}
/** Who wrote the object since the release began, the latest of them; null: nobody left a trace (a field that is removed leaves none). */
function lastEditor(metadata, plan) {
    const since = edits(metadata).filter((entry) => !plan.editors.includes(editorOf(entry)));
    const latest = since.sort((a, b) => Date.parse(b.time ?? '') - Date.parse(a.time ?? ''))[0];
    return latest === undefined ? null : editorOf(latest);
}
function spreadOver(snapshot, stable, candidate) {
    const hashes = new Map(snapshot.pods.map((pod) => [pod.metadata?.name ?? '', (0,_workload_tracks_js__WEBPACK_IMPORTED_MODULE_5__/* .hashOf */ .qQ)(pod)]));
    return (service) => {
        const counts = { stable: 0, candidate: 0, other: 0 };
        if (service === null)
            return counts;
        for (const pod of (0,_traffic_endpoints_js__WEBPACK_IMPORTED_MODULE_7__/* .readyPodsBehind */ .K)(service, snapshot.slices)) {
            const hash = hashes.get(pod) ?? hashFromName(pod);
            if (hash === stable?.hash)
                counts.stable += 1;
            else if (hash === candidate?.hash)
                counts.candidate += 1;
            else
                counts.other += 1;
        }
        return counts;
    };
}
/** A pod that the pod watch has not shown yet (watches of two kinds are not ordered): `web-7c9d-x2x4z` → `7c9d`. */
function hashFromName(pod) {
    return pod.split('-').at(-2);
}
function liveView(plan, service, spread) {
    if (service === null)
        return { pin: null, selectorIntact: true, editor: null, endpoints: { stable: 0, candidate: 0, other: 0 } };
    return {
        pin: service.spec?.selector?.[_workload_template_js__WEBPACK_IMPORTED_MODULE_4__/* .HASH_LABEL */ .mE] ?? null,
        selectorIntact: sameSelector((0,_traffic_service_selector_js__WEBPACK_IMPORTED_MODULE_3__/* .unpinned */ .CW)(service), plan.service.selector),
        editor: lastEditor(service.metadata, plan),
        endpoints: spread(service),
    };
}
function candidateServiceView(service, candidate, stableHash, spread) {
    if (service === null)
        return { state: 'absent', pinned: false, endpoints: spread(null) };
    const pin = service.spec?.selector?.[_workload_template_js__WEBPACK_IMPORTED_MODULE_4__/* .HASH_LABEL */ .mE];
    const state = pin === undefined ? 'idle' : pin === candidate?.hash ? 'candidate' : pin === stableHash ? 'stable' : 'idle';
    return { state, pinned: pin !== undefined, endpoints: spread(service) };
}
function routeView(plan, binding, { routes, command }) {
    if ((0,_traffic_command_route_js__WEBPACK_IMPORTED_MODULE_1__/* .isCommand */ .y9)(binding))
        return commandView(binding, command ?? UNTOLD);
    const router = (0,_traffic_routers_js__WEBPACK_IMPORTED_MODULE_2__/* .routerOf */ .V4)(binding);
    const objects = binding.paths.map((path) => routes.get(path) ?? null);
    const { share, overrides, mirror, original } = router.read(binding, routes);
    const sendsNobody = share === 0 && !overrides && mirror === 0;
    // A route that was deleted sends nobody anywhere, and there is nothing to be put back.
    const isGone = objects.every((object) => object === null);
    return {
        name: binding.router,
        share,
        inDoubt: false,
        testers: overrides,
        mirror,
        original: original || isGone,
        home: isGone || (binding.originalShare === 0 ? original : sendsNobody),
        verdict: asFarAsCanBeKnown(router.verdict(binding, routes), router.capabilities(binding).level),
        editor: objects.map((object) => lastEditor(object?.metadata, plan)).find((editor) => editor !== null) ?? null,
    };
}
const UNTOLD = { told: null, verdict: { is: 'unknown', level: 'stored', reasons: [] } };
/** Nobody else can tell it anything: what it was told is the record's. */
function commandView({ router }, seen) {
    const { share, inDoubt, overrides, mirror, original } = (0,_traffic_command_route_js__WEBPACK_IMPORTED_MODULE_1__/* .readCommand */ .UK)(seen.told);
    const { verdict } = seen;
    return { name: router, share, inDoubt, testers: overrides, mirror, original, home: original, verdict, editor: null };
}
/** Some kinds of route never say what became of them: what they can show is all that can be waited for. */
function asFarAsCanBeKnown(verdict, highest) {
    const isAllThereIs = verdict.is === 'unknown' && _release_route_js__WEBPACK_IMPORTED_MODULE_8__/* .LEVELS */ .A_.indexOf(verdict.level) >= _release_route_js__WEBPACK_IMPORTED_MODULE_8__/* .LEVELS */ .A_.indexOf(highest);
    return isAllThereIs ? { ...verdict, is: 'yes' } : verdict;
}
function sameSelector(a, b) {
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}


/***/ }),

/***/ 8148:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   U: () => (/* binding */ OpenRecord)
/* harmony export */ });
/* harmony import */ var _record_store_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(5197);

/** The record while its release is worked on. What is noted meanwhile is in it when it is closed. */
class OpenRecord {
    #api;
    #namespace;
    #book;
    constructor(api, namespace, book) {
        this.#api = api;
        this.#namespace = namespace;
        this.#book = book;
    }
    /** As last written or read. */
    get book() {
        return this.#book;
    }
    /** @throws RecordConflict when another run wrote the record, or what the write throws */
    async note(told) {
        const open = { ...this.#book.open, told };
        const next = { ...this.#book, open };
        const why = told.is === 'in-doubt' ? 'note what router-command is about to be told' : 'note what it was told';
        this.#book = { ...(await (0,_record_store_js__WEBPACK_IMPORTED_MODULE_0__/* .writeBook */ .xk)(this.#api, this.#namespace, open.plan.deployment.name, next, why)), open };
    }
}


/***/ }),

/***/ 9821:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Ab: () => (/* binding */ pauseShare),
/* harmony export */   B_: () => (/* binding */ stepsOf),
/* harmony export */   dm: () => (/* binding */ batchFindings)
/* harmony export */ });
/* harmony import */ var _action_batches_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(278);
/* harmony import */ var _release_route_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(3764);


/** Before any user: the candidate is up and checked. */
const UP = { share: 0, stay: 0 };
const ALL_OF_THEM = { share: _release_route_js__WEBPACK_IMPORTED_MODULE_1__/* .ALL */ .y2, stay: 0 };
/** More batches than anybody watches; every one of them is a line of log and summary. */
const MOST_BATCHES = 100;
/**
 * The steps of a plan: up and checked before any user, the ramp or the batches, and all of the users. Blue/green and the plain rolling
 * update have the first alone.
 */
function stepsOf(request, replicas) {
    if (request.strategy === 'canary')
        return [{ ...UP, stay: request.mirror?.stay ?? 0 }, ...request.steps, ALL_OF_THEM];
    const batches = batchesOf(request, replicas);
    return batches === null ? [UP] : [UP, ...(0,_action_batches_js__WEBPACK_IMPORTED_MODULE_0__/* .stepsOfBatches */ .L6)(batches, request.batchTime, replicas), ALL_OF_THEM];
}
/** What of the batches does not fit the pods that there are. */
function batchFindings(request, replicas) {
    const batches = batchesOf(request, replicas);
    if (batches === null)
        return [];
    const pods = `${replicas} pod${replicas === 1 ? '' : 's'}`;
    if (batches.length > MOST_BATCHES)
        return [
            { message: `Input batch-size makes ${batches.length + 1} batches of ${pods}; ${MOST_BATCHES} are the most.` },
        ];
    const { pauseAt } = request;
    const places = [{ share: 0 }, ...batches];
    if (pauseAt !== null && !places.some((place) => (0,_action_batches_js__WEBPACK_IMPORTED_MODULE_0__/* .formatAmount */ .ej)(place) === (0,_action_batches_js__WEBPACK_IMPORTED_MODULE_0__/* .formatAmount */ .ej)(pauseAt)))
        return [
            {
                message: `Input pause-at: ${(0,_action_batches_js__WEBPACK_IMPORTED_MODULE_0__/* .formatAmount */ .ej)(pauseAt)} is no batch of ${pods}; they are ${places.map(_action_batches_js__WEBPACK_IMPORTED_MODULE_0__/* .formatAmount */ .ej).join(', ')}.`,
            },
        ];
    const falling = (0,_action_batches_js__WEBPACK_IMPORTED_MODULE_0__/* .fallingBatch */ ._k)(batches, replicas);
    if (falling === null)
        return [];
    const [before, batch] = falling.map(_action_batches_js__WEBPACK_IMPORTED_MODULE_0__/* .formatAmount */ .ej);
    return [
        {
            message: `Input batches: ${batch} of ${pods} is less than ${before} before it; a batch includes the ones before it.`,
        },
    ];
}
/** The share at which to pause; null: nowhere. */
function pauseShare(pauseAt, steps) {
    if (pauseAt === null)
        return null;
    const found = steps.find((step) => ('pods' in pauseAt ? step.pods === pauseAt.pods : step.share === pauseAt.share));
    return found?.share ?? null;
}
function batchesOf({ strategy, batches }, replicas) {
    if (strategy !== 'rolling' || batches === null)
        return null;
    return 'size' in batches ? (0,_action_batches_js__WEBPACK_IMPORTED_MODULE_0__/* .batchesOfSize */ .dh)(batches.size, replicas) : batches;
}


/***/ }),

/***/ 5197:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   MI: () => (/* binding */ RecordConflict),
/* harmony export */   W1: () => (/* binding */ RecordError),
/* harmony export */   ez: () => (/* binding */ EMPTY_BOOK),
/* harmony export */   fH: () => (/* binding */ bookRequest),
/* harmony export */   xk: () => (/* binding */ writeBook),
/* harmony export */   yW: () => (/* binding */ readBook)
/* harmony export */ });
/* unused harmony exports recordName, configMapPath */
/* harmony import */ var node_timers_promises__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(8500);
/* harmony import */ var node_util__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(7975);
/* harmony import */ var _cluster_errors_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(2835);
/* harmony import */ var _traffic_service_selector_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(914);




/** Format of the record's data; a newer one is refused rather than misread. */
const SCHEMA = 1;
const KEPT_RELEASES = 10;
/** Tries of a write of the record whose outcome nobody knows. */
const TRIES = 6;
/** The record is not ours to read: made by a newer version, or damaged by hand. */
class RecordError extends Error {
}
/** Another run wrote the record since we read it. */
class RecordConflict extends Error {
}
const EMPTY_BOOK = { open: null, past: [], resourceVersion: null };
function recordName(deployment) {
    return `crossfade.${deployment}`;
}
function configMapPath(namespace, name) {
    return `/api/v1/namespaces/${namespace}/configmaps${name === undefined ? '' : `/${name}`}`;
}
/** Throws RecordError when there is a record that cannot be understood, or what the read throws. */
async function readBook(api, namespace, deployment) {
    const path = configMapPath(namespace, recordName(deployment));
    const map = await api.get(path);
    return map === null ? EMPTY_BOOK : parseBook(map);
}
function parseBook(map) {
    const { schema, open, past } = map.data ?? {};
    const name = `ConfigMap ${map.metadata?.name}`;
    const remedy = `If no release is in progress, delete it (kubectl delete configmap ${map.metadata?.name}) and run again.`;
    if (schema !== String(SCHEMA))
        throw new RecordError(`${name} has schema ${schema ?? '(none)'}; this version of Crossfade reads schema ${SCHEMA}. ${remedy}`);
    try {
        return {
            // Written by `dataOf` below under the same schema number.
            open: open === undefined || open === '' ? null : JSON.parse(open),
            past: JSON.parse(past ?? '[]'),
            resourceVersion: map.metadata?.resourceVersion ?? null,
        };
    }
    catch {
        throw new RecordError(`${name} is no valid record: its data is not JSON. ${remedy}`);
    }
}
/** The request that replaces the book, for a dry run or for `writeBook`. */
function bookRequest(namespace, deployment, book, why) {
    const name = recordName(deployment);
    const body = {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: {
            name,
            namespace,
            labels: _traffic_service_selector_js__WEBPACK_IMPORTED_MODULE_3__/* .MANAGED_BY */ .Kf,
            ...(book.resourceVersion === null ? {} : { resourceVersion: book.resourceVersion }),
        },
        data: {
            schema: String(SCHEMA),
            open: book.open === null ? '' : JSON.stringify(book.open),
            past: JSON.stringify(book.past.slice(0, KEPT_RELEASES)),
        },
    };
    return book.resourceVersion === null
        ? { verb: 'create', path: configMapPath(namespace), body, why }
        : { verb: 'update', path: configMapPath(namespace, name), body, why };
}
/** Compare-and-swap; answers the book with its new resourceVersion. Throws RecordConflict when somebody else was there first. */
async function writeBook(api, namespace, deployment, book, why) {
    const request = bookRequest(namespace, deployment, book, why);
    for (let tried = 1;; tried += 1) {
        try {
            const map = await api.write(request);
            return { ...book, resourceVersion: map.metadata?.resourceVersion ?? null };
        }
        catch (error) {
            const isConflict = (0,_cluster_errors_js__WEBPACK_IMPORTED_MODULE_2__/* .isStatus */ .zM)(error, 409);
            if (!isConflict && !(error instanceof _cluster_errors_js__WEBPACK_IMPORTED_MODULE_2__/* .UnknownOutcome */ .Bt && tried < TRIES))
                throw error;
            if (!isConflict)
                await (0,node_timers_promises__WEBPACK_IMPORTED_MODULE_0__.setTimeout)(100 * 2 ** tried);
            // It may have been carried out, and its answer lost.
            const map = await api.get(configMapPath(namespace, recordName(deployment)));
            const found = map?.metadata?.resourceVersion ?? null;
            if (map !== null && (0,node_util__WEBPACK_IMPORTED_MODULE_1__.isDeepStrictEqual)(map.data, request.body.data))
                return { ...book, resourceVersion: found };
            if (found !== book.resourceVersion)
                throw new RecordConflict(`another run wrote ${recordName(deployment)} meanwhile`);
        }
    }
}


/***/ }),

/***/ 5394:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   L: () => (/* binding */ Refused)
/* harmony export */ });
/** All findings of a preflight at once; the release has not begun. */
class Refused extends Error {
    findings;
    constructor(findings) {
        super(findings.map((finding) => finding.message).join('\n'));
        this.findings = findings;
    }
}


/***/ }),

/***/ 8277:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  K: () => (/* binding */ Release)
});

// EXTERNAL MODULE: ./lib/release/signs.js
var release_signs = __webpack_require__(8119);
// EXTERNAL MODULE: ./lib/cluster/errors.js
var errors = __webpack_require__(2835);
;// CONCATENATED MODULE: ./lib/cluster/diagnosis.js


const LOG_LINES = 20;
const EVENTS = 10;
/** Of so many sick pods the events are read: requests must not grow with the pods. */
const SICK_PODS = 2;
/** Milliseconds: a diagnosis must never hold up the way back. */
const PATIENCE = 3_000;
/**
 * Reads the last log lines of the sick container and the newest events of the candidate's ReplicaSet and of some of its sick pods.
 * Never throws: it says what it could not read.
 */
async function diagnose(api, namespace, candidate, replicaSet) {
    const sickFirst = [...candidate.pods].filter((pod) => !pod.terminating).sort((a, b) => rank(a) - rank(b));
    const signs = [candidate.refused, ...sickFirst.map((pod) => pod.sign)].filter((sign) => sign !== null);
    const source = logSource(signs, sickFirst);
    const [log, ...events] = await Promise.all([
        source === null ? null : readLog(api, namespace, source),
        ...[replicaSet, ...sickFirst.slice(0, SICK_PODS).map((pod) => pod.name)].map((name) => readEvents(api, namespace, name)),
    ]);
    // Warnings first: the normal events of a start only show that it was normal.
    const newest = events.flat().sort((a, b) => Number(b.isWarning) - Number(a.isWarning) || b.at - a.at);
    return { signs: summarise(signs), log, events: [...new Set(newest.map((event) => event.text))].slice(0, EVENTS) };
}
/** Whose log to read: the container with a sign, else one that is not ready. */
function logSource(signs, pods) {
    for (const { pod, container, reason } of signs)
        if (container !== null)
            return { pod, container, isWaiting: reason === 'CrashLoopBackOff' };
    for (const { name, unreadyContainer } of pods)
        if (unreadyContainer !== null)
            return { pod: name, container: unreadyContainer, isWaiting: false };
    return null;
}
function rank(pod) {
    if (pod.sign !== null)
        return pod.sign.level === 'fatal' ? 0 : 1;
    return pod.ready ? 3 : 2;
}
/** One line for each kind of trouble: with the same in many pods, one of them and how many more. */
function summarise(signs) {
    const kinds = new Map();
    for (const sign of signs) {
        const key = `${sign.container}/${sign.reason}/${sign.exitCode}`;
        kinds.set(key, [...(kinds.get(key) ?? []), sign]);
    }
    return [...kinds.values()].flatMap(([first, ...more]) => first === undefined
        ? []
        : [`${(0,release_signs/* describeSign */.pk)(first)}${more.length === 0 ? '' : ` — and ${more.length} more like it`}`]);
}
/**
 * The log of the instance that crashed last: the previous one while the next is waited for, else the current one. A kubelet keeps one
 * dead container of each, and answers 200 with an excuse in place of the log of one that it has removed.
 */
async function readLog(api, namespace, source) {
    const { pod, container, isWaiting } = source;
    const path = `/api/v1/namespaces/${namespace}/pods/${pod}/log`;
    for (const previous of [isWaiting, !isWaiting]) {
        try {
            const query = { container, tailLines: LOG_LINES, limitBytes: 16_384, ...(previous ? { previous: true } : {}) };
            const { status, body } = await api.text(path, query, { deadline: PATIENCE });
            const lines = body.split('\n').filter((line) => line !== '');
            const isExcuse = lines.length === 1 && body.startsWith('unable to retrieve container logs for ');
            if (status === 200 && lines.length > 0 && !isExcuse)
                return { pod, container, lines: lines.slice(-LOG_LINES) };
        }
        catch {
            // Diagnosis is a courtesy; the reason of the failure is known without it.
        }
    }
    return null;
}
async function readEvents(api, namespace, name) {
    try {
        const query = { fieldSelector: `involvedObject.name=${name}`, limit: 100 };
        const { status, body } = await api.text(`/api/v1/namespaces/${namespace}/events`, query, { deadline: PATIENCE });
        if (status !== 200)
            return [unread(name, `HTTP ${status}`)];
        const { items } = JSON.parse(body);
        return items.map((event) => ({
            at: timeOf(event),
            isWarning: event.type === 'Warning',
            text: `${event.type ?? ''} ${event.reason ?? ''} ${event.involvedObject.name ?? ''}: ${event.message ?? ''}`,
        }));
    }
    catch (error) {
        return [unread(name, (0,errors/* describeCause */.V$)(error))];
    }
}
function unread(name, why) {
    return { at: 0, isWarning: false, text: `(the events of ${name} could not be read: ${why})` };
}
function timeOf(event) {
    const text = event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp;
    return text === undefined || text === null ? 0 : Date.parse(String(text));
}

// EXTERNAL MODULE: ./lib/cluster/field-owners.js
var field_owners = __webpack_require__(9583);
// EXTERNAL MODULE: ./lib/release/action.js
var action = __webpack_require__(3483);
// EXTERNAL MODULE: ./lib/release/hold.js
var hold = __webpack_require__(3020);
// EXTERNAL MODULE: ./lib/release/observation.js
var observation = __webpack_require__(2039);
// EXTERNAL MODULE: ./lib/release/ramp.js
var ramp = __webpack_require__(2757);
// EXTERNAL MODULE: ./lib/release/sizes.js
var sizes = __webpack_require__(8723);
;// CONCATENATED MODULE: ./lib/release/forward.js





/** A release on its way forward (design §3), as a list of what must be true before the next thing may happen. */
function forward(plan, state, seen, now) {
    return (forward_open(plan, seen) ??
        raiseCandidate(plan, state, seen) ??
        proveCandidate(plan, state, seen) ??
        takePlaces(plan, state, seen, now) ??
        proveStep(state, seen) ??
        (0,ramp/* climb */.oG)(plan, state, seen, now) ??
        switchUsers(plan, state, seen, now) ??
        (0,ramp/* bringRoutesHome */.Y_)(plan, state, seen, now) ??
        watchOverUsers(plan, state, seen, now) ??
        (0,action/* write */.M)('close'));
}
/** Paused, then pinned, then template and hold in one PATCH: at no moment can a user reach the candidate. */
function forward_open(plan, seen) {
    if (seen.deployment.template !== 'stable')
        return null;
    if (!seen.deployment.fields.paused)
        return (0,action/* write */.M)('pause');
    if (seen.live.pin === null)
        return (0,action/* write */.M)('pin');
    // The user's own route may lead to the candidate Service already: not while it reaches a candidate that nobody has proved.
    const leading = seen.routes.findLastIndex((route) => route.share !== 0);
    if (leading >= 0)
        return (0,action/* write */.M)('route', { route: leading, step: 0 });
    return (0,action/* write */.M)('open', { sizes: (0,sizes/* sizesFor */.SQ)(plan, 0, seen.deployment.replicas) });
}
/** The candidate has its size, the Deployment is frozen, the candidate Service selects it. */
function raiseCandidate(plan, state, seen) {
    const { candidate, deployment } = seen;
    if (!deployment.fields.paused)
        return freeze(seen);
    if (candidate === null)
        return (0,action/* wait */.u)('controller', 'the candidate’s ReplicaSet');
    // The next step, or a scale-up while frozen that shared the pods out unevenly; after the switch nothing may be thawed any more.
    const wanted = (0,sizes/* nextSizes */.Y0)(plan, state.step, deployment.replicas, sizesNow(seen));
    const grows = !(0,sizes/* isInPlace */.RS)(plan) && wanted !== null && wanted.candidate > candidate.size;
    if (grows && seen.live.pin !== candidate.hash)
        return seen.current
            ? (0,action/* write */.M)('resize', { sizes: wanted })
            : (0,action/* wait */.u)('controller', 'the Deployment controller to be done with what was before');
    if (seen.candidateService.state === 'absent')
        return (0,action/* write */.M)('create-candidate-service');
    if (seen.candidateService.state !== 'candidate')
        return (0,action/* write */.M)('point-candidate-service');
    return null;
}
/** Unpaused, for the milliseconds that the controller needs to give both tracks the sizes that the hold gives them. */
function freeze({ deployment, candidate, stable }) {
    const asked = (0,sizes/* sizesOf */.gN)(deployment.fields.strategy, deployment.replicas);
    if (candidate === null || candidate.size === 0)
        return (0,action/* wait */.u)('controller', 'the Deployment controller makes the candidate’s ReplicaSet');
    if (candidate.size < asked.candidate)
        return (0,action/* wait */.u)('controller', 'the Deployment controller gives the candidate its size');
    if ((stable?.size ?? 0) > asked.stable)
        return (0,action/* wait */.u)('controller', 'the Deployment controller takes pods of stable away');
    return (0,action/* write */.M)('freeze');
}
function sizesNow({ candidate, stable }) {
    return { candidate: candidate?.size ?? 0, stable: stable?.size ?? 0 };
}
/** Every pod that there is to be is Ready, the candidate's EndpointSlices list them, the checks passed. */
function proveCandidate(plan, state, seen) {
    const { candidate } = seen;
    if (candidate === null)
        return (0,action/* wait */.u)('controller', 'the candidate’s ReplicaSet');
    if (seen.live.pin === candidate.hash)
        return null;
    const wanted = candidate.size;
    const ready = (0,observation/* readyPods */.A)(candidate);
    if (ready < wanted)
        return (0,action/* wait */.u)('pods', `${ready}/${wanted} candidate pods Ready`);
    const listed = seen.candidateService.endpoints.candidate;
    if (listed < wanted)
        return (0,action/* wait */.u)('endpoints', `${listed}/${wanted} candidate pods in the candidate Service’s endpoints`);
    if (state.marks.ready === undefined)
        return { do: 'mark', mark: 'ready', restarts: restarts(candidate) };
    if (plan.checks > 0 && state.marks.checked === undefined)
        return { do: 'check' };
    return null;
}
/**
 * Pods of the candidate take the place of stable's: the waves of a batch, and shares above one half by the numbers of pods. The candidate
 * is proved by now; users come to it before pods of stable go, and those that are new in a wave have the Deployment's own time to be well.
 */
function takePlaces(plan, state, seen, now) {
    const { candidate, deployment, live } = seen;
    if (candidate === null || state.step === 0 || live.pin === candidate.hash)
        return null;
    const next = (0,sizes/* nextSizes */.Y0)(plan, state.step, deployment.replicas, sizesNow(seen));
    if ((0,sizes/* isInPlace */.RS)(plan) && live.pin === null && state.marks.waveReady === undefined)
        return { do: 'mark', mark: 'waveReady', restarts: restarts(candidate) };
    if (next === null || (!(0,sizes/* isInPlace */.RS)(plan) && next.candidate > candidate.size))
        return null;
    if (live.pin !== null)
        return (0,action/* write */.M)('overlap');
    const missing = (0,observation/* readyPods */.A)(candidate) - live.endpoints.candidate;
    if (missing > 0)
        return (0,action/* wait */.u)('endpoints', `${missing} more candidate pods in the live Service’s endpoints`);
    if (state.marks.waveReady === undefined)
        return { do: 'mark', mark: 'waveReady', restarts: restarts(candidate) };
    const well = state.marks.waveReady + Math.max(plan.times.settle, plan.original.minReadySeconds * 1000);
    const takesAway = next.stable < (seen.stable?.size ?? 0);
    if (takesAway && now < well)
        return (0,action/* wait */.u)('settle', `the candidate’s ${candidate.size === 1 ? 'pod' : `${candidate.size} pods`} to stay well before stable’s make room`, well);
    if (!seen.current)
        return (0,action/* wait */.u)('controller', 'the Deployment controller to be done with the wave before');
    return (0,action/* write */.M)('resize', { sizes: next });
}
/** The step has its pods, and they are well. */
function proveStep(state, { candidate, live }) {
    if (candidate === null || live.pin === candidate.hash)
        return null;
    if (state.step === 0 || state.marks.stepReady !== undefined)
        return null;
    return { do: 'mark', mark: 'stepReady', restarts: restarts(candidate) };
}
/** One PATCH, then the proof that the endpoints followed it. In place nothing is left to be switched. */
function switchUsers(plan, state, seen, now) {
    const { candidate, live } = seen;
    if (candidate === null)
        return (0,action/* wait */.u)('controller', 'the candidate’s ReplicaSet');
    if (live.pin !== candidate.hash && !(0,sizes/* isInPlace */.RS)(plan)) {
        if (plan.switch === 'cut')
            return (0,action/* write */.M)('switch');
        if (live.pin !== null)
            return (0,action/* write */.M)('overlap');
        const both = live.endpoints.candidate >= (0,observation/* readyPods */.A)(candidate) && live.endpoints.stable > 0;
        if (!both)
            return (0,action/* wait */.u)('endpoints', 'the live Service’s endpoints to list both tracks');
        if (state.marks.overlapped === undefined)
            return { do: 'mark', mark: 'overlapped' };
        const settled = state.marks.overlapped + plan.times.settle;
        if (now < settled)
            return (0,action/* wait */.u)('settle', 'load balancers to take up the candidate’s pods', settled);
        return (0,action/* write */.M)('switch');
    }
    if (state.marks.switched !== undefined)
        return null;
    const { endpoints } = live;
    const wanted = Math.min(seen.deployment.replicas, (0,observation/* readyPods */.A)(candidate));
    if (endpoints.stable + endpoints.other > 0 || endpoints.candidate < Math.max(1, wanted))
        return (0,action/* wait */.u)('endpoints', `live endpoints: ${endpoints.candidate} candidate, ${endpoints.stable + endpoints.other} other; wanted ${wanted} and 0`);
    return { do: 'mark', mark: 'switched' };
}
/** Bake, then drain; at least the settle time lies between the switch and the first stable pod that leaves. */
function watchOverUsers(plan, state, seen, now) {
    const { marks } = state;
    const { times } = plan;
    if (marks.switched === undefined)
        return (0,action/* wait */.u)('endpoints', 'the switch');
    const bakeEnd = (marks.homed ?? marks.switched) + times.bake;
    if (marks.baked === undefined) {
        if (now < bakeEnd)
            return (0,action/* wait */.u)('bake', (0,sizes/* isInPlace */.RS)(plan) ? 'all pods are the candidate’s' : 'users are on the candidate, stable is still warm', bakeEnd);
        return { do: 'mark', mark: 'baked' };
    }
    // In place, stable's pods had their time to drain when they left.
    const drain = (0,sizes/* isInPlace */.RS)(plan) ? 0 : times.drain;
    const drainEnd = Math.max(marks.baked + drain, (marks.homed ?? marks.switched) + times.settle);
    if (now < drainEnd)
        return (0,action/* wait */.u)('drain', 'open connections to stable’s pods to end', drainEnd);
    const ready = seen.candidate === null ? 0 : (0,observation/* readyPods */.A)(seen.candidate);
    if (ready < seen.deployment.replicas)
        return (0,action/* wait */.u)('pods', `${ready}/${seen.deployment.replicas} candidate pods Ready before stable’s may leave`);
    return null;
}
/** The candidate becomes the stable track: the controller retires the old one, then pin, fields and helpers go, in this order. */
function closeForward(plan, seen) {
    // Not our order of writes, but possible after somebody else ended the hold: stable leaves while users are still pinned to it.
    if (seen.candidate !== null && seen.live.pin === plan.stable.hash && seen.live.selectorIntact)
        return (0,action/* write */.M)('switch');
    if (isTidied(plan, seen))
        return tidyCandidateService(plan, seen) ?? { do: 'finish', outcome: { outcome: 'promoted' } };
    if (!seen.current)
        return (0,action/* wait */.u)('controller', 'the Deployment controller to see the close');
    const leaving = [...(seen.stable === null ? [] : [seen.stable]), ...seen.others];
    const left = leaving.reduce((sum, track) => sum + (0,observation/* remaining */.T)(track), 0);
    // While pods are still wanted there is time: the write is made then, and its effect is there when they leave.
    const isPinned = seen.live.pin !== null && seen.lost === null;
    if (isPinned && seen.candidateService.state === 'candidate')
        return (0,action/* write */.M)('watch-stable');
    if (left > 0)
        return (0,action/* wait */.u)('retirement', `${left} pods of the old version to leave`);
    const listed = isPinned ? listedByHelper(seen) : 0;
    if (listed > 0)
        return (0,action/* wait */.u)('endpoints', `${listed} leaving pods to be known as leaving`);
    return tidy(plan, seen) ?? { do: 'finish', outcome: { outcome: 'promoted' } };
}
/** Unpin, put the fields back, remove the candidate Service. The same at both ends of a release. */
function tidy(plan, seen) {
    if (seen.lost === null && seen.live.pin !== null)
        return (0,action/* write */.M)('unpin');
    const { fields } = seen.deployment;
    if (!(0,hold/* sameFields */.wq)(fields, (0,hold/* restoredFields */.si)(fields, plan)))
        return (0,action/* write */.M)('restore');
    return tidyCandidateService(plan, seen);
}
/**
 * The EndpointSlice controller has a pod cache of its own. It may not have seen yet that a pod is leaving, although our watch has, and
 * would send users to that pod the moment the pin is gone (observed: for 845 ms on a busy control plane). So the candidate Service is
 * pointed at the track that leaves: once its slices, made by the same controller from the same cache, have no ready endpoint left,
 * the live Service's will not have them either.
 */
function listedByHelper({ candidateService }) {
    // Of both: as long as the other track is listed, the controller has not even seen that the Service was pointed anew.
    return candidateService.endpoints.stable + candidateService.endpoints.candidate;
}
/** Pin and fields are as they were: the other track left before that, nothing has to be waited for any more. */
function isTidied(plan, seen) {
    const { fields } = seen.deployment;
    return seen.live.pin === null && (0,hold/* sameFields */.wq)(fields, (0,hold/* restoredFields */.si)(fields, plan));
}
function tidyCandidateService(plan, seen) {
    const { state, pinned } = seen.candidateService;
    // Never a route to a Service that is gone; and the other way round than up: make before break.
    const away = seen.routes.findLastIndex((route) => !route.home && !route.original);
    if (away >= 0)
        return (0,action/* write */.M)('route-home', { route: away });
    if (plan.candidateService.kind === 'ours' && state !== 'absent')
        return (0,action/* write */.M)('delete-candidate-service');
    if (plan.candidateService.kind === 'users' && pinned)
        return (0,action/* write */.M)('restore-candidate-service');
    const changed = seen.routes.findLastIndex((route) => !route.original);
    return changed >= 0 ? (0,action/* write */.M)('route-restore', { route: changed }) : null;
}
/** Of each pod that stays, by name. */
function restarts(track) {
    return Object.fromEntries(track.pods.filter((pod) => !pod.terminating).map((pod) => [pod.name, pod.restarts]));
}

;// CONCATENATED MODULE: ./lib/release/regrow.js



/** Milliseconds that stable may take to be whole again; one that was not whole before the release never will be. */
const REGROW_PATIENCE = 120_000;
/** Milliseconds after which one more pod of the candidate makes room for stable's. */
const ROOM_PATIENCE = 10_000;
/**
 * Stable gave pods to the candidate (rolling batches, shares above one half by the numbers of pods): before anything else it gets them
 * back, in one write, while the candidate's pods go on serving. Where the cluster has no room for both, the candidate's make room in
 * waves; where no user can reach the candidate, they go at once.
 */
function regrow(plan, state, turn, seen, now) {
    const { deployment, candidate, stable } = seen;
    const isGone = candidate === null || (0,observation/* remaining */.T)(candidate) === 0;
    const isRegrowing = deployment.held && deployment.template === 'stable';
    if (!(0,sizes/* isByPods */.I7)(plan) || (isGone && !isRegrowing))
        return null;
    const isShort = stable === null || stable.size < deployment.replicas;
    // Somebody else's template stands in the way of stable's: both tracks go on serving until a person, or the next run, decides.
    if (isForeign(state, seen) && deployment.held && isShort)
        return standAsItIs(seen);
    if (deployment.template !== 'stable')
        return isShort ? grow(plan, state, turn, seen, now) : null;
    if (!deployment.held || state.marks.evicting !== undefined)
        return null;
    if (!deployment.fields.paused) {
        if (isShort)
            return (0,action/* wait */.u)('controller', 'stable to get its pods back');
        // What a regrow keeps of the candidate is its surge.
        const { maxSurge } = deployment.fields.strategy.rollingUpdate ?? {};
        const isTooLarge = typeof maxSurge === 'number' && (candidate?.size ?? 0) > maxSurge;
        return isTooLarge ? (0,action/* wait */.u)('controller', 'pods of the candidate to make room') : (0,action/* write */.M)('freeze');
    }
    return isShort ? grow(plan, state, turn, seen, now) : comeBack(plan, state, turn, seen, now);
}
/** Stable has its size; its pods start. */
function comeBack(plan, state, turn, seen, now) {
    const { deployment, stable, candidate } = seen;
    const ready = stable === null ? 0 : (0,observation/* readyPods */.A)(stable);
    if (stable === null || candidate === null)
        return null;
    if (ready >= deployment.replicas)
        return awaitEndpoints(state, turn, seen, now);
    const isRefused = lacksRoom(stable);
    // Nobody is left whose going could be too early; what was refused a place gets it when these are gone.
    if ((0,observation/* remaining */.T)(candidate) === 0)
        return isRefused && candidate.pods.length > 0
            ? (0,action/* wait */.u)('retirement', `${candidate.pods.length} leaving pods of the candidate to make room`)
            : null;
    const keep = kept(plan, state, turn, seen, now);
    if (keep < candidate.size && seen.current)
        return grow(plan, state, turn, seen, now);
    const since = state.marks.regrowing ?? turn.at;
    if (now >= since + REGROW_PATIENCE && ready > 0)
        return null;
    // Refusals stand in the ReplicaSet, which no watch shows.
    const isMade = stable.pods.length >= stable.size;
    const until = since + (isRefused ? ROOM_PATIENCE : REGROW_PATIENCE);
    return (0,action/* wait */.u)(isMade ? 'pods' : 'controller', `${ready}/${deployment.replicas} pods of stable Ready again`, until);
}
/**
 * A pin that comes while the EndpointSlice controller lists stable's last pod finds it with a cache that is behind, and then it tries
 * again no sooner than a second later (observed: the candidate's pods stayed listed for 1.1 s).
 */
function awaitEndpoints(state, turn, { live, stable }, now) {
    if (live.pin !== null || !live.selectorIntact || live.endpoints.candidate === 0 || stable === null)
        return null;
    const missing = (0,observation/* readyPods */.A)(stable) - live.endpoints.stable;
    const until = (state.marks.regrowing ?? turn.at) + REGROW_PATIENCE;
    if (missing <= 0 || now >= until)
        return null;
    return (0,action/* wait */.u)('endpoints', `${missing} more pods of stable in the live Service’s endpoints`, until);
}
function grow(plan, state, turn, seen, now) {
    const { live, stable } = seen;
    // All users on the candidate alone would be too many for a moment that is not frozen: what is left of stable serves, too, at once.
    if (live.pin !== null && live.pin === seen.candidate?.hash && stable !== null && (0,observation/* readyPods */.A)(stable) > 0)
        return (0,action/* write */.M)('overlap');
    const candidate = kept(plan, state, turn, seen, now);
    return (0,action/* write */.M)('regrow', { sizes: { candidate, stable: seen.deployment.replicas } });
}
/** Candidate pods that stay until stable is whole. */
function kept(plan, state, turn, seen, now) {
    const { deployment, stable, candidate, live } = seen;
    const size = candidate?.size ?? 0;
    if (live.pin === plan.stable.hash && live.endpoints.candidate === 0)
        return 0;
    if (stable === null || !lacksRoom(stable))
        return size;
    const { replicas } = deployment;
    const served = replicas - (0,observation/* readyPods */.A)(stable) - Math.max(1, (0,sizes/* mostMissing */.CP)(plan, replicas));
    // A controller that was refused often tries again late: every write of ours makes it try at once.
    const isStuck = now >= (state.marks.regrowing ?? turn.at) + ROOM_PATIENCE;
    return Math.max(0, Math.min(isStuck ? size - 1 : size, served));
}
/** The way back ends when stable is whole again behind the live Service, as far as it can be. */
function awaitStable(plan, state, turn, seen, now) {
    const { deployment, stable, live } = seen;
    if (stable === null || deployment.template !== 'stable' || seen.lost !== null)
        return null;
    // The run before this one may have been the one that asked for stable's pods.
    const until = (state.marks.regrowing ?? turn.at) + REGROW_PATIENCE;
    if (!(0,sizes/* mayShrink */.HA)(plan) || now >= until)
        return null;
    const ready = (0,observation/* readyPods */.A)(stable);
    if (ready < deployment.replicas)
        return (0,action/* wait */.u)('pods', `${ready}/${deployment.replicas} pods of stable Ready again`, until);
    const missing = live.selectorIntact ? ready - live.endpoints.stable : 0;
    return missing > 0
        ? (0,action/* wait */.u)('endpoints', `${missing} more pods of stable in the live Service’s endpoints`, until)
        : null;
}
/** Quota, or nodes that are full. */
function lacksRoom({ refused, pods }) {
    return refused !== null || pods.some(({ sign }) => sign?.reason === 'Unschedulable');
}
function standAsItIs({ deployment }) {
    if (!deployment.fields.paused)
        return (0,action/* write */.M)('freeze');
    return { do: 'finish', outcome: { outcome: 'failed', left: 'standing' } };
}
/** A template of somebody else's that no run has named yet. */
function isForeign(state, { deployment }) {
    return deployment.template === 'foreign' && deployment.templateDigest !== state.toldTemplate;
}

;// CONCATENATED MODULE: ./lib/release/back.js




/** Milliseconds after which going back stops waiting for the cluster, leaves what is safe and says so. */
const BACK_LIMIT = 600_000;
/** Milliseconds that stable may take to be found whole before the candidate is evicted without waiting for that. */
const EVICT_AFTER = 5_000;
/** The way back from any point: traffic first, verified; then the candidate's pods; then everything is as it was. */
function back(plan, state, turn, seen, now) {
    if (now > turn.at + BACK_LIMIT)
        return finish({ outcome: 'failed', left: 'unfinished' });
    return (stopClosing(plan, state, seen) ??
        divert(seen) ??
        regrow(plan, state, turn, seen, now) ??
        moveUsersBack(plan, state, seen, now) ??
        bringRoutesBack(plan, state, seen) ??
        verifyUsersBack(plan, state, seen, now) ??
        leaveStanding(plan, state, turn, seen) ??
        retireCandidate(plan, state, seen, now) ??
        tidy(plan, seen) ??
        awaitStable(plan, state, turn, seen, now) ??
        finish({ outcome: turn.cause === 'cancelled' || turn.cause === 'aborted' ? 'aborted' : 'rolled-back' }));
}
/**
 * A close that was written lets the controller retire stable at any moment: the hold comes first, and then the proof that stable
 * is still there. Otherwise users would be moved to pods that are leaving.
 */
function stopClosing(plan, state, seen) {
    const { template, held } = seen.deployment;
    const { pin } = seen.live;
    const mayBeClosing = template !== 'stable' && !held && pin !== null && pin !== plan.stable.hash;
    if (mayBeClosing)
        return (0,action/* write */.M)('hold-again', { sizes: sizesNow(seen) });
    if (state.marks.heldAgain !== undefined && !seen.current)
        return (0,action/* wait */.u)('controller', 'the Deployment controller to see the hold');
    return null;
}
/**
 * Routed users: the candidate Service is pointed at stable. That is one PATCH of a core object, whatever the routes' own controllers do
 * or fail to do.
 */
function divert(seen) {
    return mayDivert(seen) && seen.candidateService.state === 'candidate' ? (0,action/* write */.M)('divert') : null;
}
function mayDivert(seen) {
    if (seen.lost === 'service' || !isCandidateThere(seen) || seen.routes.every((route) => route.home))
        return false;
    // Never from a track that serves to one that does not.
    return seen.stable !== null && (0,observation/* readyPods */.A)(seen.stable) > 0;
}
/**
 * The routes follow when users reach stable by either Service: one that is slow, or fails, keeps nobody on the candidate. One that
 * somebody else has written stays as it is: it leads to stable either way.
 */
function bringRoutesBack(plan, state, seen) {
    if (!mayDivert(seen))
        return null;
    // The other way round than up: make before break.
    const away = [...seen.routes.entries()]
        .reverse()
        .filter(([, route]) => !route.home && !isForeignRoute(plan, state, route));
    // One that did not end well is tried again when the others are home.
    const [index] = away.find(([, { inDoubt }]) => !inDoubt) ?? away[0] ?? [];
    return index === undefined ? null : (0,action/* write */.M)('route-home', { route: index });
}
/** A share that is none of ours, and that no run has named yet. */
function isForeignRoute(plan, { toldRoutes }, route) {
    const isTold = route.name in toldRoutes && toldRoutes[route.name] === route.share;
    return isStrange(plan, route) && !isTold;
}
function isStrange(plan, { share, inDoubt }) {
    return !inDoubt && !plan.steps.some((step) => step.share === share);
}
/** The routes in which somebody else's share is found, for the record: the run after the one that has named them may replace them. */
function strangeRoutes(plan, { routes }) {
    return routes.filter((route) => !route.home && isStrange(plan, route));
}
function isCandidateThere({ deployment, candidate }) {
    return deployment.template === 'candidate' || (candidate !== null && (0,observation/* remaining */.T)(candidate) > 0);
}
/** One PATCH (two with `switch: overlap`), not behind anything that can fail. */
function moveUsersBack(plan, state, seen, now) {
    const { live } = seen;
    if (seen.lost === 'service')
        return null;
    if (live.pin !== plan.stable.hash && isCandidateThere(seen)) {
        // A selector that somebody else wrote anew, without a pin, is theirs: a pin in it could make it select nothing.
        if (!live.selectorIntact && live.pin === null)
            return null;
        // Never from a track that serves to one that does not.
        const serving = (track) => track !== null && (0,observation/* readyPods */.A)(track) > 0;
        if (!serving(seen.stable) && serving(seen.candidate) && live.pin === seen.candidate?.hash)
            return leftOnCandidate(seen);
        if (plan.switch === 'overlap' && live.pin !== null)
            return (0,action/* write */.M)('overlap');
        if (plan.switch === 'overlap') {
            const joining = join(plan, state, seen, now);
            if (joining !== null)
                return joining;
        }
        return (0,action/* write */.M)('traffic-back');
    }
    return null;
}
/** Both Services reach stable alone, and whoever watches their endpoints had the time to follow. */
function verifyUsersBack(plan, state, seen, now) {
    const { live } = seen;
    if (seen.lost === 'service' || (!live.selectorIntact && live.pin === null))
        return null;
    if (state.marks.backSwitched === undefined || !isCandidateThere(seen))
        return null;
    const diverted = seen.candidateService.state === 'stable' ? seen.candidateService.endpoints.candidate : 0;
    const strangers = live.endpoints.candidate + live.endpoints.other + diverted;
    if (state.marks.backVerified === undefined) {
        if (strangers > 0)
            return (0,action/* wait */.u)('endpoints', `${strangers} endpoints of the candidate to leave`);
        const missing = missingEndpoints(seen);
        if (missing > 0)
            return (0,action/* wait */.u)('endpoints', `${missing} more pods of stable in the live Service’s endpoints`);
        return { do: 'mark', mark: 'backVerified' };
    }
    const settled = state.marks.backVerified + plan.times.settle;
    return now < settled ? (0,action/* wait */.u)('settle', 'proxies to stop sending users to the candidate', settled) : null;
}
/** `switch: overlap`: load balancers take up stable's pods before the candidate's go. Null: they have had their time. */
function join(plan, state, seen, now) {
    const missing = missingEndpoints(seen);
    if (missing > 0)
        return (0,action/* wait */.u)('endpoints', `${missing} more pods of stable in the live Service’s endpoints`);
    if (state.marks.overlapped === undefined)
        return { do: 'mark', mark: 'overlapped' };
    const settled = state.marks.overlapped + plan.times.settle;
    return now < settled ? (0,action/* wait */.u)('settle', 'load balancers to take up stable’s pods again', settled) : null;
}
/** Ready pods of stable that the live Service's endpoints do not list yet. None while somebody else's selector decides. */
function missingEndpoints({ stable, live }) {
    if (stable === null || !live.selectorIntact)
        return 0;
    return Math.max(0, (0,observation/* readyPods */.A)(stable) - live.endpoints.stable);
}
/** Stable serves nobody any more (its pods are gone, or were sick from the start) while the candidate does. */
function leftOnCandidate(seen) {
    if (!seen.deployment.fields.paused)
        return (0,action/* write */.M)('freeze');
    return finish({ outcome: 'failed', left: 'standing' });
}
/** Cases in which both tracks stay, frozen, with users on stable: the user wants to look, or the template is somebody else's. */
function leaveStanding(plan, state, turn, seen) {
    const asked = plan.onFailure === 'hold' && (turn.cause === 'unhealthy' || turn.cause === 'deadline');
    const foreignRoute = isCandidateThere(seen) && seen.routes.some((route) => !route.home && isForeignRoute(plan, state, route));
    const foreign = foreignRoute || (isForeign(state, seen) && (seen.deployment.held || isPopulated(seen.candidate)));
    const stands = seen.deployment.template === 'candidate' || (seen.deployment.held && isPopulated(seen.candidate));
    if (!foreign && !(asked && stands))
        return null;
    // For whoever looks: no route leads there any more.
    if (!foreign && seen.routes.length > 0 && seen.candidateService.state === 'stable')
        return (0,action/* write */.M)('point-candidate-service');
    if (!seen.deployment.fields.paused)
        return (0,action/* write */.M)('freeze');
    return finish({ outcome: 'failed', left: 'standing' });
}
/** The candidate Service has to select the candidate when it leaves (see `listedByHelper`). Only Ready pods can be listed. */
function watchLeaving({ candidate, candidateService }) {
    if (candidate === null || (0,observation/* readyPods */.A)(candidate) === 0 || candidateService.state === 'candidate')
        return null;
    return (0,action/* write */.M)(candidateService.state === 'absent' ? 'create-candidate-service' : 'point-candidate-service');
}
function isPopulated(track) {
    return track !== null && (0,observation/* remaining */.T)(track) > 0;
}
/** Close on stable's template: the controller scales the candidate to zero; stable is not touched. */
function retireCandidate(plan, state, seen, now) {
    const { deployment } = seen;
    const closed = state.marks.closing;
    const evicting = state.marks.evicting !== undefined;
    // Before there was a candidate, somebody else's template is none of our business: ours goes, theirs rolls out.
    if (isForeign(state, seen))
        return null;
    if (deployment.template !== 'stable' || (deployment.held && !evicting))
        return watchLeaving(seen) ?? (0,action/* write */.M)('close-back');
    if (isTidied(plan, seen))
        return null;
    if (!seen.current)
        return (0,action/* wait */.u)('controller', 'the Deployment controller to see the close');
    const leaving = [...(seen.candidate === null ? [] : [seen.candidate]), ...seen.others];
    const left = leaving.reduce((sum, track) => sum + (0,observation/* remaining */.T)(track), 0);
    if (left === 0) {
        // Still diverted: when the candidate left it had no Ready pod that could have been listed.
        const listed = seen.candidateService.state === 'stable' ? 0 : listedByHelper(seen);
        return listed === 0 ? null : (0,action/* wait */.u)('endpoints', `${listed} leaving pods to be known as leaving`);
    }
    const sizes = leaving.reduce((sum, track) => sum + track.size, 0);
    if (sizes > 0 && !evicting && closed !== undefined && now >= closed + EVICT_AFTER)
        return (0,action/* write */.M)('evict-candidate');
    const again = sizes > 0 && !evicting && closed !== undefined ? closed + EVICT_AFTER : null;
    return (0,action/* wait */.u)('retirement', `${left} candidate pods to leave`, again);
}
function finish(outcome) {
    return { do: 'finish', outcome };
}

;// CONCATENATED MODULE: ./lib/release/disown.js

/**
 * The last thing that a release does: the fields that it has put back stand under their owners' names again. Null: none is left under
 * ours, each was tried, or the release leaves something that is its own.
 */
function disown(state, seen, ending) {
    const isOver = ending.outcome === 'failed' ? ending.left === 'nothing' : ending.outcome !== 'paused';
    const object = isOver ? seen.claims.find((claim) => !state.disowned.includes(claim)) : undefined;
    return object === undefined ? null : (0,action/* write */.M)('disown', { object });
}

// EXTERNAL MODULE: ./lib/release/route.js
var release_route = __webpack_require__(3764);
;// CONCATENATED MODULE: ./lib/release/judge.js




/** Milliseconds beyond the grace: a controller that was refused a pod, often, tries again only so much later. */
const REFUSED_IN_PLACE = 120_000;
/** Whether the release must be taken back now. Null: nothing speaks against going on. */
function judge(plan, state, seen, now) {
    return (conflict(plan, state, seen) ??
        failedCheck(state) ??
        sickCandidate(plan, state, seen, now) ??
        troubledUsers(plan, state, seen) ??
        deadline(plan, state, seen, now));
}
/** Somebody else changed what the release manages. Told only against writes of ours that were confirmed. */
function conflict(plan, state, seen) {
    const { marks } = state;
    const { deployment, live } = seen;
    const closing = marks.closing !== undefined;
    const who = (editor) => (editor === null ? 'Somebody' : editor);
    if (seen.lost === 'service')
        return turn('conflict', `The live Service ${plan.service.name} was deleted during the release.`);
    if (deployment.template === 'foreign' || (marks.opened !== undefined && deployment.template === 'stable')) {
        const change = deployment.template === 'stable' ? 'back to the old version' : (deployment.templateDifference ?? '');
        return turn('conflict', `${who(deployment.editor)} changed the pod template of ${plan.deployment.name} during the release: ${change}.`);
    }
    const frozen = marks.frozen !== undefined || (marks.paused !== undefined && marks.opened === undefined);
    if (frozen && !closing && !deployment.fields.paused)
        return turn('conflict', `${who(deployment.editor)} resumed (unpaused) ${plan.deployment.name} during the release.`);
    if (marks.opened !== undefined && !closing && !deployment.held && !(0,sizes/* isPlain */.$i)(plan))
        return turn('conflict', `${who(deployment.editor)} changed minReadySeconds of ${plan.deployment.name} to ${deployment.fields.minReadySeconds} during the release.`);
    if (!live.selectorIntact)
        return turn('conflict', `${who(live.editor)} changed the selector of Service ${plan.service.name} during the release.`);
    const pins = [plan.stable.hash, ...(seen.candidate === null ? [] : [seen.candidate.hash])];
    const pinLost = live.pin === null ? marks.pinned !== undefined && marks.overlapping === undefined : !pins.includes(live.pin);
    const strange = foreignRoute(plan, state, seen);
    if (strange !== null)
        return strange;
    const movedBack = marks.switched !== undefined && !(0,sizes/* isInPlace */.RS)(plan) && live.pin !== seen.candidate?.hash;
    if (pinLost || movedBack)
        return turn('conflict', `${who(live.editor)} changed pod-template-hash in the selector of Service ${plan.service.name} to ${live.pin ?? '(none)'} during the release.`);
    return null;
}
/** A route that gives the candidate a share which is neither the one before nor the one of this step. */
function foreignRoute(plan, state, seen) {
    const { marks } = state;
    if (marks.opened === undefined)
        return null;
    const step = (0,ramp/* stepOf */.cg)(plan, state);
    const wanted = step.share;
    for (const [index, route] of seen.routes.entries()) {
        // Written again, by whichever way the release goes.
        if (route.inDoubt)
            continue;
        const before = plan.steps[state.step - 1]?.share ?? plan.routes[index]?.originalShare ?? 0;
        const isOurs = marks.switched !== undefined && (0,ramp/* isLastStep */.b0)(plan, state)
            ? route.home || (0,ramp/* isAsWanted */.K1)(plan, step, route)
            : marks.stepReached !== undefined
                ? (0,ramp/* isAsWanted */.K1)(plan, step, route)
                : route.share === wanted || route.share === before;
        if (isOurs)
            continue;
        const who = route.editor ?? 'Somebody';
        if (route.share === wanted)
            return turn('conflict', `${who} changed what ${route.name} does with testers or copies during the release.`);
        const found = route.share === null ? 'something that Crossfade did not write' : (0,release_route/* percent */.KN)(route.share);
        return turn('conflict', `${who} changed the weights of ${route.name} during the release: the candidate’s share was ${(0,release_route/* percent */.KN)(wanted)}, found ${found}.`);
    }
    return null;
}
function failedCheck(state) {
    const failed = state.checks.find((check) => check.verdict === 'unhealthy');
    if (failed === undefined)
        return null;
    return turn('unhealthy', `${failed.kind} “${failed.name}” failed: ${failed.detail.split('\n')[0]}`);
}
/** Signs on the candidate's pods: fatal ones at once, grave ones (a ReplicaSet that may not make pods among them) after a grace. */
function sickCandidate(plan, state, seen, now) {
    const { candidate } = seen;
    if (candidate === null)
        return null;
    const refused = awaitsPlace(plan, seen) ? null : candidate.refused;
    const signs = [refused, ...candidate.pods.map((pod) => pod.sign)].filter((sign) => sign !== null);
    const fatal = signs.find((sign) => sign.level === 'fatal');
    if (fatal !== undefined)
        return turn('unhealthy', (0,release_signs/* describeSign */.pk)(fatal));
    const grave = signs.filter((sign) => sign.level === 'grave');
    const first = (sign) => now + ((0,sizes/* isInPlace */.RS)(plan) && sign === refused ? REFUSED_IN_PLACE : 0);
    const since = Object.fromEntries(grave.map((sign) => [keyOf(sign), state.signsSince[keyOf(sign)] ?? first(sign)]));
    const certain = grave.find((sign) => now - (since[keyOf(sign)] ?? now) >= release_signs/* GRACE */.Zv);
    if (certain !== undefined)
        return turn('unhealthy', (0,release_signs/* describeSign */.pk)(certain));
    const isNews = Object.keys(since).sort().join() !== Object.keys(state.signsSince).sort().join();
    return isNews ? { do: 'note-signs', signsSince: since } : null;
}
/** In place, a full quota has room again when the pod that makes way is gone. */
function awaitsPlace(plan, { stable }) {
    return (0,sizes/* isInPlace */.RS)(plan) && (stable?.pods.some((pod) => pod.terminating) ?? false);
}
/** Not the reason: ErrImagePull and ImagePullBackOff take turns. */
function keyOf(sign) {
    return `${sign.pod}/${sign.container ?? ''}`;
}
/** When the oldest grave sign becomes certain; null: none is pending. A wait must not sleep past it. */
function signsDue(state) {
    const since = Object.values(state.signsSince);
    return since.length === 0 ? null : Math.min(...since) + release_signs/* GRACE */.Zv;
}
/** While users are on the candidate, its pods must stay Ready and must not restart. */
function troubledUsers(plan, state, seen) {
    const { candidate } = seen;
    if (candidate === null || state.marks.ready === undefined)
        return null;
    // Pods that a step adds are judged from the moment at which they were Ready.
    const isRolling = (0,sizes/* isPlain */.$i)(plan) && state.marks.switched === undefined;
    const isGrowing = isRolling || (state.step > 0 && state.marks.stepReady === undefined);
    const restarted = candidate.pods.find((pod) => !pod.terminating && pod.restarts > (state.restartsAtSwitch[pod.name] ?? (isGrowing ? pod.restarts : 0)));
    if (restarted !== undefined)
        return turn('unhealthy', `pod ${restarted.name} of the candidate restarted after it had been Ready.`);
    if (!reachesUsers(plan, seen))
        return null;
    // A pod that is deleted (a drained node) is replaced; only one that was well and still is there counts.
    const unready = candidate.pods.find((pod) => !pod.terminating && !pod.ready && pod.name in state.restartsAtSwitch);
    if (unready !== undefined)
        return turn('unhealthy', `pod ${unready.name} of the candidate is no longer Ready while users are on it.`);
    if (seen.live.pin === candidate.hash && seen.live.endpoints.candidate === 0 && readyCount(candidate) === 0)
        return turn('unhealthy', 'the live Service has no ready endpoint of the candidate left.');
    return null;
}
/** Some users reach the candidate now. */
function reachesUsers(plan, seen) {
    const { candidate, live, routes } = seen;
    const isMixed = (0,sizes/* isByPods */.I7)(plan) && live.pin === null && seen.deployment.template === 'candidate';
    return live.pin === candidate?.hash || isMixed || routes.some((route) => route.inDoubt || (route.share ?? 0) > 0);
}
function readyCount(track) {
    return track.pods.filter((pod) => pod.ready && !pod.terminating).length;
}
function deadline(plan, state, seen, now) {
    if (now < plan.times.deadline)
        return null;
    const seconds = Math.round((plan.times.deadline - plan.times.startedAt) / 1000);
    const pods = seen.candidate;
    const standing = state.marks.switched !== undefined
        ? 'users were on the candidate already'
        : pods === null
            ? 'the candidate’s ReplicaSet had not appeared'
            : `${readyCount(pods)}/${Math.max(pods.size, seen.deployment.replicas)} candidate pods were Ready${firstSign(pods)}`;
    return turn('deadline', `the release did not complete within its timeout of ${seconds} s: ${standing}.`);
}
function firstSign(track) {
    const sign = track.pods.find((pod) => pod.sign !== null)?.sign;
    return sign === undefined || sign === null ? '' : ` (${(0,release_signs/* describeSign */.pk)(sign)})`;
}
function turn(cause, reason) {
    return { do: 'turn-back', cause, reason };
}

;// CONCATENATED MODULE: ./lib/release/plain-rolling.js



/** Milliseconds after which going back stops waiting for the cluster and says so. */
const plain_rolling_BACK_LIMIT = 600_000;
/** Milliseconds that stable may take to be whole again; one that was not whole before the release never will be. */
const STABLE_PATIENCE = 120_000;
/*
 * `strategy: rolling` without batches: Kubernetes' own rolling update by the Deployment's own maxSurge and maxUnavailable. The template is
 * all that is written; the release watches, and takes it back when it goes wrong. Nothing is held, so nothing has to be undone after a
 * crash but the template.
 */
/** On its way forward. The Deployment and the Service are there. */
function rollForward(plan, state, seen, now) {
    const { deployment, candidate, stable, others, candidateService, live } = seen;
    if (deployment.template === 'stable')
        return (0,action/* write */.M)('roll');
    if (candidate === null)
        return (0,action/* wait */.u)('controller', 'the Deployment controller makes the candidate’s ReplicaSet');
    const ready = (0,observation/* readyPods */.A)(candidate);
    if (ready > 0 && state.marks.ready === undefined)
        return { do: 'mark', mark: 'ready', restarts: restarts(candidate) };
    if (plan.checks > 0 && state.marks.checked === undefined && ready > 0) {
        if (candidateService.state === 'absent')
            return (0,action/* write */.M)('create-candidate-service');
        if (candidateService.state !== 'candidate')
            return (0,action/* write */.M)('point-candidate-service');
        if (candidateService.endpoints.candidate > 0)
            return { do: 'check' };
        // A check that never ran is not a pass, however far the controller has come.
        return (0,action/* wait */.u)('endpoints', 'the candidate’s first pod in the candidate Service’s endpoints');
    }
    const old = [...(stable === null ? [] : [stable]), ...others].reduce((sum, track) => sum + (0,observation/* remaining */.T)(track), 0);
    const { replicas } = deployment;
    if (state.marks.switched === undefined) {
        const standing = `${ready}/${replicas} candidate pods Ready, ${old} of stable still there`;
        if (old > 0)
            return (0,action/* wait */.u)('retirement', standing);
        if (ready < replicas)
            return (0,action/* wait */.u)('pods', standing);
        const strange = live.endpoints.stable + live.endpoints.other;
        if (strange > 0 || live.endpoints.candidate < replicas)
            return (0,action/* wait */.u)('endpoints', `live endpoints: ${live.endpoints.candidate} candidate, ${strange} other; wanted ${replicas} and 0`);
        return { do: 'mark', mark: 'switched', restarts: restarts(candidate) };
    }
    if (state.marks.baked === undefined) {
        const over = state.marks.switched + plan.times.bake;
        if (now < over)
            return (0,action/* wait */.u)('bake', 'users are on the candidate', over);
        return { do: 'mark', mark: 'baked' };
    }
    return tidyCandidateService(plan, seen) ?? { do: 'finish', outcome: { outcome: 'promoted' } };
}
/** The old template; the controller does the rest, as it did on the way there. */
function rollBack(plan, turn, seen, now) {
    const { deployment, stable } = seen;
    if (now > turn.at + plain_rolling_BACK_LIMIT)
        return { do: 'finish', outcome: { outcome: 'failed', left: 'unfinished' } };
    // Somebody else's template rolls out by itself: it is theirs.
    if (deployment.template === 'foreign')
        return tidyCandidateService(plan, seen) ?? { do: 'finish', outcome: { outcome: 'failed', left: 'nothing' } };
    if (deployment.template === 'candidate')
        return (0,action/* write */.M)('roll-back');
    const ready = stable === null ? 0 : (0,observation/* readyPods */.A)(stable);
    const leaving = leavingOf(seen).reduce((sum, track) => sum + (0,observation/* remaining */.T)(track), 0);
    if (!seen.current)
        return (0,action/* wait */.u)('controller', 'the Deployment controller to see the old template');
    const isShort = ready < deployment.replicas && now < turn.at + STABLE_PATIENCE;
    if (leaving > 0 || isShort)
        return (0,action/* wait */.u)('retirement', `${ready}/${deployment.replicas} pods of stable Ready, ${leaving} of the candidate still there`, leaving > 0 ? null : turn.at + STABLE_PATIENCE);
    const missing = seen.live.selectorIntact && seen.lost === null ? ready - seen.live.endpoints.stable : 0;
    if (missing > 0)
        return (0,action/* wait */.u)('endpoints', `${missing} more pods of stable in the live Service’s endpoints`);
    const outcome = turn.cause === 'cancelled' || turn.cause === 'aborted' ? 'aborted' : 'rolled-back';
    return tidyCandidateService(plan, seen) ?? { do: 'finish', outcome: { outcome } };
}
function leavingOf({ candidate, others }) {
    return [...(candidate === null ? [] : [candidate]), ...others];
}

;// CONCATENATED MODULE: ./lib/release/decide.js







/** Milliseconds in which a close that was interrupted may complete before it is taken back all the same. */
const CLOSE_PATIENCE = 5_000;
/**
 * What to do next. Pure and total: the same plan, state, observation and time (epoch ms) give the same action.
 *
 * The engine observes, asks, does that one thing, and asks again. Nothing here depends on how the cluster came to be as it is, so any
 * prefix of any run can be continued or taken back by a later one.
 */
function decide(plan, state, seen, now) {
    const action = next(plan, state, seen, now);
    return action.do === 'finish' ? (disown(state, seen, action.outcome) ?? action) : action;
}
function next(plan, state, seen, now) {
    if (seen.lost === 'deployment')
        return clearAway(plan, state, seen);
    if ((0,sizes/* isPlain */.$i)(plan) && state.back !== null)
        return rollBack(plan, state.back, seen, now);
    if ((0,sizes/* isPlain */.$i)(plan))
        return goOn(plan, state, seen, now, rollForward);
    if (isPastReturn(plan, seen))
        return seen.deployment.held ? (0,action/* write */.M)('close') : closeForward(plan, seen);
    if (isClosing(plan, seen))
        return decide_close(plan, state, seen, now);
    if (state.back !== null)
        return back(plan, state, state.back, seen, now);
    return goOn(plan, state, seen, now, forward);
}
/** Unless something speaks against it. */
function goOn(plan, state, seen, now, how) {
    return judge(plan, state, seen, now) ?? notPast(nextLook(plan, state), how(plan, state, seen, now));
}
/** Closing, with stable still there: it can be taken back, but one that only lacks its last steps is sooner completed. */
function decide_close(plan, state, seen, now) {
    if (state.back === null)
        return judge(plan, state, seen, now) ?? notPast(nextLook(plan, state), closeForward(plan, seen));
    const { cause, at } = state.back;
    // With users still on stable it is not our close: somebody else ended the hold.
    const isOurs = seen.live.pin !== plan.stable.hash;
    const mayComplete = isOurs && (cause === 'cancelled' || cause === 'resumed') && now < at + CLOSE_PATIENCE;
    return mayComplete
        ? notPast(at + CLOSE_PATIENCE, closeForward(plan, seen))
        : back(plan, state, state.back, seen, now);
}
/** The candidate's close was written: its template stays, and its pods count as available again. A plain rolling update has no close. */
function isClosing(plan, seen) {
    return seen.deployment.template === 'candidate' && !seen.deployment.held && !(0,sizes/* isPlain */.$i)(plan);
}
/**
 * The candidate is what the Deployment wants and stable has been scaled away: going back would be a release of its own, what is left
 * can only be completed. In place, stable is always scaled away before the close, and made again when the release goes back.
 */
function isPastReturn(plan, seen) {
    return (seen.deployment.template === 'candidate' &&
        seen.candidate !== null &&
        (seen.stable === null || seen.stable.size === 0) &&
        !((0,sizes/* isInPlace */.RS)(plan) && seen.deployment.held));
}
/** A wait lasts no longer than until the moment at which the judgement can change by time alone. */
function notPast(limit, action) {
    if (action.do !== 'wait')
        return action;
    return { ...action, until: Math.min(limit, action.until ?? limit) };
}
function nextLook(plan, state) {
    return Math.min(plan.times.deadline, signsDue(state) ?? plan.times.deadline);
}
/** The Deployment is gone: leave no pin behind that would keep its successor's pods out of the Service. */
function clearAway(plan, state, seen) {
    const reason = `Deployment ${plan.deployment.name} was deleted during the release.`;
    if (state.back === null)
        return { do: 'turn-back', cause: 'conflict', reason };
    if (seen.live.pin !== null)
        return (0,action/* write */.M)('unpin');
    return tidyCandidateService(plan, seen) ?? { do: 'finish', outcome: { outcome: 'failed', left: 'nothing' } };
}

// EXTERNAL MODULE: ./lib/release/progress.js
var progress = __webpack_require__(8842);
// EXTERNAL MODULE: ./lib/report/duration.js
var duration = __webpack_require__(136);
// EXTERNAL MODULE: ./lib/traffic/command-route.js
var command_route = __webpack_require__(9776);
;// CONCATENATED MODULE: ./lib/report/effect.js

/** How far the effect of a share is known, for a person. */
function effectOf({ name, verdict }) {
    if (!(0,command_route/* isCommand */.y9)({ router: name }))
        return EFFECT[verdict.level];
    return verdict.level === 'observed' ? 'router-verify said yes' : 'it was told; its effect is not known';
}
const EFFECT = {
    stored: 'stored',
    held: 'stored and held; its controller says nothing about it',
    accepted: 'accepted by its controller',
    programmed: 'programmed into the data plane',
    observed: 'observed in the traffic',
};

// EXTERNAL MODULE: ./lib/engine/command-route.js
var engine_command_route = __webpack_require__(8735);
;// CONCATENATED MODULE: ./lib/engine/foreign.js


/** For the record, and for whoever reads why a release could not be taken back. Pure. */
function foreignIn(plan, seen) {
    const { template, templateDigest, templateDifference, editor } = seen.deployment;
    const isForeign = template === 'foreign';
    const routes = strangeRoutes(plan, seen);
    const written = (by) => `${by ?? 'Somebody'} changed`;
    const found = (share) => share === null ? 'no share that Crossfade could have written' : (0,release_route/* percent */.KN)(share);
    return {
        template: isForeign ? templateDigest : null,
        routes: Object.fromEntries(routes.map(({ name, share }) => [name, share])),
        sentences: [
            ...(isForeign
                ? [`${written(editor)} the pod template of ${plan.deployment.name}: ${templateDifference ?? ''}.`]
                : []),
            ...routes.map((route) => `${written(route.editor)} the weights of ${route.name}: found ${found(route.share)}.`),
        ],
    };
}

// EXTERNAL MODULE: ./lib/engine/observe.js
var observe = __webpack_require__(2642);
;// CONCATENATED MODULE: ./lib/engine/phase.js


/** What an earlier run began is taken back in one chapter. */
function isOfAnotherRun(cause) {
    return cause === 'resumed' || cause === 'aborted';
}
/** The chapter to which an action belongs; null: it opens no new one. Pure. */
function phaseOf(plan, state, action, seen) {
    if (isClosing(plan, seen))
        return 'Close';
    if (state.back !== null)
        return isOfAnotherRun(state.back.cause) ? null : 'Go back';
    if (action.do === 'check')
        return 'Check candidate';
    if (action.do === 'next-step')
        return 'Ramp';
    if (action.do === 'wait') {
        if (action.wait.for === 'bake')
            return 'Bake';
        if (action.wait.for === 'drain')
            return 'Drain';
        if (action.wait.for === 'route' || action.wait.for === 'step')
            return 'Ramp';
        if (action.wait.for === 'retirement' && (0,sizes/* isPlain */.$i)(plan))
            return 'Ramp';
        if (action.wait.for === 'pods' && state.marks.baked === undefined)
            return state.step > 0 || (0,sizes/* isPlain */.$i)(plan) ? 'Ramp' : 'Start candidate';
        return null;
    }
    if (action.do !== 'write')
        return null;
    switch (action.write) {
        case 'pause':
        case 'pin':
        case 'open':
        case 'roll':
            return seen.candidate === null || seen.candidate.size === 0 ? 'Open' : 'Start candidate';
        case 'freeze':
            return state.step > 0 ? 'Ramp' : 'Start candidate';
        case 'create-candidate-service':
        case 'point-candidate-service':
            return 'Start candidate';
        case 'resize':
        case 'route':
            return state.step === 0 && seen.candidate === null ? 'Open' : 'Ramp';
        case 'overlap':
            return state.step === 0 ? 'Switch users' : 'Ramp';
        case 'switch':
        case 'route-home':
            return 'Switch users';
        default:
            return 'Close';
    }
}

// EXTERNAL MODULE: ./lib/traffic/router.js
var router = __webpack_require__(5264);
// EXTERNAL MODULE: ./lib/engine/writes.js
var writes = __webpack_require__(5480);
;// CONCATENATED MODULE: ./lib/engine/release.js

















/** Milliseconds between two looks at what no watch shows: Services while nothing happens, ReplicaSets while a controller is awaited. */
const LOOK_AT_SERVICES = 5_000;
const LOOK_AT_REPLICA_SETS = 1_000;
/** A write that is refused or in doubt so many times in a row is given up. */
const release_PATIENCE = 12;
/** The user's own command, on its way forward. */
const COMMAND_PATIENCE = 4;
const LONGEST_PAUSE = 5_000;
/** The same for giving fields back, which no user sees: it comes last, and nobody waits for it long. */
const DISOWN_PATIENCE = 4;
/** Milliseconds that the way back waits for logs and events of pods that it is about to remove. */
const DIAGNOSIS_PATIENCE = 3_000;
/** Observe, decide, do one thing; until the release has ended one way or the other. */
class Release {
    #parts;
    #state;
    #checking = null;
    #diagnosis = null;
    #troubles = 0;
    #troubledBy = '';
    #lookedAtServices;
    #candidateHash = null;
    /** What the user's own command failed with last; null: it did not. */
    #commandTrouble = null;
    #ramp = [];
    #toldSigns = new Set();
    constructor(parts, state) {
        this.#parts = parts;
        this.#lookedAtServices = parts.clock.now();
        this.#state = state;
    }
    async run() {
        const { helm, world, command } = this.#parts;
        helm.whenOrdered(() => world.wake());
        if (command !== null)
            command.onChange = () => world.wake();
        try {
            return await this.#go();
        }
        finally {
            await command?.close();
        }
    }
    /** One round after another. */
    async #go() {
        const { teller } = this.#parts;
        for (;;) {
            this.#obeyHelm();
            const seen = this.#observe();
            this.#tellSigns(seen);
            const action = decide(this.#parts.plan, this.#state, seen, this.#parts.clock.now());
            const phase = phaseOf(this.#parts.plan, this.#state, action, seen);
            if (phase !== null)
                teller.phase(phase);
            if (action.do === 'finish')
                return await this.#end(action.outcome);
            try {
                const ended = await this.#do(action, seen);
                if (ended !== null)
                    return await this.#end(ended);
            }
            catch (error) {
                const ended = await this.#weather(error, action);
                if (ended !== null)
                    return await this.#end(ended);
            }
        }
    }
    async #end(ending) {
        this.#checking?.abort();
        this.#parts.teller.waiting(null);
        const diagnosis = this.#diagnosis === null ? null : await this.#diagnosis;
        const seen = this.#observe();
        const foreign = foreignIn(this.#parts.plan, seen);
        const trouble = ending.outcome === 'failed' ? this.#commandTrouble : null;
        return {
            ending,
            state: this.#state,
            diagnosis,
            candidateHash: this.#candidateHash,
            ramp: this.#ramp,
            foreign,
            obstacle: trouble === null ? null : (0,engine_command_route/* obstacleOf */.HD)(this.#parts.plan, seen, trouble),
        };
    }
    #observe() {
        const seen = (0,observe/* observe */.l)(this.#parts.plan, this.#snapshot());
        this.#candidateHash = seen.candidate?.hash ?? this.#candidateHash;
        return seen;
    }
    #snapshot() {
        const { world, command } = this.#parts;
        return { ...world.snapshot(), command: command?.seen ?? null };
    }
    #obeyHelm() {
        const { order } = this.#parts.helm;
        if (order === null || this.#state.back !== null)
            return;
        this.#turn(order.cause, order.reason, this.#observe());
    }
    async #do(action, seen) {
        switch (action.do) {
            case 'write':
                await this.#write(action);
                return null;
            case 'check':
                await this.#check();
                return null;
            case 'turn-back':
                this.#turn(action.cause, action.reason, seen);
                return null;
            case 'wait':
                await this.#wait(action, seen);
                return null;
            case 'mark':
            case 'next-step':
            case 'note-signs':
                this.#state = (0,progress/* afterAction */.P0)(this.#state, action, this.#parts.clock.now());
                if (action.do === 'mark')
                    this.#tellMark(action.mark, seen);
                if (action.do === 'next-step')
                    this.#tellStep(seen);
                return null;
            case 'finish':
                return action.outcome;
        }
    }
    #turn(cause, reason, seen) {
        const { teller, clock, api, namespace, plan } = this.#parts;
        this.#state = (0,progress/* turnBack */.zd)(this.#state, { at: clock.now(), cause, reason });
        this.#checking?.abort();
        this.#parts.command?.turnBack();
        teller.phase(isClosing(plan, seen) ? 'Close' : 'Go back');
        teller.fact(isClosing(plan, seen) ? `${reason} The release was closing already.` : reason);
        if (cause !== 'unhealthy' && cause !== 'deadline')
            return;
        if (seen.candidate !== null)
            this.#diagnosis = diagnose(api, namespace, seen.candidate, `${plan.deployment.name}-${seen.candidate.hash}`);
    }
    async #write({ write, target }) {
        const { world, command, plan, teller, clock, candidateTemplate } = this.#parts;
        // Logs and events go with the pods; users are back on stable by now.
        if (write === 'close-back' && this.#diagnosis !== null)
            await this.#diagnosed(this.#diagnosis);
        const request = (0,writes/* requestFor */.pU)(write, target, plan, this.#snapshot(), candidateTemplate);
        if (request.verb !== 'run')
            await world.write(request);
        else if (command?.tell(request.share) !== true) {
            teller.waiting(`router-command to give the candidate ${(0,release_route/* percent */.KN)(request.share)}`);
            return await world.changed(LOOK_AT_SERVICES);
        }
        else
            this.#commandTrouble = null;
        this.#troubles = 0;
        this.#state = (0,progress/* afterWrite */.SE)(this.#state, write, clock.now(), target);
        teller.wrote(request);
    }
    /** Waits for the diagnosis, but not for long. */
    async #diagnosed(diagnosis) {
        const enough = new AbortController();
        const patience = this.#parts.clock.sleep(DIAGNOSIS_PATIENCE, enough.signal).catch(() => undefined);
        await Promise.race([diagnosis, patience]);
        enough.abort();
    }
    /** Starts the checks once and looks on meanwhile: a crash while they run must not wait for their end. */
    async #check() {
        const { world, clock, teller, check, plan } = this.#parts;
        if (this.#checking === null) {
            this.#checking = new AbortController();
            const { signal } = this.#checking;
            teller.fact(`${plan.checks} check${plan.checks === 1 ? '' : 's'} of the candidate`);
            void check({ candidate: this.#candidateHash ?? '' }, signal).then((results) => {
                this.#state = (0,progress/* afterChecks */.iO)(this.#state, results, clock.now());
                for (const result of results)
                    teller.fact(`${result.kind} “${result.name}”: ${result.verdict} (${result.detail.split('\n')[0]})`);
                world.wake();
            });
        }
        await world.changed(LOOK_AT_SERVICES);
    }
    async #wait(action, seen) {
        const { world, clock, teller } = this.#parts;
        teller.waiting(action.wait.text);
        if (action.wait.for === 'route')
            this.#parts.command?.verify();
        const now = clock.now();
        const populated = [seen.candidate, seen.stable, ...seen.others].filter((track) => track !== null && track.size > 0);
        const asks = action.wait.for === 'controller' || !seen.current || (action.wait.for === 'retirement' && populated.length > 1);
        if (asks && (await world.readReplicaSets('moved')))
            return;
        const look = asks ? LOOK_AT_REPLICA_SETS : LOOK_AT_SERVICES;
        const until = Math.min(now + look, action.until ?? Number.POSITIVE_INFINITY);
        await world.changed(Math.max(0, until - now));
        if (asks && clock.now() >= now + look)
            await world.readReplicaSets('always');
        if (clock.now() < this.#lookedAtServices + LOOK_AT_SERVICES)
            return;
        this.#lookedAtServices = clock.now();
        await world.readServices();
    }
    /** A request that failed: look again and decide again; the tests in every patch make repeating safe. */
    async #weather(error, action) {
        const { teller, world, plan, clock } = this.#parts;
        const doing = action.do === 'write' ? action.write : action.do;
        // Trouble with another write is progress: the one before was carried out, whatever its answer.
        this.#troubles = doing === this.#troubledBy ? this.#troubles + 1 : 1;
        this.#troubledBy = doing;
        const message = error instanceof Error ? error.message : String(error);
        const isRace = error instanceof errors/* ApiError */.hD && [404, 409, 422].includes(error.status);
        const isKnown = [errors/* ApiError */.hD, errors/* UnknownOutcome */.Bt, writes/* CannotWrite */.$F, router/* CannotRoute */.bW, engine_command_route/* CommandFailed */.nk, engine_command_route/* CommandMissing */.Q0].some((kind) => error instanceof kind);
        if (!isKnown)
            throw error;
        const ofCommand = error instanceof engine_command_route/* CommandFailed */.nk || error instanceof engine_command_route/* CommandMissing */.Q0;
        if (!isRace || this.#troubles > 1)
            teller.fact(ofCommand ? message : `${doing} did not succeed: ${message}`);
        const isFinal = error instanceof writes/* CannotWrite */.$F ||
            error instanceof router/* CannotRoute */.bW ||
            error instanceof engine_command_route/* CommandMissing */.Q0 ||
            (error instanceof errors/* ApiError */.hD && !isRace && error.status < 500);
        if (action.do === 'write' && action.write === 'disown' && (isFinal || this.#troubles >= DISOWN_PATIENCE)) {
            this.#state = (0,progress/* afterDisown */.n$)(this.#state, action.target);
            this.#troubles = 0;
            teller.warning(`Fields that are as they were before the release stay under the name ${field_owners/* FIELD_MANAGER */.vy} in managedFields, because they could not be given back (${message}). ` +
                'Whoever applies them server-side and is told of a conflict may take them over with --force-conflicts.');
            return null;
        }
        if (ofCommand)
            this.#commandTrouble = message;
        const isTold = ofCommand && doing === 'route';
        if (isFinal || this.#troubles >= (isTold ? COMMAND_PATIENCE : release_PATIENCE)) {
            if (this.#state.back !== null || this.#troubles >= 2 * release_PATIENCE) {
                const isStanding = error instanceof engine_command_route/* CommandMissing */.Q0 && (0,engine_command_route/* isOffCandidate */.Vt)(plan, this.#observe());
                return { outcome: 'failed', left: isStanding ? 'standing' : 'unfinished' };
            }
            if (isTold)
                this.#turn('unhealthy', `${message}.`, this.#observe());
            else
                this.#turn('error', `${doing} was not possible: ${message}`, this.#observe());
            this.#troubles = 0;
            this.#troubledBy = '';
            return null;
        }
        // A command has pauses of its own, in which the release goes on looking.
        if (this.#troubles > 1 && !ofCommand)
            await clock.sleep(Math.min(LONGEST_PAUSE, 100 * 2 ** this.#troubles), new AbortController().signal);
        await world.refresh().catch((again) => teller.fact(`the cluster cannot be read: ${(0,errors/* describeCause */.V$)(again)}`));
        return null;
    }
    /** Trouble as it is first seen, also what may still cure itself: one line for each kind, however many pods have it. */
    #tellSigns({ candidate }) {
        for (const { sign } of candidate?.pods ?? []) {
            if (sign === null)
                continue;
            const kind = `${sign.container}/${sign.reason}/${sign.restarts}`;
            if (!this.#toldSigns.has(kind))
                this.#parts.teller.fact((0,release_signs/* describeSign */.pk)(sign));
            this.#toldSigns.add(kind);
        }
    }
    #tellMark(mark, seen) {
        const { teller } = this.#parts;
        const { live, candidate } = seen;
        const pods = candidate?.pods.length ?? 0;
        if (mark === 'ready')
            teller.fact(`${pods} candidate pod${pods === 1 ? '' : 's'} Ready and listed`);
        if (mark === 'switched')
            teller.fact(`all ${live.endpoints.candidate} live endpoints are candidate pods`);
        if (mark === 'stepReached')
            this.#tellShare(seen);
        if (mark === 'homed')
            teller.fact('the routes are as you wrote them; users stay on the candidate by the live Service');
        if (mark === 'overlapped')
            teller.fact('live endpoints list both tracks');
        if (mark === 'backVerified')
            teller.fact(`all ${live.endpoints.stable} live endpoints are stable pods again`);
        if (mark === 'baked')
            teller.fact('the candidate stayed Ready and did not restart');
    }
    #tellStep({ deployment }) {
        const { plan, teller } = this.#parts;
        const { share, stay } = (0,ramp/* stepOf */.cg)(plan, this.#state);
        const { candidate: pods } = (0,sizes/* sizesFor */.SQ)(plan, this.#state.step, deployment.replicas);
        const time = stay === 0 ? '' : `, for ${(0,duration/* formatDuration */.a)(stay)}`;
        teller.fact(`next: ${(0,release_route/* percent */.KN)(share)} of the users${time}; ${pods} of ${deployment.replicas} candidate pods`);
    }
    #tellShare({ routes, live, candidateService }) {
        const { candidate } = candidateService.endpoints;
        const { plan, teller } = this.#parts;
        const { share } = (0,ramp/* stepOf */.cg)(plan, this.#state);
        const isRatio = routes.length === 0;
        const [ours, theirs] = [isRatio ? live.endpoints.candidate : candidate, live.endpoints.stable];
        this.#ramp.push({
            wanted: share,
            real: isRatio && share < release_route/* ALL */.y2 ? (0,sizes/* ratio */.CG)(ours, theirs) : share,
            candidatePods: ours,
            stablePods: theirs,
            routes: routes.map((route) => `${route.name}: ${effectOf(route)}`),
            at: this.#parts.clock.now(),
        });
        for (const route of routes)
            teller.fact(`${route.name} gives the candidate ${(0,release_route/* percent */.KN)(share)} (${effectOf(route)})`);
        if (!isRatio || share === 0 || share >= release_route/* ALL */.y2)
            return;
        const real = (0,release_route/* percent */.KN)((0,sizes/* ratio */.CG)(ours, theirs));
        teller.fact(`wanted ${(0,release_route/* percent */.KN)(share)}; ${ours} of ${ours + theirs} pods are the candidate’s: ${real}`);
    }
}


/***/ }),

/***/ 2107:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   ev: () => (/* binding */ commandRouteOf),
/* harmony export */   uh: () => (/* binding */ releaseNames),
/* harmony export */   us: () => (/* binding */ describeOpen),
/* harmony export */   yv: () => (/* binding */ closeRecord),
/* harmony export */   zH: () => (/* binding */ takeBack)
/* harmony export */ });
/* harmony import */ var node_util__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7975);
/* harmony import */ var _cluster_write_request_js__WEBPACK_IMPORTED_MODULE_8__ = __webpack_require__(6477);
/* harmony import */ var _release_progress_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(8842);
/* harmony import */ var _release_state_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(3264);
/* harmony import */ var _traffic_command_route_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(9776);
/* harmony import */ var _command_route_js__WEBPACK_IMPORTED_MODULE_9__ = __webpack_require__(8735);
/* harmony import */ var _open_record_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(8148);
/* harmony import */ var _record_store_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(5197);
/* harmony import */ var _release_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(8277);
/* harmony import */ var _world_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(4956);










/**
 * Takes back a release that an earlier run left unfinished; completes it when its old version has been retired already.
 * Leaves the record closed unless it could not be ended. Throws what reading throws.
 */
async function takeBack(parts, book, turn) {
    const { api, clock, teller, namespace } = parts;
    const { plan } = book.open;
    const deployment = await api.get((0,_cluster_write_request_js__WEBPACK_IMPORTED_MODULE_8__/* .deploymentPath */ .n)(namespace, plan.deployment.name));
    const world = new _world_js__WEBPACK_IMPORTED_MODULE_7__/* .World */ .H(api, clock, (0,_world_js__WEBPACK_IMPORTED_MODULE_7__/* .namesOf */ .e)(plan, namespace, deployment));
    await world.load();
    world.follow(() => undefined);
    try {
        // The process before may have moved users a moment ago: they are looked for, and settle, before any pod leaves.
        const marks = { backSwitched: clock.now() };
        const { toldTemplate, toldRoutes } = book.open;
        const beginning = { ..._release_state_js__WEBPACK_IMPORTED_MODULE_2__/* .BEGINNING */ .C, toldTemplate, toldRoutes, marks };
        const state = (0,_release_progress_js__WEBPACK_IMPORTED_MODULE_1__/* .turnBack */ .zd)(beginning, { at: clock.now(), ...turn });
        const record = new _open_record_js__WEBPACK_IMPORTED_MODULE_4__/* .OpenRecord */ .U(api, namespace, book);
        const command = commandRouteOf(parts, record);
        const nothing = { candidateTemplate: null, check: async () => [] };
        const ended = await new _release_js__WEBPACK_IMPORTED_MODULE_6__/* .Release */ .K({ ...parts, ...nothing, world, command, plan }, state).run();
        const next = await closeRecord(parts, record.book, ended, clock.now());
        teller.fact(`release ${plan.release}: ${outcomeWord(ended)}`);
        return { ended, book: next };
    }
    finally {
        await world.close();
    }
}
/** Writes the end of a release into the record. One that was left standing stays open: the next run takes it back first. */
async function closeRecord({ api, namespace }, book, ended, now) {
    const { plan } = book.open;
    if (ended.ending.outcome === 'paused') {
        const { step, marks, restartsAtSwitch: restarts } = ended.state;
        const open = { ...book.open, paused: { step, marks, restarts } };
        return (0,_record_store_js__WEBPACK_IMPORTED_MODULE_5__/* .writeBook */ .xk)(api, namespace, plan.deployment.name, { ...book, open }, 'note where the release stands still');
    }
    if (ended.ending.outcome === 'failed' && ended.ending.left !== 'nothing') {
        const told = { toldTemplate: ended.foreign.template, toldRoutes: ended.foreign.routes };
        const { toldTemplate, toldRoutes, paused } = book.open;
        if ((0,node_util__WEBPACK_IMPORTED_MODULE_0__.isDeepStrictEqual)(told, { toldTemplate, toldRoutes }) && paused === null)
            return book;
        const open = { ...book.open, ...told, paused: null };
        return (0,_record_store_js__WEBPACK_IMPORTED_MODULE_5__/* .writeBook */ .xk)(api, namespace, plan.deployment.name, { ...book, open }, 'note what was found');
    }
    const closed = { ...book, open: null, past: [pastRelease(book.open, ended, now), ...book.past] };
    return (0,_record_store_js__WEBPACK_IMPORTED_MODULE_5__/* .writeBook */ .xk)(api, namespace, plan.deployment.name, closed, 'close the record');
}
/** The command among the routes of the release on record; null: there is none. */
function commandRouteOf({ clock, namespace, routerCommand }, record) {
    const { plan, told } = record.book.open;
    if (!plan.routes.some(_traffic_command_route_js__WEBPACK_IMPORTED_MODULE_3__/* .isCommand */ .y9))
        return null;
    const note = record.note.bind(record);
    return new _command_route_js__WEBPACK_IMPORTED_MODULE_9__/* .CommandRoute */ .Zz({ clock, command: routerCommand, names: releaseNames(plan, namespace), told, note });
}
/** What a command of the user's is told of its release. */
function releaseNames(plan, namespace) {
    return {
        namespace,
        deployment: plan.deployment.name,
        service: plan.service.name,
        candidateService: plan.candidateService.name,
        release: plan.release,
    };
}
function pastRelease({ plan, run }, ended, now) {
    return {
        release: plan.release,
        outcome: outcomeWord(ended),
        reason: ended.state.back?.reason ?? null,
        startedAt: new Date(plan.times.startedAt).toISOString(),
        finishedAt: new Date(now).toISOString(),
        stableHash: plan.stable.hash,
        candidateHash: ended.candidateHash,
        revision: plan.stable.revision,
        from: plan.stable.images,
        to: plan.candidate.images,
        run,
    };
}
function outcomeWord(ended) {
    return ended.ending.outcome;
}
/** What a record says to whoever finds it open. */
function describeOpen({ plan, run }) {
    const since = new Date(plan.times.startedAt).toISOString();
    return `release ${plan.release} of ${plan.deployment.name}, begun ${since}${run.url === null ? '' : ` by ${run.url}`}`;
}


/***/ }),

/***/ 4956:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  H: () => (/* binding */ World),
  e: () => (/* binding */ namesOf)
});

// EXTERNAL MODULE: ./lib/cluster/errors.js
var errors = __webpack_require__(2835);
;// CONCATENATED MODULE: ./lib/cluster/mirror.js

/** Seconds of one watch. */
const WATCH_SECONDS = 30;
/**
 * A collection of objects kept current by list and watch. Restarts from its resourceVersion, lists again on 410, survives resets,
 * ends with its signal.
 */
class Mirror {
    #objects = new Map();
    #api;
    #path;
    #query;
    #onChange;
    #of;
    #resourceVersion;
    #delivered = false;
    /** `onChange` is called after every change that the watch brings. */
    constructor(api, path, query, onChange, of = 'release') {
        this.#api = api;
        this.#path = path;
        this.#query = query;
        this.#onChange = onChange;
        this.#of = of;
    }
    get items() {
        return [...this.#objects.values()];
    }
    /** Lists once. Throws what the list throws. */
    async list(signal) {
        this.seed(await this.#api.list(this.#path, this.#query, signal));
    }
    /**
     * Begins with a list that was read elsewhere. It may be older than the answer to a write of ours that came while it was on its way:
     * what is newer than the list stays.
     */
    seed(list) {
        const before = [...this.#objects.values()];
        this.#objects.clear();
        for (const item of list.items)
            this.#objects.set(nameOf(item), item);
        const { resourceVersion = '' } = list.metadata;
        for (const known of before)
            if (isNewer(known, { metadata: { resourceVersion } }))
                this.put(known);
        this.#resourceVersion = list.metadata.resourceVersion;
    }
    /** Takes over the answer of a write, unless the watch was faster. */
    put(object) {
        const known = this.#objects.get(nameOf(object));
        if (known === undefined || isNewer(object, known))
            this.#objects.set(nameOf(object), object);
    }
    /** After a deletion of ours, or a read that found nothing. */
    clear() {
        this.#objects.clear();
    }
    /** Watches until the signal; never throws. `failed` hears every reason for starting again. */
    async follow(signal, clock, failed) {
        let pause = 100;
        while (!signal.aborted) {
            try {
                if (this.#resourceVersion === undefined) {
                    await this.list(signal);
                    this.#onChange();
                }
                await this.#watch(signal);
                pause = 100;
            }
            catch (error) {
                if (signal.aborted)
                    return;
                // A watch that brought something before it broke is no reason to be patient. One that brought nothing may never do so
                // (a proxy that does not let streams through): then lists have to do.
                if (this.#delivered)
                    pause = 100;
                const isExpired = error instanceof errors/* ApiError */.hD && error.status === 410;
                if (!this.#delivered || isExpired)
                    this.#resourceVersion = undefined;
                failed(error);
                await clock.sleep(pause, signal).catch(() => undefined);
                pause = Math.min(pause * 2, 5_000);
            }
        }
    }
    async #watch(signal) {
        this.#delivered = false;
        const query = { ...this.#query, resourceVersion: this.#resourceVersion, timeoutSeconds: WATCH_SECONDS };
        // The server ends the watch by itself; one that is still silent after that is a black hole, and what it swallowed comes again
        // from the last resourceVersion on.
        const overdue = AbortSignal.timeout((WATCH_SECONDS + 5) * 1000);
        for await (const event of this.#api.watch(this.#path, query, AbortSignal.any([signal, overdue]), this.#of)) {
            this.#delivered = true;
            if (event.type === 'ERROR')
                throw watchError(this.#path, event.object);
            this.#resourceVersion = event.object.metadata?.resourceVersion ?? this.#resourceVersion;
            if (event.type === 'BOOKMARK')
                continue;
            const name = nameOf(event.object);
            const known = this.#objects.get(name);
            if (known !== undefined && !isNewer(event.object, known))
                continue;
            if (event.type === 'DELETED')
                this.#objects.delete(name);
            else
                this.#objects.set(name, event.object);
            this.#onChange();
        }
    }
}
/** An ERROR event carries a Status in place of the object. */
function watchError(path, status) {
    const { code, reason, message } = status;
    return new errors/* ApiError */.hD(`watch ${path}`, code ?? 0, reason ?? '', message ?? '');
}
function nameOf(object) {
    return object.metadata?.name ?? '';
}
/** resourceVersions of one resource are ordered (Kubernetes ≥ 1.35 says so; etcd's always were): by length, then as text. */
function isNewer(a, b) {
    const [x, y] = [a.metadata?.resourceVersion ?? '', b.metadata?.resourceVersion ?? ''];
    return x.length === y.length ? x > y : x.length > y.length;
}

// EXTERNAL MODULE: ./lib/cluster/write-request.js
var write_request = __webpack_require__(6477);
// EXTERNAL MODULE: ./lib/traffic/endpoints.js
var endpoints = __webpack_require__(8995);
// EXTERNAL MODULE: ./lib/workload/template.js
var template = __webpack_require__(6067);
// EXTERNAL MODULE: ./lib/workload/tracks.js
var tracks = __webpack_require__(7521);
;// CONCATENATED MODULE: ./lib/engine/world.js





/** @param deployment as it is now; null: it is gone, and the pods of stable are all that can be looked for */
function namesOf(plan, namespace, deployment) {
    return {
        namespace,
        deployment: plan.deployment.name,
        podSelector: deployment === null ? `${template/* HASH_LABEL */.mE}=${plan.stable.hash}` : (0,tracks/* podSelectorOf */.cd)(deployment),
        service: plan.service.name,
        candidateService: plan.candidateService.name,
        routes: plan.routes.flatMap(({ paths }) => paths),
    };
}
/**
 * The objects of one release, kept current by three watches (Deployment, pods, EndpointSlices) and, for the rest, by reads when
 * something suggests a change: ReplicaSets when the Deployment controller has handled a write, Services every few seconds.
 */
class World {
    #api;
    #clock;
    #names;
    #deployments;
    #pods;
    #slices;
    /** By path. */
    #routes;
    #stop = new AbortController();
    #replicaSets = [];
    #replicaSetsAsOf = 0;
    #replicaSetsFor = '';
    #live = null;
    #candidate = null;
    #wake = () => undefined;
    #changed = false;
    #following = Promise.resolve();
    constructor(api, clock, names) {
        const { namespace } = names;
        const onChange = () => this.wake();
        this.#api = api;
        this.#clock = clock;
        this.#names = names;
        this.#deployments = new Mirror(api, (0,write_request/* deploymentPath */.n)(namespace), { fieldSelector: `metadata.name=${names.deployment}` }, onChange);
        this.#pods = new Mirror(api, `/api/v1/namespaces/${namespace}/pods`, { labelSelector: names.podSelector }, onChange);
        this.#routes = new Map(names.routes.map((path) => {
            const at = path.lastIndexOf('/');
            const fieldSelector = `metadata.name=${path.slice(at + 1)}`;
            return [path, new Mirror(api, path.slice(0, at), { fieldSelector }, onChange, 'route')];
        }));
        const services = `${endpoints/* SERVICE_LABEL */.f} in (${names.service},${names.candidateService})`;
        this.#slices = new Mirror(api, `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`, { labelSelector: services }, onChange);
    }
    /** Reads the routes; the rest was seeded. */
    async loadRoutes() {
        await Promise.all([...this.#routes.values()].map((mirror) => mirror.list()));
    }
    /** Reads everything once. Throws what a read throws. */
    async load() {
        await Promise.all([
            this.#deployments.list(),
            this.#pods.list(),
            this.#slices.list(),
            this.loadRoutes(),
            this.#listReplicaSets(),
            this.readServices(),
        ]);
    }
    /** Begins with what was read a moment ago; the watches bring what happened since. */
    seed(read) {
        const { resourceVersion } = read.deployment.metadata ?? {};
        this.#deployments.seed({
            metadata: resourceVersion === undefined ? {} : { resourceVersion },
            items: [read.deployment],
        });
        this.#pods.seed(read.pods);
        this.#slices.seed(read.slices);
        this.#replicaSets = read.replicaSets.items;
        this.#live = read.service;
        this.#candidate = read.candidateService;
    }
    /** Keeps everything current until `close`. `failed` hears why a watch had to start again. */
    follow(failed) {
        const { signal } = this.#stop;
        this.#following = Promise.all([this.#deployments, this.#pods, this.#slices, ...this.#routes.values()].map((mirror) => mirror.follow(signal, this.#clock, failed)));
    }
    async close() {
        this.#stop.abort();
        await this.#following;
    }
    snapshot() {
        return {
            deployment: this.#deployments.items[0] ?? null,
            replicaSets: this.#replicaSets,
            replicaSetsAsOf: this.#replicaSetsAsOf,
            pods: this.#pods.items,
            liveService: this.#live,
            candidateService: this.#candidate,
            slices: this.#slices.items,
            routes: new Map([...this.#routes].map(([path, mirror]) => [path, mirror.items[0] ?? null])),
        };
    }
    /** Sends a write and takes its answer over. Throws ApiError or UnknownOutcome. */
    async write(write) {
        const object = await this.#api.write(write);
        const route = this.#routes.get(routePathOf(write));
        if (route !== undefined)
            write.verb === 'delete' ? route.clear() : route.put(object);
        else if (write.verb === 'delete')
            this.#candidate = null;
        else
            this.#take(object);
    }
    #take(object) {
        const name = object.metadata?.name;
        // The API server answers a write with the object of the kind that was written.
        if (object.kind === 'Deployment')
            this.#deployments.put(object);
        else if (object.kind === 'Service' && name === this.#names.service)
            this.#live = object;
        else if (object.kind === 'Service' && name === this.#names.candidateService)
            this.#candidate = object;
    }
    /** Everything that no watch shows, again; after a write that was refused, or whose outcome nobody knows. */
    async refresh() {
        const { namespace, deployment } = this.#names;
        const [read] = await Promise.all([
            this.#api.get((0,write_request/* deploymentPath */.n)(namespace, deployment)),
            this.readServices(),
        ]);
        if (read !== null)
            this.#deployments.put(read);
        await Promise.all([...this.#routes].map(([path, mirror]) => this.#readRoute(path, mirror)));
        await this.readReplicaSets('always');
    }
    /** Re-reads the ReplicaSets when the Deployment's status has moved since they were read, or always. True when it did. */
    async readReplicaSets(when) {
        const key = this.#statusKey();
        // The controller sizes ReplicaSets before it says that it has seen a write: sooner there is nothing new to read.
        const { metadata, status } = this.#deployments.items[0] ?? {};
        const isBehind = (status?.observedGeneration ?? 0) < (metadata?.generation ?? 0);
        if (when === 'moved' && (isBehind || this.#replicaSetsFor === key))
            return false;
        // Noted before the read: what the controller did until then is in the answer, what it did since may not be.
        const asOf = this.#deployments.items[0]?.status?.observedGeneration ?? 0;
        await this.#listReplicaSets();
        this.#replicaSetsFor = key;
        this.#replicaSetsAsOf = asOf;
        return true;
    }
    async #readRoute(path, mirror) {
        const object = await this.#api.get(path);
        if (object === null)
            mirror.clear();
        else
            mirror.put(object);
    }
    async readServices() {
        const { namespace, service, candidateService } = this.#names;
        [this.#live, this.#candidate] = await Promise.all([
            this.#api.get((0,write_request/* servicePath */.V)(namespace, service)),
            this.#api.get((0,write_request/* servicePath */.V)(namespace, candidateService)),
        ]);
    }
    /** Resolves when something changed since the last call, after `ms`, or at once after `wake`. */
    async changed(ms) {
        if (this.#changed) {
            this.#changed = false;
            return;
        }
        const timer = new AbortController();
        await Promise.race([
            new Promise((resolve) => {
                this.#wake = resolve;
            }),
            this.#clock.sleep(ms, timer.signal).catch(() => undefined),
        ]);
        timer.abort();
        this.#wake = () => undefined;
        this.#changed = false;
    }
    wake() {
        this.#changed = true;
        this.#wake();
    }
    async #listReplicaSets() {
        const path = `/apis/apps/v1/namespaces/${this.#names.namespace}/replicasets`;
        const { items } = await this.#api.list(path, { labelSelector: this.#names.podSelector });
        this.#replicaSets = items;
    }
    #statusKey() {
        const status = this.#deployments.items[0]?.status;
        return [status?.observedGeneration, status?.replicas, status?.updatedReplicas].join();
    }
}
/** Path of the object that a write is about; a creation names it in its body. */
function routePathOf(write) {
    if (write.verb !== 'create')
        return write.path;
    // Bodies are whole API objects.
    const { metadata } = write.body;
    return `${write.path}/${metadata?.name ?? ''}`;
}


/***/ }),

/***/ 5480:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   $F: () => (/* binding */ CannotWrite),
/* harmony export */   lt: () => (/* binding */ homeOf),
/* harmony export */   pU: () => (/* binding */ requestFor)
/* harmony export */ });
/* harmony import */ var _release_ramp_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(2757);
/* harmony import */ var _traffic_command_route_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(9776);
/* harmony import */ var _traffic_router_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(5264);
/* harmony import */ var _traffic_routers_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(3923);
/* harmony import */ var _traffic_service_selector_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(914);
/* harmony import */ var _workload_held_rollout_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(8322);
/* harmony import */ var _workload_template_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(6067);
/* harmony import */ var _disown_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(3896);








/** What a write needs is not in the snapshot (any more): the release cannot take this step. */
class CannotWrite extends Error {
}
/**
 * The request for a write that `decide` asked for, made for the objects as they were read. Pure.
 * `candidateTemplate`: null in a run that only takes a release back.
 */
function requestFor(write, target, plan, snapshot, candidateTemplate) {
    const deployment = () => snapshot.deployment ?? missing(`Deployment ${plan.deployment.name} is not there any more`);
    const live = () => snapshot.liveService ?? missing(`Service ${plan.service.name} is not there any more`);
    const helper = () => snapshot.candidateService ?? missing(`Service ${plan.candidateService.name} is not there any more`);
    const candidateHash = () => hashByDigest(snapshot, plan.candidate.digest) ?? missing('the candidate’s ReplicaSet is not there');
    const step = () => plan.steps[target.step ?? 0] ?? plan.steps[0];
    const sizes = () => target.sizes ?? missing(`the decision does not say how many pods ${write} is to give`);
    switch (write) {
        case 'pause':
            return _workload_held_rollout_js__WEBPACK_IMPORTED_MODULE_5__/* .pause */ .v7(deployment());
        case 'pin':
            return _traffic_service_selector_js__WEBPACK_IMPORTED_MODULE_4__/* .pin */ .y_(live(), plan.stable.hash);
        case 'open':
            return _workload_held_rollout_js__WEBPACK_IMPORTED_MODULE_5__/* .open */ .ho(deployment(), candidateTemplate ?? missing('this run does not know the candidate’s template'), sizes());
        case 'roll':
            return _workload_held_rollout_js__WEBPACK_IMPORTED_MODULE_5__/* .roll */ .CL(deployment(), candidateTemplate ?? missing('this run does not know the candidate’s template'), 'the new template: the Deployment’s own rolling update begins');
        case 'roll-back':
            return _workload_held_rollout_js__WEBPACK_IMPORTED_MODULE_5__/* .roll */ .CL(deployment(), stableTemplate(plan, snapshot), 'the old template: the rolling update goes back');
        case 'resize':
            return _workload_held_rollout_js__WEBPACK_IMPORTED_MODULE_5__/* .resize */ .XR(deployment(), sizes());
        case 'regrow':
            return _workload_held_rollout_js__WEBPACK_IMPORTED_MODULE_5__/* .regrow */ .j0(deployment(), stableTemplate(plan, snapshot), sizes());
        case 'route':
            return routeRequest(plan, target, snapshot, (0,_release_ramp_js__WEBPACK_IMPORTED_MODULE_0__/* .intentOf */ .oQ)(plan, step()));
        case 'route-home':
            return routeRequest(plan, target, snapshot, homeOf(plan, target));
        case 'route-restore':
            return routeRequest(plan, target, snapshot, _traffic_router_js__WEBPACK_IMPORTED_MODULE_2__/* .ORIGINAL */ .mx);
        case 'disown':
            return (0,_disown_js__WEBPACK_IMPORTED_MODULE_7__/* .disownRequest */ .Ie)(plan, target.object ?? 0, snapshot) ?? missing('no field is left to be given back');
        case 'divert':
            return _traffic_service_selector_js__WEBPACK_IMPORTED_MODULE_4__/* .divert */ .jV(helper(), plan.stable.hash);
        case 'freeze':
            return _workload_held_rollout_js__WEBPACK_IMPORTED_MODULE_5__/* .freeze */ .CN(deployment());
        case 'create-candidate-service':
            return _traffic_service_selector_js__WEBPACK_IMPORTED_MODULE_4__/* .createCandidateService */ .Lr(plan, live(), candidateHash());
        case 'point-candidate-service':
            return _traffic_service_selector_js__WEBPACK_IMPORTED_MODULE_4__/* .pointCandidateService */ .XP(helper(), candidateHash());
        case 'watch-stable':
            return _traffic_service_selector_js__WEBPACK_IMPORTED_MODULE_4__/* .watchStable */ .df(helper(), plan.stable.hash);
        case 'overlap':
            return _traffic_service_selector_js__WEBPACK_IMPORTED_MODULE_4__/* .overlap */ .EF(live());
        case 'switch':
            return _traffic_service_selector_js__WEBPACK_IMPORTED_MODULE_4__/* .switchTo */ .S_(live(), candidateHash());
        case 'close':
            return _workload_held_rollout_js__WEBPACK_IMPORTED_MODULE_5__/* .close */ .VN(deployment(), plan);
        case 'hold-again':
            return _workload_held_rollout_js__WEBPACK_IMPORTED_MODULE_5__/* .holdAgain */ .i2(deployment(), sizes());
        case 'traffic-back':
            return _traffic_service_selector_js__WEBPACK_IMPORTED_MODULE_4__/* .switchBack */ .gw(live(), plan.stable.hash);
        case 'close-back':
            return _workload_held_rollout_js__WEBPACK_IMPORTED_MODULE_5__/* .closeBack */ .yQ(deployment(), stableTemplate(plan, snapshot), plan);
        case 'evict-candidate':
            return _workload_held_rollout_js__WEBPACK_IMPORTED_MODULE_5__/* .evictCandidate */ .nS(deployment());
        case 'unpin':
            return _traffic_service_selector_js__WEBPACK_IMPORTED_MODULE_4__/* .unpin */ .l0(live());
        case 'restore':
            return _workload_held_rollout_js__WEBPACK_IMPORTED_MODULE_5__/* .restore */ .PF(deployment(), plan);
        case 'delete-candidate-service':
            return _traffic_service_selector_js__WEBPACK_IMPORTED_MODULE_4__/* .deleteCandidateService */ .ax(helper());
        case 'restore-candidate-service':
            return _traffic_service_selector_js__WEBPACK_IMPORTED_MODULE_4__/* .restoreCandidateService */ .nF(helper(), plan.candidateService.kind === 'users' ? plan.candidateService.selector : {});
    }
}
/** The user's own route may have a share for the candidate Service: nobody is to follow it there until that is the user's own again. */
function homeOf(plan, { route = 0 }) {
    const isOriginal = (plan.routes[route]?.originalShare ?? 0) === 0;
    return isOriginal ? _traffic_router_js__WEBPACK_IMPORTED_MODULE_2__/* .ORIGINAL */ .mx : { share: 0, headers: [], cookies: [], mirror: 0 };
}
/** The first request that brings the route nearer to what is wanted; after it the release looks again. */
function routeRequest(plan, { route = 0 }, snapshot, wanted) {
    const binding = plan.routes[route] ?? missing(`the plan has no route ${route}`);
    const { routes, command } = snapshot;
    const [request] = (0,_traffic_command_route_js__WEBPACK_IMPORTED_MODULE_1__/* .isCommand */ .y9)(binding) && command !== null
        ? [(0,_traffic_command_route_js__WEBPACK_IMPORTED_MODULE_1__/* .commandRun */ .RL)(binding, command.told, wanted)]
        : (0,_traffic_routers_js__WEBPACK_IMPORTED_MODULE_3__/* .routerOf */ .V4)(binding).plan(binding, routes, wanted);
    return request ?? missing(`nothing about ${binding.router} can be written that would change it`);
}
function hashByDigest(snapshot, digest) {
    const found = snapshot.replicaSets.find((replicaSet) => (0,_workload_template_js__WEBPACK_IMPORTED_MODULE_6__/* .digestOf */ .ol)(replicaSet.spec?.template ?? {}) === digest);
    return found?.metadata?.labels?.['pod-template-hash'];
}
function stableTemplate(plan, snapshot) {
    const found = snapshot.replicaSets.find((entry) => entry.metadata?.labels?.['pod-template-hash'] === plan.stable.hash);
    const template = found?.spec?.template;
    if (template === undefined)
        return missing(`the ReplicaSet of stable (${plan.stable.hash}) is not there any more`);
    return (0,_workload_template_js__WEBPACK_IMPORTED_MODULE_6__/* .withoutHash */ .XK)(template);
}
function missing(what) {
    throw new CannotWrite(what);
}


/***/ }),

/***/ 3483:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   M: () => (/* binding */ write),
/* harmony export */   u: () => (/* binding */ wait)
/* harmony export */ });
function write(name, target = {}) {
    return { do: 'write', write: name, target };
}
function wait(reason, text, until = null) {
    return { do: 'wait', wait: { for: reason, text }, until };
}


/***/ }),

/***/ 3020:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Z$: () => (/* binding */ HOLD_PROGRESS_DEADLINE),
/* harmony export */   i7: () => (/* binding */ isHeld),
/* harmony export */   q7: () => (/* binding */ EVICT),
/* harmony export */   rX: () => (/* binding */ FULL_SURGE),
/* harmony export */   si: () => (/* binding */ restoredFields),
/* harmony export */   wq: () => (/* binding */ sameFields),
/* harmony export */   zf: () => (/* binding */ HOLD_MIN_READY_SECONDS)
/* harmony export */ });
/* unused harmony export sameStrategy */
/**
 * The hold (design §2): with this `minReadySeconds` (68 years) the candidate's pods become Ready and take traffic, but never Available,
 * so that the Deployment controller never retires the stable ReplicaSet. The progress deadline must be greater than it.
 */
const HOLD_MIN_READY_SECONDS = 2_147_483_646;
const HOLD_PROGRESS_DEADLINE = 2_147_483_647;
/** A second full set of pods beside stable's, stable whole: blue/green. */
const FULL_SURGE = {
    type: 'RollingUpdate',
    rollingUpdate: { maxSurge: '100%', maxUnavailable: 0 },
};
/** Lets the controller remove a track at once, whatever the other one's state (used only to go back when stable itself is not whole). */
const EVICT = {
    type: 'RollingUpdate',
    rollingUpdate: { maxSurge: '100%', maxUnavailable: '100%' },
};
function isHeld(fields) {
    return fields.minReadySeconds === HOLD_MIN_READY_SECONDS;
}
function sameStrategy(a, b) {
    return ((a.type ?? 'RollingUpdate') === (b.type ?? 'RollingUpdate') &&
        a.rollingUpdate?.maxSurge === b.rollingUpdate?.maxSurge &&
        a.rollingUpdate?.maxUnavailable === b.rollingUpdate?.maxUnavailable);
}
function sameFields(a, b) {
    return (a.paused === b.paused &&
        a.minReadySeconds === b.minReadySeconds &&
        a.progressDeadlineSeconds === b.progressDeadlineSeconds &&
        sameStrategy(a.strategy, b.strategy));
}
/**
 * The fields that the last step of a release leaves: what was there at the start, except where somebody else has changed
 * a field meanwhile (its value is then neither the hold's nor the original): theirs stays.
 */
function restoredFields(now, plan) {
    const { original } = plan;
    const isStep = ({ rollingUpdate }) => plan.strategy !== 'blue-green' &&
        typeof rollingUpdate?.maxSurge === 'number' &&
        typeof rollingUpdate.maxUnavailable === 'number';
    const ours = (strategy) => sameStrategy(strategy, FULL_SURGE) || sameStrategy(strategy, EVICT) || isStep(strategy);
    return {
        paused: original.paused,
        minReadySeconds: now.minReadySeconds === HOLD_MIN_READY_SECONDS ? original.minReadySeconds : now.minReadySeconds,
        progressDeadlineSeconds: now.progressDeadlineSeconds === HOLD_PROGRESS_DEADLINE
            ? original.progressDeadlineSeconds
            : now.progressDeadlineSeconds,
        strategy: ours(now.strategy) ? original.strategy : now.strategy,
    };
}


/***/ }),

/***/ 2039:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   A: () => (/* binding */ readyPods),
/* harmony export */   T: () => (/* binding */ remaining)
/* harmony export */ });
function readyPods(track) {
    return track.pods.filter((pod) => pod.ready && !pod.terminating).length;
}
/** Pods that are wanted still, or there and not told to go. */
function remaining(track) {
    return Math.max(track.size, track.pods.filter((pod) => !pod.terminating).length);
}


/***/ }),

/***/ 8842:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   P0: () => (/* binding */ afterAction),
/* harmony export */   SE: () => (/* binding */ afterWrite),
/* harmony export */   iO: () => (/* binding */ afterChecks),
/* harmony export */   n$: () => (/* binding */ afterDisown),
/* harmony export */   zd: () => (/* binding */ turnBack)
/* harmony export */ });
/** The mark that a confirmed write leaves. */
const MARK_OF = {
    pause: 'paused',
    pin: 'pinned',
    open: 'opened',
    roll: 'opened',
    resize: 'resized',
    route: 'routed',
    freeze: 'frozen',
    overlap: 'overlapping',
    switch: 'switching',
    close: 'closing',
    regrow: 'regrowing',
    'close-back': 'closing',
    'evict-candidate': 'evicting',
    'hold-again': 'heldAgain',
    'traffic-back': 'backSwitched',
    divert: 'backSwitched',
    'route-home': 'backSwitched',
};
/** The state after a write that the API server confirmed. Pure. */
function afterWrite(state, write, now, target = {}) {
    if (write === 'disown')
        return afterDisown(state, target);
    const mark = MARK_OF[write];
    if (mark === undefined)
        return state;
    // Opened once more (for a scale-up, or the next step): not frozen until the next freeze.
    const { frozen: _frozen, waveReady: _wave, ...thawed } = state.marks;
    const thaws = write === 'open' || write === 'resize';
    // Whoever is moved once more has to be found there once more.
    const { backVerified: _verified, ...unverified } = state.marks;
    const before = thaws ? thawed : mark === 'backSwitched' ? unverified : state.marks;
    return { ...state, marks: { ...before, [mark]: now } };
}
/** Once for each object, whatever came of it: it is no reason to hold a release up. */
function afterDisown(state, { object }) {
    return object === undefined ? state : { ...state, disowned: [...state.disowned, object] };
}
/** The state after an action that only remembers something. Pure. */
function afterAction(state, action, now) {
    switch (action.do) {
        case 'mark':
            return {
                ...state,
                marks: { ...state.marks, [action.mark]: now },
                restartsAtSwitch: action.restarts ?? state.restartsAtSwitch,
            };
        case 'next-step': {
            const { routed: _routed, stepReady: _ready, stepReached: _reached, ...marks } = state.marks;
            return { ...state, step: state.step + 1, marks };
        }
        case 'note-signs':
            return { ...state, signsSince: action.signsSince };
        case 'turn-back':
            return turnBack(state, { at: now, cause: action.cause, reason: action.reason });
        default:
            return state;
    }
}
/** Going back is final: a second reason does not replace the first. The marks of the way back begin anew. */
function turnBack(state, turn) {
    if (state.back !== null)
        return state;
    const { closing: _closing, overlapping: _overlapping, overlapped: _overlapped, ...marks } = state.marks;
    return { ...state, back: turn, marks };
}
function afterChecks(state, checks, now) {
    const passed = checks.length > 0 && checks.every((check) => check.verdict === 'healthy');
    return { ...state, checks, marks: passed ? { ...state.marks, checked: now } : state.marks };
}


/***/ }),

/***/ 2757:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   K1: () => (/* binding */ isAsWanted),
/* harmony export */   Y_: () => (/* binding */ bringRoutesHome),
/* harmony export */   b0: () => (/* binding */ isLastStep),
/* harmony export */   cg: () => (/* binding */ stepOf),
/* harmony export */   oG: () => (/* binding */ climb),
/* harmony export */   oQ: () => (/* binding */ intentOf)
/* harmony export */ });
/* harmony import */ var _action_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(3483);
/* harmony import */ var _observation_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(2039);
/* harmony import */ var _route_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(3764);
/* harmony import */ var _sizes_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(8723);




/** Milliseconds: a backend that was made a moment ago may be unknown to a controller; a busy one may be late. */
const REFUSAL_PATIENCE = 10_000;
const SILENCE_PATIENCE = 120_000;
/** The step at which a release stands. Blue/green has only the first one. */
function stepOf(plan, state) {
    return plan.steps[state.step] ?? plan.steps[0];
}
function isLastStep(plan, state) {
    return state.step >= plan.steps.length - 1;
}
/** What a step wants of the routes: testers from before the first share until the end, copies of requests only before it. */
function intentOf(plan, { share }) {
    return { ...plan.testers, share, mirror: share === 0 ? plan.mirror : 0 };
}
function isAsWanted(plan, step, route) {
    const { share, headers, cookies, mirror } = intentOf(plan, step);
    return route.share === share && route.testers === headers.length + cookies.length > 0 && route.mirror === mirror;
}
/** The pods of the step are Ready: the share is written, found to have its effect, and held for its time. */
function climb(plan, state, seen, now) {
    if (state.marks.switched !== undefined || seen.candidate === null || seen.live.pin === seen.candidate.hash)
        return null;
    const step = stepOf(plan, state);
    const behind = seen.routes.findIndex((route) => !isAsWanted(plan, step, route));
    if (behind >= 0)
        return introduce(plan, state, now) ?? (0,_action_js__WEBPACK_IMPORTED_MODULE_1__/* .write */ .M)('route', { route: behind, step: state.step });
    const byPods = (0,_sizes_js__WEBPACK_IMPORTED_MODULE_0__/* .isByPods */ .I7)(plan);
    // Numbers of pods end at one half; all of the users are the switch's business.
    if (byPods && step.share >= _route_js__WEBPACK_IMPORTED_MODULE_2__/* .ALL */ .y2)
        return null;
    if (byPods && step.share > 0 && seen.live.pin !== null)
        return (0,_action_js__WEBPACK_IMPORTED_MODULE_1__/* .write */ .M)('overlap');
    const reachesUsers = step.share > 0 || seen.routes.some((route) => !route.home);
    if (reachesUsers && state.marks.stepReached === undefined) {
        const unproven = seen.routes.find((route) => route.verdict.is !== 'yes');
        if (unproven !== undefined)
            return awaitRoute(state, unproven, now);
        const missing = (0,_observation_js__WEBPACK_IMPORTED_MODULE_3__/* .readyPods */ .A)(seen.candidate) - seen.live.endpoints.candidate;
        if (byPods && missing > 0)
            return (0,_action_js__WEBPACK_IMPORTED_MODULE_1__/* .wait */ .u)('endpoints', `${missing} more candidate pods in the live Service’s endpoints`);
        const leaving = seen.live.endpoints.stable - (seen.stable === null ? 0 : (0,_observation_js__WEBPACK_IMPORTED_MODULE_3__/* .readyPods */ .A)(seen.stable));
        if (byPods && leaving > 0)
            return (0,_action_js__WEBPACK_IMPORTED_MODULE_1__/* .wait */ .u)('endpoints', `${leaving} pods of stable to leave the live Service’s endpoints`);
        return { do: 'mark', mark: 'stepReached' };
    }
    if (!reachesUsers && step.stay > 0 && state.marks.stepReached === undefined)
        return { do: 'mark', mark: 'stepReached' };
    const reached = state.marks.stepReached;
    if (reached !== undefined) {
        const over = reached + Math.max(step.stay, reachesUsers ? plan.times.settle : 0);
        if (now < over)
            return (0,_action_js__WEBPACK_IMPORTED_MODULE_1__/* .wait */ .u)('step', `${(0,_route_js__WEBPACK_IMPORTED_MODULE_2__/* .percent */ .KN)(step.share)} of the users are on the candidate`, over);
    }
    if (plan.pauseAt === step.share)
        return { do: 'finish', outcome: { outcome: 'paused', share: step.share } };
    return isLastStep(plan, state) ? null : { do: 'next-step' };
}
/**
 * A proxy hears of the route and of the candidate's endpoints by different watches. One that knows the route first answers 503 to
 * whom it sends there (observed: testers, for 10 ms behind a busy Traefik; it may be all of its throttle, by default 2 s).
 */
function introduce(plan, { marks }, now) {
    if (marks.ready === undefined)
        return null;
    const settled = marks.ready + plan.times.settle;
    return now < settled ? (0,_action_js__WEBPACK_IMPORTED_MODULE_1__/* .wait */ .u)('settle', 'proxies to know the candidate’s pods', settled) : null;
}
/** A controller has its time to take a weight up, and less to go on refusing it. */
function awaitRoute(state, { name, verdict }, now) {
    const reason = verdict.reasons.join(' ') || `${name}: its controller has not said that it took the weight up.`;
    // Without a confirmed write (its answer was lost) the controller has its time from the moment before it.
    const since = state.marks.routed ?? state.marks.stepReady ?? state.marks.ready ?? now;
    const until = since + (verdict.is === 'no' ? REFUSAL_PATIENCE : SILENCE_PATIENCE);
    if (now >= until)
        return { do: 'turn-back', cause: 'unhealthy', reason };
    return (0,_action_js__WEBPACK_IMPORTED_MODULE_1__/* .wait */ .u)('route', reason, until);
}
/** Users reach the candidate through the live Service: the routes are again as the user wrote them, before the bake. */
function bringRoutesHome(plan, state, seen, now) {
    if (plan.routes.length === 0 || state.marks.switched === undefined || state.marks.homed !== undefined)
        return null;
    // The other way round than up: make before break.
    const away = seen.routes.findLastIndex((route) => !route.home);
    if (away >= 0) {
        const settled = state.marks.switched + plan.times.settle;
        if (now < settled)
            return (0,_action_js__WEBPACK_IMPORTED_MODULE_1__/* .wait */ .u)('settle', 'proxies to follow the live Service', settled);
        return (0,_action_js__WEBPACK_IMPORTED_MODULE_1__/* .write */ .M)('route-home', { route: away });
    }
    const unproven = seen.routes.find((route) => route.verdict.is === 'no');
    if (unproven !== undefined)
        return (0,_action_js__WEBPACK_IMPORTED_MODULE_1__/* .wait */ .u)('route', unproven.verdict.reasons.join(' '));
    return { do: 'mark', mark: 'homed' };
}


/***/ }),

/***/ 8119:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Zv: () => (/* binding */ GRACE),
/* harmony export */   pk: () => (/* binding */ describeSign),
/* harmony export */   rL: () => (/* binding */ signOf)
/* harmony export */ });
/** Milliseconds that a grave sign must last: registries and kubelets have short hiccups, a second look costs little. */
const GRACE = 2_000;
const FATAL_WAITING = new Set(['InvalidImageName', 'ErrImageNeverPull']);
const GRAVE_WAITING = new Set([
    'ErrImagePull',
    'ImagePullBackOff',
    'ImageInspectError',
    'RegistryUnavailable',
    'CreateContainerConfigError',
    'CreateContainerError',
    'RunContainerError',
]);
/** What is wrong with a pod; null when nothing is known to be. Pure; the grace is the caller's. */
function signOf(pod) {
    if (pod.metadata?.deletionTimestamp !== undefined)
        return null;
    const name = pod.metadata?.name ?? '';
    const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
    const found = statuses.map((status) => containerSign(name, status)).filter((sign) => sign !== null);
    const worst = found.find((sign) => sign.level === 'fatal') ?? found[0];
    if (worst !== undefined)
        return worst;
    const scheduled = pod.status?.conditions?.find((condition) => condition.type === 'PodScheduled');
    if (scheduled?.status === 'False' && scheduled.reason === 'Unschedulable')
        return {
            level: 'warning',
            pod: name,
            container: null,
            reason: 'Unschedulable',
            message: scheduled.message ?? '',
            exitCode: null,
            restarts: 0,
        };
    return null;
}
function containerSign(pod, status) {
    const waiting = status.state?.waiting;
    const ended = status.state?.terminated ?? status.lastState?.terminated;
    const base = { pod, container: status.name, restarts: status.restartCount };
    const exitCode = ended?.exitCode ?? null;
    const reason = waiting?.reason ?? '';
    if (FATAL_WAITING.has(reason))
        return { ...base, level: 'fatal', reason, message: waiting?.message ?? '', exitCode };
    if (GRAVE_WAITING.has(reason))
        return { ...base, level: 'grave', reason, message: waiting?.message ?? '', exitCode };
    if (ended === undefined || ended.exitCode === 0)
        return null;
    // A crash or two may be a race at start (a database not up yet); the third, or memory that is not there, is certain.
    const outOfMemory = ended.reason === 'OOMKilled';
    if (reason !== 'CrashLoopBackOff' && status.state?.terminated === undefined)
        return null;
    return {
        ...base,
        level: status.restartCount >= 2 || outOfMemory ? 'fatal' : 'warning',
        reason: outOfMemory ? 'OOMKilled' : reason === '' ? (ended.reason ?? 'Error') : reason,
        message: waiting?.message ?? ended.message ?? '',
        exitCode,
    };
}
/** `container web of pod web-7c-x1: CrashLoopBackOff (exit code 3, 2 restarts): back-off 10s restarting failed container`. */
function describeSign(sign) {
    const what = sign.container === null ? `pod ${sign.pod}` : `container ${sign.container} of pod ${sign.pod}`;
    const facts = [
        ...(sign.exitCode === null ? [] : [`exit code ${sign.exitCode}`]),
        ...(sign.restarts === 0 ? [] : [`${sign.restarts} restart${sign.restarts === 1 ? '' : 's'}`]),
    ];
    return `${what}: ${sign.reason}${facts.length === 0 ? '' : ` (${facts.join(', ')})`}${sign.message === '' ? '' : `: ${sign.message}`}`;
}


/***/ }),

/***/ 8723:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   $i: () => (/* binding */ isPlain),
/* harmony export */   CG: () => (/* binding */ ratio),
/* harmony export */   CP: () => (/* binding */ mostMissing),
/* harmony export */   Fr: () => (/* binding */ holdFor),
/* harmony export */   HA: () => (/* binding */ mayShrink),
/* harmony export */   I7: () => (/* binding */ isByPods),
/* harmony export */   Mx: () => (/* binding */ mostExtra),
/* harmony export */   RS: () => (/* binding */ isInPlace),
/* harmony export */   SQ: () => (/* binding */ sizesFor),
/* harmony export */   Y0: () => (/* binding */ nextSizes),
/* harmony export */   gN: () => (/* binding */ sizesOf)
/* harmony export */ });
/* unused harmony exports mostSurge, podsForRatio */
/* harmony import */ var _hold_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3020);
/* harmony import */ var _route_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(3764);


const HALF = _route_js__WEBPACK_IMPORTED_MODULE_1__/* .ALL */ .y2 / 2;
/** The numbers of pods split the users: no route does. */
function isByPods(plan) {
    return isInPlace(plan) || (plan.strategy === 'canary' && plan.routes.length === 0);
}
/** The candidate's pods take the place of stable's: no second set of pods, and at the end no stable that is still warm. */
function isInPlace(plan) {
    return plan.strategy === 'rolling';
}
/** Stable gives pods to the candidate in the course of it. */
function mayShrink(plan) {
    return isInPlace(plan) || (isByPods(plan) && plan.steps.some(({ share }) => share > HALF && share < _route_js__WEBPACK_IMPORTED_MODULE_1__/* .ALL */ .y2));
}
/** Kubernetes' own rolling update, watched: no batches, no hold. */
function isPlain(plan) {
    return isInPlace(plan) && plan.steps.length === 1;
}
/** The pods that a step wants when it is reached. Step 0: the candidate is up and checked, no user reaches it. */
function sizesFor(plan, step, replicas) {
    if (isInPlace(plan)) {
        if (step === 0)
            return wave(plan, { candidate: 0, stable: replicas }, inBatch(plan, 1, replicas), replicas);
        const candidate = inBatch(plan, step, replicas);
        return { candidate, stable: replicas - candidate };
    }
    return { candidate: besideStable(plan, step, replicas), stable: stableBeside(plan, step, replicas) };
}
/**
 * The next numbers of pods on the way from those that there are to those that the step wants; null: it has them. More pods of the
 * candidate first, fewer of stable after that; in place, no more at a time than the Deployment's own strategy allows.
 */
function nextSizes(plan, step, replicas, now) {
    const wanted = sizesFor(plan, step, replicas);
    if (now.candidate < wanted.candidate)
        return isInPlace(plan)
            ? wave(plan, now, wanted.candidate, replicas)
            : { candidate: wanted.candidate, stable: Math.min(Math.max(now.stable, wanted.stable), replicas) };
    return now.stable > wanted.stable ? { candidate: now.candidate, stable: wanted.stable } : null;
}
/** The hold under which the controller makes exactly these, and keeps them. The second full set is a percentage: it grows with `replicas`. */
function holdFor({ candidate, stable }, replicas) {
    if (candidate === replicas && stable === replicas)
        return _hold_js__WEBPACK_IMPORTED_MODULE_0__/* .FULL_SURGE */ .rX;
    const maxUnavailable = Math.max(0, replicas - stable);
    return {
        type: 'RollingUpdate',
        rollingUpdate: { maxSurge: Math.max(0, candidate - maxUnavailable), maxUnavailable },
    };
}
/** The pods that a hold gives: what `holdFor` was made of. Surge is rounded up and unavailable down, as the controller does. */
function sizesOf({ rollingUpdate }, replicas) {
    const unavailable = Math.min(replicas, resolve(rollingUpdate?.maxUnavailable ?? '25%', replicas, Math.floor));
    const surge = resolve(rollingUpdate?.maxSurge ?? '25%', replicas, Math.ceil);
    return { candidate: Math.min(replicas, surge + unavailable), stable: replicas - unavailable };
}
/**
 * The most pods that may be missing at a time while pods are replaced in place: what the Deployment's own strategy allows
 * (0: it surges instead), a quarter for one that has no such limit (Recreate).
 */
function mostMissing(plan, replicas) {
    const { type, rollingUpdate } = plan.original.strategy;
    if (type === 'Recreate')
        return Math.max(1, Math.floor(replicas / 4));
    const missing = resolve(rollingUpdate?.maxUnavailable ?? '25%', replicas, Math.floor);
    // The controller, too, takes one when both of its limits come to nothing.
    return missing === 0 && mostSurge(plan, replicas) === 0 ? 1 : Math.min(missing, replicas);
}
/** The most pods that there may be beyond `replicas` while pods are replaced in place. */
function mostSurge(plan, replicas) {
    const { type, rollingUpdate } = plan.original.strategy;
    return type === 'Recreate' ? 0 : resolve(rollingUpdate?.maxSurge ?? '25%', replicas, Math.ceil);
}
/** The most pods that there are to be beyond `replicas` at any time of a release with these steps. */
function mostExtra(plan, replicas) {
    if (plan.strategy !== 'rolling')
        return replicas;
    const isPlainUpdate = plan.steps.length === 1;
    return isPlainUpdate || mostMissing(plan, replicas) === 0 ? mostSurge(plan, replicas) : 0;
}
/** Share of `candidate` pods beside `stable` pods, basis points. */
function ratio(candidate, stable) {
    return candidate + stable === 0 ? 0 : Math.round((candidate * _route_js__WEBPACK_IMPORTED_MODULE_1__/* .ALL */ .y2) / (candidate + stable));
}
/** One wave of a batch: pods missing for a moment, or, where the Deployment allows none to be missing, more pods for a moment. */
function wave(plan, now, wanted, replicas) {
    // What surged is Ready by now: stable's pods make room for it.
    if (now.candidate + now.stable > replicas)
        return { candidate: now.candidate, stable: Math.max(0, replicas - now.candidate) };
    const missing = mostMissing(plan, replicas);
    if (missing === 0)
        return { candidate: Math.min(wanted, now.candidate + mostSurge(plan, replicas)), stable: now.stable };
    const candidate = Math.min(wanted, now.candidate + missing);
    return { candidate, stable: replicas - candidate };
}
/** Pods of the candidate after a batch, all before it included: at least one. */
function inBatch(plan, step, replicas) {
    const { share = _route_js__WEBPACK_IMPORTED_MODULE_1__/* .ALL */ .y2, pods } = plan.steps[step] ?? {};
    return Math.min(replicas, Math.max(1, pods ?? Math.ceil((replicas * share) / _route_js__WEBPACK_IMPORTED_MODULE_1__/* .ALL */ .y2)));
}
/** Candidate pods of a step: what its share needs; at 0 %, what the step after it needs. */
function besideStable(plan, step, replicas) {
    if (plan.strategy === 'blue-green')
        return replicas;
    const own = plan.steps[step]?.share ?? _route_js__WEBPACK_IMPORTED_MODULE_1__/* .ALL */ .y2;
    const share = own > 0 ? own : (plan.steps[step + 1]?.share ?? _route_js__WEBPACK_IMPORTED_MODULE_1__/* .ALL */ .y2);
    if (share >= _route_js__WEBPACK_IMPORTED_MODULE_1__/* .ALL */ .y2)
        return replicas;
    if (isByPods(plan))
        return share > HALF ? replicas : podsForRatio(share, replicas);
    return Math.min(replicas, plan.candidateReplicas ?? Math.max(plan.leastPods, Math.ceil((replicas * share) / _route_js__WEBPACK_IMPORTED_MODULE_1__/* .ALL */ .y2)));
}
/** Whole, but for shares above one half by the numbers of pods; the switch to all users leaves it as the step before did. */
function stableBeside(plan, step, replicas) {
    if (!isByPods(plan))
        return replicas;
    const share = plan.steps.slice(0, step + 1).findLast((each) => each.share < _route_js__WEBPACK_IMPORTED_MODULE_1__/* .ALL */ .y2)?.share ?? 0;
    return share > HALF ? podsForRatio(_route_js__WEBPACK_IMPORTED_MODULE_1__/* .ALL */ .y2 - share, replicas) : replicas;
}
/**
 * Without a router the share is a track's pods among all pods, with the other track whole: the number whose share is nearest to the
 * wanted one, and never less than one. Shares up to one half.
 */
function podsForRatio(share, replicas) {
    const exact = (replicas * share) / (_route_js__WEBPACK_IMPORTED_MODULE_1__/* .ALL */ .y2 - share);
    const [below, above] = [Math.floor(exact), Math.ceil(exact)];
    const nearest = Math.abs(ratio(below, replicas) - share) <= Math.abs(ratio(above, replicas) - share) ? below : above;
    return Math.min(replicas, Math.max(1, nearest));
}
function resolve(value, replicas, round) {
    if (typeof value === 'number')
        return value;
    return round((replicas * Number.parseFloat(value)) / 100);
}


/***/ }),

/***/ 3264:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   C: () => (/* binding */ BEGINNING)
/* harmony export */ });
const BEGINNING = {
    back: null,
    toldTemplate: null,
    toldRoutes: {},
    step: 0,
    marks: {},
    checks: [],
    restartsAtSwitch: {},
    signsSince: {},
    disowned: [],
};


/***/ }),

/***/ 136:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   a: () => (/* binding */ formatDuration)
/* harmony export */ });
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** Milliseconds for a person, no more exact than they need: `0.4s`, `12s`, `1m32s`, `2h05m`. Negative times count as none. */
function formatDuration(milliseconds) {
    const tenths = Math.round(Math.max(0, milliseconds) / 100);
    if (tenths < 100)
        return `${tenths / 10}s`;
    const seconds = Math.round(milliseconds / SECOND);
    if (seconds < 60)
        return `${seconds}s`;
    if (seconds * SECOND < HOUR)
        return `${Math.floor(seconds / 60)}m${twoDigits(seconds % 60)}s`;
    const minutes = Math.round(milliseconds / MINUTE);
    return `${Math.floor(minutes / 60)}h${twoDigits(minutes % 60)}m`;
}
function twoDigits(number) {
    return String(number).padStart(2, '0');
}


/***/ }),

/***/ 2527:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   AS: () => (/* binding */ pre),
/* harmony export */   CS: () => (/* binding */ prose),
/* harmony export */   Ed: () => (/* binding */ Html),
/* harmony export */   TM: () => (/* binding */ firstLine),
/* harmony export */   TN: () => (/* binding */ oneLine),
/* harmony export */   aY: () => (/* binding */ code),
/* harmony export */   nf: () => (/* binding */ link),
/* harmony export */   oR: () => (/* binding */ joined),
/* harmony export */   pj: () => (/* binding */ plain),
/* harmony export */   qy: () => (/* binding */ html),
/* harmony export */   sY: () => (/* binding */ shortDigests),
/* harmony export */   uo: () => (/* binding */ capped)
/* harmony export */ });
/* unused harmony export escapeHtml */
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


/***/ }),

/***/ 9820:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   L: () => (/* binding */ createTeller)
/* harmony export */ });
/* unused harmony export commandData */
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7598);
/* harmony import */ var _traffic_command_route_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(9776);
/* harmony import */ var _duration_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(136);
/* harmony import */ var _escape_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(2527);




/** Milliseconds after which a wait is told again. */
const REMIND_AFTER = 15_000;
/** As many annotations of a kind as GitHub shows for a step. */
const WARNINGS_SHOWN = 10;
const LONGEST_FACT = 1_000;
/** Of 4,096 characters that an annotation may have. */
const LONGEST_WARNING = 4_000;
const LONGEST_FOREIGN_LINE = 4_000;
/** Facts that a chapter keeps for the summary. */
const FACTS_KEPT = 8;
/**
 * The log of a run: a group for each chapter, a line for each fact, with the seconds since the run began. Nothing that it is told
 * can be taken for a workflow command.
 */
function createTeller(parts) {
    return new Log(parts);
}
class Log {
    #out;
    #clock;
    #every;
    #token;
    #startedAt;
    #spans = [];
    #writes = [];
    #warnings = [];
    #open = null;
    #wait = null;
    #lastSaid = null;
    constructor({ out, clock, every = repeat, token = node_crypto__WEBPACK_IMPORTED_MODULE_0__.randomUUID }) {
        this.#out = out;
        this.#clock = clock;
        this.#every = every;
        this.#token = token;
        this.#startedAt = clock.now();
    }
    phase(phase) {
        if (this.#open?.phase === phase)
            return;
        this.#endPhase();
        this.#open = { phase, startedAt: this.#clock.now(), facts: [] };
        this.#out(`::group::${phase}`);
    }
    fact(text) {
        const fact = (0,_escape_js__WEBPACK_IMPORTED_MODULE_3__/* .oneLine */ .TN)(text, LONGEST_FACT);
        if (this.#say(fact))
            keepFact(this.#open?.facts, fact);
    }
    waiting(text) {
        const wanted = text === null ? null : (0,_escape_js__WEBPACK_IMPORTED_MODULE_3__/* .oneLine */ .TN)(text, LONGEST_FACT);
        if (this.#wait?.text === wanted)
            return;
        this.#wait?.stop();
        this.#wait = null;
        if (wanted === null)
            return;
        this.#say(`waiting: ${wanted}`);
        const since = this.#clock.now();
        const remind = () => void this.#say(`still waiting, ${(0,_duration_js__WEBPACK_IMPORTED_MODULE_2__/* .formatDuration */ .a)(this.#clock.now() - since)}: ${wanted}`);
        this.#wait = { text: wanted, stop: this.#every(REMIND_AFTER, remind) };
    }
    wrote(write) {
        this.waiting(null);
        const why = (0,_escape_js__WEBPACK_IMPORTED_MODULE_3__/* .oneLine */ .TN)(write.why, LONGEST_FACT);
        this.#writes.push({ at: this.#clock.now(), request: requestLine(write), why });
        this.#say(`→ ${why}`);
    }
    foreign(title, lines) {
        // Lines that come one by one stand under one title.
        this.#say(`${(0,_escape_js__WEBPACK_IMPORTED_MODULE_3__/* .oneLine */ .TN)(title, LONGEST_FACT)}:`);
        const token = this.#token();
        this.#out(`::stop-commands::${token}`);
        for (const line of lines.flatMap((text) => text.split(/\r\n|\n|\r/)))
            this.#out(`${MARGIN}${(0,_escape_js__WEBPACK_IMPORTED_MODULE_3__/* .capped */ .uo)((0,_escape_js__WEBPACK_IMPORTED_MODULE_3__/* .plain */ .pj)(line), LONGEST_FOREIGN_LINE)}`.trimEnd());
        this.#out(`::${token}::`);
    }
    warning(text) {
        const warning = (0,_escape_js__WEBPACK_IMPORTED_MODULE_3__/* .oneLine */ .TN)(text, LONGEST_WARNING);
        if (this.#warnings.includes(warning))
            return;
        this.#warnings.push(warning);
        if (this.#warnings.length > WARNINGS_SHOWN)
            this.#say(`Warning: ${warning}`);
        else
            this.#out(`::warning title=Crossfade::${commandData(warning)}`);
        this.#lastSaid = null;
    }
    phases() {
        const open = this.#open === null ? [] : [{ ...this.#open, endedAt: this.#clock.now() }];
        return [...this.#spans, ...open];
    }
    writes() {
        return this.#writes;
    }
    warnings() {
        return this.#warnings;
    }
    end() {
        this.#endPhase();
    }
    #endPhase() {
        if (this.#wait !== null && this.#open?.facts.length === 0)
            this.#open.facts.push(`waited: ${this.#wait.text}`);
        this.waiting(null);
        this.#lastSaid = null;
        if (this.#open === null)
            return;
        this.#spans.push({ ...this.#open, endedAt: this.#clock.now() });
        this.#open = null;
        this.#out('::endgroup::');
    }
    /** False: the last line said the same. */
    #say(text) {
        if (this.#lastSaid === text)
            return false;
        this.#lastSaid = text;
        const elapsed = ((this.#clock.now() - this.#startedAt) / 1000).toFixed(1);
        this.#out(`${`${elapsed}s`.padStart(7)}  ${harmless(text)}`);
        return true;
    }
}
/** As wide as time and gap before a fact. */
const MARGIN = ' '.repeat(9);
/** `PATCH /api/v1/…`; a run of the user's command by its share alone: its text may hold secrets. */
function requestLine(write) {
    if (write.verb === 'run')
        return `RUN router-command CROSSFADE_SHARE=${(0,_traffic_command_route_js__WEBPACK_IMPORTED_MODULE_1__/* .shareVariable */ .U$)(write.share)}`;
    return `${METHODS[write.verb]} ${write.path}`;
}
const METHODS = {
    create: 'POST',
    update: 'PUT',
    patch: 'PATCH',
    delete: 'DELETE',
};
/**
 * The older syntax of workflow commands, `##[name]`, counts anywhere in a line. The newer one, `::name::`, counts only at its
 * beginning, where our lines have a time.
 */
function harmless(text) {
    return text.replaceAll('##[', '## [');
}
/** Text as the data of a workflow command. */
function commandData(text) {
    return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
/** Of facts that differ in their numbers alone (`2/4 pods`, `3/4 pods`) only the last tells something afterwards. */
function keepFact(facts, fact) {
    if (facts === undefined)
        return;
    const pattern = (text) => text.replaceAll(/\d+/g, '0');
    const older = facts.findIndex((other) => pattern(other) === pattern(fact));
    if (older >= 0)
        facts.splice(older, 1);
    facts.push(fact);
    if (facts.length > FACTS_KEPT)
        facts.shift();
}
function repeat(ms, tick) {
    const timer = setInterval(tick, ms);
    timer.unref();
    return () => clearInterval(timer);
}


/***/ }),

/***/ 9776:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   RL: () => (/* binding */ commandRun),
/* harmony export */   U$: () => (/* binding */ shareVariable),
/* harmony export */   UK: () => (/* binding */ readCommand),
/* harmony export */   VC: () => (/* binding */ COMMAND_CAPABILITIES),
/* harmony export */   Wr: () => (/* binding */ COMMAND),
/* harmony export */   nG: () => (/* binding */ commandBinding),
/* harmony export */   y9: () => (/* binding */ isCommand)
/* harmony export */ });
/* harmony import */ var _release_route_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(3764);
/* harmony import */ var _router_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(5264);


/*
 * `router: command`: the user's own program splits the users (a load balancer of a cloud, weighted DNS). No object in the cluster shows
 * what it did, so that what it was told is on record.
 */
/** The route's name in input `router`, in the plan and in every text. */
const COMMAND = 'command';
function isCommand({ router }) {
    return router === COMMAND;
}
/** Its original is to send nobody to the candidate Service: before a release there is none. */
function commandBinding(app) {
    return { router: COMMAND, app, paths: [], originalShare: 0, journal: null };
}
const COMMAND_CAPABILITIES = {
    nearest: (share) => [share, share],
    headers: [],
    cookies: false,
    mirror: false,
    level: 'observed',
};
/** A share that is in doubt is no share; it is told again. */
function readCommand(told) {
    const share = told === null ? 0 : told.is === 'certain' ? told.share : null;
    return { share, overrides: false, mirror: 0, original: share === 0, inDoubt: share === null };
}
/** Null: it was told exactly that. */
function commandRun({ app }, told, wanted) {
    const share = wanted === _router_js__WEBPACK_IMPORTED_MODULE_0__/* .ORIGINAL */ .mx ? 0 : wanted.share;
    if (readCommand(told).share === share)
        return null;
    return {
        verb: 'run',
        share,
        why: `router-command: ${share / 100} % to ${app.candidate}, the rest to ${app.live}`,
    };
}
/** `CROSSFADE_SHARE`: percent as a plain number, `12.5`. */
function shareVariable(share) {
    return String((share * 100) / _release_route_js__WEBPACK_IMPORTED_MODULE_1__/* .ALL */ .y2);
}


/***/ }),

/***/ 8995:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   K: () => (/* binding */ readyPodsBehind),
/* harmony export */   f: () => (/* binding */ SERVICE_LABEL)
/* harmony export */ });
/** The label that ties EndpointSlices to their Service. */
const SERVICE_LABEL = 'kubernetes.io/service-name';
/**
 * Names of the pods that a Service sends users to: ready in one of its EndpointSlices, behind every port of the Service.
 * A pod stands in several slices (IPv4 and IPv6, or after a split); one whose template lacks a named target port stands in a slice
 * without that port, and no error says so.
 */
function readyPodsBehind(service, slices) {
    const wanted = (service.spec?.ports ?? []).map((port) => port.name ?? '');
    const portsOfPod = new Map();
    for (const slice of slices) {
        if (slice.metadata?.labels?.[SERVICE_LABEL] !== service.metadata?.name)
            continue;
        for (const endpoint of slice.endpoints ?? []) {
            const pod = endpoint.targetRef?.kind === 'Pod' ? endpoint.targetRef.name : undefined;
            if (pod === undefined || endpoint.conditions?.ready === false)
                continue;
            const ports = portsOfPod.get(pod) ?? new Set();
            for (const port of slice.ports ?? [])
                ports.add(port.name ?? '');
            portsOfPod.set(pod, ports);
        }
    }
    return new Set([...portsOfPod].filter(([, ports]) => wanted.every((port) => ports.has(port))).map(([pod]) => pod));
}


/***/ }),

/***/ 2129:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   CZ: () => (/* binding */ ofKind),
/* harmony export */   D7: () => (/* binding */ objectIn),
/* harmony export */   TN: () => (/* binding */ keyOf),
/* harmony export */   Vb: () => (/* binding */ nameOf),
/* harmony export */   ZC: () => (/* binding */ nameIn)
/* harmony export */ });
/*
 * The objects that routes consist of: found in a list, and by a binding.
 */
/** Those of a kind in a namespace, by name. Items of a list may have no kind of their own. */
function ofKind(kind, namespace, objects) {
    return objects
        .filter((object) => (object.kind ?? kind) === kind && object.metadata?.namespace === namespace)
        .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}
function nameOf({ metadata }) {
    return metadata?.name ?? '';
}
/** The name of the route that is bound: `web` of `httproute/web`. */
function nameIn({ router }) {
    return router.slice(router.indexOf('/') + 1);
}
/** The object of a route that is one object; null: it is not there. */
function objectIn({ paths }, objects) {
    return objects.get(paths[0] ?? '') ?? null;
}
/** JSON with its keys in order: the same for the same value. */
function keyOf(value) {
    return JSON.stringify(value, (_key, inner) => typeof inner === 'object' && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
        : inner);
}


/***/ }),

/***/ 5264:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   KN: () => (/* reexport safe */ _release_route_js__WEBPACK_IMPORTED_MODULE_0__.KN),
/* harmony export */   bW: () => (/* binding */ CannotRoute),
/* harmony export */   mx: () => (/* binding */ ORIGINAL),
/* harmony export */   uj: () => (/* binding */ GONE),
/* harmony export */   y2: () => (/* reexport safe */ _release_route_js__WEBPACK_IMPORTED_MODULE_0__.y2)
/* harmony export */ });
/* harmony import */ var _release_route_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3764);

/*
 * What splits traffic between the live and the candidate Service, behind one port. A router is pure: objects in, requests out; one
 * executor does the reading and writing (engine/). Every router passes the same contract (`__tests__/traffic/router-contract.ts`).
 */
/** The route as the user wrote it. */
const ORIGINAL = 'original';
/** Of a route that somebody deleted. */
const GONE = { share: null, overrides: false, mirror: 0, original: true };
/** A route cannot be planned; the message says what was wanted, what was found and what to do. */
class CannotRoute extends Error {
}


/***/ }),

/***/ 3923:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  zz: () => (/* binding */ ROUTERS),
  SF: () => (/* binding */ capabilitiesOf),
  V4: () => (/* binding */ routers_routerOf)
});

;// CONCATENATED MODULE: ./lib/traffic/ingress-classes.js
function classOf({ metadata, spec }) {
    return spec?.ingressClassName ?? metadata?.annotations?.['kubernetes.io/ingress.class'];
}
/** How annotations of the AWS Load Balancer Controller begin. */
const ALB_PREFIX = 'alb.ingress.kubernetes.io/';
/** The name of the class is anybody's choice; annotations of the controller say the same. */
function isAlb({ metadata, spec }) {
    const annotations = metadata?.annotations ?? {};
    return (annotations['kubernetes.io/ingress.class'] === 'alb' ||
        spec?.ingressClassName === 'alb' ||
        Object.keys(annotations).some((key) => key.startsWith(ALB_PREFIX)));
}
/** Class names by which controllers are installed that do not run canary annotations: our Ingress would be a second full route to them. */
const FOREIGN_CLASSES = new Map(Object.entries({
    gce: 'Google Cloud’s controller',
    'gce-internal': 'Google Cloud’s controller',
    'azure-application-gateway': 'Azure’s Application Gateway controller',
    'azure/application-gateway': 'Azure’s Application Gateway controller',
    'azure-alb-external': 'Azure’s Application Gateway for Containers',
    kong: 'Kong',
    traefik: 'Traefik’s provider kubernetesIngress',
    haproxy: 'HAProxy',
    'haproxy-ingress': 'HAProxy Ingress',
    contour: 'Contour',
    istio: 'Istio',
    cilium: 'Cilium',
    apisix: 'APISIX',
    ambassador: 'Emissary',
    gloo: 'Gloo',
    'openshift-default': 'OpenShift’s router',
    ngrok: 'ngrok',
    tailscale: 'Tailscale',
    caddy: 'Caddy',
}));
/** Names of classes that ingress-nginx, and others with its annotations, are installed by. */
const KNOWN_CLASSES = /nginx|^webapprouting\.kubernetes\.azure\.com$|^higress$|^mse$/;

// EXTERNAL MODULE: ./lib/traffic/route-objects.js
var route_objects = __webpack_require__(2129);
;// CONCATENATED MODULE: ./lib/traffic/alb-actions.js


function keyOfAction(name) {
    return `${ALB_PREFIX}actions.${name}`;
}
/** Null: there is none that the controller could read. */
function readAction(name, text) {
    if (text === undefined)
        return null;
    try {
        const json = JSON.parse(text);
        return isObject(json) ? withGroups(name, text, json) : null;
    }
    catch {
        return null; // The controller cannot read it either, and says so in an event.
    }
}
/** The action that backends would need that name the Service themselves. */
function newAction(service, port) {
    return withGroups(service, null, forwardTo(service, port));
}
function forwardTo(service, port) {
    const targetGroups = [{ serviceName: service, servicePort: port.name ?? port.number }];
    return { type: 'forward', forwardConfig: { targetGroups } };
}
function withGroups(key, text, json) {
    const list = valueAt(objectAt(json, 'forwardConfig'), 'targetGroups');
    const groups = Array.isArray(list) ? list.filter(isObject) : [];
    const destinations = groups.map((group) => {
        const [service, weight] = [valueAt(group, 'serviceName'), valueAt(group, 'weight')];
        return {
            service: typeof service === 'string' ? service : null,
            weight: typeof weight === 'number' ? weight : null,
        };
    });
    return { key, title: `its action ${key}`, text, json, groups, destinations };
}
/** Users stay on their target group. */
function isSticky({ json }) {
    const stickiness = objectAt(objectAt(json, 'forwardConfig'), 'targetGroupStickinessConfig');
    return valueAt(stickiness, 'enabled') === true;
}
/** An action of ours that does nothing any more. `original`: the user's JSON of it. */
function isNeedless(action, groups, app, original) {
    const isOurs = action.text !== null && action.key === app.live && original === undefined;
    const [group] = groups;
    return isOurs && groups.length === 1 && group !== undefined && valueAt(group, 'serviceName') === app.live;
}
/** The action's JSON after the edits; null: it is not needed any more. `original`: the user's. */
function textAfter(action, edits, app, original) {
    let groups = [...action.groups];
    for (const edit of edits) {
        const group = groups[edit.at] ?? {};
        if (edit.edit === 'weight')
            groups[edit.at] = set(group, 'weight', edit.weight ?? undefined);
        else if (edit.edit === 'add')
            groups.push(set(set(action.groups[edit.at] ?? {}, 'serviceName', app.candidate), 'weight', edit.weight));
        else if (edit.edit === 'rename')
            groups[edit.at] = set(group, 'serviceName', app.live);
        else
            groups = groups.toSpliced(edit.at, 1);
    }
    const forward = set(objectAt(action.json, 'forwardConfig'), 'targetGroups', groups);
    const json = set(action.json, 'forwardConfig', forward);
    // The user's spaces and order, unless something else in it was changed meanwhile.
    if (original !== undefined)
        return (0,route_objects/* keyOf */.TN)(JSON.parse(original)) === (0,route_objects/* keyOf */.TN)(json) ? original : JSON.stringify(json);
    return isNeedless(action, groups, app) ? null : JSON.stringify(json);
}
function keyIn(object, name) {
    return Object.keys(object).find((key) => key.toLowerCase() === name.toLowerCase()) ?? name;
}
function valueAt(object, name) {
    return object[keyIn(object, name)];
}
function objectAt(object, name) {
    const value = valueAt(object, name);
    return isObject(value) ? value : {};
}
/** Undefined takes the member out. */
function set(object, name, value) {
    const key = keyIn(object, name);
    const { [key]: _old, ...rest } = object;
    return value === undefined ? rest : { ...object, [key]: value };
}
function isObject(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}

;// CONCATENATED MODULE: ./lib/traffic/patch.js
const NO_CHANGES = { tests: [], changes: [] };
function joined(patches) {
    return { tests: patches.flatMap(({ tests }) => tests), changes: patches.flatMap(({ changes }) => changes) };
}
function patchOf(binding, object, { tests, changes }, why) {
    if (changes.length === 0)
        return [];
    const identity = { op: 'test', path: '/metadata/uid', value: object.metadata?.uid };
    return [{ verb: 'patch', path: binding.paths[0] ?? '', tests: [identity, ...tests], changes, why }];
}

;// CONCATENATED MODULE: ./lib/traffic/drivers.js
const DRIVERS = [
    {
        name: 'Argo Rollouts',
        // Argo CD and Argo Workflows live in the same group: see `ownerKinds`.
        ownerGroups: [],
        prefixes: ['rollouts.argoproj.io/', 'rollout.argoproj.io/', 'argo-rollouts.argoproj.io/'],
        // The last two are its Gateway API plugin, a process of its own.
        managers: ['rollouts-controller', 'argo-rollouts', 'gatewayAPI', 'gatewayapi-plugin'],
    },
    {
        name: 'Flagger',
        ownerGroups: ['flagger.app'],
        prefixes: ['flagger.app/'],
        managers: ['flagger'],
    },
    {
        name: 'OpenKruise',
        ownerGroups: ['rollouts.kruise.io', 'apps.kruise.io'],
        prefixes: ['rollouts.kruise.io/'],
        managers: ['kruise-rollout', 'kruise-rollouts', 'rollouts.kruise.io'],
    },
];
/**
 * Why an object cannot be used: Argo Rollouts, Flagger or OpenKruise writes its weights. Null: nobody does.
 * @param title the object as messages name it: `HTTPRoute web` (items of a list often have no kind of their own)
 */
function driverRefusal({ metadata }, title) {
    for (const driver of DRIVERS) {
        const evidence = evidenceOf(driver, metadata);
        if (evidence === undefined)
            continue;
        return (`${title} is driven by ${driver.name} (${evidence}), which would write its own weights over ours. ` +
            `Release this app with ${driver.name}, or take it out of its hands; ` +
            `if it no longer drives ${title}, delete and apply that object again, so that the mark is gone.`);
    }
    return null;
}
function evidenceOf(marks, metadata) {
    for (const { apiVersion, kind, name } of metadata?.ownerReferences ?? []) {
        const group = groupOf(apiVersion);
        const isRollout = marks.name === 'Argo Rollouts' && group === 'argoproj.io' && kind === 'Rollout';
        if (isRollout || marks.ownerGroups.includes(group))
            return `its owner is ${kind} ${name}`;
    }
    for (const [what, map] of [
        ['label', metadata?.labels],
        ['annotation', metadata?.annotations],
    ]) {
        const key = Object.keys(map ?? {})
            .sort()
            .find((candidate) => marks.prefixes.some((prefix) => candidate.startsWith(prefix)));
        if (key !== undefined)
            return `${what} \`${key}\``;
    }
    const manager = managersOf(metadata).find((candidate) => marks.managers.includes(candidate));
    return manager === undefined ? undefined : `field manager \`${manager}\` has written it`;
}
/** Who has written the object itself; its status, and what else has a door of its own, anybody may write. */
function managersOf(metadata) {
    return (metadata?.managedFields ?? [])
        .filter(({ subresource }) => subresource === undefined || subresource === '')
        .flatMap(({ manager }) => (manager === undefined ? [] : [manager]))
        .sort();
}
function groupOf(apiVersion) {
    return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
}
/**
 * Warnings about Argo CD and Flux: which setting makes them leave what we change alone. Empty when it is already there.
 * @param title the object as messages name it: `HTTPRoute web`
 * @param field what a release changes, as a jq path: `.spec.rules[].backendRefs`
 */
function ownerWarnings({ metadata }, title, field) {
    return [argoCd(metadata, title, field), flux(metadata, title, field)].filter((warning) => warning !== null);
}
/** https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/#respect-ignore-difference-configs */
function argoCd(metadata, title, field) {
    const evidence = argoCdEvidence(metadata);
    if (evidence === undefined)
        return null;
    return (`${title} is owned by Argo CD (${evidence}), which puts \`${field}\` back at its next sync, in the middle of a release too. ` +
        `Let its Application leave the field alone: \`ignoreDifferences\` with \`jqPathExpressions: ['${field}']\` ` +
        'for this object, and the sync option `RespectIgnoreDifferences=true`.');
}
function argoCdEvidence(metadata) {
    const { labels = {}, annotations = {} } = metadata ?? {};
    if ('argocd.argoproj.io/tracking-id' in annotations)
        return 'annotation `argocd.argoproj.io/tracking-id`';
    if ('argocd.argoproj.io/instance' in labels)
        return 'label `argocd.argoproj.io/instance`';
    // Many charts set `app.kubernetes.io/instance`: only together with Argo CD's own writes does it say anything.
    const manager = managersOf(metadata).find((name) => name === 'argocd-controller');
    return manager === undefined ? undefined : `field manager \`${manager}\` has written it`;
}
/** Each of Flux's two controllers, and where it is told to leave an object alone. */
const FLUX = [
    {
        prefix: 'kustomize.toolkit.fluxcd.io/',
        manager: 'kustomize-controller',
        // https://fluxcd.io/flux/components/kustomize/kustomizations/#controlling-the-apply-behavior-of-resources
        settings: [
            ['kustomize.toolkit.fluxcd.io/ssa', ['ifnotpresent', 'ignore']],
            ['kustomize.toolkit.fluxcd.io/reconcile', ['disabled']],
        ],
        advice: '`kustomize.toolkit.fluxcd.io/ssa: IfNotPresent` or `kustomize.toolkit.fluxcd.io/reconcile: disabled`',
    },
    {
        prefix: 'helm.toolkit.fluxcd.io/',
        manager: 'helm-controller',
        // https://fluxcd.io/flux/components/helm/helmreleases/#drift-detection
        settings: [['helm.toolkit.fluxcd.io/driftDetection', ['disabled']]],
        advice: '`helm.toolkit.fluxcd.io/driftDetection: disabled` (or `spec.driftDetection.ignore` in its HelmRelease)',
    },
];
function flux(metadata, title, field) {
    const { labels = {}, annotations = {} } = metadata ?? {};
    for (const { prefix, manager, settings, advice } of FLUX) {
        const label = Object.keys(labels)
            .sort()
            .find((key) => key.startsWith(prefix));
        const written = managersOf(metadata).includes(manager);
        if (label === undefined && !written)
            continue;
        const isLeftAlone = settings.some(([key, values]) => [annotations[key], labels[key]].some((value) => values.some((known) => known === value?.toLowerCase())));
        if (isLeftAlone)
            continue;
        const evidence = label === undefined ? `field manager \`${manager}\` has written it` : `label \`${label}\``;
        return (`${title} is owned by Flux (${evidence}), which puts \`${field}\` back when it reconciles, in the middle of a release too. ` +
            `Let it leave the object alone: the annotation ${advice}.`);
    }
    return null;
}

// EXTERNAL MODULE: ./lib/traffic/router.js
var router = __webpack_require__(5264);
;// CONCATENATED MODULE: ./lib/traffic/intent.js

/*
 * What is wanted of a route, for a person.
 */
function hasTesters({ headers, cookies }) {
    return headers.length + cookies.length > 0;
}
/** `25 % of users, and testers to Service web-candidate`: of routes that cannot mirror. */
function wishOf(wanted, { candidate }) {
    return `${(0,router/* percent */.KN)(wanted.share)} of users${hasTesters(wanted) ? ', and testers' : ''} to Service ${candidate}`;
}

;// CONCATENATED MODULE: ./lib/traffic/weights.js

/** The pair of this sum whose candidate part is nearest to the share; 0 and 100 % are exact. `sum`: a positive integer. */
function pairOf(share, sum) {
    const exact = (share * sum) / router/* ALL */.y2;
    // Half a weight goes to stable: never more than was asked for.
    const candidate = share <= 0 ? 0 : share >= router/* ALL */.y2 ? sum : Math.ceil(exact - 0.5);
    return { live: sum - candidate, candidate };
}
/** The candidate's share in a pair, in basis points; null: the pair sends nobody anywhere. */
function shareOf({ live, candidate }) {
    const sum = live + candidate;
    return sum <= 0 ? null : Math.round((candidate * router/* ALL */.y2) / sum);
}
/** Every share that weights of this sum can express can be expressed by weights of all the sums, too; 0 for no sums. */
function commonSum(sums) {
    const divisor = (a, b) => (b === 0 ? a : divisor(b, a % b));
    return sums.reduce(divisor, 0);
}
/** The shares at or below and at or above the wanted one that a pair of this sum can express, in basis points. */
function nearestShares(share, sum) {
    const exact = (share * sum) / router/* ALL */.y2;
    if (Number.isInteger(exact))
        return [share, share];
    const of = (candidate) => (candidate * router/* ALL */.y2) / sum;
    return [of(Math.floor(exact)), of(Math.ceil(exact))];
}

;// CONCATENATED MODULE: ./lib/traffic/weighted-rules.js


function names({ destinations }, service) {
    return destinations.some((destination) => destination.service === service);
}
/** The weights to remember of all rules that name the live Service, or why the route cannot be used. */
function keepAll(rules, app, scale, object) {
    const kept = [];
    for (const rule of rules) {
        const problem = problemOf(rule, app, scale);
        if (problem !== null)
            return { kept, refusal: `${object} cannot be used: ${rule.title} ${problem}.` };
        if (kept.some((other) => other.rule === rule.key))
            return {
                kept,
                refusal: `${object} cannot be used: ${rule.title} is there twice, and they could not be told apart; make them one.`,
            };
        if (sumOf(rule, app, scale) > 0)
            kept.push(keep(rule, app, scale));
    }
    if (kept.length > 0)
        return { kept };
    return { kept, refusal: `${object} cannot be used: its weight for Service ${app.live} is 0; give it one above 0.` };
}
function problemOf(rule, app, scale) {
    const { destinations } = rule;
    for (const service of [app.live, app.candidate])
        if (destinations.filter((destination) => destination.service === service).length > 1)
            return `names Service ${service} twice; let it name it once`;
    if (isAlone(rule, app))
        return null;
    if (scale.even && destinations.every(({ weight }) => (weight ?? scale.absent) === 0))
        return 'has several destinations and no weight above 0, which splits evenly; write weights';
    const sum = sumOf(rule, app, scale);
    if (sum > scale.max)
        return `gives Services ${app.live} and ${app.candidate} ${sum} together, more than one of them can have (${scale.max}); use smaller weights`;
    return null;
}
function keep(rule, app, scale) {
    const { live, candidate } = entriesOf(rule, app);
    return {
        rule: rule.key,
        live: live?.weight ?? null,
        candidate: candidate === undefined ? false : candidate.weight,
        sum: isAlone(rule, app) ? scale.alone : sumOf(rule, app, scale),
    };
}
function entriesOf({ destinations }, app) {
    const of = (service) => {
        const at = destinations.findIndex((destination) => destination.service === service);
        const destination = destinations[at];
        return destination === undefined ? undefined : { ...destination, at };
    };
    const [live, candidate] = [of(app.live), of(app.candidate)];
    return { ...(live && { live }), ...(candidate && { candidate }) };
}
function isAlone({ destinations }, app) {
    return destinations.every(({ service }) => service === app.live || service === app.candidate);
}
function pairIn(rule, app, scale) {
    const isEven = scale.even && rule.destinations.every(({ weight }) => (weight ?? scale.absent) === 0);
    const count = (destination) => destination === undefined ? 0 : isEven ? 1 : (destination.weight ?? scale.absent);
    const { live, candidate } = entriesOf(rule, app);
    return { live: count(live), candidate: count(candidate) };
}
function sumOf(rule, app, scale) {
    const { live, candidate } = pairIn(rule, app, scale);
    return live + candidate;
}
/** The one share of all rules that name the live Service; null: there is no such share. */
function shareIn(rules, app, scale) {
    const ours = rules.filter((rule) => names(rule, app.live)).map((rule) => shareOf(pairIn(rule, app, scale)));
    const shares = new Set(ours.filter((share) => share !== null));
    const [share = null] = shares;
    return shares.size === 1 ? share : null;
}
/** What brings a rule to a share, or back to what the user wrote. Nothing for rules that have nothing of the pair, or of ours. */
function editsOf(rule, journal, app, scale, wanted) {
    const { live, candidate } = entriesOf(rule, app);
    const kept = journal.find((other) => other.rule === rule.key);
    const isOurs = candidate !== undefined && kept !== undefined && kept.candidate === false;
    if (live === undefined) {
        if (wanted !== router/* ORIGINAL */.mx || !isOurs)
            return [];
        return [{ edit: isAlone(rule, app) ? 'rename' : 'drop', at: candidate.at }];
    }
    const weight = (entry, next) => entry.weight === next ? [] : [{ edit: 'weight', at: entry.at, weight: next }];
    if (wanted !== router/* ORIGINAL */.mx) {
        const { sum } = kept ?? keep(rule, app, scale);
        if (sum === 0)
            return [];
        const pair = pairWithin(wanted, sum, scale.max);
        const add = { edit: 'add', at: live.at, weight: pair.candidate };
        return [...weight(live, pair.live), ...(candidate === undefined ? [add] : weight(candidate, pair.candidate))];
    }
    if (candidate === undefined)
        return [];
    if (kept !== undefined && kept.candidate !== false)
        return [...weight(live, kept.live), ...weight(candidate, kept.candidate)];
    // A rule that got another identity meanwhile: third destinations keep their part.
    const before = kept !== undefined ? kept.live : isAlone(rule, app) ? null : sumOf(rule, app, scale);
    return [...weight(live, before), { edit: 'drop', at: candidate.at }];
}
/** At the ends the one weight may be any, so the largest will do for a sum that is larger than that. */
function pairWithin(share, sum, max) {
    const { live, candidate } = pairOf(share, sum);
    return { live: Math.min(live, max), candidate: Math.min(candidate, max) };
}
/** The nearest shares that every rule can express exactly. */
function nearestOf(share, journal, scale) {
    return nearestShares(share, commonSum(journal.map(({ sum }) => sum)) || scale.alone);
}

;// CONCATENATED MODULE: ./lib/traffic/weighted-route.js





/*
 * Routes that are one object with lists of weighted destinations (weighted-rules.ts): found, refused, and patched.
 */
/** Null: the weight was absent, and is to be so again. */
function weightPatch(path, weight) {
    return [weight === null ? { op: 'remove', path } : { op: 'add', path, value: weight }];
}
/** What makes the testers' rules those that are wanted. `existing`: ours, as they stand in the list at `pointer`. */
function testersPatch(pointer, existing, wanted) {
    const missing = wanted.filter((rule) => !existing.some(({ value }) => (0,route_objects/* keyOf */.TN)(value) === (0,route_objects/* keyOf */.TN)(rule)));
    const surplus = existing.filter(({ value }) => !wanted.some((rule) => (0,route_objects/* keyOf */.TN)(value) === (0,route_objects/* keyOf */.TN)(rule)));
    return {
        tests: surplus.map(({ path, value }) => ({ op: 'test', path, value })),
        changes: [
            ...surplus.map(({ path }) => ({ op: 'remove', path })).reverse(),
            ...missing.map((value) => ({ op: 'add', path: `${pointer}/-`, value })),
        ],
    };
}
function whyOf(kind, binding, wanted) {
    const object = `${kind} ${(0,route_objects/* nameIn */.ZC)(binding)}`;
    if (wanted === router/* ORIGINAL */.mx)
        return `put ${object} back as you wrote it`;
    const { live, candidate } = binding.app;
    const testers = hasTesters(wanted) ? ', testers always' : '';
    const mirror = wanted.mirror > 0 ? `, copies of ${(0,router/* percent */.KN)(wanted.mirror)}` : '';
    return `${object}: ${(0,router/* percent */.KN)(wanted.share)} to ${candidate}${testers}${mirror}, the rest to ${live}`;
}
/** The objects of a kind in the app's namespace; `found` is null for those that do not lead to the live Service. */
function discoverEach({ kind: router, resource, field, scale }, app, objects, found) {
    const bindings = [];
    const refusals = [];
    const warnings = [];
    for (const object of (0,route_objects/* ofKind */.CZ)(resource.kind, app.namespace, objects)) {
        const result = found(object);
        if (result === null)
            continue;
        const title = `${resource.kind} ${(0,route_objects/* nameOf */.Vb)(object)}`;
        const driver = driverRefusal(object, title);
        if (driver !== null)
            refusals.push(driver);
        else if ('refusal' in result)
            refusals.push(result.refusal);
        else {
            const originalShare = shareIn(result.rules, app, scale);
            if (originalShare === null) {
                refusals.push(`${title} cannot be used: its rules give Service ${app.candidate} different shares; let them give it the same, or none.`);
                continue;
            }
            const path = pathOf(resource, object);
            bindings.push({
                router: `${router}/${(0,route_objects/* nameOf */.Vb)(object)}`,
                app,
                paths: [path],
                originalShare,
                journal: result.journal,
            });
            warnings.push(...ownerWarnings(object, title, field), ...(result.warnings ?? []));
        }
    }
    return { bindings, refusals, warnings };
}
function pathOf({ group, versions, resource }, { apiVersion, metadata }) {
    const version = apiVersion?.split('/')[1] ?? versions[0];
    return `/apis/${group}/${version}/namespaces/${metadata?.namespace}/${resource}/${metadata?.name}`;
}
/** @throws {CannotRoute} for what no object of this kind, or not this one, can do */
function assertPossible(kind, binding, able, wanted) {
    const object = `${kind} ${(0,route_objects/* nameIn */.ZC)(binding)}`;
    const isPart = (part) => part >= 0 && part <= router/* ALL */.y2;
    if (!isPart(wanted.share) || !isPart(wanted.mirror))
        throw new router/* CannotRoute */.bW(`${object} is to give ${binding.app.candidate} a share of ${(0,router/* percent */.KN)(wanted.share)} and copies of ${(0,router/* percent */.KN)(wanted.mirror)}; both are from 0 to 100 %`);
    const [below, above] = able.nearest(wanted.share);
    // Shares between weights are fractions: a third of 3 is 3333.3….
    if (Math.min(wanted.share - below, above - wanted.share) > 1e-6)
        throw new router/* CannotRoute */.bW(`${object} is to give ${binding.app.candidate} ${(0,router/* percent */.KN)(wanted.share)}, but its weights can express ${(0,router/* percent */.KN)(below)} and ${(0,router/* percent */.KN)(above)}: use one of these`);
    const header = wanted.headers.find((match) => !able.headers.includes(match.kind));
    if (header !== undefined)
        throw new router/* CannotRoute */.bW(`${object} cannot know testers by the ${header.kind} header ${header.name}: leave it out`);
    if (wanted.cookies.length > 0 && !able.cookies)
        throw new router/* CannotRoute */.bW(`${object} cannot know testers by a cookie: leave it out`);
    if (wanted.mirror > 0 && !able.mirror)
        throw new router/* CannotRoute */.bW(`${object} cannot copy requests to ${binding.app.candidate}: leave the mirror out`);
}
/** @throws {CannotRoute} when there is nothing to give a share in */
function assertThere(kind, binding, rules) {
    const object = `${kind} ${(0,route_objects/* nameIn */.ZC)(binding)}`;
    if (rules === null)
        throw new router/* CannotRoute */.bW(`${object} is to give ${binding.app.candidate} a share, but it was deleted: apply it again`);
    if (!rules.some((rule) => names(rule, binding.app.live)))
        throw new router/* CannotRoute */.bW(`${object} is to give ${binding.app.candidate} a share, but it no longer names Service ${binding.app.live}: put that back`);
}
function deleted(kind, binding) {
    return { is: 'no', level: 'stored', reasons: [`${kind} ${(0,route_objects/* nameIn */.ZC)(binding)} was deleted: apply it again`] };
}

;// CONCATENATED MODULE: ./lib/traffic/alb-ingress.js







/*
 * AWS Load Balancer Controller: weights are in the JSON of an annotation `actions.<name>` of an Ingress, which its backends use by that
 * name and the port `use-annotation`. A backend that names the live Service itself gets such an action for the time of the release: one
 * PATCH adds the annotation of the Service's own name and turns the port, so that conditions by that name go on to hold.
 * https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/#actions
 * Testers would need rules of their own before each source rule; this router has none.
 */
const KIND = 'Ingress';
const ALB = {
    kind: 'alb',
    resource: { group: 'networking.k8s.io', versions: ['v1'], resource: 'ingresses', kind: KIND },
    field: '.metadata.annotations, .spec.rules[].http.paths[].backend',
    // A weight is at most 999: of 1000, tenths of a percent are exact, and at the ends 999 is all as well.
    scale: { absent: 1, alone: 1000, max: 999, even: false },
};
const SERVICES = { group: '', versions: ['v1'], resource: 'services', kind: 'Service' };
const USE_ANNOTATION = 'use-annotation';
const MOST_GROUPS = 5;
const albIngress = {
    kind: ALB.kind,
    resources: [ALB.resource, SERVICES],
    discover(app, objects) {
        const services = objects.filter(isService).filter(({ metadata }) => metadata?.namespace === app.namespace);
        const ingresses = objects.filter((object) => !isService(object) && isAlb(object));
        return discoverEach(ALB, app, ingresses, (object) => bind(app, object, services));
    },
    read(binding, objects) {
        const ingress = ingressOf(binding, objects);
        if (ingress === null)
            return router/* GONE */.uj;
        const share = shareIn(actionsOf(ingress, binding.app, journalOf(binding).port), binding.app, ALB.scale);
        const isPassed = share !== 0 && directBackends(ingress, binding.app).length > 0;
        return {
            share: isPassed ? null : share,
            overrides: false,
            mirror: 0,
            original: changesOf(binding, ingress, router/* ORIGINAL */.mx).length === 0,
        };
    },
    plan(binding, objects, wanted) {
        const ingress = ingressOf(binding, objects);
        if (wanted !== router/* ORIGINAL */.mx) {
            assertPossible(KIND, binding, albIngress.capabilities(binding), wanted);
            assertThere(KIND, binding, ingress && actionsOf(ingress, binding.app, journalOf(binding).port));
        }
        if (ingress === null)
            return [];
        const changes = changesOf(binding, ingress, wanted === router/* ORIGINAL */.mx ? wanted : wanted.share);
        return patchOf(binding, ingress, { tests: testsOf(ingress, changes), changes }, whyOf(KIND, binding, wanted));
    },
    verdict(binding, objects) {
        const ingress = ingressOf(binding, objects);
        if (ingress === null)
            return deleted(KIND, binding);
        return {
            is: 'unknown',
            level: 'stored',
            reasons: [
                `the AWS Load Balancer Controller writes nothing about weights into ${KIND} ${(0,route_objects/* nameIn */.ZC)(binding)}: probe the load balancer, or look at the events of the ${KIND}`,
            ],
        };
    },
    capabilities(binding) {
        return {
            nearest: (share) => nearestOf(share, journalOf(binding).rules, ALB.scale),
            headers: [],
            cookies: false,
            mirror: false,
            level: 'held',
        };
    },
};
/* Discovery */
function bind(app, ingress, services) {
    const title = `${KIND} ${(0,route_objects/* nameOf */.Vb)(ingress)}`;
    const direct = directBackends(ingress, app);
    const [first] = direct;
    const port = first?.port ?? null;
    const actions = actionsOf(ingress, app, port).filter((action) => names(action, app.live));
    if (actions.length === 0)
        return null;
    const problem = alb_ingress_problemOf(ingress, app, actions, direct) ?? problemOfServices(ingress, app, actions, services);
    if (problem !== null)
        return { refusal: `${title} cannot be used: ${problem}` };
    const { kept, refusal } = keepAll(actions, app, ALB.scale, title);
    if (refusal !== undefined)
        return { refusal };
    const texts = actions.flatMap(({ key, text }) => (text === null ? [] : [[key, text]]));
    const journal = {
        rules: kept,
        texts: Object.fromEntries(texts),
        port,
        annotations: ingress.metadata?.annotations !== undefined,
    };
    return { journal, rules: actions, warnings: warningsOf(ingress, app, actions, services) };
}
function alb_ingress_problemOf(ingress, app, actions, direct) {
    const ports = [...new Map(direct.map(({ port }) => [(0,route_objects/* keyOf */.TN)(port), port])).values()];
    const backend = (name) => `\`service: {name: ${name}, port: {name: ${USE_ANNOTATION}}}\``;
    if (direct.length > 0 && textOf(ingress, app.live) !== undefined)
        return `it has an annotation \`${keyOfAction(app.live)}\` and backends that name Service ${app.live} with a port, past it; let those backends say ${backend(app.live)}.`;
    if (ports.length > 1) {
        const lines = ports.map((port) => {
            const number = port.name ?? port.number ?? '';
            const name = `${app.live}-${number}`;
            return `\`${keyOfAction(name)}: '${JSON.stringify(forwardTo(app.live, port))}'\` with the backend ${backend(name)}`;
        });
        return `its backends name several ports of Service ${app.live}, and an action has one; give each an action of its own: ${lines.join(', ')}.`;
    }
    for (const { key, groups, destinations } of actions) {
        const action = `its action ${key}`;
        if (groups.length > 1 && destinations.some(({ weight }) => weight === null))
            return `${action} has several target groups and one without a weight, which the controller refuses; give each a \`weight\`.`;
        if (groups.length >= MOST_GROUPS && !destinations.some(({ service }) => service === app.candidate))
            return `${action} has ${groups.length} target groups, the most there can be; take one out, so that Service ${app.candidate} has a place.`;
    }
    return null;
}
/** What the controller takes from Services. */
function problemOfServices(ingress, app, actions, services) {
    const live = services.find((service) => (0,route_objects/* nameOf */.Vb)(service) === app.live);
    const auth = ownAnnotations(live).filter((key) => key.startsWith(`${ALB_PREFIX}auth-`));
    // With two target groups the controller no longer reads them from the Service: everybody would get in.
    if (auth.length > 0 && actions.some(({ groups }) => groups.length === 1))
        return `Service ${app.live} has the annotation \`${auth[0]}\`, which the controller follows only while an action has one target group: users would get in without it; move \`${ALB_PREFIX}auth-*\` to the ${KIND}.`;
    if (targetTypeOf(ingress, live) === 'instance' && !hasNodePort(app, services))
        return `its targets are instances, which need a Service with node ports, and Service ${app.candidate} has none; set \`${ALB_PREFIX}target-type: ip\`, or make Service ${app.candidate} of type NodePort.`;
    return null;
}
function warningsOf(ingress, app, actions, services) {
    const title = `${KIND} ${(0,route_objects/* nameOf */.Vb)(ingress)}`;
    const live = services.find((service) => (0,route_objects/* nameOf */.Vb)(service) === app.live);
    const candidate = services.find((service) => (0,route_objects/* nameOf */.Vb)(service) === app.candidate);
    const warnings = [];
    if (targetTypeOf(ingress, live) === undefined && !hasNodePort(app, services))
        warnings.push(`${title} has no \`${ALB_PREFIX}target-type\`: unless its class or its controller says \`ip\`, targets are instances, and Service ${app.candidate} has no node ports; say \`ip\`.`);
    const unlike = ownAnnotations(live).filter((key) => candidate?.metadata?.annotations?.[key] !== live?.metadata?.annotations?.[key]);
    if (unlike.length > 0)
        warnings.push(`Service ${app.live} has ${unlike.map((key) => `\`${key}\``).join(', ')}, and Service ${app.candidate} does not: the candidate's target group would be another; move them to ${title}.`);
    for (const action of actions)
        if (isSticky(action))
            warnings.push(`${title} keeps users of its action ${action.key} on their target group (\`targetGroupStickinessConfig\`), so that a share holds for new users only.`);
    return warnings;
}
function targetTypeOf(ingress, live) {
    const key = `${ALB_PREFIX}target-type`;
    return live?.metadata?.annotations?.[key] ?? ingress.metadata?.annotations?.[key];
}
function hasNodePort(app, services) {
    const candidate = services.find((service) => (0,route_objects/* nameOf */.Vb)(service) === app.candidate);
    const { type } = candidate?.spec ?? {}; // it is a Service
    return type === 'NodePort' || type === 'LoadBalancer';
}
function ownAnnotations(object) {
    return Object.keys(object?.metadata?.annotations ?? {})
        .filter((key) => key.startsWith(ALB_PREFIX))
        .sort();
}
function backendsOf({ spec }) {
    const placed = (path, backend) => backend?.service === undefined
        ? []
        : [{ path: `${path}/service/port`, name: backend.service.name, port: backend.service.port ?? {} }];
    return [
        ...placed('/spec/defaultBackend', spec?.defaultBackend),
        ...(spec?.rules ?? []).flatMap(({ http }, rule) => (http?.paths ?? []).flatMap(({ backend }, path) => placed(`/spec/rules/${rule}/http/paths/${path}/backend`, backend))),
    ];
}
function textOf({ metadata }, name) {
    return metadata?.annotations?.[keyOfAction(name)];
}
function directBackends(ingress, app) {
    return backendsOf(ingress).filter(({ name, port }) => name === app.live && port.name !== USE_ANNOTATION);
}
/** All actions that backends use, and the one that those would need that name the live Service themselves. */
function actionsOf(ingress, app, port) {
    const used = backendsOf(ingress).filter((backend) => backend.port.name === USE_ANNOTATION);
    const own = [...new Set(used.map(({ name }) => name))].sort();
    const actions = own.flatMap((name) => readAction(name, textOf(ingress, name)) ?? []);
    const isNamed = backendsOf(ingress).some(({ name }) => name === app.live);
    if (port === null || !isNamed || actions.some(({ key }) => key === app.live))
        return actions;
    return [...actions, newAction(app.live, port)];
}
/* Changes */
function changesOf(binding, ingress, wanted) {
    const { app } = binding;
    const journal = journalOf(binding);
    const actions = actionsOf(ingress, app, journal.port);
    const changes = [];
    for (const action of actions) {
        const edits = editsOf(action, journal.rules, app, ALB.scale, wanted);
        const original = journal.texts[action.key];
        const isLeft = wanted === router/* ORIGINAL */.mx && isNeedless(action, action.groups, app, original);
        if (edits.length > 0 || isLeft)
            changes.push(...annotate(ingress, journal, action.key, isLeft ? null : textAfter(action, edits, app, original)));
    }
    if (journal.port === null)
        return changes;
    const isWithout = changes.some(({ op }) => op === 'remove') || textOf(ingress, app.live) === undefined;
    if (wanted === router/* ORIGINAL */.mx && !isWithout)
        return changes;
    const [from, to] = [journal.port, { name: USE_ANNOTATION }];
    const [old, next] = wanted === router/* ORIGINAL */.mx ? [to, from] : [from, to];
    const turned = backendsOf(ingress).filter(({ name, port }) => name === app.live && (0,route_objects/* keyOf */.TN)(port) === (0,route_objects/* keyOf */.TN)(old));
    return [...changes, ...turned.map(({ path }) => ({ op: 'replace', path, value: next }))];
}
function annotate(ingress, journal, action, text) {
    const annotations = ingress.metadata?.annotations;
    const key = keyOfAction(action);
    const path = '/metadata/annotations';
    const pointer = `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (text !== null && annotations === undefined)
        return [{ op: 'add', path, value: { [key]: text } }];
    if (text !== null)
        return [{ op: 'add', path: pointer, value: text }];
    const isLast = Object.keys(annotations ?? {}).length === 1 && !journal.annotations;
    return [{ op: 'remove', path: isLast ? path : pointer }];
}
/** The old value of every annotation that is changed, and all rules: by them backends use the actions. */
function testsOf(ingress, changes) {
    const annotations = ingress.metadata?.annotations;
    const old = (path) => {
        const key = path.split('/')[3]?.replaceAll('~1', '/').replaceAll('~0', '~');
        return (key === undefined ? annotations : annotations?.[key]) ?? null;
    };
    return [
        ...changes
            .filter(({ path }) => path.startsWith('/metadata/'))
            .map(({ path }) => ({ op: 'test', path, value: old(path) })),
        { op: 'test', path: '/spec/rules', value: ingress.spec?.rules ?? null },
        { op: 'test', path: '/spec/defaultBackend', value: ingress.spec?.defaultBackend ?? null },
    ];
}
/** Items of a list often have no kind of their own. */
function isService(object) {
    return object.kind === SERVICES.kind || (object.kind === undefined && 'ports' in (object.spec ?? {}));
}
function ingressOf(binding, objects) {
    return (0,route_objects/* objectIn */.D7)(binding, objects);
}
function journalOf(binding) {
    return binding.journal; // made by `bind`
}

;// CONCATENATED MODULE: ./lib/traffic/condition.js
function verdictOf(title, object, condition) {
    if (condition === undefined)
        return {
            is: 'unknown',
            level: 'stored',
            reasons: [`${title} has no condition about its taking up: does its controller run, and is this object its own?`],
        };
    const generation = object.metadata?.generation ?? 0;
    if ((condition.observedGeneration ?? generation) < generation)
        return {
            is: 'unknown',
            level: 'stored',
            reasons: [
                `${title} is at generation ${generation}; its controller has seen ${condition.observedGeneration}: wait`,
            ],
        };
    const said = [condition.reason, condition.message].filter((text) => text !== undefined && text !== '').join(': ');
    const words = `${condition.type} is ${condition.status}${said === '' ? '' : ` (${said})`}`;
    if (condition.status !== 'True')
        return { is: condition.status === 'False' ? 'no' : 'unknown', level: 'stored', reasons: [`${title}: ${words}`] };
    if (condition.observedGeneration === undefined)
        return {
            is: 'yes',
            level: 'accepted',
            reasons: [`${title}: ${words}, unversioned: it may be about an earlier version of it`],
        };
    return { is: 'yes', level: 'accepted', reasons: [`${title}: ${words}`] };
}

;// CONCATENATED MODULE: ./lib/traffic/apisix-route.js






/*
 * APISIX: `spec.http[].backends[].weight` of an ApisixRoute; an absent weight is 100. Entries have unique names and are known by them.
 * Among entries of the same paths the one with the highest priority is asked first, so that testers have one more entry of a higher one.
 * https://apisix.apache.org/docs/ingress-controller/reference/api-reference/#apisixroute
 */
const apisix_route_KIND = 'ApisixRoute';
const APISIX = {
    kind: 'apisixroute',
    resource: { group: 'apisix.apache.org', versions: ['v2'], resource: 'apisixroutes', kind: apisix_route_KIND },
    field: '.spec.http[].backends',
    scale: { absent: 100, alone: router/* ALL */.y2, max: 2_147_483_647, even: false },
};
/** Stands between the name of an entry and the number of a tester in the name of ours. */
const OURS = '-crossfade-';
const SPLIT = 'traffic-split';
const apisixRoute = {
    kind: APISIX.kind,
    resources: [APISIX.resource],
    discover(app, objects) {
        return discoverEach(APISIX, app, objects, (object) => apisix_route_bind(app, object));
    },
    read(binding, objects) {
        const route = routeOf(binding, objects);
        if (route === null)
            return router/* GONE */.uj;
        const places = placesOf(route);
        const isOriginal = places.every((place) => editsOf(place, apisix_route_journalOf(binding).rules, binding.app, APISIX.scale, router/* ORIGINAL */.mx).length === 0);
        const overrides = testersIn(route, binding).length > 0;
        return {
            share: shareIn(places, binding.app, APISIX.scale),
            overrides,
            mirror: 0,
            original: isOriginal && !overrides,
        };
    },
    plan(binding, objects, wanted) {
        const route = routeOf(binding, objects);
        if (wanted !== router/* ORIGINAL */.mx) {
            assertPossible(apisix_route_KIND, binding, apisixRoute.capabilities(binding), wanted);
            assertThere(apisix_route_KIND, binding, route === null ? null : placesOf(route));
        }
        if (route === null)
            return [];
        return patchOf(binding, route, apisix_route_changesOf(binding, route, wanted), whyOf(apisix_route_KIND, binding, wanted));
    },
    verdict(binding, objects) {
        const route = routeOf(binding, objects);
        if (route === null)
            return deleted(apisix_route_KIND, binding);
        // The controller says Accepted since 2.0 and said ResourcesAvailable before; after an upgrade the old condition stays.
        const said = (route.status?.conditions ?? []).filter(({ type }) => type === 'Accepted' || type === 'ResourcesAvailable');
        const [latest] = said.sort((a, b) => (b.observedGeneration ?? 0) - (a.observedGeneration ?? 0));
        return verdictOf(`${apisix_route_KIND} ${(0,route_objects/* nameOf */.Vb)(route)}`, route, latest);
    },
    capabilities(binding) {
        return {
            nearest: (share) => nearestOf(share, apisix_route_journalOf(binding).rules, APISIX.scale),
            headers: ['exact', 'regex'],
            cookies: true,
            mirror: false,
            level: 'accepted',
        };
    },
};
function apisix_route_bind(app, route) {
    const title = `${apisix_route_KIND} ${(0,route_objects/* nameOf */.Vb)(route)}`;
    const places = placesOf(route).filter((place) => names(place, app.live));
    const streams = (route.spec?.stream ?? []).filter(({ backend }) => backend?.serviceName === app.live);
    if (places.length === 0)
        return streams.length === 0
            ? null
            : { refusal: `${title} cannot be used: a stream has one backend and no weights; release without a router.` };
    const split = places.find(({ value }) => value.plugins?.some(({ name, enable }) => name === SPLIT && enable !== false));
    if (split !== undefined)
        return {
            refusal: `${title} cannot be used: ${split.title} has the plugin \`${SPLIT}\`, whose weights win over those of its backends; write them as \`weight\` of its \`backends\` instead.`,
        };
    const { kept, refusal } = keepAll(places, app, APISIX.scale, title);
    if (refusal !== undefined)
        return { refusal };
    const journal = { rules: kept };
    const warnings = streams.map(({ name }) => `${title} leads stream ${name} to Service ${app.live} too; a stream cannot be split and stays there.`);
    return { journal, rules: places, warnings };
}
function placesOf({ spec }) {
    return (spec?.http ?? []).map((value, index) => ({
        path: `/spec/http/${index}`,
        key: value.name,
        title: `its entry ${value.name}`,
        value,
        destinations: [
            ...(value.backends ?? []).map(({ serviceName, weight }) => ({ service: serviceName, weight: weight ?? null })),
            ...(value.upstreams ?? []).map(({ weight }) => ({ service: null, weight: weight ?? null })),
        ],
    }));
}
/** Every change that is to be made, in an order in which no index moves before it is used. */
function apisix_route_changesOf(binding, route, wanted) {
    const { rules } = apisix_route_journalOf(binding);
    const share = wanted === router/* ORIGINAL */.mx ? wanted : wanted.share;
    const weights = placesOf(route).map((place) => {
        const changes = editsOf(place, rules, binding.app, APISIX.scale, share).flatMap((edit) => changeOf(place, edit, binding.app));
        return { tests: changes.length === 0 ? [] : [{ op: 'test', path: place.path, value: place.value }], changes };
    });
    return joined([...weights, testerChanges(binding, route, wanted)]);
}
function changeOf({ path, value }, edit, app) {
    const backend = `${path}/backends/${edit.at}`;
    switch (edit.edit) {
        case 'weight':
            return weightPatch(`${backend}/weight`, edit.weight);
        case 'add': {
            const added = { ...value.backends?.[edit.at], serviceName: app.candidate, weight: edit.weight };
            return [{ op: 'add', path: `${path}/backends/-`, value: added }];
        }
        case 'rename':
            return [{ op: 'replace', path: `${backend}/serviceName`, value: app.live }];
        case 'drop':
            return [{ op: 'remove', path: backend }];
    }
}
/* Testers */
/** Entries of ours: to the candidate alone, named after an entry that leads to the live Service, or did. */
function testersIn(route, binding) {
    const places = placesOf(route);
    const sources = [
        ...apisix_route_journalOf(binding).rules.map(({ rule }) => rule),
        ...places.filter((place) => names(place, binding.app.live)).map(({ key }) => key),
    ];
    return places.filter(({ key, destinations }) => {
        const isCandidateAlone = destinations.length === 1 && destinations[0]?.service === binding.app.candidate;
        return isCandidateAlone && sources.some((source) => key.startsWith(`${source}${OURS}`));
    });
}
function testerChanges(binding, route, wanted) {
    const existing = testersIn(route, binding);
    const sources = placesOf(route).filter((place) => names(place, binding.app.live));
    const entries = wanted === router/* ORIGINAL */.mx ? [] : sources.flatMap((source) => testersOf(source, wanted, binding.app));
    return testersPatch('/spec/http', existing, entries);
}
/** The source's entry with all its plugins and timeouts, for testers alone. */
function testersOf({ value: source }, { headers, cookies }, app) {
    const { upstreams: _upstreams, ...rest } = source;
    const backends = (source.backends ?? [])
        .filter(({ serviceName }) => serviceName === app.live)
        .map(({ weight: _weight, ...backend }) => ({ ...backend, serviceName: app.candidate }));
    const expressions = [
        ...headers.map(headerExpression),
        ...cookies.map(({ name, value }) => ({ subject: { scope: 'Cookie', name }, op: 'Equal', value })),
    ];
    return expressions.map((expression, index) => ({
        ...rest,
        name: `${source.name}${OURS}${index + 1}`,
        priority: (source.priority ?? 0) + 1,
        match: { ...source.match, exprs: [...(source.match?.exprs ?? []), expression] },
        backends,
    }));
}
/** APISIX finds a pattern anywhere in the value; the proxies of other routers match the whole of it, and so do we. */
function headerExpression({ name, kind, value }) {
    const subject = { scope: 'Header', name };
    return kind === 'exact' ? { subject, op: 'Equal', value } : { subject, op: 'RegexMatch', value: `^(?:${value})$` };
}
function routeOf(binding, objects) {
    return (0,route_objects/* objectIn */.D7)(binding, objects);
}
function apisix_route_journalOf(binding) {
    return binding.journal; // made by `bind`
}

;// CONCATENATED MODULE: ./lib/traffic/pattern.js
/** The regular expression that matches this text alone, for RE2 and whatever is written like it. */
function literally(text) {
    return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

;// CONCATENATED MODULE: ./lib/traffic/contour-http-proxy.js







/*
 * Contour: `spec.routes[].services[].weight` and `spec.tcpproxy.services[].weight` of an HTTPProxy. An absent weight counts as 0, and
 * when all are 0 Contour splits evenly. A child that another HTTPProxy includes is a route of its own. Routes have no order: Envoy gets
 * them sorted, the more header conditions the earlier, so that testers have one more route with one more condition.
 * https://projectcontour.io/docs/main/config/request-routing/
 */
const contour_http_proxy_KIND = 'HTTPProxy';
const CONTOUR = {
    kind: 'httpproxy',
    resource: { group: 'projectcontour.io', versions: ['v1'], resource: 'httpproxies', kind: contour_http_proxy_KIND },
    field: '.spec.routes[].services',
    // Envoy counts in 32 bits.
    scale: { absent: 0, alone: router/* ALL */.y2, max: 4_294_967_295, even: true },
};
const TCP = 'tcpproxy';
const contourHttpProxy = {
    kind: CONTOUR.kind,
    resources: [CONTOUR.resource],
    discover(app, objects) {
        return discoverEach(CONTOUR, app, objects, (object) => contour_http_proxy_bind(app, object));
    },
    read(binding, objects) {
        const proxy = proxyOf(binding, objects);
        if (proxy === null)
            return router/* GONE */.uj;
        const journal = contour_http_proxy_journalOf(binding);
        const places = contour_http_proxy_placesOf(proxy);
        const ours = contour_http_proxy_testersIn(proxy, binding);
        const mirrors = places.map((place) => mirrorIn(place, binding)).filter((mirror) => mirror !== null);
        const isOriginal = places.every((place) => editsOf(place, journal.rules, binding.app, CONTOUR.scale, router/* ORIGINAL */.mx).length === 0);
        return {
            share: shareIn(places, binding.app, CONTOUR.scale),
            overrides: ours.length > 0,
            mirror: Math.max(0, ...mirrors.map(({ share }) => share)),
            original: isOriginal && ours.length === 0 && mirrors.length === 0,
        };
    },
    plan(binding, objects, wanted) {
        const proxy = proxyOf(binding, objects);
        if (wanted !== router/* ORIGINAL */.mx)
            assertPlannable(binding, proxy, wanted);
        if (proxy === null)
            return [];
        return patchOf(binding, proxy, contour_http_proxy_changesOf(binding, proxy, wanted), whyOf(contour_http_proxy_KIND, binding, wanted));
    },
    verdict(binding, objects) {
        const proxy = proxyOf(binding, objects);
        if (proxy === null)
            return deleted(contour_http_proxy_KIND, binding);
        const valid = proxy.status?.conditions?.find(({ type }) => type === 'Valid');
        const verdict = verdictOf(`${contour_http_proxy_KIND} ${(0,route_objects/* nameOf */.Vb)(proxy)}`, proxy, valid);
        if (verdict.is !== 'no')
            return verdict;
        const errors = (valid?.errors ?? []).map(({ reason, message }) => `${reason}: ${message}`);
        return { ...verdict, reasons: [...verdict.reasons, ...errors] };
    },
    capabilities(binding) {
        const { rules, mirrored, tcp } = contour_http_proxy_journalOf(binding);
        return {
            nearest: (share) => nearestOf(share, rules, CONTOUR.scale),
            headers: tcp ? [] : ['exact', 'regex'],
            cookies: !tcp,
            mirror: !tcp && mirrored.length === 0,
            level: 'accepted',
        };
    },
};
function contour_http_proxy_bind(app, proxy) {
    const places = contour_http_proxy_placesOf(proxy).filter((place) => names(place, app.live));
    if (places.length === 0)
        return null;
    const { kept, refusal } = keepAll(places, app, CONTOUR.scale, `${contour_http_proxy_KIND} ${(0,route_objects/* nameOf */.Vb)(proxy)}`);
    if (refusal !== undefined)
        return { refusal };
    const own = contour_http_proxy_placesOf(proxy).filter((place) => names(place, app.candidate) && !names(place, app.live));
    const journal = {
        rules: kept,
        own: own.map(({ key }) => key),
        mirrored: places.filter(({ services }) => services.some(({ mirror }) => mirror)).map(({ key }) => key),
        tcp: places.some(({ key }) => key === TCP),
    };
    return { journal, rules: places };
}
function contour_http_proxy_placesOf(proxy) {
    const place = (path, key, title, value) => {
        const services = value.services ?? [];
        const at = services.flatMap(({ mirror }, index) => (mirror ? [] : [index]));
        const destinations = services
            .filter(({ mirror }) => !mirror)
            .map(({ name, weight }) => ({ service: name, weight: weight ?? null }));
        return { path, key, title, value, services, at, destinations };
    };
    const routes = (proxy.spec?.routes ?? []).map((route, index) => place(`/spec/routes/${index}`, (0,route_objects/* keyOf */.TN)(route.conditions ?? []), titleOf(route), route));
    const tcp = proxy.spec?.tcpproxy;
    return tcp === undefined ? routes : [...routes, place('/spec/tcpproxy', TCP, 'the TCP proxy', tcp)];
}
function titleOf({ conditions = [] }) {
    return conditions.length === 0 ? 'the route of all requests' : `the route ${JSON.stringify(conditions)}`;
}
/** Every change that is to be made, in an order in which no index moves before it is used. */
function contour_http_proxy_changesOf(binding, proxy, wanted) {
    const journal = contour_http_proxy_journalOf(binding);
    const weights = contour_http_proxy_placesOf(proxy).map((place) => {
        const share = wanted === router/* ORIGINAL */.mx ? wanted : wanted.share;
        const edits = editsOf(place, journal.rules, binding.app, CONTOUR.scale, share);
        const changes = edits.flatMap((edit) => weightChange(place, edit, binding.app));
        const drops = edits.flatMap(({ edit, at }) => (edit === 'drop' ? [place.at[at] ?? at] : []));
        const mirrored = mirrorChange(place, binding, wanted === router/* ORIGINAL */.mx ? 0 : wanted.mirror);
        changes.push(...mirrored.changes);
        for (const index of [...drops, ...mirrored.drops].sort((a, b) => b - a))
            changes.push({ op: 'remove', path: `${place.path}/services/${index}` });
        const guard = changes.length === 0 ? [] : [{ op: 'test', path: place.path, value: place.value }];
        return { tests: guard, changes };
    });
    return joined([...weights, contour_http_proxy_testerChanges(binding, proxy, wanted)]);
}
function weightChange(place, edit, app) {
    const index = place.at[edit.at] ?? edit.at;
    const path = `${place.path}/services/${index}`;
    switch (edit.edit) {
        case 'weight':
            return weightPatch(`${path}/weight`, edit.weight);
        case 'add':
            return [
                {
                    op: 'add',
                    path: `${place.path}/services/-`,
                    value: { ...place.services[index], name: app.candidate, weight: edit.weight },
                },
            ];
        case 'rename':
            return [{ op: 'replace', path: `${path}/name`, value: app.live }];
        case 'drop':
            return [];
    }
}
/* Mirrors */
/** The mirror of ours in a rule. Contour's weight of a mirror is in percent; absent and 0 mean all. */
function mirrorIn(place, binding) {
    const at = place.services.findIndex(({ mirror, name }) => mirror === true && name === binding.app.candidate);
    if (at < 0 || contour_http_proxy_journalOf(binding).mirrored.includes(place.key))
        return null;
    return { at, share: (place.services[at]?.weight || 100) * 100 };
}
function mirrorChange(place, binding, share) {
    const mirror = mirrorIn(place, binding);
    const isWanted = share > 0 && names(place, binding.app.live) && place.key !== TCP;
    if (!isWanted)
        return { changes: [], drops: mirror === null ? [] : [mirror.at] };
    const weight = share / 100;
    if (mirror?.share === share)
        return { changes: [], drops: [] };
    if (mirror !== null)
        return { changes: weightPatch(`${place.path}/services/${mirror.at}/weight`, weight), drops: [] };
    const live = place.services.find(({ name, mirror: isMirror }) => name === binding.app.live && !isMirror);
    const value = { ...live, name: binding.app.candidate, mirror: true, weight };
    return { changes: [{ op: 'add', path: `${place.path}/services/-`, value }], drops: [] };
}
/* Testers */
/** Routes of ours: to the candidate alone, by one header more than a route to the live Service has or had. */
function contour_http_proxy_testersIn(proxy, binding) {
    const { rules, own } = contour_http_proxy_journalOf(binding);
    const places = contour_http_proxy_placesOf(proxy);
    const sources = new Set([
        ...rules.map(({ rule }) => rule),
        ...places.filter((place) => names(place, binding.app.live)).map(({ key }) => key),
    ]);
    return places.filter(({ key, destinations, value: { conditions = [] } }) => {
        const isCandidateAlone = destinations.length === 1 && destinations[0]?.service === binding.app.candidate;
        const isBySource = conditions.at(-1)?.header !== undefined && sources.has((0,route_objects/* keyOf */.TN)(conditions.slice(0, -1)));
        return isCandidateAlone && isBySource && !own.includes(key);
    });
}
function contour_http_proxy_testerChanges(binding, proxy, wanted) {
    const existing = contour_http_proxy_testersIn(proxy, binding);
    const sources = contour_http_proxy_placesOf(proxy).filter((place) => names(place, binding.app.live) && place.key !== TCP);
    const routes = wanted === router/* ORIGINAL */.mx ? [] : sources.flatMap((source) => contour_http_proxy_testersOf(source, wanted, binding.app));
    return testersPatch('/spec/routes', existing, routes);
}
/** The source's route with all its policies, for testers alone. */
function contour_http_proxy_testersOf(source, { headers, cookies }, app) {
    const wanted = [...headers, ...cookies.map(cookieHeader)];
    const services = source.services.flatMap((service) => {
        if (service.mirror)
            return service.name === app.candidate ? [] : [service];
        if (service.name !== app.live)
            return [];
        const { weight: _weight, ...rest } = service;
        return [{ ...rest, name: app.candidate }];
    });
    return wanted.flatMap((header) => {
        const conditions = source.value.conditions ?? [];
        const own = conditions.flatMap((condition) => condition.header?.name.toLowerCase() === header.name ? [condition.header] : []);
        if (header.kind === 'exact' && own.some(({ exact }) => exact === header.value))
            throw new router/* CannotRoute */.bW(`testers are to be known by ${header.name}: ${header.value}, but ${source.title} takes only such requests: choose another header`);
        // Contour refuses two exact conditions for one header and contradictions; no request matches both.
        const isNever = header.kind === 'exact' && own.some(({ exact, notexact }) => exact !== undefined || notexact === header.value);
        const condition = { header: { name: header.name, [header.kind]: header.value } };
        return isNever ? [] : [{ ...source.value, conditions: [...conditions, condition], services }];
    });
}
/** Envoy matches the whole header; it has all cookies in one. */
function cookieHeader({ name, value }) {
    return { name: 'cookie', kind: 'regex', value: `(|.*; *)${literally(`${name}=${value}`)}( *;.*|)` };
}
function assertPlannable(binding, proxy, wanted) {
    assertPossible(contour_http_proxy_KIND, binding, contourHttpProxy.capabilities(binding), wanted);
    assertThere(contour_http_proxy_KIND, binding, proxy === null ? null : contour_http_proxy_placesOf(proxy));
    if (wanted.mirror % 100 !== 0)
        throw new router/* CannotRoute */.bW(`${contour_http_proxy_KIND} ${(0,route_objects/* nameIn */.ZC)(binding)} is to copy ${(0,router/* percent */.KN)(wanted.mirror)} of the requests, but Contour copies whole percents: use one`);
}
function proxyOf(binding, objects) {
    return (0,route_objects/* objectIn */.D7)(binding, objects);
}
function contour_http_proxy_journalOf(binding) {
    return binding.journal; // made by `bind`
}

// EXTERNAL MODULE: external "node:util"
var external_node_util_ = __webpack_require__(7975);
;// CONCATENATED MODULE: ./lib/traffic/gateway-rules.js


/** The API's limits (older versions have lower ones, and say so in the dry run). */
const MOST = {
    rules: 16,
    matchesOfRule: 64,
    matches: 128,
    headers: 16,
    filters: 16,
    backends: 16,
    weight: 1_000_000,
};
// What is known of a Service in a backendRef; absent group and kind mean a Service, absent namespace the route's own.
function gateway_rules_names(ref, service, namespace) {
    return (ref?.name === service &&
        (ref.group ?? '') === '' &&
        (ref.kind ?? 'Service') === 'Service' &&
        (ref.namespace ?? namespace) === namespace);
}
/** An absent weight is 1. */
function weightOf({ weight }) {
    return weight ?? 1;
}
function total(refs) {
    return refs.reduce((sum, ref) => sum + weightOf(ref), 0);
}
function split(rule, { namespace, live, candidate }) {
    const refs = rule.backendRefs ?? [];
    const isLive = (ref) => gateway_rules_names(ref, live, namespace);
    const isCandidate = (ref) => gateway_rules_names(ref, candidate, namespace);
    return {
        live: refs.filter(isLive),
        candidate: refs.filter(isCandidate),
        others: refs.filter((ref) => !isLive(ref) && !isCandidate(ref)),
    };
}
function namesLive(rule, app) {
    return split(rule, app).live.length > 0;
}
/** Whether requests of the rule reach the pair at all, by way of the live Service. */
function isSource(rule, app) {
    const { live, candidate } = split(rule, app);
    return live.length > 0 && total([...live, ...candidate]) > 0;
}
/** The candidate's share in a rule, as exact as numbers are; null: the pair gets nothing. */
function exactShare(rule, app) {
    const { live, candidate } = split(rule, app);
    const sum = total([...live, ...candidate]);
    return sum <= 0 ? null : (total(candidate) * router/* ALL */.y2) / sum;
}
/** What the user's rules say of the pair. @param sum of the pair's weights where nobody else takes part */
function gateway_rules_keep(rules, app, sum, level) {
    const sources = [];
    const own = [];
    const ids = [];
    const shares = [];
    for (const rule of rules) {
        const { live, candidate, others } = split(rule, app);
        if (live.length + candidate.length === 0)
            continue;
        const id = identify(rule, ids);
        ids.push(id);
        const share = exactShare(rule, app);
        if (live.length === 0)
            own.push(id);
        else if (share !== null) {
            sources.push({
                id,
                backends: (rule.backendRefs ?? []).filter((ref) => live.includes(ref) || candidate.includes(ref)),
                sum: total(others) > 0 ? total([...live, ...candidate]) : sum,
                hadFilters: rule.filters !== undefined,
                mirrors: mirrorsTo(rule, app),
            });
            shares.push(Math.round(share));
        }
    }
    return { journal: { sources, own, level }, shares: [...new Set(shares)] };
}
function identify(rule, others) {
    const id = { name: rule.name ?? null, matches: rule.matches ?? null };
    const turn = others.filter(({ turn: _turn, ...other }) => (0,external_node_util_.isDeepStrictEqual)(other, id)).length;
    return { ...id, turn };
}
/** Where each source rule is now; -1: nowhere. */
function locate(rules, { sources }, app) {
    const ids = [];
    const found = sources.map(() => -1);
    for (const [index, rule] of rules.entries()) {
        const { live, candidate } = split(rule, app);
        if (live.length + candidate.length === 0)
            continue;
        const id = identify(rule, ids);
        ids.push(id);
        const source = sources.findIndex((known) => (0,external_node_util_.isDeepStrictEqual)(known.id, id));
        if (source >= 0)
            found[source] = index;
    }
    return found;
}
/**
 * A rule of ours for testers: all of it goes to the candidate, and each of its matches is a source rule's and a header more.
 * Where the user's own route does not know the candidate, nobody else has a reason to write a rule for it: that is enough, so that
 * no such rule outlives the candidate Service when somebody has changed its source meanwhile.
 */
function isTesters(rule, { sources, own }, app) {
    const { live, candidate, others } = split(rule, app);
    const matches = rule.matches ?? [];
    if (candidate.length === 0 || live.length + others.length > 0 || rule.name !== undefined)
        return false;
    if (matches.length === 0 || matches.some(({ headers }) => headers === undefined || headers.length === 0))
        return false;
    if (own.some((id) => id.name === null && (0,external_node_util_.isDeepStrictEqual)(id.matches, matches)))
        return false;
    const isUsers = own.length > 0 || sources.some(({ backends }) => backends.some((ref) => ref.name === app.candidate));
    if (!isUsers)
        return true;
    const known = sources.flatMap(({ id }) => [...(id.matches ?? []), {}, ...ANYTHING.httproute, ...ANYTHING.grpcroute]);
    return matches.every((match) => {
        const rest = withHeaders(match, (match.headers ?? []).slice(0, -1));
        return known.some((source) => (0,external_node_util_.isDeepStrictEqual)(withHeaders(source, source.headers ?? []), rest));
    });
}
/** The match with these headers; no headers and an empty list of them are the same. */
function withHeaders(match, headers) {
    const { headers: _headers, ...rest } = match;
    return headers.length === 0 ? rest : { ...rest, headers };
}
/** What the API takes for a rule without matches. Its defaults are spelt out: the server would add them, and we would see a change. */
const ANYTHING = {
    httproute: [{ path: { type: 'PathPrefix', value: '/' } }],
    grpcroute: [{}],
};
function mirrorsTo(rule, { namespace, candidate }) {
    return (rule.filters ?? []).filter(({ requestMirror }) => gateway_rules_names(requestMirror?.backendRef, candidate, namespace));
}
function ourMirrors(rule, source, app) {
    return mirrorsTo(rule, app).filter((filter) => !source.mirrors.some((users) => (0,external_node_util_.isDeepStrictEqual)(users, filter)));
}
function mirrored({ requestMirror }) {
    if (requestMirror?.percent !== undefined)
        return requestMirror.percent * 100;
    if (requestMirror?.fraction === undefined)
        return router/* ALL */.y2;
    const { numerator, denominator = 100 } = requestMirror.fraction;
    return Math.round((numerator * router/* ALL */.y2) / denominator);
}
/** What the rules do now. */
function readRules(rules, journal, app) {
    const places = locate(rules, journal, app);
    const shares = new Set();
    for (const [index, rule] of rules.entries()) {
        // A rule that somebody added for the live Service has its say too.
        if (!places.includes(index) && !isSource(rule, app))
            continue;
        const share = namesLive(rule, app) ? exactShare(rule, app) : null;
        shares.add(share === null ? null : Math.round(share));
    }
    const [share = null] = shares;
    const mirrors = journal.sources.flatMap((source, turn) => {
        const rule = rules[places[turn] ?? -1];
        return rule === undefined ? [] : ourMirrors(rule, source, app).map(mirrored);
    });
    return {
        share: shares.size === 1 && !places.includes(-1) ? share : null,
        overrides: rules.some((rule) => isTesters(rule, journal, app)),
        mirror: Math.max(0, ...mirrors),
    };
}

;// CONCATENATED MODULE: ./lib/traffic/gateway-testers.js



/*
 * Rules for testers in an HTTPRoute or a GRPCRoute.
 */
/**
 * The testers' rule of a source rule: the same in everything but its matches and where it leads. It wins by being more specific
 * (one header more, with the same path and method), wherever it stands. Null: no tester's request can come there.
 * @param rule the source rule as testers are to have it, with its backends
 */
function testersRule(rule, { headers, cookies }, kind, title) {
    // Names of rules are unique in a route.
    const { name: _name, ...copy } = rule;
    const testers = [...headers.map(headerMatch), ...cookies.map(({ name, value }) => cookieMatch(name, value))];
    const sources = rule.matches === undefined || rule.matches.length === 0 ? ANYTHING[kind] : rule.matches;
    const matches = sources.flatMap((match) => testers.flatMap((tester) => gateway_testers_joined(match, tester, title)));
    if (matches.length === 0)
        return null;
    if (matches.length > MOST.matchesOfRule)
        throw new router/* CannotRoute */.bW(`Wanted overrides for testers, which take ${matches.length} matches for ${title}; ${MOST.matchesOfRule} are the most. ` +
            'Ask for fewer headers and cookies.');
    return { ...copy, matches };
}
function headerMatch({ name, value, kind }) {
    return { type: kind === 'exact' ? 'Exact' : 'RegularExpression', name, value };
}
/** Some gateways match a part of the value and some the whole of it: this says the same to both. */
function cookieMatch(name, value) {
    return { type: 'RegularExpression', name: 'cookie', value: `^(.*;[ ]*)?${literally(`${name}=${value}`)}[ ]*(;.*)?$` };
}
/** A match and a header more; nothing when no request can have both. */
function gateway_testers_joined(match, tester, title) {
    const headers = match.headers ?? [];
    const same = headers.find(({ name }) => name.toLowerCase() === tester.name.toLowerCase());
    if (same !== undefined) {
        const areExact = (same.type ?? 'Exact') === 'Exact' && tester.type === 'Exact';
        if (areExact && same.value !== tester.value)
            return [];
        throw new router/* CannotRoute */.bW(`Wanted an override for testers by header ${tester.name}, and ${title} matches that header already (${same.value}). ` +
            'Choose another header for testers.');
    }
    if (headers.length >= MOST.headers)
        throw new router/* CannotRoute */.bW(`Wanted one header more in ${title}; a match has at most ${MOST.headers}.`);
    return [{ ...match, headers: [...headers, tester] }];
}

;// CONCATENATED MODULE: ./lib/traffic/gateway-edits.js





/** The rules as the user wrote them, with whatever else has been changed in them since. */
function restoredRules(rules, journal, app) {
    const changed = new Map();
    for (const [index, rule] of rules.entries())
        if (isTesters(rule, journal, app))
            changed.set(index, null);
    const places = locate(rules, journal, app);
    // Rules whose matches somebody changed meanwhile still must lose the candidate: they are taken in their order.
    const strangers = [...rules.keys()].filter((index) => {
        const { live, candidate } = split(rules[index] ?? {}, app);
        return !places.includes(index) && !changed.has(index) && live.length > 0 && candidate.length > 0;
    });
    for (const [turn, source] of journal.sources.entries()) {
        const place = places[turn] ?? -1;
        const index = place >= 0 ? place : strangers.shift();
        const rule = index === undefined ? undefined : rules[index];
        if (index === undefined || rule === undefined)
            continue;
        const restored = restore(rule, source, app);
        if (!(0,external_node_util_.isDeepStrictEqual)(restored, rule))
            changed.set(index, restored);
    }
    return { changed, added: [], witnesses: [] };
}
function restore(rule, source, app) {
    const left = [...source.backends];
    const { live, candidate } = split(rule, app);
    const backendRefs = (rule.backendRefs ?? []).flatMap((ref) => {
        if (!live.includes(ref) && !candidate.includes(ref))
            return [ref];
        const turn = left.findIndex((users) => isSameButWeight(users, ref));
        const [users] = turn < 0 ? [] : left.splice(turn, 1);
        if (users !== undefined)
            return [users];
        return live.includes(ref) ? [ref] : [];
    });
    // Never an empty backend: rather the user's own again.
    return withoutMirror({ ...rule, backendRefs: backendRefs.length === 0 ? source.backends : backendRefs }, source, app);
}
function isSameButWeight({ weight: _a, ...a }, { weight: _b, ...b }) {
    return (0,external_node_util_.isDeepStrictEqual)(a, b);
}
function withoutMirror(rule, source, app) {
    const ours = ourMirrors(rule, source, app);
    if (ours.length === 0)
        return rule;
    const { filters = [], ...rest } = rule;
    const kept = filters.filter((filter) => !ours.includes(filter));
    return kept.length === 0 && !source.hadFilters ? rest : { ...rest, filters: kept };
}
/** @param title the object, for messages: `HTTPRoute web`. @throws {CannotRoute} */
function routedRules(rules, journal, app, wanted, kind, title) {
    gateway_edits_assertPossible(journal, wanted, title);
    const changed = new Map();
    const testers = [];
    const witnesses = [];
    for (const [turn, index] of locate(rules, journal, app).entries()) {
        const source = journal.sources[turn];
        const rule = rules[index];
        if (source === undefined || rule === undefined || !namesLive(rule, app))
            throw new router/* CannotRoute */.bW(`Wanted to split the traffic of ${title}, but rule ${nameOf(turn, source)} no longer leads to Service ${app.live}: ` +
                'somebody removed it or changed its matches. Put it back, or take the release back.');
        const routed = withMirror(withShare(rule, source, app, wanted.share, title), source, app, wanted.mirror, title);
        if (!(0,external_node_util_.isDeepStrictEqual)(routed, rule))
            changed.set(index, routed);
        const copied = { ...withoutMirror(rule, source, app), backendRefs: testersBackends(rule, source, app) };
        const forTesters = testersRule(copied, wanted, kind, `rule ${nameOf(index, source)} of ${title}`);
        if (forTesters === null)
            continue;
        testers.push(forTesters);
        witnesses.push(index);
    }
    const ours = [...rules.entries()].filter(([, rule]) => isTesters(rule, journal, app));
    const isThere = (0,external_node_util_.isDeepStrictEqual)(ours.map(([, rule]) => rule), testers);
    if (!isThere)
        for (const [index] of ours)
            changed.set(index, null);
    const edits = { changed, added: isThere ? [] : testers, witnesses: isThere ? [] : witnesses };
    assertFits(rules, edits, title);
    return edits;
}
function nameOf(index, source) {
    return source?.id.name ?? String(index + 1);
}
/** The shares that every rule can express. */
function gateway_edits_nearestOf({ sources }, share) {
    return nearestShares(share, Math.max(1, commonSum(sources.map(({ sum }) => sum))));
}
function gateway_edits_assertPossible(journal, { share, mirror }, title) {
    if (!(share >= 0 && share <= router/* ALL */.y2))
        throw new router/* CannotRoute */.bW(`Wanted a share of ${share} basis points in ${title}; a share is from 0 to ${router/* ALL */.y2}.`);
    if (!(Number.isInteger(mirror) && mirror >= 0 && mirror <= router/* ALL */.y2))
        throw new router/* CannotRoute */.bW(`Wanted to mirror ${mirror} basis points in ${title}; a mirror has from 0 to ${router/* ALL */.y2}, whole ones.`);
    for (const { sum } of journal.sources) {
        const weight = (share * sum) / router/* ALL */.y2;
        // The nearest shares of a small sum are not whole basis points.
        if (Math.abs(weight - Math.round(weight)) < 1e-6)
            continue;
        const [below, above] = gateway_edits_nearestOf(journal, share).map(router/* percent */.KN);
        throw new router/* CannotRoute */.bW(`Wanted ${(0,router/* percent */.KN)(share)} in ${title}, where the weights of the pair add up to ${sum} beside other destinations: ` +
            `the nearest are ${below} and ${above}. Choose one of them, or give that rule larger weights.`);
    }
}
function withShare(rule, source, app, share, title) {
    const { live, candidate, others } = split(rule, app);
    const now = exactShare(rule, app);
    const isSumKept = total(others) === 0 || total([...live, ...candidate]) === source.sum;
    if (now !== null && Math.abs(now - share) < 1e-6 && isSumKept)
        return rule;
    const wanted = candidateRefs(live, candidate, source, app);
    const { live: forLive, candidate: forCandidate } = pairOf(share, source.sum);
    const weights = new Map([
        ...parts(forLive, live, (ref) => originalWeight(ref, source)),
        ...parts(forCandidate, wanted, (ref) => originalWeight(ref, source) || originalWeight(twin(ref, app.live), source)),
    ]);
    const reweighed = (ref) => {
        const weight = weights.get(ref) ?? weightOf(ref);
        if (weight > MOST.weight)
            throw new router/* CannotRoute */.bW(`Wanted ${(0,router/* percent */.KN)(share)} in ${title}, which takes a weight of ${weight}; ${MOST.weight} is the most.`);
        return weight === ref.weight ? ref : { ...ref, weight };
    };
    const kept = (rule.backendRefs ?? []).filter((ref) => !candidate.includes(ref) || wanted.includes(ref));
    const added = wanted.filter((ref) => !kept.includes(ref));
    if (kept.length + added.length > MOST.backends)
        throw new router/* CannotRoute */.bW(`Wanted to add Service ${app.candidate} to ${title}; a rule has at most ${MOST.backends} backends.`);
    return {
        ...rule,
        backendRefs: [...kept.map((ref) => (others.includes(ref) ? ref : reweighed(ref))), ...added.map(reweighed)],
    };
}
/** The candidate's backends in a rule: the user's own, or one for each of the live Service's with the same port and filters. */
function candidateRefs(live, candidate, source, app) {
    const users = source.backends.filter(({ name }) => name === app.candidate);
    if (users.length > 0)
        return candidate.length > 0 ? candidate : users;
    const left = [...candidate];
    return live.map((ref) => {
        const turn = left.findIndex((there) => isSameButWeight(there, twin(ref, app.candidate)));
        const [there] = turn < 0 ? [] : left.splice(turn, 1);
        return there ?? twin(ref, app.candidate);
    });
}
function twin(ref, name) {
    return { ...ref, name };
}
function originalWeight(ref, { backends }) {
    const users = backends.find((known) => isSameButWeight(known, ref));
    return users === undefined ? 0 : weightOf(users);
}
/** A weight in parts, in the proportion that the user wrote, by largest remainders. */
function parts(whole, refs, proportion) {
    const said = refs.map(proportion);
    const proportions = said.some((part) => part > 0) ? said : refs.map(() => 1);
    const sum = proportions.reduce((a, b) => a + b, 0);
    const exact = proportions.map((part) => (whole * part) / sum);
    const left = whole - exact.reduce((a, b) => a + Math.floor(b), 0);
    const remainder = (index) => (exact[index] ?? 0) % 1;
    const favoured = [...exact.keys()].sort((a, b) => remainder(b) - remainder(a) || a - b).slice(0, left);
    return refs.map((ref, index) => [ref, Math.floor(exact[index] ?? 0) + (favoured.includes(index) ? 1 : 0)]);
}
function withMirror(rule, source, app, mirror, title) {
    const ours = ourMirrors(rule, source, app);
    if (mirror === 0)
        return withoutMirror(rule, source, app);
    if (ours.length === 1 && ours.every((filter) => mirrored(filter) === mirror))
        return rule;
    if (source.mirrors.length > 0)
        throw new router/* CannotRoute */.bW(`Wanted to mirror ${(0,router/* percent */.KN)(mirror)} of ${title} to Service ${app.candidate}, and a RequestMirror of your own does so already. ` +
            'Remove it, or release without a mirror.');
    const { filters = [], ...rest } = withoutMirror(rule, source, app);
    if (filters.length >= MOST.filters)
        throw new router/* CannotRoute */.bW(`Wanted to add a mirror to ${title}; a rule has at most ${MOST.filters} filters.`);
    const [live] = split(rule, app).live;
    const { group = '', kind = 'Service', namespace, port } = live ?? {};
    const backendRef = {
        group,
        kind,
        name: app.candidate,
        ...(namespace === undefined ? {} : { namespace }),
        ...(port === undefined ? {} : { port }),
    };
    return {
        ...rest,
        filters: [...filters, { type: 'RequestMirror', requestMirror: { backendRef, ...partOf(mirror) } }],
    };
}
/** All of it needs no field, and so works with a Gateway API from before `percent` (v1.3). */
function partOf(mirror) {
    if (mirror === router/* ALL */.y2)
        return {};
    return mirror % 100 === 0 ? { percent: mirror / 100 } : { fraction: { numerator: mirror, denominator: router/* ALL */.y2 } };
}
/** The same whatever the share is, so that the override stays as it is when the share changes. */
function testersBackends(rule, source, app) {
    const { live, candidate } = split(rule, app);
    const refs = candidateRefs(live, candidate, source, app);
    const [only, ...more] = refs;
    if (only !== undefined && more.length === 0)
        return [{ ...only, weight: 1 }];
    const weighed = refs.map((ref) => ({
        ...ref,
        weight: originalWeight(ref, source) || originalWeight(twin(ref, app.live), source),
    }));
    const used = weighed.filter(({ weight }) => weight > 0);
    return used.length > 0 ? used : refs.map((ref) => ({ ...ref, weight: 1 }));
}
function assertFits(rules, { changed, added }, title) {
    if (added.length === 0)
        return;
    const after = [...rules.filter((_, index) => changed.get(index) !== null), ...added];
    if (after.length > MOST.rules)
        throw new router/* CannotRoute */.bW(`Wanted overrides for testers in ${title}, which take ${added.length} rules more; ` +
            `it would have ${after.length}, and ${MOST.rules} are the most. Split the route in two, or release without overrides.`);
    const matches = after.reduce((sum, rule) => sum + Math.max(1, rule.matches?.length ?? 0), 0);
    if (matches > MOST.matches)
        throw new router/* CannotRoute */.bW(`Wanted overrides for testers in ${title}; its rules would have ${matches} matches, and ${MOST.matches} are the most. ` +
            'Ask for fewer headers and cookies, or split the route in two.');
}

// EXTERNAL MODULE: ./lib/release/route.js
var route = __webpack_require__(3764);
;// CONCATENATED MODULE: ./lib/traffic/gateway-mirrors.js


/*
 * A mirror is a filter, and one that a controller may lack. The API wants it to refuse the route then; not every one does.
 */
/**
 * Controllers that answer 500 to every request of a rule with a RequestMirror, and call the route accepted all the same. Only their
 * GatewayClass says which filters they have, and that is none of the namespace's objects.
 * Traefik 3.7.9: pkg/provider/kubernetes/gateway/httproute.go, loadHTTPRoute ("invalid-httproute-filter").
 */
const WITHOUT_MIRRORS = new Map([['traefik.io/gateway-controller', 'Traefik']]);
/** @throws {CannotRoute} when a controller that carries the route is known to fail on mirrors */
function assertMirrors(status, title, mirror) {
    for (const { controllerName = '' } of status?.parents ?? []) {
        const name = WITHOUT_MIRRORS.get(controllerName);
        if (name === undefined)
            continue;
        throw new router/* CannotRoute */.bW(`Wanted to mirror ${(0,route/* percent */.KN)(mirror)} of ${title}, which ${name} carries (${controllerName}): it cannot copy requests, and would answer ` +
            'every request of the route with 500 as long as the mirror is there. Do without input mirror; testers by headers or cookie work.');
    }
}

;// CONCATENATED MODULE: ./lib/traffic/gateway-status.js

function judgeParents({ title, namespace, generation, parentRefs, status }) {
    if (parentRefs.length === 0)
        return unknown(`${title} has no parentRefs: no Gateway and no mesh carries its traffic. Attach it to one.`);
    const verdicts = parentRefs.flatMap((parentRef) => {
        const parent = parentTitle(parentRef, namespace);
        const entries = (status?.parents ?? []).filter((entry) => (0,external_node_util_.isDeepStrictEqual)(spelt(entry.parentRef ?? {}, namespace), spelt(parentRef, namespace)));
        if (entries.length === 0)
            return [
                unknown(`${title}: no controller has said anything for ${parent}. Is that parent there, and is its controller running?`),
            ];
        return entries.map((entry) => judgeParent(entry, `${title} at ${parent}`, generation));
    });
    const worst = ['no', 'unknown', 'yes'].find((is) => verdicts.some((verdict) => verdict.is === is)) ?? 'unknown';
    const reasons = verdicts.filter(({ is }) => is === worst).flatMap((verdict) => verdict.reasons);
    const isProgrammed = worst === 'yes' && verdicts.every(({ level }) => level === 'programmed');
    const level = worst !== 'yes' ? 'stored' : isProgrammed ? 'programmed' : 'accepted';
    return { is: worst, level, reasons };
}
function judgeParent({ conditions = [], controllerName }, where, generation) {
    const controller = controllerName ?? 'a controller without a name';
    const find = (type) => conditions.find((condition) => condition.type === type);
    const age = ({ observedGeneration }) => observedGeneration === undefined ? 'unversioned' : observedGeneration >= generation ? 'current' : 'stale';
    const accepted = find('Accepted');
    if (accepted === undefined)
        return unknown(`${where}: ${controller} has not yet said whether it accepts it.`);
    if (age(accepted) === 'stale')
        return unknown(`${where}: ${controller} has not yet seen generation ${generation} (it has seen ${accepted.observedGeneration}).`);
    if (accepted.status === 'False')
        return no(`${where}: ${controller} does not accept it: ${told(accepted)}.`);
    if (accepted.status !== 'True')
        return unknown(`${where}: ${controller} has not decided yet: ${told(accepted)}.`);
    // Said of an earlier generation, it may well be about what has been put right since.
    for (const [type, bad] of [
        ['ResolvedRefs', 'False'],
        ['PartiallyInvalid', 'True'],
    ]) {
        const condition = find(type);
        if (condition?.status !== bad)
            continue;
        const says = `${where}: ${controller} says ${type}=${bad}: ${told(condition)}`;
        if (age(condition) === 'current')
            return no(`${says}.`);
        return unknown(`${says}; it does not say so of generation ${generation}.`);
    }
    if (age(accepted) === 'unversioned')
        return {
            is: 'yes',
            level: 'accepted',
            reasons: [
                `${where}: accepted, unversioned: ${controller} writes no observedGeneration, so this may be its word on an earlier state.`,
            ],
        };
    const programmed = find('Programmed');
    if (programmed === undefined)
        return { is: 'yes', level: 'accepted', reasons: [] };
    if (age(programmed) === 'current' && programmed.status === 'True')
        return { is: 'yes', level: 'programmed', reasons: [] };
    return unknown(`${where}: ${controller} has accepted generation ${generation} and not yet programmed it: ${told(programmed)}.`);
}
/** Whether controllers of this route tell of its programming at all. */
function tellsProgrammed(status) {
    const parents = status?.parents ?? [];
    return parents.length > 0 && parents.every(({ conditions }) => conditions?.some(({ type }) => type === 'Programmed'));
}
function told({ status, reason, message }) {
    const what = [reason, message].filter((part) => part !== undefined && part !== '').join(': ');
    return what === '' ? `status ${status}, without a reason` : what.replace(/\.$/, '');
}
function spelt({ group, kind, namespace, name, sectionName, port }, own) {
    return {
        group: group ?? 'gateway.networking.k8s.io',
        kind: kind ?? 'Gateway',
        namespace: namespace ?? own,
        name: name ?? '',
        // Absent and empty mean the whole parent.
        sectionName: sectionName ?? '',
        port: port ?? 0,
    };
}
function parentTitle({ kind, name, namespace, sectionName, port }, own) {
    const where = namespace === undefined || namespace === own ? '' : ` in ${namespace}`;
    const section = sectionName === undefined ? '' : `, section ${sectionName}`;
    return `${kind ?? 'Gateway'} ${name}${where}${section}${port === undefined ? '' : `, port ${port}`}`;
}
function unknown(reason) {
    return { is: 'unknown', level: 'stored', reasons: [reason] };
}
function no(reason) {
    return { is: 'no', level: 'stored', reasons: [reason] };
}

;// CONCATENATED MODULE: ./lib/traffic/gateway-route.js









/*
 * Gateway API: the weights of `spec.rules[].backendRefs[]`. The candidate Service stands beside the live one; testers have rules of
 * their own at the end of the list; a mirror is a filter more. One PATCH, so one state after another and none in between.
 */
const GROUP = 'gateway.networking.k8s.io';
/** Also for a Service in a mesh: a parentRef of kind Service (GAMMA) makes no difference to its rules. */
const httpRoute = gatewayRoute('httproute', {
    group: GROUP,
    versions: ['v1', 'v1beta1'],
    resource: 'httproutes',
    kind: 'HTTPRoute',
});
const grpcRoute = gatewayRoute('grpcroute', {
    group: GROUP,
    versions: ['v1', 'v1alpha2'],
    resource: 'grpcroutes',
    kind: 'GRPCRoute',
});
function gatewayRoute(kind, resource) {
    return {
        kind,
        resources: [resource],
        discover: (app, objects) => discover(kind, resource, app, objects),
        read(binding, objects) {
            const route = gateway_route_routeOf(binding, objects);
            if (route === null)
                return router/* GONE */.uj;
            const rules = rulesOf(route);
            const journal = gateway_route_journalOf(binding);
            const { changed } = restoredRules(rules, journal, binding.app);
            return { ...readRules(rules, journal, binding.app), original: changed.size === 0 };
        },
        plan: (binding, objects, wanted) => plan(kind, resource, binding, objects, wanted),
        verdict(binding, objects) {
            const route = gateway_route_routeOf(binding, objects);
            const title = gateway_route_titleOf(resource, binding);
            if (route === null)
                return { is: 'no', level: 'stored', reasons: [`${title} is gone: somebody deleted it.`] };
            return judgeParents({
                title,
                namespace: binding.app.namespace,
                generation: route.metadata?.generation ?? 0,
                parentRefs: route.spec?.parentRefs ?? [],
                status: route.status,
            });
        },
        capabilities: (binding) => ({
            nearest: (share) => gateway_edits_nearestOf(gateway_route_journalOf(binding), share),
            headers: ['exact', 'regex'],
            cookies: true,
            mirror: true,
            level: gateway_route_journalOf(binding).level,
        }),
    };
}
function discover(kind, resource, app, objects) {
    const bindings = [];
    const refusals = [];
    const warnings = [];
    const routes = (0,route_objects/* ofKind */.CZ)(resource.kind, app.namespace, objects).filter(isOfGroup);
    for (const route of routes) {
        const rules = rulesOf(route);
        const title = `${resource.kind} ${(0,route_objects/* nameOf */.Vb)(route)}`;
        if (!rules.some((rule) => namesLive(rule, app)))
            continue;
        const { journal, shares } = gateway_rules_keep(rules, app, freeSum(route), tellsProgrammed(route.status) ? 'programmed' : 'accepted');
        const refusal = driverRefusal(route, title) ?? whyUnfit(route, title, app, shares);
        if (refusal !== null) {
            refusals.push(refusal);
            continue;
        }
        warnings.push(...ownerWarnings(route, title, '.spec.rules'));
        if (rules.some((rule) => namesLive(rule, app) && rule.sessionPersistence !== undefined))
            warnings.push(`${title} has sessionPersistence: users with a session stay with their version, so a share counts new sessions only.`);
        const version = (route.apiVersion ?? `${GROUP}/${resource.versions[0]}`).split('/')[1];
        bindings.push({
            router: `${kind}/${(0,route_objects/* nameOf */.Vb)(route)}`,
            app,
            paths: [`/apis/${GROUP}/${version}/namespaces/${app.namespace}/${resource.resource}/${(0,route_objects/* nameOf */.Vb)(route)}`],
            originalShare: shares[0] ?? 0,
            journal,
        });
    }
    return { bindings, refusals, warnings };
}
/** Why no share can be set in a route that names the live Service; null: it can. */
function whyUnfit(route, title, app, shares) {
    if (route.metadata?.deletionTimestamp !== undefined)
        return `${title} is being deleted. Wait until it is gone, or name another route.`;
    if (shares.length === 0)
        return `${title} names Service ${app.live} with a weight of 0 only: it gets no traffic there. Give it a weight, or name another route.`;
    if (shares.length === 1)
        return null;
    return (`${title} gives Service ${app.candidate} different shares in different rules (${shares.map(router/* percent */.KN).join(', ')}). ` +
        'Give all rules that lead to the pair the same one.');
}
/**
 * The sum of the pair's weights where nobody else takes part: hundredths of a percent, unless a cloud's load balancer behind the
 * controller takes small weights only. AWS: 0 to 999 (so 100 % must be less); Google's URL maps: 0 to 1000.
 */
function freeSum({ status }) {
    const controllers = (status?.parents ?? []).map(({ controllerName }) => controllerName ?? '');
    if (controllers.some((name) => /^(gateway\.k8s\.aws|application-networking\.k8s\.aws)\//.test(name)))
        return 100;
    if (controllers.some((name) => name.startsWith('networking.gke.io/')))
        return 1000;
    return 10_000;
}
function plan(kind, resource, binding, objects, wanted) {
    const route = gateway_route_routeOf(binding, objects);
    const title = gateway_route_titleOf(resource, binding);
    if (route === null) {
        // Nothing of ours is left in what is gone.
        if (wanted === router/* ORIGINAL */.mx)
            return [];
        throw new router/* CannotRoute */.bW(`Wanted to split the traffic of ${title}, and it is gone. Apply it again, or take the release back.`);
    }
    if (wanted !== router/* ORIGINAL */.mx && wanted.mirror > 0)
        assertMirrors(route.status, title, wanted.mirror);
    const rules = rulesOf(route);
    const journal = gateway_route_journalOf(binding);
    const edits = wanted === router/* ORIGINAL */.mx
        ? restoredRules(rules, journal, binding.app)
        : routedRules(rules, journal, binding.app, wanted, kind, title);
    const tested = [...new Set([...edits.changed.keys(), ...edits.witnesses])].sort((a, b) => a - b);
    // The whole rule: it is what stands at that index, with the weights that were read, and what testers' copies are made of.
    const tests = tested.map((index) => ({ op: 'test', path: `/spec/rules/${index}`, value: rules[index] }));
    return patchOf(binding, route, { tests, changes: gateway_route_changesOf(rules, edits) }, gateway_route_whyOf(title, binding.app, wanted));
}
function gateway_route_changesOf(rules, { changed, added }) {
    const entries = [...changed].sort(([a], [b]) => a - b);
    const replaced = entries.flatMap(([index, rule]) => rule === null ? [] : changesOfRule(index, rules[index] ?? {}, rule));
    // From the end, so that every index is still the one that was read.
    const removed = entries.filter(([, rule]) => rule === null).reverse();
    return [
        ...replaced,
        ...removed.map(([index]) => ({ op: 'remove', path: `/spec/rules/${index}` })),
        ...added.map((rule) => ({ op: 'add', path: '/spec/rules/-', value: rule })),
    ];
}
function changesOfRule(index, old, rule) {
    return ['backendRefs', 'filters'].flatMap((field) => {
        const path = `/spec/rules/${index}/${field}`;
        const value = rule[field];
        if ((0,external_node_util_.isDeepStrictEqual)(old[field], value))
            return [];
        return value === undefined
            ? [{ op: 'remove', path }]
            : [{ op: old[field] === undefined ? 'add' : 'replace', path, value }];
    });
}
function gateway_route_whyOf(title, { candidate }, wanted) {
    if (wanted === router/* ORIGINAL */.mx)
        return `put ${title} back: its rules are again as you wrote them`;
    const { share, headers, cookies, mirror } = wanted;
    const testers = [
        ...headers.map(({ name, value }) => `header ${name}: ${value}`),
        ...cookies.map(({ name, value }) => `cookie ${name}=${value}`),
    ];
    return (`give Service ${candidate} ${(0,router/* percent */.KN)(share)} of the traffic of ${title}` +
        (testers.length === 0 ? '' : ` and all requests with ${testers.join(' or ')}`) +
        (mirror === 0 ? '' : `, and copies of ${(0,router/* percent */.KN)(mirror)}`));
}
/** Items of a list may come without a version. */
function isOfGroup({ apiVersion }) {
    return apiVersion?.startsWith(`${GROUP}/`) ?? true;
}
function gateway_route_routeOf(binding, objects) {
    return (0,route_objects/* objectIn */.D7)(binding, objects);
}
function rulesOf({ spec }) {
    return spec?.rules ?? [];
}
function gateway_route_journalOf({ journal }) {
    return journal; // our own, from `discover`
}
function gateway_route_titleOf({ kind }, binding) {
    return `${kind} ${(0,route_objects/* nameIn */.ZC)(binding)}`;
}

;// CONCATENATED MODULE: ./lib/traffic/canary-annotations.js

/*
 * The canary annotations of ingress-nginx: what they can say, what they say of an intent, and what share they mean.
 *
 * Traps, from ingress-nginx' sources:
 * - It drops an annotation whose value has characters that it does not expect and goes on with the rest: a header match with such a
 *   value would match `always` instead. Those are refused here.
 * - `canary-weight-total` below 100 counts as 100.
 */
const NGINX = 'nginx.ingress.kubernetes.io/';
const CANARY = `${NGINX}canary`;
const WEIGHT = `${NGINX}canary-weight`;
const TOTAL = `${NGINX}canary-weight-total`;
const HEADER = `${NGINX}canary-by-header`;
const HEADER_VALUE = `${NGINX}canary-by-header-value`;
const HEADER_PATTERN = `${NGINX}canary-by-header-pattern`;
const COOKIE = `${NGINX}canary-by-cookie`;
/** In the order in which a patch changes them. */
const MANAGED = [CANARY, WEIGHT, TOTAL, HEADER, HEADER_VALUE, HEADER_PATTERN, COOKIE];
/** The only value of a cookie that leads to the canary; `never` keeps away from it, others mean nothing. */
const COOKIE_VALUE = 'always';
/** What ingress-nginx lets through (internal/ingress/annotations/parser/validators.go). */
const BASIC = /^[A-Za-z0-9\-._~/:]+$/;
const PATTERN = /^[A-Za-z0-9\-._~/:^$[\](){}*+?|&=\\]+$/;
/** @throws {CannotRoute} for what annotations cannot say */
function canary_annotations_assertPossible(title, { share, headers, cookies, mirror }) {
    const cannot = (wanted, instead) => {
        throw new router/* CannotRoute */.bW(`Wanted ${wanted} through ${title}; ${instead}`);
    };
    if (!(share >= 0 && share <= router/* ALL */.y2))
        cannot(`a share of ${(0,router/* percent */.KN)(share)}`, 'a share lies between 0 % and 100 %.');
    if (!Number.isInteger(share))
        cannot(`a share of ${(0,router/* percent */.KN)(share)}`, 'the finest step is 0.01 %.');
    if (mirror !== 0)
        cannot('copies of requests for the candidate', 'canary annotations do not mirror. Do without the mirror.');
    const [header, ...moreHeaders] = headers;
    if (moreHeaders.length > 0)
        cannot(`testers by ${headers.length} headers`, 'canary annotations know one. Leave one, or join values by a regex.');
    if (header !== undefined && !BASIC.test(header.name))
        cannot(`testers by header ${header.name}`, 'ingress-nginx allows letters, digits and - . _ ~ / : in its name.');
    if (header !== undefined && !(header.kind === 'exact' ? BASIC : PATTERN).test(header.value))
        cannot(`testers by header ${header.name} with ${header.kind === 'exact' ? 'value' : 'pattern'} ${JSON.stringify(header.value)}`, `ingress-nginx drops such a ${header.kind === 'exact' ? 'value' : 'pattern'}, for it allows only letters, digits and - . _ ~ / :${header.kind === 'exact' ? '' : ' ^ $ [ ] ( ) { } * + ? | & = \\'} in it. Use another one.`);
    const [cookie, ...moreCookies] = cookies;
    if (moreCookies.length > 0)
        cannot(`testers by ${cookies.length} cookies`, 'canary annotations know one. Leave one.');
    if (cookie !== undefined && cookie.value !== COOKIE_VALUE)
        cannot(`testers by cookie ${cookie.name}=${cookie.value}`, `the canary annotations know one value of a cookie only, ${COOKIE_VALUE}. Use ${cookie.name}=${COOKIE_VALUE}, or a header.`);
    if (cookie !== undefined && !BASIC.test(cookie.name))
        cannot(`testers by cookie ${cookie.name}`, 'ingress-nginx allows letters, digits and - . _ ~ / : in its name.');
}
function canaryAnnotations({ share, headers, cookies }) {
    const [header] = headers;
    const [cookie] = cookies;
    const isPercent = share % 100 === 0;
    return {
        [CANARY]: 'true',
        [WEIGHT]: String(isPercent ? share / 100 : share),
        ...(isPercent ? {} : { [TOTAL]: String(router/* ALL */.y2) }),
        ...(header === undefined
            ? {}
            : { [HEADER]: header.name, [header.kind === 'exact' ? HEADER_VALUE : HEADER_PATTERN]: header.value }),
        ...(cookie === undefined ? {} : { [COOKIE]: cookie.name }),
    };
}
/** As ingress-nginx reads them: an absent weight is 0, a total of 100 or less (or none) is 100. */
function canary_annotations_shareOf(annotations) {
    const weight = Number.parseInt(annotations[WEIGHT] ?? '0', 10) || 0;
    const total = Math.max(100, Number.parseInt(annotations[TOTAL] ?? '100', 10) || 100);
    return Math.round((Math.min(Math.max(weight, 0), total) * router/* ALL */.y2) / total);
}
function namesTesters(annotations) {
    return annotations[HEADER] !== undefined || annotations[COOKIE] !== undefined;
}

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(7598);
// EXTERNAL MODULE: ./lib/traffic/service-selector.js
var service_selector = __webpack_require__(914);
;// CONCATENATED MODULE: ./lib/traffic/canary-ingress.js






const canary_ingress_GROUP = 'networking.k8s.io';
const SUFFIX = '-crossfade';
const NAME_LENGTH = 63;
/**
 * Annotations that are not for a copy: whose they are (a copy would be pruned, or taken for the original), and cert-manager's, which
 * would make a second Certificate for the same Secret. external-dns' are copied: both Ingresses have the same hosts, and it wants the
 * same settings from both.
 */
const NOT_COPIED = [
    'kubectl.kubernetes.io/',
    'argocd.argoproj.io/',
    'kustomize.toolkit.fluxcd.io/',
    'helm.toolkit.fluxcd.io/',
    'fluxcd.io/',
    'meta.helm.sh/',
    'helm.sh/',
    'config.kubernetes.io/',
    'config.k8s.io/',
    'internal.config.kubernetes.io/',
    'internal.kpt.dev/',
    'kapp.k14s.io/',
    'objectset.rio.cattle.io/',
    'field.cattle.io/',
    'pulumi.com/',
    'cert-manager.io/',
    'acme.cert-manager.io/',
    'kubernetes.io/tls-acme',
    'crossfade/',
];
function creation(app, ingress, wanted) {
    const name = canaryName((0,route_objects/* nameOf */.Vb)(ingress));
    const copied = Object.entries(ingress.metadata?.annotations ?? {}).filter(([key]) => !NOT_COPIED.some((prefix) => key.startsWith(prefix)));
    const className = ingress.spec?.ingressClassName;
    return {
        verb: 'create',
        path: canary_ingress_pathOf(app),
        body: {
            apiVersion: `${canary_ingress_GROUP}/v1`,
            kind: 'Ingress',
            metadata: {
                name,
                namespace: app.namespace,
                labels: service_selector/* MANAGED_BY */.Kf,
                annotations: { ...Object.fromEntries(copied), ...canaryAnnotations(wanted) },
                ownerReferences: [
                    { apiVersion: `${canary_ingress_GROUP}/v1`, kind: 'Ingress', name: (0,route_objects/* nameOf */.Vb)(ingress), uid: ingress.metadata?.uid },
                ],
            },
            spec: { ...(className === undefined ? {} : { ingressClassName: className }), ...routesOf(app, ingress) },
        },
        why: `create Ingress ${name} beside Ingress ${(0,route_objects/* nameOf */.Vb)(ingress)}: ${wishOf(wanted, app)}`,
    };
}
function update(app, ingress, canary, wanted) {
    const tests = [{ op: 'test', path: '/metadata/uid', value: canary.metadata?.uid }];
    const changes = [];
    const annotations = canary.metadata?.annotations;
    const target = canaryAnnotations(wanted);
    if (annotations === undefined)
        changes.push({ op: 'add', path: '/metadata/annotations', value: target });
    for (const key of annotations === undefined ? [] : MANAGED) {
        const path = `/metadata/annotations/${key.replace('/', '~1')}`;
        const old = annotations?.[key];
        const value = target[key];
        if (old !== undefined)
            tests.push({ op: 'test', path, value: old });
        if (old === value)
            continue;
        if (value === undefined)
            changes.push({ op: 'remove', path });
        else
            changes.push({ op: old === undefined ? 'add' : 'replace', path, value });
    }
    // Rules that somebody gave the user's Ingress meanwhile, or took from it, hold for the canary, too.
    const routes = routesOf(app, ingress);
    const { rules, tls } = canary.spec ?? {};
    if (!(0,external_node_util_.isDeepStrictEqual)(rules, routes.rules)) {
        if (rules !== undefined)
            tests.push({ op: 'test', path: '/spec/rules', value: rules });
        changes.push({ op: rules === undefined ? 'add' : 'replace', path: '/spec/rules', value: routes.rules });
    }
    if (!(0,external_node_util_.isDeepStrictEqual)(tls, routes.tls)) {
        if (tls !== undefined)
            tests.push({ op: 'test', path: '/spec/tls', value: tls });
        if (routes.tls === undefined)
            changes.push({ op: 'remove', path: '/spec/tls' });
        else
            changes.push({ op: tls === undefined ? 'add' : 'replace', path: '/spec/tls', value: routes.tls });
    }
    if (changes.length === 0)
        return [];
    const path = canary_ingress_pathOf(app, (0,route_objects/* nameOf */.Vb)(canary));
    return [{ verb: 'patch', path, tests, changes, why: `Ingress ${(0,route_objects/* nameOf */.Vb)(canary)}: ${wishOf(wanted, app)}` }];
}
function deletion(app, canary, title) {
    const name = (0,route_objects/* nameOf */.Vb)(canary);
    return {
        verb: 'delete',
        path: canary_ingress_pathOf(app, name),
        uid: canary.metadata?.uid ?? '',
        why: `delete Ingress ${name}: all users of ${title} to Service ${app.live}`,
    };
}
/** The rules of an Ingress with those of their paths that lead to a Service. */
function rulesTo(service, ingress) {
    return (ingress.spec?.rules ?? []).flatMap((rule) => {
        const paths = (rule.http?.paths ?? []).filter(({ backend }) => backend.service?.name === service);
        return paths.length === 0 ? [] : [{ ...rule, http: { ...rule.http, paths } }];
    });
}
/** What the canary has of the user's Ingress: rules with the candidate behind them, and their hosts' certificates. */
function routesOf(app, ingress) {
    const rules = rulesTo(app.live, ingress).map((rule) => ({
        ...rule,
        http: {
            ...rule.http,
            paths: (rule.http?.paths ?? []).map((path) => ({
                ...path,
                backend: { ...path.backend, service: { ...path.backend.service, name: app.candidate } },
            })),
        },
    }));
    const covers = (certified) => rules.some(({ host = '' }) => certified.startsWith('*.') ? host.endsWith(certified.slice(1)) : host === certified);
    const tls = (ingress.spec?.tls ?? []).filter(({ hosts = [] }) => hosts.length === 0 || hosts.some(covers));
    return tls.length === 0 ? { rules } : { rules, tls };
}
/** Host, path and kind of path in one line each. */
function identities({ host = '', http }) {
    return (http?.paths ?? []).map(({ path = '/', pathType }) => `${host} ${path} ${pathType}`);
}
/**
 * The canary leads to the candidate alone, for every rule that it was made for and that the user's Ingress still has. Rules that came
 * later are taken up with the next write.
 * @param original the identities of the rules that it was made for
 */
function isComplete(app, original, ingress, canary) {
    const now = new Set(rulesTo(app.live, ingress).flatMap(identities));
    const split = new Set(rulesTo(app.candidate, canary).flatMap(identities));
    const total = (canary.spec?.rules ?? []).flatMap(identities).length;
    const wanted = original.filter((rule) => now.has(rule));
    return now.size > 0 && split.size > 0 && split.size === total && wanted.every((rule) => split.has(rule));
}
/** At most 63 characters; a longer name is cut and told apart by a hash. */
function canaryName(ingress) {
    if (ingress.length + SUFFIX.length <= NAME_LENGTH)
        return `${ingress}${SUFFIX}`;
    const hash = (0,external_node_crypto_.createHash)('sha256').update(ingress).digest('hex').slice(0, 8);
    const head = ingress.slice(0, NAME_LENGTH - SUFFIX.length - hash.length - 1).replace(/[-.]+$/, '');
    return `${head}-${hash}${SUFFIX}`;
}
function canary_ingress_pathOf(app, name) {
    return `/apis/${canary_ingress_GROUP}/v1/namespaces/${app.namespace}/ingresses${name === undefined ? '' : `/${name}`}`;
}

;// CONCATENATED MODULE: ./lib/traffic/ingress-annotations.js








const ingressAnnotations = {
    kind: 'ingress',
    resources: [{ group: canary_ingress_GROUP, versions: ['v1'], resource: 'ingresses', kind: 'Ingress' }],
    discover(app, objects) {
        const bindings = [];
        const refusals = [];
        const warnings = [];
        const all = (0,route_objects/* ofKind */.CZ)('Ingress', app.namespace, objects);
        for (const ingress of all) {
            // The AWS Load Balancer Controller has a router of its own: alb-ingress.ts.
            if ((0,service_selector/* isOurs */.MU)(ingress) || isAlb(ingress))
                continue;
            const title = `Ingress ${(0,route_objects/* nameOf */.Vb)(ingress)}`;
            const rules = rulesTo(app.live, ingress);
            const isDefault = ingress.spec?.defaultBackend?.service?.name === app.live;
            if (rules.length === 0 && !isDefault)
                continue;
            const refusal = ingress_annotations_whyUnfit(ingress, rules, all, app) ?? driverRefusal(ingress, title);
            if (refusal !== null) {
                refusals.push(refusal);
                continue;
            }
            warnings.push(...ingress_annotations_warningsOf(ingress, isDefault));
            const journal = { rules: rules.flatMap(identities) };
            bindings.push({
                router: `ingress/${(0,route_objects/* nameOf */.Vb)(ingress)}`,
                app,
                paths: [canary_ingress_pathOf(app, (0,route_objects/* nameOf */.Vb)(ingress)), canary_ingress_pathOf(app, canaryName((0,route_objects/* nameOf */.Vb)(ingress)))],
                originalShare: 0,
                journal,
            });
        }
        if (bindings.length > 1)
            warnings.push(`Several Ingresses lead to Service ${app.live} (${bindings.map(route_objects/* nameIn */.ZC).join(', ')}). ingress-nginx keeps one split for each Service and port, so a share given to one holds for the others on the same port, too.`);
        return { bindings, refusals, warnings };
    },
    read(binding, objects) {
        const { ingress, canary } = objectsOf(binding, objects);
        if (canary === null || !(0,service_selector/* isOurs */.MU)(canary)) {
            // Somebody else's object in our canary's place: what it does is not ours to say.
            const share = ingress === null || canary !== null || rulesTo(binding.app.live, ingress).length === 0 ? null : 0;
            return { share, overrides: false, mirror: 0, original: true };
        }
        const annotations = canary.metadata?.annotations ?? {};
        const isWhole = ingress !== null && isComplete(binding.app, ingress_annotations_journalOf(binding).rules, ingress, canary);
        return {
            share: isWhole && annotations[CANARY] === 'true' ? canary_annotations_shareOf(annotations) : null,
            overrides: namesTesters(annotations),
            mirror: 0,
            original: false,
        };
    },
    plan(binding, objects, wanted) {
        const { app } = binding;
        const title = ingress_annotations_titleOf(binding);
        const { ingress, canary } = objectsOf(binding, objects);
        if (wanted !== router/* ORIGINAL */.mx)
            canary_annotations_assertPossible(title, wanted);
        const isNothing = wanted === router/* ORIGINAL */.mx || (wanted.share === 0 && !hasTesters(wanted));
        if (canary !== null && !(0,service_selector/* isOurs */.MU)(canary)) {
            if (isNothing)
                return [];
            throw new router/* CannotRoute */.bW(notOurs(canary, title));
        }
        if (isNothing && canary !== null)
            return [deletion(app, canary, title)];
        if (wanted === router/* ORIGINAL */.mx)
            return [];
        if (ingress === null)
            throw new router/* CannotRoute */.bW(`Wanted ${wishOf(wanted, app)}; ${title} is not there any more. Put it back, or take the release back.`);
        const rules = rulesTo(app.live, ingress);
        if (rules.length === 0)
            throw new router/* CannotRoute */.bW(`Wanted ${wishOf(wanted, app)}; ${title} has no rule for Service ${app.live} any more. Put it back, or take the release back.`);
        if (isNothing)
            return [];
        return canary === null ? [creation(app, ingress, wanted)] : update(app, ingress, canary, wanted);
    },
    verdict(binding, objects) {
        const title = ingress_annotations_titleOf(binding);
        const { ingress, canary } = objectsOf(binding, objects);
        if (ingress === null)
            return { is: 'no', level: 'stored', reasons: [`${title} is not there any more.`] };
        if (rulesTo(binding.app.live, ingress).length === 0)
            return {
                is: 'no',
                level: 'stored',
                reasons: [`${title} has no rule for Service ${binding.app.live} any more.`],
            };
        if (canary !== null && !(0,service_selector/* isOurs */.MU)(canary))
            return { is: 'no', level: 'stored', reasons: [notOurs(canary, title)] };
        if (canary !== null && !isComplete(binding.app, ingress_annotations_journalOf(binding).rules, ingress, canary))
            return {
                is: 'no',
                level: 'stored',
                reasons: [
                    `Ingress ${(0,route_objects/* nameOf */.Vb)(canary)} has not the rules of ${title} for Service ${binding.app.live} any more: somebody changed one of them.`,
                ],
            };
        return {
            is: 'unknown',
            level: 'held',
            reasons: [
                `The status of ${title} has only addresses: its controller does not tell whether it took the weights up. Only traffic shows it.`,
            ],
        };
    },
    capabilities() {
        return {
            nearest: (share) => [Math.floor(share), Math.ceil(share)],
            headers: ['exact', 'regex'],
            // With the value `always` only, and one header and one cookie at most: `plan` says so when asked for something else.
            cookies: true,
            mirror: false,
            level: 'held',
        };
    },
};
function ingress_annotations_whyUnfit(ingress, rules, all, app) {
    const title = `Ingress ${(0,route_objects/* nameOf */.Vb)(ingress)}`;
    const annotations = Object.keys(ingress.metadata?.annotations ?? {});
    const own = annotations.filter((key) => key.startsWith(CANARY)).sort();
    if (own.length > 0)
        return `${title} leads to Service ${app.live} and has canary annotations of its own (${own.join(', ')}); a rule can have one canary only. Remove them, or that Ingress.`;
    const alien = annotations.find((key) => key.startsWith('nginx.org/') || key.startsWith('nginx.com/'));
    if (alien !== undefined)
        return `${title} is run by F5’s NGINX Ingress Controller (annotation ${alien}), which has no canary annotations. Use another kind of route, or ingress-nginx.`;
    const className = classOf(ingress);
    const foreign = className === undefined ? undefined : FOREIGN_CLASSES.get(className);
    if (foreign !== undefined)
        return `${title} is of class ${className}, which ${foreign} runs: it does not know the canary annotations of ingress-nginx, and a second Ingress for the same hosts would take users at random. Use a kind of route that it can weight${className === 'traefik' ? ' (TraefikService, IngressRoute, HTTPRoute), or Traefik 3.7’s provider kubernetesIngressNGINX with a class of its own' : ''}.`;
    if (rules.length === 0)
        return `${title} leads to Service ${app.live} by spec.defaultBackend only, and canaries belong to rules. Give it a rule with path / for that Service.`;
    const name = canaryName((0,route_objects/* nameOf */.Vb)(ingress));
    const inTheWay = all.find((other) => (0,route_objects/* nameOf */.Vb)(other) === name && !(0,service_selector/* isOurs */.MU)(other));
    if (inTheWay !== undefined)
        return notOurs(inTheWay, title);
    const paths = new Set(rules.flatMap(identities));
    const rival = all.find((other) => other.metadata?.annotations?.[CANARY] === 'true' &&
        !(0,service_selector/* isOurs */.MU)(other) &&
        (other.spec?.rules ?? []).flatMap(identities).some((identity) => paths.has(identity)));
    if (rival !== undefined)
        return `${title} has a canary already: Ingress ${(0,route_objects/* nameOf */.Vb)(rival)} for the same host and path. A rule can have one canary only; delete that Ingress.`;
    return null;
}
function notOurs(canary, title) {
    return `Wanted to make Ingress ${(0,route_objects/* nameOf */.Vb)(canary)} as the canary of ${title}; there is one that Crossfade has not made. Rename or delete it.`;
}
function ingress_annotations_warningsOf(ingress, isDefault) {
    const title = `Ingress ${(0,route_objects/* nameOf */.Vb)(ingress)}`;
    const className = classOf(ingress);
    const { [`${NGINX}affinity`]: affinity, [`${NGINX}affinity-canary-behavior`]: behaviour } = ingress.metadata?.annotations ?? {};
    const warnings = [];
    if (className === undefined || !KNOWN_CLASSES.test(className))
        warnings.push(`${title} ${className === undefined ? 'names no class' : `is of class ${className}, which Crossfade does not know`}: make sure that its controller runs the canary annotations of ingress-nginx (ingress-nginx itself, or Traefik from 3.7 on by its provider kubernetesIngressNGINX). Another one would take the second Ingress for a route of its own and send users there at random.`);
    if (affinity === 'cookie' && behaviour !== 'legacy')
        warnings.push(`${title} has ${NGINX}affinity: cookie. Users with its cookie stay on the version that they met first, so shares hold for new users only. Set ${NGINX}affinity-canary-behavior: legacy to let the shares decide.`);
    if (isDefault)
        warnings.push(`${title} leads to its Service by spec.defaultBackend, too; only its rules get a share for certain.`);
    return warnings;
}
function objectsOf(binding, objects) {
    const [ingress = null, canary = null] = binding.paths.map((path) => objects.get(path) ?? null);
    return { ingress, canary };
}
function ingress_annotations_titleOf(binding) {
    return `Ingress ${(0,route_objects/* nameIn */.ZC)(binding)}`;
}
function ingress_annotations_journalOf(binding) {
    return binding.journal; // made by `discover`
}

;// CONCATENATED MODULE: ./lib/traffic/openshift-route.js






/*
 * OpenShift Route: `spec.to.weight` and up to three `spec.alternateBackends[].weight`, 0 to 256 each; an absent weight is 100. A Route
 * is one list of weighted destinations and nothing else.
 */
const openshift_route_KIND = 'Route';
/** 200: percents are exact, and halves of them. */
const OPENSHIFT = {
    kind: 'route',
    resource: { group: 'route.openshift.io', versions: ['v1'], resource: 'routes', kind: openshift_route_KIND },
    field: '.spec.to, .spec.alternateBackends',
    scale: { absent: 100, alone: 200, max: 256, even: false },
};
const MOST_ALTERNATES = 3;
const ALTERNATES = '/spec/alternateBackends';
/** https://docs.redhat.com/en/documentation/openshift_container_platform/4.18/html/networking/configuring-routes */
const COOKIES = 'haproxy.router.openshift.io/disable_cookies';
const BALANCE = 'haproxy.router.openshift.io/balance';
const openshiftRoute = {
    kind: OPENSHIFT.kind,
    resources: [OPENSHIFT.resource],
    discover(app, objects) {
        return discoverEach(OPENSHIFT, app, objects, (object) => openshift_route_bind(app, object));
    },
    read(binding, objects) {
        const route = openshift_route_routeOf(binding, objects);
        if (route === null)
            return router/* GONE */.uj;
        const list = listOf(route);
        return {
            share: shareIn([list], binding.app, OPENSHIFT.scale),
            overrides: false,
            mirror: 0,
            original: editsOf(list, openshift_route_journalOf(binding).rules, binding.app, OPENSHIFT.scale, router/* ORIGINAL */.mx).length === 0,
        };
    },
    plan(binding, objects, wanted) {
        const route = openshift_route_routeOf(binding, objects);
        if (wanted !== router/* ORIGINAL */.mx) {
            assertPossible(openshift_route_KIND, binding, openshiftRoute.capabilities(binding), wanted);
            assertThere(openshift_route_KIND, binding, route === null ? null : [listOf(route)]);
        }
        if (route === null)
            return [];
        const tests = [
            { op: 'test', path: '/spec/to', value: route.spec?.to },
            { op: 'test', path: ALTERNATES, value: route.spec?.alternateBackends ?? null },
        ];
        const changes = openshift_route_changesOf(binding, route, wanted === router/* ORIGINAL */.mx ? wanted : wanted.share);
        return patchOf(binding, route, { tests, changes }, whyOf(openshift_route_KIND, binding, wanted));
    },
    verdict(binding, objects) {
        const route = openshift_route_routeOf(binding, objects);
        if (route === null)
            return deleted(openshift_route_KIND, binding);
        const verdicts = (route.status?.ingress ?? []).map(({ routerName = '', conditions = [] }) => verdictOf(`${openshift_route_KIND} ${(0,route_objects/* nameOf */.Vb)(route)} at router ${routerName}`, route, conditions.find(({ type }) => type === 'Admitted')));
        if (verdicts.length === 0)
            return verdictOf(`${openshift_route_KIND} ${(0,route_objects/* nameOf */.Vb)(route)}`, route, undefined);
        const refused = verdicts.filter(({ is }) => is === 'no');
        const open = verdicts.filter(({ is }) => is !== 'yes');
        const telling = refused.length > 0 ? refused : open.length > 0 ? open : verdicts;
        return {
            is: telling[0]?.is ?? 'unknown',
            level: telling[0]?.level ?? 'stored',
            reasons: telling.flatMap(({ reasons }) => reasons),
        };
    },
    capabilities(binding) {
        return {
            nearest: (share) => nearestOf(share, openshift_route_journalOf(binding).rules, OPENSHIFT.scale),
            headers: [],
            cookies: false,
            mirror: false,
            level: 'accepted',
        };
    },
};
function openshift_route_bind(app, route) {
    const list = listOf(route);
    if (!names(list, app.live))
        return null;
    const title = `${openshift_route_KIND} ${(0,route_objects/* nameOf */.Vb)(route)}`;
    const alternates = route.spec?.alternateBackends;
    if (!names(list, app.candidate) && (alternates ?? []).length >= MOST_ALTERNATES)
        return {
            refusal: `${title} cannot be used: it has ${MOST_ALTERNATES} alternate backends, the most there can be; take one out of \`spec.alternateBackends\`, so that Service ${app.candidate} has a place.`,
        };
    const { kept, refusal } = keepAll([list], app, OPENSHIFT.scale, title);
    if (refusal !== undefined)
        return { refusal };
    const journal = { rules: kept, alternates: alternates !== undefined };
    return { journal, rules: [list], warnings: openshift_route_warningsOf(route, title) };
}
function openshift_route_warningsOf({ metadata, spec }, title) {
    const warnings = [];
    const isSticky = spec?.tls?.termination !== 'passthrough' && !/^(true|1|yes)$/i.test(metadata?.annotations?.[COOKIES] ?? '');
    if (isSticky)
        warnings.push(`${title} keeps each browser on its pod by a cookie, so that a share holds for new users only; the annotation \`${COOKIES}: "true"\` makes it hold for every request.`);
    const balance = metadata?.annotations?.[BALANCE];
    if (balance !== undefined && balance !== 'roundrobin' && balance !== 'random')
        warnings.push(`${title} balances by \`${balance}\`, which does not follow weights closely; let its annotation \`${BALANCE}\` say \`roundrobin\`.`);
    return warnings;
}
function listOf({ spec }) {
    return {
        key: 'backends',
        title: 'its list of backends',
        destinations: openshift_route_backendsOf(spec).map(({ kind, name, weight }) => ({
            service: kind === undefined || kind === '' || kind === 'Service' ? name : null,
            weight: weight ?? null,
        })),
    };
}
function openshift_route_backendsOf(spec) {
    return [...(spec?.to === undefined ? [] : [spec.to]), ...(spec?.alternateBackends ?? [])];
}
function openshift_route_changesOf(binding, route, wanted) {
    const edits = editsOf(listOf(route), openshift_route_journalOf(binding).rules, binding.app, OPENSHIFT.scale, wanted);
    return edits.flatMap((edit) => openshift_route_changeOf(binding, route, edit));
}
function openshift_route_changeOf(binding, { spec }, edit) {
    const path = edit.at === 0 ? '/spec/to' : `${ALTERNATES}/${edit.at - 1}`;
    switch (edit.edit) {
        case 'weight':
            return weightPatch(`${path}/weight`, edit.weight);
        case 'add': {
            const value = { ...openshift_route_backendsOf(spec)[edit.at], name: binding.app.candidate, weight: edit.weight };
            return spec?.alternateBackends === undefined
                ? [{ op: 'add', path: ALTERNATES, value: [value] }]
                : [{ op: 'add', path: `${ALTERNATES}/-`, value }];
        }
        case 'rename':
            return [{ op: 'replace', path: `${path}/name`, value: binding.app.live }];
        case 'drop': {
            const isLast = spec?.alternateBackends?.length === 1 && !openshift_route_journalOf(binding).alternates;
            return [{ op: 'remove', path: isLast ? ALTERNATES : path }];
        }
    }
}
function openshift_route_routeOf(binding, objects) {
    return (0,route_objects/* objectIn */.D7)(binding, objects);
}
function openshift_route_journalOf(binding) {
    return binding.journal; // made by `bind`
}

// EXTERNAL MODULE: ./lib/traffic/command-route.js
var command_route = __webpack_require__(9776);
;// CONCATENATED MODULE: ./lib/traffic/traefik-list.js


/*
 * Traefik's weighted lists of services: a TraefikService has one (traefik-service.ts), and each route of an IngressRoute is one without
 * a name (traefik-ingress-route.ts).
 *
 * Traps of a weighted list:
 * - An absent weight is 1: a second entry beside it without a weight of its own would be an even split, so both are set in one PATCH.
 * - One entry whose Service has no endpoints makes Traefik drop the whole list, whatever its weight: the route answers 404 to everybody
 *   (measured, reference/routers.md; not with `allowEmptyServices`). A candidate entry of weight 0 is therefore no resting place: it is
 *   only right between the candidate's first ready pod and its last. We do not rely on our caller for that: at share 0 our entry is not
 *   in the list at all, and the list is as the user wrote it. It comes with the first share above 0, when pods are there ("pods before
 *   weight"), and goes with the write of share 0 or Original ("weight before pods"). An entry that the user wrote stays, with weight 0.
 * - At 100 % the live Service stays in the list with weight 0: it has endpoints as long as stable has pods or the selector moved over.
 */
/**
 * A member without endpoints makes Traefik answer 404 to everybody (routers.md; measured on 3.7.9: 0.1 to 0.2 s until users are
 * diverted). One candidate pod that falls ill would be that.
 */
const LEAST_PODS = 2;
const TRAEFIK_GROUP = 'traefik.io';
const TRAEFIK_VERSION = 'v1alpha1';
/** Weights are free when the pair is alone: this sum makes hundredths of a percent exact. */
const FREE_SUM = router/* ALL */.y2;
const traefik_list_weightOf = (member) => member.weight ?? 1;
/** The entry names this Kubernetes Service (`web@file` and a TraefikService `web` are something else). */
function traefik_list_names(member, service, app) {
    return (member.name === service &&
        (member.kind === undefined || member.kind === '' || member.kind === 'Service') &&
        (member.namespace || app.namespace) === app.namespace);
}
function listNames(list, service, app) {
    return list.some((member) => traefik_list_names(member, service, app));
}
/** The pair's journal, or why the list cannot be used (the rest of a sentence that begins with the route's name). */
function journalOfList(list, app) {
    const lives = list.filter((member) => traefik_list_names(member, app.live, app));
    const candidates = list.filter((member) => traefik_list_names(member, app.candidate, app));
    const [live] = lives;
    const [candidate] = candidates;
    if (live === undefined)
        return { unfit: `does not name Service ${app.live}` };
    if (lives.length > 1 || candidates.length > 1)
        return {
            unfit: `names Service ${lives.length > 1 ? app.live : app.candidate} more than once in one list of services; leave one entry`,
        };
    const pair = traefik_list_weightOf(live) + (candidate === undefined ? 0 : traefik_list_weightOf(candidate));
    if (pair <= 0)
        return {
            unfit: `gives Service ${app.live} weight 0, so no user reaches it there; give it a weight or take it out`,
        };
    const others = list.some((member) => member !== live && member !== candidate && traefik_list_weightOf(member) > 0);
    return {
        live: live.weight ?? null,
        candidate: candidate === undefined ? null : { weight: candidate.weight ?? null },
        sum: others ? pair : FREE_SUM,
    };
}
function originalShareOf({ live, candidate }) {
    return candidate === null ? 0 : (shareOf({ live: live ?? 1, candidate: candidate.weight ?? 1 }) ?? 0);
}
/** What the list gives the candidate; null: the live Service is not in it, or nobody gets anything. */
function shareOfList(list, app) {
    const live = list.find((member) => traefik_list_names(member, app.live, app));
    const candidate = list.find((member) => traefik_list_names(member, app.candidate, app));
    if (live === undefined)
        return null;
    return shareOf({ live: traefik_list_weightOf(live), candidate: candidate === undefined ? 0 : traefik_list_weightOf(candidate) });
}
/** The candidate's entry, made like the live one: same port, scheme, transport, health check. */
function candidateLike(live, app) {
    const { weight: _weight, ...rest } = live;
    return { ...rest, name: app.candidate };
}
/**
 * The operations that bring the list at `pointer` to what is wanted; empty: it is so already.
 * @throws {CannotRoute} when a share is wanted and the live Service is not in the list
 */
function changesOfList(pointer, list, app, journal, wanted) {
    const liveAt = list.findIndex((member) => traefik_list_names(member, app.live, app));
    const candidateAt = list.findIndex((member) => traefik_list_names(member, app.candidate, app));
    const live = list[liveAt];
    const candidate = list[candidateAt];
    const entry = (index) => `${pointer}/${index}`;
    if (live === undefined) {
        if (wanted !== router/* ORIGINAL */.mx)
            throw new router/* CannotRoute */.bW(`Wanted ${(0,router/* percent */.KN)(wanted)} of users on Service ${app.candidate}; Service ${app.live} is not in the route’s list of services any more. Put it back, or take the release back.`);
        if (candidate === undefined || journal.candidate !== null)
            return [];
        // Somebody took the live Service out. Our entry has to go; when it is the last that gets users, the live one takes its place, for
        // an empty list is a 404 for everybody.
        const alone = !list.some((member) => member !== candidate && traefik_list_weightOf(member) > 0);
        if (!alone)
            return [{ op: 'remove', path: entry(candidateAt) }];
        const restored = { ...candidateLike(candidate, app), name: app.live };
        const value = journal.live === null ? restored : { ...restored, weight: journal.live };
        return [{ op: 'replace', path: entry(candidateAt), value }];
    }
    const asWritten = wanted === router/* ORIGINAL */.mx || (wanted === 0 && journal.candidate === null);
    const pair = asWritten ? null : pairOf(wanted, journal.sum);
    const changes = [...setWeight(entry(liveAt), live, pair === null ? journal.live : pair.live)];
    if (pair === null && journal.candidate === null) {
        if (candidate !== undefined)
            changes.push({ op: 'remove', path: entry(candidateAt) });
        return changes;
    }
    const weight = pair === null ? (journal.candidate?.weight ?? null) : pair.candidate;
    if (candidate !== undefined)
        changes.push(...setWeight(entry(candidateAt), candidate, weight));
    // A candidate entry of the user's that somebody took out is not put back by Original: it was not our doing.
    else if (pair !== null)
        changes.push({ op: 'add', path: `${pointer}/-`, value: { ...candidateLike(live, app), weight } });
    return changes;
}
function setWeight(pointer, member, wanted) {
    const path = `${pointer}/weight`;
    if ((member.weight ?? null) === wanted)
        return [];
    if (wanted === null)
        return [{ op: 'remove', path }];
    return [{ op: member.weight === undefined ? 'add' : 'replace', path, value: wanted }];
}
/** @throws {CannotRoute} for a share that weights of this sum cannot express to the hundredth of a percent */
function assertExpressible(share, sum, route) {
    if (!(share >= 0 && share <= router/* ALL */.y2))
        throw new router/* CannotRoute */.bW(`Wanted a share of ${(0,router/* percent */.KN)(share)} in ${route}; a share lies between 0 % and 100 %.`);
    if (isExpressible(share, sum))
        return;
    const [below, above] = traefik_list_nearestOf(share, sum);
    throw new router/* CannotRoute */.bW(`Wanted ${(0,router/* percent */.KN)(share)} in ${route}; beside its other destinations the pair has weights that add up to ${sum}, so the nearest shares are ${(0,router/* percent */.KN)(below)} and ${(0,router/* percent */.KN)(above)}. Use one of those, or multiply every weight of the route by 100.`);
}
/** The nearest shares in whole basis points, for that is how a share is read back. */
function traefik_list_nearestOf(share, sum) {
    if (isExpressible(share, sum))
        return [share, share];
    const [below, above] = nearestShares(share, sum);
    return [Math.round(below), Math.round(above)];
}
function isExpressible(share, sum) {
    return shareOf(pairOf(share, sum)) === Math.round(share);
}
/** Warns of a pair that knows only a few shares. */
function coarseness(route, sum) {
    if (sum >= 100)
        return [];
    const [, step] = traefik_list_nearestOf(1, sum);
    return [
        `${route} has other destinations beside the pair, and the pair’s weights add up to ${sum}: it can only express steps of ${(0,router/* percent */.KN)(step)}. Multiply every weight of the list by 100 for finer ones.`,
    ];
}
/** @throws {CannotRoute} Traefik mirrors by another kind of object */
function assertNoMirror(route, { mirror }) {
    if (mirror === 0)
        return;
    throw new router/* CannotRoute */.bW(`Wanted copies of requests for the candidate; ${route} has weights only, and mirroring is another kind of object in Traefik (a TraefikService with spec.mirroring). Do without the mirror.`);
}
/** @param what is gone: the route, or a part of it */
function gone(route, what, { share }, { candidate }) {
    return new router/* CannotRoute */.bW(`Wanted ${(0,router/* percent */.KN)(share)} of users on Service ${candidate} through ${route}; ${what} is not there any more. Put it back, or take the release back.`);
}
/** Traefik writes no status into its objects: that the object is as we wrote it is all that can be read. */
function statusless(route) {
    return {
        is: 'unknown',
        level: 'held',
        reasons: [`${route} has no status: Traefik does not tell whether it took the weights up. Only traffic shows it.`],
    };
}

;// CONCATENATED MODULE: ./lib/traffic/traefik-testers.js



/** How the rule of testers begins that is made of this one. */
function narrowing(match) {
    return `(${match}) && (`;
}
/** The source's route for testers alone, with its middlewares and all; null: there are none. */
function testersRoute(source, match, app, wanted) {
    const live = (source.services ?? []).find((member) => listNames([member], app.live, app));
    if (live === undefined || !hasTesters(wanted))
        return null;
    const matchers = [
        ...wanted.headers.map((header) => headerRule(header, source)),
        ...wanted.cookies.map((cookie) => cookieRule(cookie, source)),
    ];
    const priority = source.priority === undefined || source.priority === 0 ? Buffer.byteLength(match) : source.priority;
    return {
        ...source,
        match: `${narrowing(match)}${matchers.join(' || ')})`,
        priority: priority + 1,
        services: [candidateLike(live, app)],
    };
}
/** Traefik 2 calls them `Headers` and `HeadersRegexp`; version 3 runs such rules where the route says `syntax: v2`. */
function isOldSyntax({ syntax, match = '' }) {
    return syntax === undefined ? /\b(Headers|HeadersRegexp|HostHeader)\(/.test(match) : syntax === 'v2';
}
function headerRule({ name, value, kind }, source) {
    const matcher = isOldSyntax(source) ? 'Headers' : 'Header';
    return `${matcher}${kind === 'regex' ? 'Regexp' : ''}(${literal(name)}, ${literal(value)})`;
}
/** Traefik has no matcher for cookies. `Cookie` may hold several, in any order. */
function cookieRule({ name, value }, source) {
    const pattern = `(^|;\\s*)${literally(name)}=${literally(value)}(;|$)`;
    return headerRule({ name: 'Cookie', value: pattern, kind: 'regex' }, source);
}
/** Rules are read by Go's parser: raw strings in backticks, others as in JSON. */
function literal(text) {
    return text.includes('`') ? JSON.stringify(text) : `\`${text}\``;
}

;// CONCATENATED MODULE: ./lib/traffic/traefik-ingress-route.js









const ROUTES = '/spec/routes';
const traefikIngressRoute = routerOf({
    kind: 'ingressroute',
    resource: 'ingressroutes',
    objectKind: 'IngressRoute',
    testers: true,
});
const traefikIngressRouteTcp = routerOf({
    kind: 'ingressroutetcp',
    resource: 'ingressroutetcps',
    objectKind: 'IngressRouteTCP',
    testers: false,
});
function routerOf(variant) {
    const { kind, resource, objectKind } = variant;
    const titleOf = (binding) => `${objectKind} ${(0,route_objects/* nameIn */.ZC)(binding)}`;
    return {
        kind,
        resources: [{ group: TRAEFIK_GROUP, versions: [TRAEFIK_VERSION], resource, kind: objectKind }],
        discover(app, objects) {
            const bindings = [];
            const refusals = [];
            const warnings = [];
            const all = (0,route_objects/* ofKind */.CZ)(objectKind, app.namespace, objects);
            for (const object of all) {
                const name = (0,route_objects/* nameOf */.Vb)(object);
                const title = `${objectKind} ${name}`;
                const found = journalOfRoutes(object.spec?.routes ?? [], app, title);
                if (found === null)
                    continue;
                const driven = driverRefusal(object, title);
                if (driven !== null) {
                    refusals.push(driven);
                    continue;
                }
                if ('unfit' in found) {
                    refusals.push(found.unfit);
                    continue;
                }
                warnings.push(...found.warnings, ...ownerWarnings(object, title, '.spec.routes[].services'));
                bindings.push({
                    router: `${kind}/${name}`,
                    app,
                    paths: [`/apis/${TRAEFIK_GROUP}/${TRAEFIK_VERSION}/namespaces/${app.namespace}/${resource}/${name}`],
                    originalShare: found.share,
                    journal: found.journal,
                });
            }
            return { bindings, refusals, warnings };
        },
        read(binding, objects) {
            const object = objectOf(binding, objects);
            if (object === null)
                return router/* GONE */.uj;
            const routes = object.spec?.routes ?? [];
            const journal = traefik_ingress_route_journalOf(binding);
            return {
                share: shareOfRoutes(routes, journal, binding.app),
                overrides: routes.some((route) => isOurs(route, journal, binding.app)),
                mirror: 0,
                original: restoring(routes, journal, binding.app).changes.length === 0,
            };
        },
        plan(binding, objects, wanted) {
            const { app } = binding;
            const title = titleOf(binding);
            const journal = traefik_ingress_route_journalOf(binding);
            if (wanted !== router/* ORIGINAL */.mx)
                traefik_ingress_route_assertPossible(title, variant, journal, wanted);
            const object = objectOf(binding, objects);
            if (object === null) {
                if (wanted === router/* ORIGINAL */.mx)
                    return [];
                throw gone(title, 'it', wanted, app);
            }
            const routes = object.spec?.routes ?? [];
            if (wanted === router/* ORIGINAL */.mx)
                return patchOf(binding, object, restoring(routes, journal, app), `${title}: its routes as you wrote them`);
            const patch = sharing(routes, journal, app, wanted, title);
            return patchOf(binding, object, patch, `${title}: ${wishOf(wanted, app)}`);
        },
        verdict(binding, objects) {
            const title = titleOf(binding);
            const object = objectOf(binding, objects);
            if (object === null)
                return { is: 'no', level: 'stored', reasons: [`${title} is not there any more.`] };
            const missing = traefik_ingress_route_journalOf(binding).rules.filter(({ match }) => indexOf(object.spec?.routes ?? [], match) < 0);
            if (missing.length > 0)
                return {
                    is: 'no',
                    level: 'stored',
                    reasons: missing.map(({ match }) => `${title} has no route for ${match} any more.`),
                };
            return statusless(title);
        },
        capabilities(binding) {
            const sum = traefik_ingress_route_sumOf(traefik_ingress_route_journalOf(binding));
            return {
                nearest: (share) => traefik_list_nearestOf(share, sum),
                headers: variant.testers ? ['exact', 'regex'] : [],
                cookies: variant.testers,
                mirror: false,
                leastPods: LEAST_PODS,
                level: 'held',
            };
        },
    };
}
/** What is to be kept of the routes that lead to the live Service; null: there are none. */
function journalOfRoutes(routes, app, title) {
    const leading = routes.filter(({ services = [] }) => listNames(services, app.live, app));
    if (leading.length === 0)
        return null;
    // Where the user's own routes choose between the two Services, those are the split; one that names the live Service alone (such as
    // "this header always gets the old version") is the user's own rule and stays.
    const splitting = leading.filter(({ services = [] }) => listNames(services, app.candidate, app));
    const managed = splitting.length > 0 ? splitting : leading;
    const rules = [];
    for (const { match = '', services = [] } of managed) {
        const list = journalOfList(services, app);
        if ('unfit' in list)
            return { unfit: `${title}, route ${match}: it ${list.unfit}.` };
        if (routes.filter((route) => route.match === match).length > 1)
            return { unfit: `${title} has several routes for ${match}; Traefik uses only one of them. Leave one.` };
        rules.push({ match, list });
    }
    const [share = 0, ...others] = new Set(rules.map(({ list }) => originalShareOf(list)));
    if (others.length > 0)
        return {
            unfit: `${title} gives Service ${app.candidate} different shares in its routes (${[share, ...others].map(router/* percent */.KN).join(', ')}), and a release has one share for all. Make them equal.`,
        };
    const journal = { rules, users: [] };
    const users = routes.filter((route) => isOurs(route, journal, app)).map(({ match = '' }) => match);
    const warnings = coarseness(title, traefik_ingress_route_sumOf(journal));
    if (managed.length < leading.length)
        warnings.push(`${title} splits between Service ${app.live} and Service ${app.candidate} in some routes and names Service ${app.live} alone in others; only the former get a share: ${rules.map(({ match }) => match).join('; ')}.`);
    return { journal: { rules, users }, share, warnings };
}
/** The share of all managed routes; null: one is gone, or they differ. */
function shareOfRoutes(routes, { rules }, app) {
    const shares = new Set(rules.map(({ match }) => shareOfList(routes[indexOf(routes, match)]?.services ?? [], app)));
    const [share = null, ...others] = shares;
    return others.length > 0 ? null : share;
}
function sharing(routes, journal, app, wanted, title) {
    const edits = [];
    const testers = [];
    for (const rule of journal.rules) {
        const at = indexOf(routes, rule.match);
        const source = routes[at];
        if (source === undefined)
            throw gone(title, `its route for ${rule.match}`, wanted, app);
        edits.push(editOfList(source, at, app, rule.list, wanted.share));
        const route = testersRoute(source, rule.match, app, wanted);
        if (route !== null)
            testers.push(route);
    }
    return joined([...edits, editOfTesters(routes, journal, app, testers)]);
}
function restoring(routes, journal, app) {
    const known = journal.rules.map(({ match, list }) => ({ list, at: indexOf(routes, match) }));
    // Somebody changed a rule while our weights were in its route: it is the one that names the pair and that no journal entry knows.
    const strays = routes.flatMap(({ match = '', services = [] }, at) => journal.rules.every((rule) => rule.match !== match) &&
        listNames(services, app.live, app) &&
        listNames(services, app.candidate, app)
        ? [at]
        : []);
    const edits = known.map(({ list, at }) => {
        const place = at >= 0 ? at : (strays.shift() ?? -1);
        const source = routes[place];
        return source === undefined ? NO_CHANGES : editOfList(source, place, app, list, router/* ORIGINAL */.mx);
    });
    return joined([...edits, editOfTesters(routes, journal, app, [])]);
}
function editOfList(route, at, app, journal, wanted) {
    const list = `${ROUTES}/${at}/services`;
    const changes = changesOfList(list, route.services ?? [], app, journal, wanted);
    if (changes.length === 0)
        return NO_CHANGES;
    return { tests: identity(route, at), changes };
}
/** The rule tells whether it is still the same route at that index; the whole list has the old weights, absent ones too. */
function identity(route, at) {
    return [
        { op: 'test', path: `${ROUTES}/${at}/match`, value: route.match },
        { op: 'test', path: `${ROUTES}/${at}/services`, value: route.services },
    ];
}
/** Comes after the edits of lists in a patch: those count on the indices as they were read. */
function editOfTesters(routes, journal, app, wanted) {
    const tests = [];
    const replaced = [];
    const removed = [];
    const kept = new Set();
    for (const [at, route] of routes.entries()) {
        if (!isOurs(route, journal, app))
            continue;
        const path = `${ROUTES}/${at}`;
        const next = wanted.find(({ match }) => match === route.match);
        if (next !== undefined && !kept.has(next)) {
            kept.add(next);
            if ((0,external_node_util_.isDeepStrictEqual)(route, next))
                continue;
            replaced.push({ op: 'replace', path, value: next });
        }
        else
            removed.unshift({ op: 'remove', path });
        tests.push(...identity(route, at));
    }
    const added = wanted
        .filter((route) => !kept.has(route))
        .map((value) => ({ op: 'add', path: `${ROUTES}/-`, value }));
    return { tests, changes: [...replaced, ...removed, ...added] };
}
/** Our testers' routes have no name: they are those that narrow a managed rule and lead to the candidate Service alone. */
function isOurs({ match = '', services = [] }, { rules, users }, app) {
    return (services.length === 1 &&
        listNames(services, app.candidate, app) &&
        rules.some((rule) => match.startsWith(narrowing(rule.match))) &&
        !users.includes(match));
}
function traefik_ingress_route_assertPossible(title, variant, journal, wanted) {
    assertExpressible(wanted.share, traefik_ingress_route_sumOf(journal), title);
    assertNoMirror(title, wanted);
    if (!variant.testers && hasTesters(wanted))
        throw new router/* CannotRoute */.bW(`Wanted testers on the candidate by header or cookie; ${title} carries TCP, which has neither. Do without testers.`);
}
/** What the weights of every managed route can be divided by: each share of such a pair can be expressed in all of them. */
function traefik_ingress_route_sumOf({ rules }) {
    return commonSum(rules.map(({ list }) => list.sum));
}
function indexOf(routes, match) {
    return routes.findIndex((route) => route.match === match);
}
function objectOf(binding, objects) {
    return (0,route_objects/* objectIn */.D7)(binding, objects);
}
function traefik_ingress_route_journalOf(binding) {
    return binding.journal; // made by `discover`
}

;// CONCATENATED MODULE: ./lib/traffic/traefik-service.js






const traefik_service_KIND = 'TraefikService';
const LIST = '/spec/weighted/services';
const traefikService = {
    kind: 'traefikservice',
    resources: [{ group: TRAEFIK_GROUP, versions: [TRAEFIK_VERSION], resource: 'traefikservices', kind: traefik_service_KIND }],
    discover(app, objects) {
        const bindings = [];
        const refusals = [];
        const warnings = [];
        const services = (0,route_objects/* ofKind */.CZ)(traefik_service_KIND, app.namespace, objects);
        for (const service of services) {
            const title = `${traefik_service_KIND} ${(0,route_objects/* nameOf */.Vb)(service)}`;
            const otherwise = whyWithoutWeights(service, app);
            if (otherwise !== null)
                refusals.push(`${title} ${otherwise}`);
            const list = service.spec?.weighted?.services ?? [];
            if (!listNames(list, app.live, app))
                continue;
            const journal = journalOfList(list, app);
            const driven = driverRefusal(service, title);
            if (driven !== null) {
                refusals.push(driven);
                continue;
            }
            if ('unfit' in journal) {
                refusals.push(`${title} ${journal.unfit}.`);
                continue;
            }
            warnings.push(...coarseness(title, journal.sum), ...ownerWarnings(service, title, '.spec.weighted.services'));
            if (service.spec?.weighted?.sticky !== undefined)
                warnings.push(`${title} has spec.weighted.sticky: users with its cookie stay on the version that they met first, so shares hold for new users only, and those on the candidate move back when it leaves the list.`);
            bindings.push({
                router: `traefikservice/${(0,route_objects/* nameOf */.Vb)(service)}`,
                app,
                paths: [traefik_service_pathOf(service, app)],
                originalShare: originalShareOf(journal),
                journal,
            });
        }
        return { bindings, refusals, warnings };
    },
    read(binding, objects) {
        const service = traefik_service_objectOf(binding, objects);
        if (service === null)
            return router/* GONE */.uj;
        const list = service.spec?.weighted?.services ?? [];
        return {
            share: shareOfList(list, binding.app),
            overrides: false,
            mirror: 0,
            original: changesOfList(LIST, list, binding.app, traefik_service_journalOf(binding), router/* ORIGINAL */.mx).length === 0,
        };
    },
    plan(binding, objects, wanted) {
        const { app } = binding;
        const title = traefik_service_titleOf(binding);
        const journal = traefik_service_journalOf(binding);
        if (wanted !== router/* ORIGINAL */.mx)
            traefik_service_assertPossible(title, journal, wanted);
        const service = traefik_service_objectOf(binding, objects);
        if (service === null) {
            if (wanted === router/* ORIGINAL */.mx)
                return [];
            throw gone(title, 'it', wanted, app);
        }
        const list = service.spec?.weighted?.services ?? [];
        const share = wanted === router/* ORIGINAL */.mx ? router/* ORIGINAL */.mx : wanted.share;
        const changes = changesOfList(LIST, list, app, journal, share);
        // The whole list: it holds the old weights, and an absent one cannot be tested by itself.
        const tests = [{ op: 'test', path: LIST, value: list }];
        const why = wanted === router/* ORIGINAL */.mx ? `${title}: its services as you wrote them` : `${title}: ${wishOf(wanted, app)}`;
        return patchOf(binding, service, { tests, changes }, why);
    },
    verdict(binding, objects) {
        const title = traefik_service_titleOf(binding);
        const service = traefik_service_objectOf(binding, objects);
        if (service === null)
            return { is: 'no', level: 'stored', reasons: [`${title} is not there any more.`] };
        if (shareOfList(service.spec?.weighted?.services ?? [], binding.app) === null)
            return {
                is: 'no',
                level: 'stored',
                reasons: [`${title} does not send users to Service ${binding.app.live} any more.`],
            };
        return statusless(title);
    },
    capabilities(binding) {
        const { sum } = traefik_service_journalOf(binding);
        return {
            nearest: (share) => traefik_list_nearestOf(share, sum),
            headers: [],
            cookies: false,
            mirror: false,
            leastPods: LEAST_PODS,
            level: 'held',
        };
    },
};
/** What a TraefikService without weights does with the live Service; null: nothing that concerns users. */
function whyWithoutWeights({ spec }, app) {
    const instead = 'Make a TraefikService with spec.weighted.services that names the Service, and name that one here with kind: TraefikService.';
    const leads = (member) => member !== undefined && traefik_list_names(member, app.live, app);
    if (leads(spec?.mirroring))
        return `sends users to Service ${app.live} by spec.mirroring, which has no weights. ${instead}`;
    if (leads(spec?.failover?.service) || leads(spec?.failover?.fallback))
        return `sends users to Service ${app.live} by spec.failover, which has no weights. ${instead}`;
    if (listNames(spec?.highestRandomWeight?.services ?? [], app.live, app))
        return `spreads users by spec.highestRandomWeight, which binds each client to one Service: a share of it is no share of the traffic. Use spec.weighted.services.`;
    return null;
}
function traefik_service_assertPossible(title, journal, wanted) {
    assertExpressible(wanted.share, journal.sum, title);
    if (wanted.headers.length > 0 || wanted.cookies.length > 0)
        throw new router/* CannotRoute */.bW(`Wanted testers on the candidate by header or cookie; ${title} has weights only, Traefik’s rules are in the IngressRoute. Let the IngressRoute name the Service itself, without a TraefikService between, or do without testers.`);
    assertNoMirror(title, wanted);
}
function traefik_service_pathOf(service, app) {
    return `/apis/${TRAEFIK_GROUP}/${TRAEFIK_VERSION}/namespaces/${app.namespace}/traefikservices/${(0,route_objects/* nameOf */.Vb)(service)}`;
}
function traefik_service_objectOf(binding, objects) {
    return (0,route_objects/* objectIn */.D7)(binding, objects);
}
function traefik_service_titleOf(binding) {
    return `${traefik_service_KIND} ${(0,route_objects/* nameIn */.ZC)(binding)}`;
}
function traefik_service_journalOf(binding) {
    return binding.journal; // made by `discover`
}

;// CONCATENATED MODULE: ./lib/traffic/virtual-service-rules.js

/*
 * A VirtualService as it travels, and its rules: which of them lead to the pair, which are ours, how one is found again.
 * https://istio.io/latest/docs/reference/config/networking/virtual-service/
 */
const PROTOCOLS = ['http', 'tls', 'tcp'];
/** Rules of ours are known by their name. */
const OUR_PREFIX = 'crossfade-';
function virtual_service_rules_isOurs({ name }) {
    return name?.startsWith(OUR_PREFIX) ?? false;
}
function virtual_service_rules_titleOf({ metadata }) {
    return `VirtualService ${metadata?.name}`;
}
function namespaceOf({ metadata }) {
    return metadata?.namespace ?? '';
}
function virtual_service_rules_pathOf(route) {
    return `/apis/${route.apiVersion}/namespaces/${namespaceOf(route)}/virtualservices/${route.metadata?.name}`;
}
function virtual_service_rules_rulesOf(object, protocol) {
    return object.spec?.[protocol] ?? [];
}
/**
 * Whether a host means this Service: its short name in an object of its own namespace, or `name.namespace`, with or without `.svc` and
 * the cluster's domain. `from`: the namespace of the object that has the host.
 */
function isHostOf(host, service, namespace, from) {
    if (host === undefined)
        return false;
    if (!host.includes('.'))
        return host === service && from === namespace;
    const long = `${service}.${namespace}`;
    const rest = host.startsWith(long) ? host.slice(long.length) : null;
    return rest === '' || rest === '.svc' || (rest?.startsWith('.svc.') ?? false);
}
/** The candidate's host, written in the form in which the live one is. */
function candidateHost(liveHost, { live, candidate }) {
    return candidate + liveHost.slice(live.length);
}
function placesIn({ route = [] }, app, from) {
    const at = (service) => route.flatMap(({ destination }, index) => isHostOf(destination?.host, service, app.namespace, from) ? [index] : []);
    return { live: at(app.live), candidate: at(app.candidate) };
}
/** What a destination gets: all when it is the only one, nothing when it has no weight beside others. */
function weightAt({ route = [] }, index) {
    if (index === undefined)
        return 0;
    return route.length === 1 ? 100 : (route[index]?.weight ?? 0);
}
function virtual_service_rules_pairIn(rule, { live: [live], candidate: [candidate] }) {
    return { live: weightAt(rule, live), candidate: weightAt(rule, candidate) };
}
/** Whether the pair shares its rule with destinations that get something too: then its sum means something. */
function hasThirds(rule, { live, candidate }) {
    return (rule.route ?? []).some((_target, index) => !live.includes(index) && !candidate.includes(index) && weightAt(rule, index) > 0);
}
/**
 * Where each remembered rule is now, null: gone. By name and match; by one of them when somebody changed the other; and a rule that is
 * the only one left is the only one left. Never by index: others may have put rules before it.
 */
function virtual_service_rules_locate(memos, object, app) {
    const found = memos.map(() => null);
    const from = namespaceOf(object);
    for (const protocol of PROTOCOLS) {
        const rules = virtual_service_rules_rulesOf(object, protocol);
        const open = rules.flatMap((rule, index) => (virtual_service_rules_isOurs(rule) || !leadsToPair(rule, app, from) ? [] : [index]));
        const claim = (same) => {
            for (const [place, memo] of memos.entries()) {
                if (memo.protocol !== protocol || found[place] !== null)
                    continue;
                const at = open.findIndex((index) => same(memo, rules[index] ?? {}));
                if (at >= 0)
                    found[place] = open.splice(at, 1)[0] ?? null;
            }
        };
        const sameName = (memo, rule) => memo.name === (rule.name ?? null);
        const sameMatch = (memo, rule) => (0,external_node_util_.isDeepStrictEqual)(memo.match, rule.match ?? null);
        claim((memo, rule) => sameName(memo, rule) && sameMatch(memo, rule));
        claim((memo, rule) => memo.name !== null && sameName(memo, rule));
        claim(sameMatch);
        const lost = memos.filter((memo, place) => memo.protocol === protocol && found[place] === null);
        const left = open.filter((index) => placesIn(rules[index] ?? {}, app, from).live.length > 0);
        if (lost.length === 1 && left.length === 1)
            claim((_memo, rule) => rule === rules[left[0] ?? 0]);
    }
    return found;
}
function leadsToPair(rule, app, from) {
    const { live, candidate } = placesIn(rule, app, from);
    return live.length + candidate.length > 0;
}
/** Whether any destination or mirror is the candidate Service. */
function namesCandidate(object, app) {
    const from = namespaceOf(object);
    return PROTOCOLS.some((protocol) => virtual_service_rules_rulesOf(object, protocol).some((rule) => placesIn(rule, app, from).candidate.length > 0 ||
        [rule.mirror, ...(rule.mirrors ?? []).map(({ destination }) => destination)].some((mirror) => isHostOf(mirror?.host, app.candidate, app.namespace, from))));
}
function virtual_service_rules_setWeight(pointer, target, weight) {
    if (target === undefined || target.weight === weight)
        return [];
    const path = `${pointer}/weight`;
    return weight === undefined ? [{ op: 'remove', path }] : [{ op: 'add', path, value: weight }];
}

;// CONCATENATED MODULE: ./lib/traffic/destination-rule.js



/** @param subsets of the live Service, as the user's rules name them; undefined: a rule without a subset */
function policiesFor(app, title, objects, subsets) {
    const all = objects.filter((object) => object.metadata?.namespace === app.namespace).sort(byAge);
    const isFor = (service) => (object) => isHostOf(object.spec?.host, service, app.namespace, app.namespace);
    const ofLive = all.filter(isFor(app.live));
    const general = ofLive.filter(({ spec }) => spec?.workloadSelector === undefined);
    const chosen = [...new Set(subsets)].map((name) => subsetOf(general, name));
    const refusal = whyNotOneTrack(app, title, chosen);
    const warnings = chosen.flatMap((choice) => subsetWarning(app, title, choice));
    const candidates = all.filter(isFor(app.candidate)).filter((object) => !(0,service_selector/* isOurs */.MU)(object));
    if (refusal !== null || candidates.length > 0)
        return { companion: null, warnings, refusal };
    for (const { metadata, spec } of ofLive)
        if (spec?.workloadSelector !== undefined)
            warnings.push(`DestinationRule ${metadata?.name} gives Service ${app.live} a traffic policy for chosen clients only. ` +
                `Service ${app.candidate} does not get it: give it a DestinationRule of its own if the candidate needs it.`);
    const top = general.find(({ spec }) => spec?.trafficPolicy !== undefined);
    const wanted = chosen.map(({ subset }) => merged(top?.spec?.trafficPolicy, subset?.trafficPolicy));
    const [policy] = wanted;
    if (wanted.some((other) => !(0,external_node_util_.isDeepStrictEqual)(other, policy)))
        warnings.push(`${title} reaches Service ${app.live} under several traffic policies (subsets ${chosen.map(({ name }) => name ?? 'none').join(', ')}). ` +
            `Service ${app.candidate} gets one for all: that of ${chosen[0]?.name === undefined ? 'the host itself' : `subset ${chosen[0].name}`}.`);
    const source = top ?? chosen[0]?.rule;
    if (policy === undefined || source === undefined)
        return { companion: null, warnings, refusal };
    const { subsets: _subsets, ...spec } = source.spec ?? {};
    return {
        companion: {
            apiVersion: source.apiVersion ?? 'networking.istio.io/v1',
            namespace: app.namespace,
            name: `crossfade-${app.candidate}`,
            spec: { ...spec, host: candidateHost(spec.host ?? app.live, app), trafficPolicy: policy },
        },
        warnings,
        refusal,
    };
}
/** Istio merges rules of one host, the oldest first: of the policies the first one counts, the subsets of all of them. */
function byAge(a, b) {
    const key = ({ metadata }) => `${metadata?.creationTimestamp ?? ''} ${metadata?.name ?? ''}`;
    return key(a) < key(b) ? -1 : 1;
}
function subsetOf(rules, name) {
    for (const rule of name === undefined ? [] : rules) {
        const subset = rule.spec?.subsets?.find((entry) => entry.name === name);
        if (subset !== undefined)
            return { name, subset, rule };
    }
    return { name, subset: undefined, rule: undefined };
}
function whyNotOneTrack(app, title, choices) {
    const kinds = [];
    for (const { name, subset } of choices) {
        const kind = name === undefined ? {} : (subset?.labels ?? (subset === undefined ? name : {}));
        if ((0,external_node_util_.isDeepStrictEqual)(kind, {}) || kinds.some((known) => (0,external_node_util_.isDeepStrictEqual)(known, kind)))
            continue;
        kinds.push(kind);
    }
    if (kinds.length < 2)
        return null;
    const names = choices.flatMap(({ name }) => name ?? []).join(', ');
    return (`${title} tells subsets ${names} of Service ${app.live} apart, so this Service reaches pods of several kinds. ` +
        'A release pins the live Service to one version, and the other subsets would be empty. ' +
        `Give the released workload a Service of its own and route to that instead of to a subset.`);
}
function subsetWarning(app, title, { name, subset }) {
    if (name === undefined)
        return [];
    if (subset === undefined)
        return [
            `${title} sends users to subset ${name} of Service ${app.live}, which no DestinationRule in namespace ${app.namespace} defines. ` +
                `If one elsewhere gives it a traffic policy, Service ${app.candidate} does not get it: give it a DestinationRule of its own.`,
        ];
    const labels = Object.entries(subset.labels ?? {}).map(([key, value]) => `${key}=${value}`);
    if (labels.length === 0)
        return [];
    return [
        `${title} sends users to subset ${name} of Service ${app.live} (${labels.sort().join(', ')}). ` +
            'The new version must carry these labels too: after the release its users come through that subset.',
    ];
}
/**
 * The policy of a subset laid over that of its host, as Istio does it (MergeSubsetTrafficPolicy): field by field, and what a port says
 * replaces what stands beside it.
 */
function merged(host, subset) {
    if (host === undefined || subset === undefined)
        return host ?? subset;
    const { portLevelSettings: hostPorts = [], ...hostRest } = host;
    const { portLevelSettings: subsetPorts = [], ...subsetRest } = subset;
    const numbers = subsetPorts.map(({ port }) => port?.number);
    const overlay = Object.fromEntries(Object.entries(subsetRest).filter(([key]) => OF_A_PORT.includes(key)));
    const ports = [
        ...subsetPorts,
        ...hostPorts
            .filter(({ port }) => !numbers.includes(port?.number))
            .map((settings) => ({ ...settings, ...overlay })),
    ];
    return { ...hostRest, ...subsetRest, ...(ports.length > 0 ? { portLevelSettings: ports } : {}) };
}
const OF_A_PORT = ['loadBalancer', 'connectionPool', 'outlierDetection', 'tls'];
function collectionOf({ apiVersion, namespace }) {
    return `/apis/${apiVersion}/namespaces/${namespace}/destinationrules`;
}
function companionPath(companion) {
    return `${collectionOf(companion)}/${companion.name}`;
}
function createCompanion(companion, app, owner) {
    const { apiVersion, namespace, name, spec } = companion;
    const { apiVersion: ownerVersion = apiVersion, metadata } = owner;
    const ownerReferences = metadata?.namespace === namespace && metadata.uid !== undefined
        ? [{ apiVersion: ownerVersion, kind: 'VirtualService', name: metadata.name, uid: metadata.uid }]
        : [];
    return {
        verb: 'create',
        path: collectionOf(companion),
        body: {
            apiVersion,
            kind: 'DestinationRule',
            metadata: {
                name,
                namespace,
                labels: service_selector/* MANAGED_BY */.Kf,
                // It can never outlive the route that it stands beside.
                ...(ownerReferences.length > 0 ? { ownerReferences } : {}),
            },
            spec,
        },
        why: `create DestinationRule ${name}: Service ${app.candidate} gets the traffic policy of Service ${app.live}`,
    };
}
function deleteCompanion(companion, found) {
    return {
        verb: 'delete',
        path: companionPath(companion),
        uid: found.metadata?.uid ?? '',
        why: `delete DestinationRule ${companion.name}: no route leads to the candidate any more`,
    };
}

;// CONCATENATED MODULE: ./lib/traffic/virtual-service-testers.js




/** The rule to put before `source`; null: nobody is to be told apart, or nobody can come to `source` as a tester. */
function virtual_service_testers_testersRule(source, candidate, { headers, cookies }, number, title) {
    const testers = [
        ...headers.map(({ name, value, kind }) => ({
            header: name,
            value: kind === 'exact' ? { exact: value } : { regex: value },
        })),
        ...cookies.map(({ name, value }) => ({ header: 'cookie', value: { regex: cookiePattern(name, value) } })),
    ];
    const sources = source.match === undefined || source.match.length === 0 ? [{}] : source.match;
    const match = sources.flatMap((asked) => testers.flatMap((tester) => both(asked, tester, title) ?? []));
    if (match.length === 0)
        return null;
    const { weight: _weight, ...destination } = candidate;
    // A single destination has everything, and needs no weight that could be 0.
    return { ...source, name: `${OUR_PREFIX}testers-${number}`, match, route: [destination] };
}
/** A match that asks for both; null: no request can be both. */
function both(asked, { header, value }, title) {
    const { headers = {} } = asked;
    const name = Object.keys(headers).find((key) => key.toLowerCase() === header) ?? header;
    const joined = conjunction(headers[name], value);
    if (joined === 'never')
        return null;
    if (joined === 'unknown')
        throw new router/* CannotRoute */.bW(`Wanted testers by header ${header} in ${title}; a rule of it asks for a value of that header already ` +
            `(${JSON.stringify(headers[name])}), and Istio takes one condition for each header. Choose another header for the testers.`);
    return { ...asked, headers: { ...headers, [name]: joined } };
}
function conjunction(asked, wanted) {
    if (asked === undefined || (0,external_node_util_.isDeepStrictEqual)(asked, wanted))
        return wanted;
    // Without a value it asks for the header's presence.
    if (asked.exact === undefined && asked.prefix === undefined && asked.regex === undefined)
        return wanted;
    if (wanted.exact === undefined || asked.regex !== undefined)
        return 'unknown';
    const isBoth = asked.exact === undefined ? wanted.exact.startsWith(asked.prefix ?? '') : asked.exact === wanted.exact;
    return isBoth ? wanted : 'never';
}
/** Istio's regular expressions (RE2) match the whole header: the cookie stands at its begin or after another one. */
function cookiePattern(name, value) {
    return `^(.*;\\s*)?${literally(name)}=${literally(value)}(\\s*;.*)?$`;
}

;// CONCATENATED MODULE: ./lib/traffic/virtual-service-edits.js






function located(memos, route, app) {
    const places = virtual_service_rules_locate(memos, route, app);
    return memos.map((memo, at) => {
        const index = places[at] ?? null;
        const rule = index === null ? undefined : virtual_service_rules_rulesOf(route, memo.protocol)[index];
        return index === null || rule === undefined
            ? null
            : { memo, rule, index, pointer: `/spec/${memo.protocol}/${index}` };
    });
}
function isOurMirror({ mirror }, app, from) {
    return isHostOf(mirror?.host, app.candidate, app.namespace, from);
}
/**
 * What brings the rules to what is wanted. A rule that is gone is an error, but not for those who go back: it sends nobody to the
 * candidate.
 */
function intended(found, app, route, wanted) {
    const rules = found.filter((rule) => rule !== null);
    const lost = found.length - rules.length;
    const isForUsers = wanted.share > 0 || wanted.mirror > 0 || hasTesters(wanted);
    if (lost > 0 && isForUsers)
        throw new router/* CannotRoute */.bW(`Wanted ${virtual_service_edits_wishOf(wanted)} in ${virtual_service_rules_titleOf(route)}; ${lost} of its ${found.length} rules that led to Service ${app.live} ` +
            'when the release began are not there any more. Put them back, or take the release back.');
    const inPlace = rules.flatMap((rule) => [
        ...weighed(rule, app, route, wanted.share),
        ...virtual_service_edits_mirrored(rule, app, route, wanted.mirror),
    ]);
    return { inPlace, lists: testing(rules, app, route, wanted) };
}
/** What is wanted, for a person. */
function virtual_service_edits_wishOf(wanted) {
    const testers = hasTesters(wanted) ? ', and its testers,' : '';
    const copies = wanted.mirror > 0 ? `, and copies of ${(0,router/* percent */.KN)(wanted.mirror)} of requests,` : '';
    return `${(0,router/* percent */.KN)(wanted.share)} of users${testers}${copies} to the candidate`;
}
function weighed(found, app, route, share) {
    const { memo, rule, pointer } = found;
    const places = placesIn(rule, app, namespaceOf(route));
    const [live] = places.live;
    const [candidate] = places.candidate;
    const liveTarget = rule.route?.[live ?? -1];
    if (live === undefined || liveTarget === undefined || places.live.length > 1 || places.candidate.length > 1) {
        if (share === 0 && memo.candidate === null)
            return withoutCandidate(rule, pointer, app, route, memo);
        throw new router/* CannotRoute */.bW(`Wanted ${(0,router/* percent */.KN)(share)} for the candidate in ${virtual_service_rules_titleOf(route)} (rule ${rule.name ?? found.index + 1}), which must name ` +
            `Service ${app.live} once and Service ${app.candidate} at most once; it does not any more. Take the release back, or put it right.`);
    }
    if (candidate === undefined && share === 0)
        return [];
    const old = virtual_service_rules_pairIn(rule, places);
    const sum = hasThirds(rule, places) ? (memo.sum ?? old.live + old.candidate) : share % 100 === 0 ? 100 : router/* ALL */.y2;
    const pair = pairOf(share, sum);
    const isExact = share === 0 ? old.candidate === 0 : share !== router/* ALL */.y2 || old.live === 0;
    const isSum = !hasThirds(rule, places) || old.live + old.candidate === sum;
    if (candidate !== undefined && shareOf(old) === share && isExact && isSum)
        return [];
    const at = (index) => `${pointer}/route/${index}`;
    return [
        ...virtual_service_rules_setWeight(at(live), liveTarget, pair.live),
        ...(candidate === undefined
            ? [
                {
                    op: 'add',
                    path: `${pointer}/route/-`,
                    value: { ...(memo.candidate ?? besideLive(liveTarget, app)), weight: pair.candidate },
                },
            ]
            : virtual_service_rules_setWeight(at(candidate), rule.route?.[candidate], pair.candidate)),
    ];
}
/** The candidate as a destination: everything as for the live Service, but its host; without a weight. */
function besideLive({ weight: _weight, ...live }, app) {
    const { subset: _subset, ...destination } = live.destination ?? {};
    return { ...live, destination: { ...destination, host: candidateHost(destination.host ?? app.live, app) } };
}
function virtual_service_edits_mirrored({ memo, rule, pointer }, app, route, wanted) {
    if (memo.protocol !== 'http' || memo.mirrored)
        return [];
    const from = namespaceOf(route);
    const isOwn = isOurMirror(rule, app, from);
    if (wanted === 0)
        return isOwn ? unmirror(rule, pointer) : [];
    if ((rule.mirror !== undefined && !isOwn) || rule.mirrors !== undefined)
        throw new router/* CannotRoute */.bW(`Wanted copies of ${(0,router/* percent */.KN)(wanted)} of requests in ${virtual_service_rules_titleOf(route)}; somebody has given it another mirror meanwhile.`);
    const value = wanted / 100;
    // An absent percentage is everything.
    if (isOwn && rule.mirrorPercentage?.value === value)
        return [];
    const live = rule.route?.[placesIn(rule, app, from).live[0] ?? -1];
    return [
        ...(isOwn
            ? []
            : [{ op: 'add', path: `${pointer}/mirror`, value: besideLive(live ?? {}, app).destination }]),
        { op: 'add', path: `${pointer}/mirrorPercentage`, value: { value } },
    ];
}
function unmirror(rule, pointer) {
    return ['mirror', 'mirrorPercentage'].flatMap((key) => rule[key] === undefined ? [] : [{ op: 'remove', path: `${pointer}/${key}` }]);
}
/** Testers' rules, each right before the rule that it is made of. */
function testing(found, app, route, wanted) {
    const rules = virtual_service_rules_rulesOf(route, 'http');
    const testers = new Map();
    for (const [number, { memo, rule, index }] of found.filter(({ memo }) => memo.protocol === 'http').entries()) {
        const { mirror: _mirror, mirrorPercentage: _percentage, ...unmirrored } = rule;
        const candidate = memo.candidate ?? besideLive(memo.live, app);
        const made = virtual_service_testers_testersRule(memo.mirrored ? rule : unmirrored, candidate, wanted, number + 1, virtual_service_rules_titleOf(route));
        if (made !== null)
            testers.set(index, made);
    }
    const changes = [];
    for (let index = rules.length - 1; index >= 0; index--) {
        const rule = rules[index] ?? {};
        const made = testers.get(index);
        if (made !== undefined && !(0,external_node_util_.isDeepStrictEqual)(rules[index - 1], made))
            changes.push({ op: 'add', path: `/spec/http/${index}`, value: made });
        if (virtual_service_rules_isOurs(rule) && !(0,external_node_util_.isDeepStrictEqual)(testers.get(index + 1), rule))
            changes.push({ op: 'remove', path: `/spec/http/${index}` });
    }
    return changes;
}
/** What brings the rules back to what the user wrote. `named`: the user's own route leads to the candidate somewhere. */
function originally(memos, named, app, route) {
    const found = located(memos, route, app).filter((rule) => rule !== null);
    const inPlace = PROTOCOLS.flatMap((protocol) => virtual_service_rules_rulesOf(route, protocol).flatMap((rule, index) => {
        const known = found.find(({ memo, index: place }) => memo.protocol === protocol && place === index);
        if (known !== undefined)
            return restored(known, app, route);
        // Not a rule that we know. When the user's own route never named the candidate, its place beside live is a copy of our doing.
        if (named || virtual_service_rules_isOurs(rule))
            return [];
        const pointer = `/spec/${protocol}/${index}`;
        return [...withoutCandidate(rule, pointer, app, route, null), ...unmirrored(rule, pointer, app, route)];
    }));
    const lists = virtual_service_rules_rulesOf(route, 'http').flatMap((rule, index) => (virtual_service_rules_isOurs(rule) ? [{ op: 'remove', path: `/spec/http/${index}` }] : []));
    return { inPlace, lists: lists.toReversed() };
}
function restored({ memo, rule, pointer }, app, route) {
    const mirror = memo.mirrored ? [] : unmirrored(rule, pointer, app, route);
    if (memo.candidate === null)
        return [...withoutCandidate(rule, pointer, app, route, memo), ...mirror];
    const places = placesIn(rule, app, namespaceOf(route));
    const [live] = places.live;
    const [candidate] = places.candidate;
    // Somebody took one of the two away: a weight for the other would be a guess.
    if (live === undefined || candidate === undefined)
        return mirror;
    return [
        ...virtual_service_rules_setWeight(`${pointer}/route/${live}`, rule.route?.[live], memo.live.weight),
        ...virtual_service_rules_setWeight(`${pointer}/route/${candidate}`, rule.route?.[candidate], memo.candidate.weight),
        ...mirror,
    ];
}
/** Everything for live again; a rule without the candidate has nothing of ours in its weights. `memo`: null for an unknown rule. */
function withoutCandidate(rule, pointer, app, route, memo) {
    const places = placesIn(rule, app, namespaceOf(route));
    const [live] = places.live;
    const [first, ...more] = places.candidate;
    if (first === undefined || (live === undefined && memo === null))
        return [];
    const drop = (indices) => indices.toReversed().map((index) => ({ op: 'remove', path: `${pointer}/route/${index}` }));
    // Somebody took live away beside the candidate.
    if (live === undefined)
        return [{ op: 'replace', path: `${pointer}/route/${first}`, value: memo?.live }, ...drop(more)];
    const pair = virtual_service_rules_pairIn(rule, places);
    // Beside a destination that is new, the weight that live had alone means something else: it keeps what the pair had.
    const isMeant = memo !== null && (memo.sum !== null || !hasThirds(rule, places));
    const weight = isMeant ? memo.live.weight : pair.live + pair.candidate;
    return [...virtual_service_rules_setWeight(`${pointer}/route/${live}`, rule.route?.[live], weight), ...drop(places.candidate)];
}
function unmirrored(rule, pointer, app, route) {
    return isOurMirror(rule, app, namespaceOf(route)) ? unmirror(rule, pointer) : [];
}
/** One PATCH that applies to exactly the rules that were read. */
function virtual_service_edits_patchOf(route, { inPlace, lists }, why) {
    const changes = [...inPlace, ...lists];
    if (changes.length === 0)
        return [];
    const touched = PROTOCOLS.filter((protocol) => changes.some(({ path }) => path.startsWith(`/spec/${protocol}/`)));
    return [
        {
            verb: 'patch',
            path: virtual_service_rules_pathOf(route),
            tests: [
                { op: 'test', path: '/metadata/uid', value: route.metadata?.uid },
                // All rules, not only those that change: one put before them would move every index.
                ...touched.map((protocol) => ({ op: 'test', path: `/spec/${protocol}`, value: virtual_service_rules_rulesOf(route, protocol) })),
            ],
            changes,
            why,
        },
    ];
}

;// CONCATENATED MODULE: ./lib/traffic/virtual-service-status.js
/*
 * What Istio says of a VirtualService. By default it writes no status; where it does, the status tells how many proxies have the route.
 */
function judgeStatus(title, { status, metadata }) {
    const generation = metadata?.generation ?? 0;
    const isStale = (seen) => seen !== undefined && Number(seen) < generation;
    const errors = (status?.validationMessages ?? []).filter(({ level }) => level === 3 || /^error$/i.test(`${level}`));
    if (errors.length > 0 && !isStale(status?.observedGeneration))
        return {
            is: 'no',
            level: 'held',
            reasons: errors.map(({ code, type, message }) => `Istio finds an error in ${title}: ${[type?.code ?? code, type?.name, message].filter(Boolean).join(' ')}.`),
        };
    const condition = status?.conditions?.find(({ type }) => type === 'Reconciled');
    if (condition === undefined)
        return {
            is: 'yes',
            level: 'held',
            reasons: [`${title} is stored as wanted; Istio writes no status that tells more.`],
        };
    const said = `Reconciled is ${condition.status}${[condition.reason, condition.message]
        .filter(Boolean)
        .map((text) => `, ${text}`)
        .join('')}`;
    const seen = condition.observedGeneration ?? status?.observedGeneration;
    if (seen === undefined)
        return { is: 'unknown', level: 'held', reasons: [`${title}: ${said}, without the generation that it means.`] };
    if (isStale(seen))
        return {
            is: 'unknown',
            level: 'held',
            reasons: [`${title}: ${said}, of generation ${seen}; the object is at ${generation}.`],
        };
    return condition.status === 'True'
        ? { is: 'yes', level: 'programmed', reasons: [] }
        : { is: 'unknown', level: 'held', reasons: [`${title} has not reached all proxies yet: ${said}.`] };
}

;// CONCATENATED MODULE: ./lib/traffic/virtual-service.js










const virtualService = {
    kind: 'virtualservice',
    resources: [
        {
            group: 'networking.istio.io',
            versions: ['v1', 'v1beta1', 'v1alpha3'],
            resource: 'virtualservices',
            kind: 'VirtualService',
        },
        {
            group: 'networking.istio.io',
            versions: ['v1', 'v1beta1', 'v1alpha3'],
            resource: 'destinationrules',
            kind: 'DestinationRule',
        },
    ],
    discover: virtual_service_discover,
    read,
    plan: virtual_service_plan,
    verdict,
    capabilities,
};
function virtual_service_discover(app, objects) {
    const bindings = [];
    const refusals = [];
    const warnings = [];
    const routes = objects.filter(({ kind }) => kind === 'VirtualService').sort(byName);
    const policies = objects.filter(({ kind }) => kind === 'DestinationRule');
    for (const route of routes) {
        const handed = delegatedElsewhere(route, app, routes);
        if (handed !== null)
            refusals.push(handed);
        const title = virtual_service_rules_titleOf(route);
        const found = memosOf(route, app);
        if (found === null)
            continue;
        const driver = driverRefusal(route, title);
        if (driver !== null) {
            refusals.push(driver);
            continue;
        }
        if (typeof found === 'string') {
            refusals.push(found);
            continue;
        }
        const subsets = found.memos.map(({ live }) => live.destination?.subset);
        const policy = policiesFor(app, title, policies, subsets);
        if (policy.refusal !== null) {
            refusals.push(policy.refusal);
            continue;
        }
        const named = namesCandidate(route, app);
        // Whoever names the candidate Service already has decided which policies it has.
        const companion = named ? null : policy.companion;
        const journal = { memos: found.memos, named, companion };
        const path = virtual_service_rules_pathOf(route);
        bindings.push({
            router: `virtualservice/${route.metadata?.name}`,
            app,
            paths: companion === null ? [path] : [companionPath(companion), path],
            originalShare: found.share,
            journal,
        });
        warnings.push(...policy.warnings, ...ownWarnings(route, found.memos), ...ownerWarnings(route, title, fieldOf(found.memos)));
    }
    return { bindings, refusals, warnings };
}
/** The rules that lead to the pair and the candidate's share in them; a sentence: why not; null: they lead somewhere else. */
function memosOf(route, app) {
    const title = virtual_service_rules_titleOf(route);
    const from = namespaceOf(route);
    const memos = [];
    const shares = new Set();
    let isNamed = false;
    for (const protocol of PROTOCOLS)
        for (const [index, rule] of virtual_service_rules_rulesOf(route, protocol).entries()) {
            const places = placesIn(rule, app, from);
            const live = rule.route?.[places.live[0] ?? -1];
            if (virtual_service_rules_isOurs(rule) || live === undefined)
                continue;
            isNamed = true;
            const where = `${title} (${protocol} rule ${rule.name ?? index + 1})`;
            if (places.live.length > 1 || places.candidate.length > 1)
                return (`${where} names Service ${places.live.length > 1 ? app.live : app.candidate} more than once ` +
                    '(under several subsets or ports), and a release cannot tell these destinations apart. Name it once in each rule.');
            const all = (rule.route ?? []).map((_target, at) => weightAt(rule, at));
            if (all.every((weight) => weight === 0))
                return `${where} has several destinations and no weight on any of them, which Istio refuses. Give them weights.`;
            const pair = virtual_service_rules_pairIn(rule, places);
            const share = shareOf(pair);
            // Somebody else gets everything in this rule.
            if (share === null)
                continue;
            shares.add(share);
            memos.push({
                protocol,
                name: rule.name ?? null,
                match: rule.match ?? null,
                live,
                candidate: rule.route?.[places.candidate[0] ?? -1] ?? null,
                sum: hasThirds(rule, places) ? pair.live + pair.candidate : null,
                mirrored: rule.mirror !== undefined || rule.mirrors !== undefined,
            });
        }
    if (!isNamed)
        return null;
    const [share, another] = shares;
    if (share === undefined)
        return `${title} names Service ${app.live}, but no rule of it gives that Service a weight. Give it one, or choose another route.`;
    if (another !== undefined)
        return (`${title} gives Service ${app.candidate} ${percents([...shares])} of the users of Service ${app.live}, each in another rule. ` +
            'A release has one share for all of them: give all these rules the same weights.');
    return { memos, share };
}
/** A root whose rules are in a namespace that is not read. */
function delegatedElsewhere(root, app, read) {
    const from = namespaceOf(root);
    if (!(root.spec?.hosts ?? []).some((host) => isHostOf(host, app.live, app.namespace, from)))
        return null;
    for (const { delegate } of virtual_service_rules_rulesOf(root, 'http')) {
        const { name, namespace = from } = delegate ?? {};
        if (name === undefined || read.some(({ metadata }) => metadata?.name === name && metadata.namespace === namespace))
            continue;
        return (`${virtual_service_rules_titleOf(root)} is for Service ${app.live} and delegates to VirtualService ${name} in namespace ${namespace}, ` +
            `which was not found among those of namespace ${app.namespace}. Only routes in the namespace of the app can be used: move it there.`);
    }
    return null;
}
function ownWarnings(route, memos) {
    const title = virtual_service_rules_titleOf(route);
    const left = virtual_service_rules_rulesOf(route, 'http').filter(virtual_service_rules_isOurs);
    const blind = new Set(memos.map(({ protocol }) => protocol).filter((protocol) => protocol !== 'http'));
    return [
        ...(left.length > 0
            ? [
                `${title} has rules of an unfinished release (${left.map(({ name }) => name).join(', ')}); they will be removed.`,
            ]
            : []),
        ...(blind.size > 0 && memos.some(({ protocol }) => protocol === 'http')
            ? [
                `${title}: its ${[...blind].join(' and ')} rules have no headers to look at; testers are known in its http rules alone.`,
            ]
            : []),
    ];
}
function read(binding, objects) {
    const route = routeIn(binding, objects);
    const original = virtual_service_restoring(binding, objects).length === 0;
    if (route === null)
        return { share: null, overrides: false, mirror: 0, original };
    const { app } = binding;
    const { memos } = virtual_service_journalOf(binding);
    const rules = located(memos, route, app);
    const shares = new Set(rules.map((found) => (found === null ? null : shareAt(found, app, route))));
    const [share = null, ...others] = shares;
    const mirrors = rules.flatMap((found) => found === null || found.memo.protocol !== 'http' ? [] : [mirrorOf(found, app, route)]);
    return {
        share: others.length > 0 ? null : share,
        overrides: virtual_service_rules_rulesOf(route, 'http').some(virtual_service_rules_isOurs),
        mirror: mirrors.length === 0 ? 0 : Math.min(...mirrors),
        original,
    };
}
function shareAt({ memo, rule }, app, route) {
    const places = placesIn(rule, app, namespaceOf(route));
    const isWhole = places.live.length === 1 && places.candidate.length <= 1;
    const isMissing = memo.candidate !== null && places.candidate.length === 0;
    return isWhole && !isMissing ? shareOf(virtual_service_rules_pairIn(rule, places)) : null;
}
function mirrorOf({ memo, rule }, app, route) {
    if (memo.mirrored || !isOurMirror(rule, app, namespaceOf(route)))
        return 0;
    return Math.round((rule.mirrorPercentage?.value ?? 100) * 100);
}
function virtual_service_plan(binding, objects, wanted) {
    if (wanted === router/* ORIGINAL */.mx)
        return virtual_service_restoring(binding, objects);
    const title = bindingTitle(binding);
    virtual_service_assertPossible(binding, wanted);
    const route = routeIn(binding, objects);
    if (route === null)
        throw new router/* CannotRoute */.bW(`Wanted ${virtual_service_edits_wishOf(wanted)} in ${title}; it is not there any more. Apply it again, or take the release back.`);
    const { app } = binding;
    const { memos, companion } = virtual_service_journalOf(binding);
    const found = companionIn(companion, objects);
    if (companion !== null && found !== null && !(0,service_selector/* isOurs */.MU)(found))
        throw new router/* CannotRoute */.bW(`Wanted a DestinationRule ${companion.name} for Service ${app.candidate}; there is one of that name that is not ours. Rename it.`);
    return [
        // Before the route names the candidate: it has its policies from the first request on.
        ...(companion !== null && found === null ? [createCompanion(companion, app, route)] : []),
        ...virtual_service_edits_patchOf(route, intended(located(memos, route, app), app, route, wanted), `${virtual_service_edits_wishOf(wanted)} (${title})`),
    ];
}
function virtual_service_assertPossible(binding, wanted) {
    const title = bindingTitle(binding);
    for (const [name, value] of [
        ['share', wanted.share],
        ['mirror', wanted.mirror],
    ])
        if (!(value >= 0 && value <= router/* ALL */.y2))
            throw new router/* CannotRoute */.bW(`Wanted a ${name} of ${(0,router/* percent */.KN)(value)} in ${title}; it is between 0 and 100 %.`);
    const { nearest, headers, mirror } = capabilities(binding);
    const [below, above] = nearest(wanted.share);
    if (below !== wanted.share)
        throw new router/* CannotRoute */.bW(`Wanted ${(0,router/* percent */.KN)(wanted.share)} in ${title}, where other destinations keep their weights; ` +
            `the nearest that it can express are ${percents([below, above])}.`);
    if (hasTesters(wanted) && headers.length === 0)
        throw new router/* CannotRoute */.bW(`Wanted testers by header or cookie in ${title}; it leads to Service ${binding.app.live} by tls and tcp rules alone, ` +
            'where no header can be seen. Leave the testers away.');
    if (wanted.mirror > 0 && !mirror)
        throw new router/* CannotRoute */.bW(`Wanted copies of ${(0,router/* percent */.KN)(wanted.mirror)} of requests in ${title}; ` +
            'its http rules have a mirror of their own, or it has none. Remove that mirror, or release without one.');
}
function virtual_service_restoring(binding, objects) {
    const { app } = binding;
    const { memos, named, companion } = virtual_service_journalOf(binding);
    const route = routeIn(binding, objects);
    const found = companionIn(companion, objects);
    return [
        ...(route === null
            ? []
            : virtual_service_edits_patchOf(route, originally(memos, named, app, route), `put the rules of ${virtual_service_rules_titleOf(route)} back as you wrote them`)),
        // After the route: as long as it leads to the candidate, the candidate has its policies.
        ...(companion !== null && found !== null && (0,service_selector/* isOurs */.MU)(found) ? [deleteCompanion(companion, found)] : []),
    ];
}
function verdict(binding, objects) {
    const route = routeIn(binding, objects);
    if (route === null)
        return { is: 'no', level: 'stored', reasons: [`${bindingTitle(binding)} is not there any more.`] };
    const title = virtual_service_rules_titleOf(route);
    const { companion, named } = virtual_service_journalOf(binding);
    const found = companionIn(companion, objects);
    if (companion !== null && found === null && !named && namesCandidate(route, binding.app))
        return {
            is: 'no',
            level: 'held',
            reasons: [
                `${title} leads to Service ${binding.app.candidate}, whose DestinationRule ${companion.name} is not there: it lacks the traffic policy of Service ${binding.app.live}.`,
            ],
        };
    return judgeStatus(title, route);
}
function capabilities(binding) {
    const { memos } = virtual_service_journalOf(binding);
    const http = memos.filter(({ protocol }) => protocol === 'http');
    const sums = memos.flatMap(({ sum }) => sum ?? []);
    return {
        nearest(share) {
            const isExpressed = sums.every((sum) => shareOf(pairOf(share, sum)) === share);
            if (Number.isInteger(share) && isExpressed)
                return [share, share];
            const [below, above] = nearestShares(share, commonSum(sums) || router/* ALL */.y2);
            return [Math.round(below), Math.round(above)];
        },
        headers: http.length > 0 ? ['exact', 'regex'] : [],
        cookies: http.length > 0,
        mirror: http.length > 0 && !http.some(({ mirrored: isMirrored }) => isMirrored),
        // `programmed` is seen only where Istio was told to write status.
        level: 'held',
    };
}
function virtual_service_journalOf(binding) {
    return binding.journal; // written by `discover`; the record keeps it as JSON
}
/** The VirtualService is what is written last when the share rises. */
function routeIn(binding, objects) {
    return objects.get(binding.paths.at(-1) ?? '') ?? null;
}
function companionIn(companion, objects) {
    return companion === null ? null : (objects.get(companionPath(companion)) ?? null);
}
function bindingTitle(binding) {
    return `VirtualService ${(0,route_objects/* nameIn */.ZC)(binding)}`;
}
function fieldOf(memos) {
    const { protocol } = memos[0] ?? { protocol: 'http' };
    return protocol === 'http' ? '.spec.http' : `.spec.${protocol}[].route`;
}
function byName(a, b) {
    const key = ({ metadata }) => `${metadata?.namespace}/${metadata?.name}`;
    return key(a) < key(b) ? -1 : 1;
}
function percents(shares) {
    return shares.map(router/* percent */.KN).join(' and ');
}

;// CONCATENATED MODULE: ./lib/traffic/routers.js











/** Every kind of router on objects of the cluster. `command` is none of them: see command-route.ts. */
const ROUTERS = [
    httpRoute,
    grpcRoute,
    virtualService,
    ingressAnnotations,
    traefikService,
    traefikIngressRoute,
    traefikIngressRouteTcp,
    contourHttpProxy,
    albIngress,
    openshiftRoute,
    apisixRoute,
];
/** The router of a binding. @throws {CannotRoute} for a kind that this version does not know (a record of a newer one) */
function routers_routerOf(binding) {
    const kind = binding.router.split('/')[0] ?? '';
    const found = ROUTERS.find((router) => router.kind === kind);
    if (found === undefined)
        throw new router/* CannotRoute */.bW(`This version of Crossfade does not know routers of kind ${kind}.`);
    return found;
}
/** Of any binding, the command's included. @throws {CannotRoute} as `routerOf` */
function capabilitiesOf(binding) {
    return (0,command_route/* isCommand */.y9)(binding) ? command_route/* COMMAND_CAPABILITIES */.VC : routers_routerOf(binding).capabilities(binding);
}


/***/ }),

/***/ 914:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   CW: () => (/* binding */ unpinned),
/* harmony export */   EF: () => (/* binding */ overlap),
/* harmony export */   Kf: () => (/* binding */ MANAGED_BY),
/* harmony export */   Lr: () => (/* binding */ createCandidateService),
/* harmony export */   MU: () => (/* binding */ isOurs),
/* harmony export */   S_: () => (/* binding */ switchTo),
/* harmony export */   XP: () => (/* binding */ pointCandidateService),
/* harmony export */   ax: () => (/* binding */ deleteCandidateService),
/* harmony export */   df: () => (/* binding */ watchStable),
/* harmony export */   gw: () => (/* binding */ switchBack),
/* harmony export */   jV: () => (/* binding */ divert),
/* harmony export */   l0: () => (/* binding */ unpin),
/* harmony export */   nF: () => (/* binding */ restoreCandidateService),
/* harmony export */   y_: () => (/* binding */ pin)
/* harmony export */ });
/* harmony import */ var _cluster_write_request_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(6477);
/* harmony import */ var _workload_template_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(6067);
/* harmony import */ var _route_objects_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(2129);



/*
 * The router of blue/green: the selector of the user's own Service. A pin is one more label in it, `pod-template-hash`;
 * without it the selector is what the user wrote.
 */
/** Labels and annotations of what we make, so that a person knows whose it is. */
const MANAGED_BY = { 'app.kubernetes.io/managed-by': 'crossfade' };
/** Whether we have made it. */
function isOurs({ metadata }) {
    return Object.entries(MANAGED_BY).every(([key, value]) => metadata?.labels?.[key] === value);
}
/** Only stable's pods, from before the candidate exists. */
function pin(service, hash) {
    return select(service, { ...unpinned(service), [_workload_template_js__WEBPACK_IMPORTED_MODULE_0__/* .HASH_LABEL */ .mE]: hash }, `pin Service ${(0,_route_objects_js__WEBPACK_IMPORTED_MODULE_1__/* .nameOf */ .Vb)(service)} to stable (${hash})`);
}
/** The switch: all users to the candidate. */
function switchTo(service, hash) {
    return select(service, { ...unpinned(service), [_workload_template_js__WEBPACK_IMPORTED_MODULE_0__/* .HASH_LABEL */ .mE]: hash }, `switch Service ${(0,_route_objects_js__WEBPACK_IMPORTED_MODULE_1__/* .nameOf */ .Vb)(service)} to the candidate (${hash})`);
}
/** All users to stable again. */
function switchBack(service, hash) {
    return select(service, { ...unpinned(service), [_workload_template_js__WEBPACK_IMPORTED_MODULE_0__/* .HASH_LABEL */ .mE]: hash }, `move users of Service ${(0,_route_objects_js__WEBPACK_IMPORTED_MODULE_1__/* .nameOf */ .Vb)(service)} back to stable (${hash})`);
}
/** Both tracks for a moment, for load balancers that attach and detach pods one by one. */
function overlap(service) {
    return select(service, unpinned(service), `let Service ${(0,_route_objects_js__WEBPACK_IMPORTED_MODULE_1__/* .nameOf */ .Vb)(service)} reach both tracks`);
}
function unpin(service) {
    return select(service, unpinned(service), `unpin Service ${(0,_route_objects_js__WEBPACK_IMPORTED_MODULE_1__/* .nameOf */ .Vb)(service)}: its selector is again as you wrote it`);
}
function select(service, selector, why) {
    return {
        verb: 'patch',
        path: (0,_cluster_write_request_js__WEBPACK_IMPORTED_MODULE_2__/* .servicePath */ .V)(service.metadata?.namespace ?? '', (0,_route_objects_js__WEBPACK_IMPORTED_MODULE_1__/* .nameOf */ .Vb)(service)),
        tests: [
            { op: 'test', path: '/metadata/uid', value: service.metadata?.uid },
            { op: 'test', path: '/spec/selector', value: service.spec?.selector ?? {} },
        ],
        changes: [{ op: 'replace', path: '/spec/selector', value: selector }],
        why,
    };
}
/** The selector without the pin. */
function unpinned(service) {
    const { [_workload_template_js__WEBPACK_IMPORTED_MODULE_0__/* .HASH_LABEL */ .mE]: _pin, ...selector } = service.spec?.selector ?? {};
    return selector;
}
/** A Service of the same ports that reaches only the candidate; owned by the Deployment, so that it can never outlive it. */
function createCandidateService(plan, live, hash) {
    const namespace = live.metadata?.namespace ?? '';
    return {
        verb: 'create',
        path: (0,_cluster_write_request_js__WEBPACK_IMPORTED_MODULE_2__/* .servicePath */ .V)(namespace),
        body: {
            apiVersion: 'v1',
            kind: 'Service',
            metadata: {
                name: plan.candidateService.name,
                namespace,
                labels: MANAGED_BY,
                annotations: { 'crossfade/release': plan.release },
                ownerReferences: [
                    { apiVersion: 'apps/v1', kind: 'Deployment', name: plan.deployment.name, uid: plan.deployment.uid },
                ],
            },
            spec: {
                type: 'ClusterIP',
                selector: { ...plan.service.selector, [_workload_template_js__WEBPACK_IMPORTED_MODULE_0__/* .HASH_LABEL */ .mE]: hash },
                ports: (live.spec?.ports ?? []).map(({ nodePort: _nodePort, ...port }) => port),
            },
        },
        why: `create Service ${plan.candidateService.name}: it reaches only the candidate`,
    };
}
/** The user's own candidate Service: its selector gains the pin. */
function pointCandidateService(service, hash) {
    return select(service, { ...unpinned(service), [_workload_template_js__WEBPACK_IMPORTED_MODULE_0__/* .HASH_LABEL */ .mE]: hash }, `point Service ${(0,_route_objects_js__WEBPACK_IMPORTED_MODULE_1__/* .nameOf */ .Vb)(service)} at the candidate (${hash})`);
}
/** Routes that still lead to the candidate Service bring users to stable from here on. */
function divert(service, hash) {
    return select(service, { ...unpinned(service), [_workload_template_js__WEBPACK_IMPORTED_MODULE_0__/* .HASH_LABEL */ .mE]: hash }, `point Service ${(0,_route_objects_js__WEBPACK_IMPORTED_MODULE_1__/* .nameOf */ .Vb)(service)} at stable: whoever is routed there is on stable again`);
}
/** The candidate Service shows how far the EndpointSlice controller knows of the old pods' leaving. */
function watchStable(service, hash) {
    return select(service, { ...unpinned(service), [_workload_template_js__WEBPACK_IMPORTED_MODULE_0__/* .HASH_LABEL */ .mE]: hash }, `point Service ${(0,_route_objects_js__WEBPACK_IMPORTED_MODULE_1__/* .nameOf */ .Vb)(service)} at stable, to see its pods leave`);
}
function restoreCandidateService(service, selector) {
    return select(service, selector, `put the selector of Service ${(0,_route_objects_js__WEBPACK_IMPORTED_MODULE_1__/* .nameOf */ .Vb)(service)} back`);
}
function deleteCandidateService(service) {
    return {
        verb: 'delete',
        path: (0,_cluster_write_request_js__WEBPACK_IMPORTED_MODULE_2__/* .servicePath */ .V)(service.metadata?.namespace ?? '', (0,_route_objects_js__WEBPACK_IMPORTED_MODULE_1__/* .nameOf */ .Vb)(service)),
        uid: service.metadata?.uid ?? '',
        why: `delete Service ${(0,_route_objects_js__WEBPACK_IMPORTED_MODULE_1__/* .nameOf */ .Vb)(service)}`,
    };
}


/***/ }),

/***/ 8322:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   CL: () => (/* binding */ roll),
/* harmony export */   CN: () => (/* binding */ freeze),
/* harmony export */   PF: () => (/* binding */ restore),
/* harmony export */   VN: () => (/* binding */ close),
/* harmony export */   XR: () => (/* binding */ resize),
/* harmony export */   ho: () => (/* binding */ open),
/* harmony export */   i2: () => (/* binding */ holdAgain),
/* harmony export */   j0: () => (/* binding */ regrow),
/* harmony export */   nS: () => (/* binding */ evictCandidate),
/* harmony export */   v7: () => (/* binding */ pause),
/* harmony export */   yQ: () => (/* binding */ closeBack)
/* harmony export */ });
/* harmony import */ var _cluster_write_request_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(6477);
/* harmony import */ var _release_hold_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3020);
/* harmony import */ var _release_sizes_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(8723);
/* harmony import */ var _template_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(6067);
/* harmony import */ var _tracks_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(7521);





/*
 * The writes of a held rollout (design §2), each one PATCH of the Deployment. They test `metadata.generation`, which the API server
 * counts up with every change of the spec and with nothing else: a compare-and-swap of the whole spec that status updates cannot break.
 */
/** A paused Deployment ignores template changes and still follows `replicas`. */
function pause(deployment) {
    return patch(deployment, [set('paused', true)], 'pause the Deployment: no template change has an effect from here on');
}
/** The plain rolling update, forward or back: the template alone. */
function roll(deployment, template, why) {
    return patch(deployment, [set('template', template)], why);
}
/** Template and hold in one write, because `minReadySeconds` is copied only to the newest ReplicaSet. */
function open(deployment, candidate, sizes) {
    const replicas = replicasOf(deployment);
    const where = sizes.stable < replicas ? 'in the place of' : 'beside';
    return patch(deployment, [set('template', candidate), ...hold((0,_release_sizes_js__WEBPACK_IMPORTED_MODULE_1__/* .holdFor */ .Fr)(sizes, replicas)), set('paused', false)], `new template and hold: the candidate’s pods start ${where} stable’s`);
}
/** The numbers of pods of the next step, or wave. Unpaused until they are reached, which takes the controller some milliseconds. */
function resize(deployment, sizes) {
    return patch(deployment, [set('strategy', (0,_release_sizes_js__WEBPACK_IMPORTED_MODULE_1__/* .holdFor */ .Fr)(sizes, replicasOf(deployment))), set('paused', false)], `${count(sizes.candidate, 'pod')} of the candidate beside ${count(sizes.stable, 'pod')} of stable`);
}
/**
 * Stable's template, held: stable gets its pods back, and so many of the candidate's stay until it has them. The controller keeps
 * `replicas` − unavailable of them, counted without stable's; while the template changes it still counts those, and must be kept from
 * taking any away.
 */
function regrow(deployment, stable, { candidate }) {
    const replicas = replicasOf(deployment);
    const isStable = (0,_template_js__WEBPACK_IMPORTED_MODULE_2__/* .digestOf */ .ol)(deployment.spec?.template ?? {}) === (0,_template_js__WEBPACK_IMPORTED_MODULE_2__/* .digestOf */ .ol)(stable);
    const maxUnavailable = isStable || candidate === 0 ? replicas - candidate : 0;
    const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: candidate, maxUnavailable } };
    return patch(deployment, [set('template', stable), ...hold(strategy), set('paused', false)], `stable gets its ${count(replicas, 'pod')} back; ${candidate} of the candidate stay until then`);
}
function replicasOf(deployment) {
    return deployment.spec?.replicas ?? 1;
}
/** Pods go on starting under the ReplicaSet controller; nothing else can move any more. */
function freeze(deployment) {
    return patch(deployment, [set('paused', true)], 'pause again, now with both tracks: nothing else can move them');
}
/** The candidate becomes the track that stays. Surge stays as it is: `replicas` + surge must equal the pods there are. */
function close(deployment, plan) {
    const { minReadySeconds } = (0,_release_hold_js__WEBPACK_IMPORTED_MODULE_0__/* .restoredFields */ .si)((0,_tracks_js__WEBPACK_IMPORTED_MODULE_3__/* .holdFieldsOf */ .sb)(deployment), plan);
    return patch(deployment, [set('paused', true), set('minReadySeconds', minReadySeconds)], 'the candidate counts as available: the controller retires stable');
}
/**
 * Takes a close back before it had its effect: nothing is available again, so the controller retires nobody.
 * `sizes`: the pods that there are; a paused Deployment with room for others would be given those.
 */
function holdAgain(deployment, sizes) {
    const strategy = (0,_release_sizes_js__WEBPACK_IMPORTED_MODULE_1__/* .holdFor */ .Fr)(sizes, replicasOf(deployment));
    return patch(deployment, [...hold(strategy), set('paused', true)], 'stop the close, so that no pods leave');
}
/** The same on stable's template. */
function closeBack(deployment, stable, plan) {
    const { minReadySeconds } = (0,_release_hold_js__WEBPACK_IMPORTED_MODULE_0__/* .restoredFields */ .si)((0,_tracks_js__WEBPACK_IMPORTED_MODULE_3__/* .holdFieldsOf */ .sb)(deployment), plan);
    return patch(deployment, [set('template', stable), set('paused', true), set('minReadySeconds', minReadySeconds)], 'stable’s template is back: the controller retires the candidate');
}
/** When stable is not whole (it was not before the release either), a paused close would wait for ever. Held, so that the pin may stay. */
function evictCandidate(deployment) {
    return patch(deployment, [...hold(_release_hold_js__WEBPACK_IMPORTED_MODULE_0__/* .EVICT */ .q7), set('paused', false)], 'remove the candidate’s pods without waiting for stable to be whole');
}
/** The last step: deadline, strategy and pause as they were. */
function restore(deployment, plan) {
    const fields = (0,_release_hold_js__WEBPACK_IMPORTED_MODULE_0__/* .restoredFields */ .si)((0,_tracks_js__WEBPACK_IMPORTED_MODULE_3__/* .holdFieldsOf */ .sb)(deployment), plan);
    const deadline = fields.progressDeadlineSeconds === null
        ? { op: 'remove', path: '/spec/progressDeadlineSeconds' }
        : set('progressDeadlineSeconds', fields.progressDeadlineSeconds);
    return patch(deployment, [
        set('minReadySeconds', fields.minReadySeconds),
        deadline,
        set('strategy', fields.strategy),
        set('paused', fields.paused),
    ], 'put the Deployment’s own fields back');
}
function count(pods, noun) {
    return `${pods} ${noun}${pods === 1 ? '' : 's'}`;
}
function hold(strategy) {
    return [
        set('minReadySeconds', _release_hold_js__WEBPACK_IMPORTED_MODULE_0__/* .HOLD_MIN_READY_SECONDS */ .zf),
        set('progressDeadlineSeconds', _release_hold_js__WEBPACK_IMPORTED_MODULE_0__/* .HOLD_PROGRESS_DEADLINE */ .Z$),
        set('strategy', strategy),
    ];
}
function set(field, value) {
    return { op: 'add', path: `/spec/${field}`, value };
}
function patch(deployment, changes, why) {
    const { namespace = '', name = '', uid, generation } = deployment.metadata ?? {};
    return {
        verb: 'patch',
        path: (0,_cluster_write_request_js__WEBPACK_IMPORTED_MODULE_4__/* .deploymentPath */ .n)(namespace, name),
        tests: [
            { op: 'test', path: '/metadata/uid', value: uid },
            { op: 'test', path: '/metadata/generation', value: generation },
        ],
        changes,
        why,
    };
}


/***/ }),

/***/ 6067:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   IC: () => (/* binding */ imagesOf),
/* harmony export */   XK: () => (/* binding */ withoutHash),
/* harmony export */   YV: () => (/* binding */ templateDifference),
/* harmony export */   d5: () => (/* binding */ changeTemplate),
/* harmony export */   mE: () => (/* binding */ HASH_LABEL),
/* harmony export */   ol: () => (/* binding */ digestOf)
/* harmony export */ });
/* unused harmony export repositoryOf */
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7598);
/* harmony import */ var _action_image_reference_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(6119);


/** The label by which the Deployment controller tells its ReplicaSets apart, and by which we tell tracks apart. */
const HASH_LABEL = 'pod-template-hash';
/** A ReplicaSet's template as the Deployment had it: without the hash label that the controller added. */
function withoutHash(template) {
    const { [HASH_LABEL]: _hash, ...labels } = template.metadata?.labels ?? {};
    return { ...template, metadata: { ...template.metadata, labels } };
}
/** SHA-256 of a template, the same for a Deployment's and its ReplicaSet's: key order, hash label and nulls do not count. */
function digestOf(template) {
    return (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createHash)('sha256')
        .update(canonical(withoutHash(template)))
        .digest('hex')
        .slice(0, 32);
}
function canonical(value) {
    if (Array.isArray(value))
        return `[${value.map(canonical).join(',')}]`;
    if (value === null || typeof value !== 'object')
        return JSON.stringify(value);
    const entries = Object.entries(value).filter(([, entry]) => entry !== null && entry !== undefined);
    entries.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonical(entry)}`).join(',')}}`;
}
/** Every container's image by its name, init containers included. */
function imagesOf(template) {
    return Object.fromEntries(containersOf(template).map((container) => [container.name, container.image ?? '']));
}
function containersOf(template) {
    return [...(template.spec?.initContainers ?? []), ...(template.spec?.containers ?? [])];
}
/** The template with the images and environment values changed; or every change that does not fit, with what would. */
function changeTemplate(template, images, env) {
    const changed = structuredClone(template);
    const containers = containersOf(changed);
    const misfits = [
        ...images.flatMap((change) => setImage(containers, change)),
        ...env.flatMap((change) => setEnv(containers, change)),
    ];
    return misfits.length === 0 ? { template: changed } : { misfits };
}
function setImage(containers, change) {
    const targets = containers.filter((container) => change.kind === 'container'
        ? container.name === change.container
        : (0,_action_image_reference_js__WEBPACK_IMPORTED_MODULE_1__/* .canonicalRepository */ .J)(repositoryOf(container.image ?? '')) === (0,_action_image_reference_js__WEBPACK_IMPORTED_MODULE_1__/* .canonicalRepository */ .J)(change.repository));
    for (const container of targets)
        container.image = change.image;
    if (targets.length > 0)
        return [];
    const wanted = change.kind === 'container'
        ? `a container named ${change.container}`
        : `a container that runs ${change.repository}`;
    return [{ input: 'images', message: `wanted ${wanted}; found ${listContainers(containers)}` }];
}
function setEnv(containers, change) {
    const container = containers.find((candidate) => candidate.name === change.container);
    if (container === undefined)
        return [
            { input: 'env', message: `wanted a container named ${change.container}; found ${listContainers(containers)}` },
        ];
    const entry = { name: change.name, value: change.value };
    const before = container.env ?? [];
    const at = before.findIndex((variable) => variable.name === change.name);
    container.env = at < 0 ? [...before, entry] : before.with(at, entry);
    return [];
}
function listContainers(containers) {
    return containers.map((container) => `${container.name} (${container.image ?? 'no image'})`).join(', ');
}
/** Registry and path of an image reference: `localhost:5000/a/web:v1@sha256:…` → `localhost:5000/a/web`. */
function repositoryOf(image) {
    const name = image.split('@')[0] ?? image;
    const slash = name.lastIndexOf('/');
    const colon = name.indexOf(':', slash + 1);
    return colon < 0 ? name : name.slice(0, colon);
}
/** What distinguishes two templates, for a person; names of environment variables, never their values. */
function templateDifference(from, to) {
    const before = new Map(containersOf(from).map((container) => [container.name, container]));
    const differences = containersOf(to).flatMap((container) => {
        const old = before.get(container.name);
        if (old === undefined)
            return [`container ${container.name} added`];
        const image = old.image === container.image ? [] : [`container ${container.name}: image ${old.image} → ${container.image}`];
        const variables = changedVariables(old, container).map((name) => `container ${container.name}: env ${name}`);
        return [...image, ...variables];
    });
    return differences.length === 0 ? 'other fields of the template' : differences.join(', ');
}
function changedVariables(from, to) {
    const values = (container) => new Map((container.env ?? []).map((variable) => [variable.name, canonical(variable)]));
    const [a, b] = [values(from), values(to)];
    return [...new Set([...a.keys(), ...b.keys()])].filter((name) => a.get(name) !== b.get(name));
}


/***/ }),

/***/ 7521:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   SU: () => (/* binding */ tracksOf),
/* harmony export */   cd: () => (/* binding */ podSelectorOf),
/* harmony export */   qQ: () => (/* binding */ hashOf),
/* harmony export */   sb: () => (/* binding */ holdFieldsOf)
/* harmony export */ });
/* harmony import */ var _release_signs_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(8119);
/* harmony import */ var _template_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(6067);


/** The Deployment's ReplicaSets that have, or are to have, pods, and those whose template may be wanted again. */
function tracksOf(deployment, replicaSets, pods) {
    const uid = deployment.metadata?.uid;
    return replicaSets
        .filter((replicaSet) => replicaSet.metadata?.ownerReferences?.some((owner) => owner.controller && owner.uid === uid))
        .map((replicaSet) => trackOf(replicaSet, pods));
}
function trackOf(replicaSet, pods) {
    const hash = replicaSet.metadata?.labels?.[_template_js__WEBPACK_IMPORTED_MODULE_1__/* .HASH_LABEL */ .mE] ?? '';
    const own = pods.filter((pod) => hashOf(pod) === hash && pod.metadata?.ownerReferences?.some((owner) => owner.uid === replicaSet.metadata?.uid));
    return {
        hash,
        size: replicaSet.spec?.replicas ?? 1,
        pods: own.map(viewOf),
        refused: refusalOf(replicaSet),
        digest: (0,_template_js__WEBPACK_IMPORTED_MODULE_1__/* .digestOf */ .ol)(replicaSet.spec?.template ?? {}),
        revision: replicaSet.metadata?.annotations?.['deployment.kubernetes.io/revision'] ?? null,
    };
}
function hashOf(pod) {
    return pod.metadata?.labels?.[_template_js__WEBPACK_IMPORTED_MODULE_1__/* .HASH_LABEL */ .mE];
}
function viewOf(pod) {
    // A pod that failed as a whole (evicted, its node shut down) is replaced like a deleted one.
    const gone = pod.metadata?.deletionTimestamp !== undefined || pod.status?.phase === 'Failed';
    return {
        name: pod.metadata?.name ?? '',
        ready: pod.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false,
        terminating: gone,
        restarts: (pod.status?.containerStatuses ?? []).reduce((sum, status) => sum + status.restartCount, 0),
        unreadyContainer: (pod.status?.containerStatuses ?? []).find((status) => !status.ready)?.name ?? null,
        sign: (0,_release_signs_js__WEBPACK_IMPORTED_MODULE_0__/* .signOf */ .rL)(pod),
    };
}
function refusalOf(replicaSet) {
    const failure = replicaSet.status?.conditions?.find((condition) => condition.type === 'ReplicaFailure');
    if (failure?.status !== 'True')
        return null;
    return {
        level: 'grave',
        pod: replicaSet.metadata?.name ?? '',
        container: null,
        reason: failure.reason ?? 'ReplicaFailure',
        message: failure.message ?? '',
        exitCode: null,
        restarts: 0,
    };
}
/** The fields of a Deployment that a hold changes. */
function holdFieldsOf(deployment) {
    const { spec } = deployment;
    return {
        paused: spec?.paused ?? false,
        minReadySeconds: spec?.minReadySeconds ?? 0,
        progressDeadlineSeconds: spec?.progressDeadlineSeconds ?? null,
        strategy: spec?.strategy ?? { type: 'RollingUpdate' },
    };
}
/** `spec.selector` as a label selector query. */
function podSelectorOf(deployment) {
    const { matchLabels = {}, matchExpressions = [] } = deployment.spec?.selector ?? {};
    const equal = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`);
    const expressions = matchExpressions.map(({ key, operator, values = [] }) => {
        switch (operator) {
            case 'In':
                return `${key} in (${values.join(',')})`;
            case 'NotIn':
                return `${key} notin (${values.join(',')})`;
            case 'DoesNotExist':
                return `!${key}`;
            default:
                return key;
        }
    });
    return [...equal, ...expressions].join(',');
}


/***/ })

};
