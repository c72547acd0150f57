export const id = 307;
export const ids = [307];
export const modules = {

/***/ 1307:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  step: () => (/* binding */ step)
});

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(7598);
// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __webpack_require__(8161);
// EXTERNAL MODULE: ./lib/action/private-kubeconfig.js
var private_kubeconfig = __webpack_require__(8977);
// EXTERNAL MODULE: ./lib/action/reporter.js + 21 modules
var action_reporter = __webpack_require__(1226);
// EXTERNAL MODULE: ./lib/action/secrets.js
var secrets = __webpack_require__(7987);
// EXTERNAL MODULE: ./lib/checks/job-manifest.js
var job_manifest = __webpack_require__(3182);
// EXTERNAL MODULE: ./lib/checks/outside.js
var outside = __webpack_require__(3022);
// EXTERNAL MODULE: ./lib/checks/router-command.js
var router_command = __webpack_require__(8);
// EXTERNAL MODULE: ./lib/checks/run-checks.js + 5 modules
var run_checks = __webpack_require__(1622);
// EXTERNAL MODULE: ./lib/cluster/api.js + 2 modules
var cluster_api = __webpack_require__(9898);
// EXTERNAL MODULE: ./lib/cluster/connection.js + 7 modules
var connection = __webpack_require__(1693);
// EXTERNAL MODULE: ./node_modules/undici/index.js
var undici = __webpack_require__(6752);
// EXTERNAL MODULE: ./lib/cluster/errors.js
var errors = __webpack_require__(2835);
;// CONCATENATED MODULE: ./lib/cluster/unconnected.js


/**
 * Stands where there is no connection, for what may do without one: every request fails, for that reason.
 * @throws what is no ConnectionError
 */
function unconnected(error) {
    if (!(error instanceof errors/* ConnectionError */.Rc))
        throw error;
    const dispatcher = new undici/* Agent */.g6();
    return {
        server: 'http://localhost',
        namespace: 'default',
        dispatcher,
        slowDispatcher: dispatcher,
        routeDispatcher: dispatcher,
        metricsDispatcher: dispatcher,
        authorization: () => Promise.reject(error),
        impersonation: {},
        describeUser: () => 'nobody',
        close: () => dispatcher.destroy(),
    };
}

// EXTERNAL MODULE: ./lib/cluster/service-proxy.js
var service_proxy = __webpack_require__(9411);
// EXTERNAL MODULE: ./lib/engine/clock.js
var clock = __webpack_require__(1440);
// EXTERNAL MODULE: ./lib/engine/deploy.js + 5 modules
var deploy = __webpack_require__(8089);
// EXTERNAL MODULE: ./lib/engine/helm.js
var engine_helm = __webpack_require__(64);
// EXTERNAL MODULE: ./lib/cluster/lease.js
var lease = __webpack_require__(7424);
// EXTERNAL MODULE: ./lib/engine/refusal.js
var refusal = __webpack_require__(5394);
// EXTERNAL MODULE: ./lib/engine/take-back.js
var take_back = __webpack_require__(2107);
// EXTERNAL MODULE: ./lib/engine/with-lock.js
var with_lock = __webpack_require__(4282);
// EXTERNAL MODULE: ./lib/engine/workload-kinds.js + 42 modules
var workload_kinds = __webpack_require__(1947);
;// CONCATENATED MODULE: ./lib/engine/abort.js





/**
 * `action: abort`: users back to stable now, then the pods. A run that is at work on the release is asked to take it back itself; one that
 * does not hear is taken for dead. What its user may not do of the rest stands, and is named. With nothing in progress there is nothing to
 * do, and that is a success.
 * @throws {Refused} when the release was promoted before the run that is at work heard of it, or users may not be taken back
 */
async function abort(request, parts) {
    const { teller, run, holder } = parts;
    const work = async (book, found, lacking) => {
        if (!(0,deploy/* isOpen */.nT)(book))
            return ended(book, found) ?? nothingToDo(request, parts);
        if (book.open.warm !== null)
            throw new refusal/* Refused */.Lw([(0,refusal/* keptWarm */.oX)(book.open.plan)]);
        parts.onLock(book.open.plan.release);
        teller.phase('Take back an unfinished release');
        teller.fact(`takes back ${(0,take_back/* describeOpen */.u)(book.open)}`);
        const reason = `A person asked for it (action: abort${run.actor === null ? '' : `, ${run.actor}`}).`;
        const back = await (0,take_back/* takeBack */.z)(parts, book, { cause: 'aborted', reason }, lacking);
        return (0,deploy/* resultOf */.Bg)(book.open.plan, back.ended);
    };
    return await (0,with_lock/* withLockToGoBack */.e)(request, parts, work, `action: abort, ${holder}`);
}
/** What the run that was at work has made of it. Null: there was nothing in progress from the start. */
function ended({ past }, { open }) {
    if (open === null)
        return null;
    const end = past.find(({ release }) => release === open.plan.release);
    if (end?.outcome === 'promoted') {
        const message = `Wanted to take back release ${open.plan.release}; the run that was at work had promoted it before it heard of that. Users are on the new version.`;
        throw new refusal/* Refused */.Lw([{ message }]);
    }
    const reason = `The run that was at work on release ${open.plan.release} took it back, as asked: ${end?.reason ?? ''}`;
    return { ...deploy/* NOTHING */.K$, outcome: 'aborted', plan: open.plan, candidateHash: end?.candidateHash ?? null, reason };
}
function nothingToDo(request, { teller }) {
    teller.fact(`no release of ${(0,workload_kinds/* subjectOf */.et)(request).key} is in progress: nothing to do`);
    return { ...deploy/* NOTHING */.K$, outcome: 'unchanged' };
}

// EXTERNAL MODULE: ./lib/engine/finish-release.js
var finish_release = __webpack_require__(2667);
// EXTERNAL MODULE: ./lib/engine/promote.js
var promote = __webpack_require__(1798);
;// CONCATENATED MODULE: ./lib/engine/finish.js






/**
 * `action: finish`: the end, now, of a release whose users are all on its new version: stable's pods drain and leave. With nothing of that
 * kind there is nothing to do, and that is a success.
 * @throws {Refused} when the release needs an input that this run was not given
 */
async function finish(request, parts) {
    return await (0,with_lock/* withLock */.k)(request, parts, async (book) => {
        if (!(0,deploy/* isOpen */.nT)(book)) {
            parts.teller.fact(`no release of ${(0,workload_kinds/* subjectOf */.et)(request).key} is in progress, and no old version is kept warm: nothing to do`);
            return { ...deploy/* NOTHING */.K$, outcome: 'unchanged' };
        }
        const misfit = book.open.warm === null ? (0,promote/* missingCommand */.c$)(request, book.open.plan) : null;
        if (misfit !== null)
            throw new refusal/* Refused */.Lw([misfit]);
        parts.onLock(book.open.plan.release);
        return (0,deploy/* finishedResult */.wK)(parts, book.open, await (0,finish_release/* finishRelease */.pp)(parts, book, request.timeout));
    });
}

// EXTERNAL MODULE: ./lib/engine/lost-namespace.js
var lost_namespace = __webpack_require__(6396);
// EXTERNAL MODULE: ./lib/cluster/permissions.js
var permissions = __webpack_require__(3074);
// EXTERNAL MODULE: ./lib/release/lost-namespace.js
var release_lost_namespace = __webpack_require__(5273);
// EXTERNAL MODULE: ./lib/release/knative/plan.js
var knative_plan = __webpack_require__(6449);
// EXTERNAL MODULE: ./lib/release/route.js
var route = __webpack_require__(3764);
// EXTERNAL MODULE: ./lib/release/sizes.js
var sizes = __webpack_require__(8723);
// EXTERNAL MODULE: ./lib/engine/allowance.js
var allowance = __webpack_require__(6024);
// EXTERNAL MODULE: ./lib/engine/needed-permissions.js
var needed_permissions = __webpack_require__(4848);
// EXTERNAL MODULE: ./lib/cluster/json-patch.js
var json_patch = __webpack_require__(1);
;// CONCATENATED MODULE: ./lib/engine/plan-api.js

/** What somebody has to be allowed to do in order to send a write, as a dry run, too. */
function permissionFor({ verb, path }) {
    const parts = path.split('/').slice(1);
    const [group, resource] = parts[0] === 'api' ? ['', parts[4]] : [parts[1], parts[5]];
    return { group: group ?? '', resource: resource ?? '', verb };
}
function isAmong(permissions, wanted) {
    return permissions.some(({ group, resource, verb }) => group === wanted.group && resource === wanted.resource && verb === wanted.verb);
}
/**
 * The API for a plan: nothing is ever written, and a dry run for which the user lacks the permission is worked out here, without the
 * API server's admission and defaults.
 * @param missing what the user is known to lack by now
 */
function planApi(api, missing) {
    return {
        get: (path, signal) => api.get(path, signal),
        list: (path, query, signal) => api.list(path, query, signal),
        ask: (path, body) => api.ask(path, body),
        text: (path, query, options) => api.text(path, query, options),
        async write(write, options = {}) {
            if (options.dryRun !== true)
                throw new Error(`a plan writes nothing: ${write.why}`);
            if (!isAmong(missing(), permissionFor(write)))
                return api.write(write, options);
            // An object of the kind that is written, as the caller knows.
            return (await workedOut(api, write));
        },
    };
}
async function workedOut(api, write) {
    if (write.verb === 'create' || write.verb === 'update')
        return write.body;
    const object = (await api.get(write.path)) ?? {};
    return write.verb === 'patch' ? (0,json_patch/* patched */.e)(object, write.changes) : object;
}

// EXTERNAL MODULE: ./lib/release/stages.js
var stages = __webpack_require__(7354);
// EXTERNAL MODULE: ./lib/report/duration.js
var duration = __webpack_require__(136);
;// CONCATENATED MODULE: ./lib/engine/plan-open.js




/** What a deploy would do about a release that is open already; whole sentences. Pure. */
function aboutOpen(open, { onUnfinished, lockTimeout }, lock) {
    const { plan, paused, warm } = open;
    const standsAt = paused === null ? null : `stands still at ${(0,route/* percent */.KN)((0,stages/* shareOf */.tC)(plan, paused))} and waits for a person`;
    const where = warm === null ? (standsAt ?? 'was begun and has not ended') : 'was promoted, and its old version is kept warm';
    const isAtWork = lock !== null && !lock.isStale;
    return [
        `${(0,take_back/* describeOpen */.u)(open).replace(/^./, (first) => first.toUpperCase())}, ${where}.`,
        ...(isAtWork
            ? [
                `A run is at work on it (${lock.holder}): a deploy waits for that run, up to lock-timeout (${(0,duration/* formatDuration */.a)(lockTimeout)}), and then looks again. What follows is for when that release is still open then.`,
            ]
            : []),
        warm === null ? DEEDS[onUnfinished] : 'A deploy lets that old version go first, and then begins its own release.',
        'What the new release itself would write is not listed: it is planned when the objects are at rest again.',
    ];
}
const DEEDS = {
    'take-back': 'A deploy takes it back first, users before pods, and then begins its own release.',
    resume: 'A deploy goes on with it if it is of this version (on-unfinished: resume), and takes it back first if not.',
    fail: 'A deploy leaves it alone and fails (on-unfinished: fail).',
};

// EXTERNAL MODULE: external "node:util"
var external_node_util_ = __webpack_require__(7975);
;// CONCATENATED MODULE: ./lib/cluster/field-changes.js

/** Stands for a value that may be secret. */
const HIDDEN = '(not shown)';
/** Characters of one value. */
const LONGEST = 300;
/**
 * Every field in which two states of an object differ, in the order of the later one. Of lists the entries with names are compared by
 * them. Values of environment variables are never shown, old or new: what was given by an input may come from a secret.
 */
function fieldChanges(before, after, field = '') {
    if ((0,external_node_util_.isDeepStrictEqual)(before, after) || field === 'metadata.managedFields')
        return [];
    const sides = [before, after].filter((side) => side !== undefined && !isEmpty(side));
    if (sides.length > 0 && sides.every((side) => isBranch(side))) {
        const [a, b] = [entriesOf(before), entriesOf(after)];
        const keys = [...new Set([...b.keys(), ...a.keys()])];
        // A list of texts has no names, and reads better whole.
        if (keys.length > 0)
            return keys.flatMap((key) => fieldChanges(a.get(key), b.get(key), joined(field, key)));
    }
    return [{ field, before: shown(before, field), after: shown(after, field) }];
}
function isEmpty(value) {
    return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
function isBranch(value) {
    if (Array.isArray(value))
        return value.some((item) => typeof item === 'object' && item !== null);
    return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}
/** By the key under which a person would look for it: `.image`, or `[web]` of a list. */
function entriesOf(value) {
    if (Array.isArray(value))
        return new Map(value.map((item, at) => [`[${nameOf(item) ?? at}]`, item]));
    return new Map(isBranch(value) ? Object.entries(value) : []);
}
function nameOf(item) {
    if (typeof item !== 'object' || item === null || !('name' in item))
        return null;
    return typeof item.name === 'string' ? item.name : null;
}
function joined(field, key) {
    if (key.startsWith('['))
        return `${field}${key}`;
    const name = /^[\w-]+$/.test(key) ? key : JSON.stringify(key);
    return field === '' ? name : `${field}.${name}`;
}
function shown(value, field) {
    if (value === undefined)
        return null;
    if (/\.env\[[^\]]*\]\.value$/.test(field))
        return HIDDEN;
    const text = JSON.stringify(value, withoutEnv);
    return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
/** Of lists that are shown whole. */
function withoutEnv(key, value) {
    if (key !== 'env' || !Array.isArray(value))
        return value;
    return value.map((entry) => nameOf(entry) ?? HIDDEN);
}

// EXTERNAL MODULE: ./lib/report/request-line.js
var request_line = __webpack_require__(2966);
// EXTERNAL MODULE: ./lib/engine/foreseen-routes.js
var foreseen_routes = __webpack_require__(2180);
;// CONCATENATED MODULE: ./lib/engine/plan-writes.js




/** Ours alone, or a manifest of the user's own that the workflow has anyway. */
const PLAIN = /\/(leases|configmaps|jobs)(\/|$)/;
/**
 * Every write with what it changes, tried as a dry run where that is possible and allowed.
 * @param objects as they are, by path
 * @param missing permissions that the user lacks
 */
async function plannedWrites(api, writes, objects, missing) {
    const planned = [];
    let now = objects;
    for (const { write, trial } of writes) {
        const before = now;
        if (write.verb !== 'run')
            now = (0,foreseen_routes/* after */.P)(now, write);
        const changes = changesOf(write, before, now);
        planned.push({
            request: (0,request_line/* requestLine */.u)(write),
            why: write.why,
            changes,
            ...(await tryOut(api, write, trial, missing)),
        });
    }
    return planned;
}
function changesOf(write, before, now) {
    if (write.verb === 'run' || write.verb === 'delete' || PLAIN.test(write.path))
        return [];
    if (write.verb === 'create') {
        // Whole API objects are created; their names and owners are in the request.
        const { metadata, apiVersion: _version, kind: _kind, ...rest } = write.body;
        return fieldChanges({}, { metadata: { annotations: metadata?.annotations }, ...rest });
    }
    return fieldChanges(before.get(write.path) ?? {}, now.get(write.path) ?? {});
}
async function tryOut(api, write, trial, missing) {
    if (write.verb !== 'run' && isAmong(missing, permissionFor(write)))
        return { tried: 'not-allowed', refusal: null };
    if (trial === null)
        return { tried: 'no-place', refusal: null };
    try {
        await api.write(trial, { dryRun: true });
        return { tried: 'accepted', refusal: null };
    }
    catch (error) {
        return { tried: 'refused', refusal: error instanceof Error ? error.message : String(error) };
    }
}

// EXTERNAL MODULE: ./lib/engine/record-store.js + 2 modules
var record_store = __webpack_require__(9109);
;// CONCATENATED MODULE: ./lib/engine/plan-deploy.js

















/**
 * `action: plan`: what `deploy` would do, without any write, and without a permission for one.
 * @throws what a read throws
 */
async function plan(request, parts) {
    const { api, namespace } = parts;
    const lenience = new allowance/* Lenience */.C(isNeededToPlan);
    const dry = { ...parts, api: planApi(api, () => lenience.missing) };
    let found = { ...UNKNOWN, strategy: request.strategy };
    let findings = [];
    const elsewhere = await missingElsewhere(request, parts);
    try {
        found = await look(request, parts, dry, lenience, elsewhere.length === 0);
        findings = found.writes.flatMap(({ refusal, why }) => refusal === null ? [] : [{ message: `The API server would refuse this write (${why}): ${refusal}` }]);
    }
    catch (error) {
        if (!(error instanceof refusal/* Refused */.Lw))
            throw error;
        findings = error.findings;
    }
    const lost = (0,lost_namespace/* lostNamespace */.m5)(api, namespace);
    if (lost?.is === 'leaving')
        findings = [{ message: (0,release_lost_namespace/* describeLostNamespace */.v7)(lost) }];
    const missing = [...lenience.missing.map((permission) => ({ namespace, permission })), ...elsewhere];
    const report = {
        ...found,
        would: findings.length > 0 ? 'refused' : found.would,
        missing,
        role: missing.length === 0 ? null : rolesFor(missing),
        // The Role of a finding is a part of that one.
        findings: missing.length === 0 ? findings : findings.map(({ message }) => ({ message })),
    };
    const reason = findings.map(({ message }) => message).join(' ');
    const outcome = findings.length > 0 ? 'failed' : 'unchanged';
    return { ...deploy/* NOTHING */.K$, outcome, reason: reason === '' ? null : reason, looked: { of: 'plan', plan: report } };
}
const UNKNOWN = { would: 'refused', open: [], from: {}, to: {}, facts: [], steps: [], writes: [] };
async function look(request, parts, dry, lenience, mayMeasure) {
    const { clock, namespace, helm } = parts;
    const { key } = (0,workload_kinds/* subjectOf */.et)(request);
    const book = await readBookIfAllowed(parts, key);
    if (book !== null && (0,deploy/* isOpen */.nT)(book)) {
        const lock = await (0,lease/* lookAtLock */.Ub)(dry.api, clock, { namespace, deployment: key, signal: helm.signal }).catch(notAllowed);
        const { from, to } = { from: book.open.plan.stable.images, to: book.open.plan.candidate.images };
        return {
            ...UNKNOWN,
            would: 'open-first',
            strategy: request.strategy,
            from,
            to,
            open: aboutOpen(book.open, request, lock),
        };
    }
    const prepared = await (0,workload_kinds/* prepare */.iA)(dry, request, clock.now(), { from: 'inputs' }, lenience);
    // Not reached as a rule: what is prepared needs that permission, and names all that are missing.
    if (book === null)
        throw new refusal/* Refused */.Lw([unreadableRecord(namespace)]);
    const { plan: made, facts } = prepared;
    const base = { open: [], strategy: made.strategy, from: made.stable.images, to: made.candidate.images, facts };
    if (prepared.kind === 'unchanged')
        return { ...base, would: 'nothing', steps: [], writes: [] };
    for (const warning of prepared.warnings)
        parts.teller.warning(warning);
    if (mayMeasure)
        await (0,deploy/* prepareMeasures */.Pb)(request, parts, prepared);
    const writes = await plannedWrites(dry.api, prepared.foresee(parts, book), prepared.objects, lenience.missing);
    return { ...base, would: 'release', steps: stepsOf(made, prepared.replicas), writes };
}
/** Null: its user may not read it. */
async function readBookIfAllowed({ api, namespace }, key) {
    return await (0,record_store/* readBook */.yW)(api, namespace, key).catch(notAllowed);
}
function unreadableRecord(namespace) {
    const message = `A plan has to read the record of releases, and its user may not get configmaps in namespace ${namespace}. Apply the Role below and bind it to that user.`;
    return { message, attachment: (0,permissions/* missingRoleFor */.WJ)(namespace, [{ group: '', resource: 'configmaps', verb: 'get' }]) };
}
/** A user who may read workloads need not be allowed to read Leases. */
function notAllowed(error) {
    if ((0,errors/* isStatus */.zM)(error, 403))
        return null;
    throw error;
}
/** What the plan itself reads. The others are for the release. */
function isNeededToPlan({ resource, verb }) {
    const isRead = verb === 'get' || verb === 'list';
    return isRead && !resource.includes('/') && !['events', 'leases', 'jobs'].includes(resource);
}
/** To read what the candidate is judged by. Without it that is not tried. */
async function missingElsewhere(request, { api, namespace }) {
    const needed = (0,needed_permissions/* measuresPermissions */.c)(request).map((of) => ({ ...of, namespace: of.namespace ?? namespace }));
    const places = [...new Set(needed.map((of) => of.namespace))];
    const missing = places.map(async (place) => {
        const wanted = needed.filter((of) => of.namespace === place).map(({ permission }) => permission);
        const lacking = await (0,permissions/* missingPermissions */.HR)(api, place, wanted);
        return lacking.map((permission) => ({ namespace: place, permission }));
    });
    return (await Promise.all(missing)).flat();
}
function rolesFor(missing) {
    const places = [...new Set(missing.map(({ namespace }) => namespace))];
    return places
        .map((place) => (0,permissions/* missingRoleFor */.WJ)(place, missing.filter(({ namespace }) => namespace === place).map(({ permission }) => permission)))
        .join('\n---\n');
}
/** The steps of a ramp with the pods that each has, and the end. */
function stepsOf(made, replicas) {
    if ((0,knative_plan/* isKnative */.v)(made))
        return made.steps.map(({ share, stay }) => ({
            share,
            stay: share === route/* ALL */.y2 ? made.times.bake : stay,
            candidatePods: null,
            stablePods: null,
            isPause: share === made.pauseAt,
        }));
    if ((0,sizes/* isPlain */.$i)(made))
        return [{ share: route/* ALL */.y2, stay: 0, candidatePods: replicas, stablePods: 0, isPause: false }];
    const steps = made.steps.map((step, at) => {
        const { candidate, stable } = (0,sizes/* sizesFor */.SQ)(made, at, replicas);
        const { share, stay } = step;
        return { share, stay, candidatePods: candidate, stablePods: stable, isPause: share === made.pauseAt };
    });
    const stablePods = (0,sizes/* isInPlace */.RS)(made) ? 0 : (steps.at(-1)?.stablePods ?? replicas);
    const end = { share: route/* ALL */.y2, stay: made.times.bake, candidatePods: replicas, stablePods, isPause: false };
    return [...steps.filter(({ share }) => share < route/* ALL */.y2), end];
}

// EXTERNAL MODULE: ./lib/engine/resume.js
var resume = __webpack_require__(3555);
;// CONCATENATED MODULE: ./lib/cluster/role-manifest.js

/** The ServiceAccount that the Roles are bound to: one for all workloads of a namespace, so that their permissions add up. */
const SERVICE_ACCOUNT = 'crossfade';
/**
 * ServiceAccount, and for every namespace a Role and its RoleBinding, as YAML that can be applied as it stands.
 * @param key of the workload's record: each workload has a Role of its own, so that none replaces another's
 * @param namespace of the workload; the ServiceAccount is there, too
 */
function roleManifest(key, namespace, rules) {
    const account = [
        'apiVersion: v1',
        'kind: ServiceAccount',
        `metadata: { name: ${SERVICE_ACCOUNT}, namespace: ${(0,permissions/* yamlName */.ls)(namespace)} }`,
    ].join('\n');
    const bound = rules.flatMap((of) => {
        // Workloads of one name in several namespaces may read the same Prometheus.
        const name = of.namespace === namespace ? `crossfade.${key}` : `crossfade.${namespace}.${key}`;
        return [(0,permissions/* roleFor */.IJ)(of.namespace, of.permissions, name), bindingOf(name, of.namespace, namespace)];
    });
    return `${[account, ...bound].join('\n---\n')}\n`;
}
function bindingOf(name, namespace, accountNamespace) {
    return [
        'apiVersion: rbac.authorization.k8s.io/v1',
        'kind: RoleBinding',
        `metadata: { name: ${(0,permissions/* yamlName */.ls)(name)}, namespace: ${(0,permissions/* yamlName */.ls)(namespace)} }`,
        `roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: ${(0,permissions/* yamlName */.ls)(name)} }`,
        'subjects:',
        '- kind: ServiceAccount',
        `  name: ${SERVICE_ACCOUNT}`,
        `  namespace: ${(0,permissions/* yamlName */.ls)(accountNamespace)}`,
    ].join('\n');
}

// EXTERNAL MODULE: ./lib/cluster/write-request.js
var write_request = __webpack_require__(6477);
// EXTERNAL MODULE: ./lib/engine/find-routes.js + 1 modules
var find_routes = __webpack_require__(4060);
// EXTERNAL MODULE: ./lib/engine/live-service.js
var live_service = __webpack_require__(1232);
// EXTERNAL MODULE: ./lib/engine/preflight.js + 5 modules
var preflight = __webpack_require__(2470);
// EXTERNAL MODULE: ./lib/engine/route-permissions.js
var route_permissions = __webpack_require__(9174);
;// CONCATENATED MODULE: ./lib/engine/role.js












/**
 * `action: role`: the permissions that the inputs need, as objects to apply. Only `router: auto` needs the cluster for it.
 * @throws {Refused} when the route cannot be found
 */
async function role(request, { api, namespace }) {
    const { key } = (0,workload_kinds/* subjectOf */.et)(request);
    const routes = await routeNeeds(request, api, namespace);
    const everywhere = [
        ...[...(0,needed_permissions/* releasePermissions */.G)(request), ...routes.permissions].map((permission) => ({ namespace, permission })),
        ...(0,needed_permissions/* measuresPermissions */.c)(request).map((of) => ({ ...of, namespace: of.namespace ?? namespace })),
    ];
    const rules = [...new Set(everywhere.map((of) => of.namespace))].map((place) => ({
        namespace: place,
        permissions: everywhere.filter((of) => of.namespace === place).map(({ permission }) => permission),
    }));
    const unnamed = 'Input namespace is empty, and no context names another one: the namespace is `default`.';
    const basis = [...routes.basis, ...(request.cluster.namespace === null && namespace === 'default' ? [unnamed] : [])];
    const needs = { namespace, rules, yaml: roleManifest(key, namespace, rules), basis };
    return { ...deploy/* NOTHING */.K$, outcome: 'unchanged', looked: { of: 'role', role: needs } };
}
const FROM_INPUTS = 'It was made from the inputs alone; the cluster was not asked.';
async function routeNeeds(request, api, namespace) {
    const { strategy, knativeService, routers } = request;
    if (strategy !== 'canary' || knativeService !== null)
        return { permissions: [], basis: [FROM_INPUTS] };
    if (routers !== 'auto')
        return { permissions: (0,route_permissions/* permissionsOfNamed */.pp)(routers), basis: [FROM_INPUTS] };
    try {
        return await foundNeeds(request, api, namespace);
    }
    catch (error) {
        const isUnread = [errors/* ConnectionError */.Rc, errors/* UnknownOutcome */.Bt, errors/* ApiError */.hD].some((kind) => error instanceof kind);
        if (!isUnread || !(error instanceof Error))
            throw error;
        throw new refusal/* Refused */.Lw([
            {
                message: `Wanted to find the route of the canary (input router is auto); the cluster could not be asked: ${error.message} ` +
                    'Name what splits the users with input router, for example router: httproute/web or router: none, and no cluster is needed.',
            },
        ]);
    }
}
async function foundNeeds(request, api, namespace) {
    const [deployment, services] = await Promise.all([
        api.get((0,write_request/* deploymentPath */.nR)(namespace, request.deployment)),
        api.list((0,write_request/* servicePath */.VF)(namespace)),
    ]);
    if (deployment === null)
        throw new refusal/* Refused */.Lw([await (0,preflight/* absentDeployment */.ld)(api, namespace, request.deployment)]);
    const live = (0,live_service/* liveServiceOf */.x)(request, deployment, services.items);
    if (!('service' in live))
        throw new refusal/* Refused */.Lw(live.findings);
    const candidate = (0,live_service/* candidateNameOf */.C)(request, live.service);
    const app = { namespace, live: live.service.metadata?.name ?? '', candidate };
    // Whoever asks for the Role need not have it.
    const { bindings, writes, looked } = await (0,find_routes/* findRoutes */.k)(api, request, app, new allowance/* Lenience */.C(() => false));
    const names = bindings.map(({ router }) => router);
    const found = names.length === 0
        ? `No route leads to Service ${app.live}: the numbers of pods split its users.`
        : `The route that leads to Service ${app.live} was found in the cluster: ${names.join(', ')}.`;
    const why = 'With `router: auto` a release looks through every kind of route that the cluster serves, hence `list` of each; name the route with `router`, and those are not needed.';
    return {
        permissions: [...(0,route_permissions/* permissionsOfFound */.wi)(bindings, writes), ...(0,route_permissions/* permissionsToLook */.Bo)(looked)],
        basis: [found, why],
    };
}

// EXTERNAL MODULE: ./lib/engine/allowed-to-go-on.js
var allowed_to_go_on = __webpack_require__(2355);
// EXTERNAL MODULE: ./lib/release/history.js
var release_history = __webpack_require__(6753);
// EXTERNAL MODULE: ./lib/engine/lock-to-go-back.js
var lock_to_go_back = __webpack_require__(3202);
// EXTERNAL MODULE: ./lib/engine/unfinished.js
var unfinished = __webpack_require__(9457);
// EXTERNAL MODULE: ./lib/engine/knative/versions.js
var knative_versions = __webpack_require__(7974);
// EXTERNAL MODULE: ./lib/engine/way-back-permissions.js
var way_back_permissions = __webpack_require__(4668);
// EXTERNAL MODULE: ./lib/engine/versions.js
var engine_versions = __webpack_require__(8809);
;// CONCATENATED MODULE: ./lib/engine/rollback.js















/** No ReplicaSet has it: the preflight says why there is nothing to go back to. */
const NO_VERSION = '';
/**
 * `action: rollback`: users back to the version that they had before, or to the one that input `to` names. A release in progress, or one
 * whose old version is kept warm, is taken back; otherwise the old template is released like any other.
 * @throws {Refused} when there is no such version, LockHeld, RecordError, or what an API request throws before anything began
 */
async function rollback(request, parts) {
    const { api, clock, teller, namespace } = parts;
    const subject = (0,workload_kinds/* subjectOf */.et)(request);
    let lease = null;
    // What another run may be at work on.
    let met = null;
    let lacking = [];
    try {
        for (;;) {
            teller.phase('Preflight');
            const book = await (0,deploy/* readBookIfAllowed */.vr)(api, namespace, subject.key);
            const wish = await wishIn(request, parts, book);
            const { goal } = wish;
            if (goal?.is === 'none')
                throw new refusal/* Refused */.Lw([goal]);
            if ((0,deploy/* isOpen */.nT)(book)) {
                if (request.dryRun)
                    return foreseen(book, wish);
                if (lease === null) {
                    const { key } = subject;
                    met = book.open;
                    const asker = askerOf(parts, met);
                    const take = () => (0,deploy/* lock */.s2)(request, parts, asker);
                    const isBack = isFlip(book, wish);
                    if (isBack)
                        lacking = await (0,way_back_permissions/* lackingOnTheWayBack */._)(api, namespace, met);
                    else
                        await (0,allowed_to_go_on/* assertMayGoOn */.D)(api, namespace, request, met.plan);
                    parts.onLock(null);
                    lease = isBack ? await (0,lock_to_go_back/* lockToGoBack */.g)(parts, { key, holder: parts.holder }, take) : await take();
                    lease = { ...lease, waited: false };
                    // Whoever released it may have ended it while we took the lock.
                    continue;
                }
                parts.onLock(book.open.plan.release);
                const ended = await endOpen(request, parts, book, wish, lacking);
                if (ended !== null)
                    return ended;
                continue;
            }
            const ended = met === null || request.to !== null ? null : endedMeanwhile(book, met);
            if (ended !== null)
                return ended;
            if (goal?.is === 'running') {
                teller.fact(`${subject.title} runs ${goal.told} already: nothing to do`);
                return { ...deploy/* NOTHING */.K$, outcome: 'unchanged' };
            }
            if (goal !== null)
                teller.fact(`goes back to ${goal.told}`);
            const hash = goal?.version.hash ?? NO_VERSION;
            const cleared = await (0,workload_kinds/* prepare */.iA)(parts, request, clock.now(), { from: 'history', hash });
            for (const fact of cleared.facts)
                teller.fact(fact);
            if (cleared.kind === 'unchanged')
                return { ...deploy/* NOTHING */.K$, outcome: 'unchanged', plan: cleared.plan };
            for (const warning of cleared.warnings)
                teller.warning(warning);
            const launched = await (0,deploy/* launch */.ql)(request, parts, cleared, book, async () => {
                lease ??= await (0,deploy/* lock */.s2)(request, parts);
                const { waited } = lease;
                lease = { ...lease, waited: false };
                return !waited;
            });
            if (launched !== null)
                return launched;
        }
    }
    finally {
        await lease?.release();
    }
}
/** A run that is at work on a release is asked to take it back; one that brings users back, or ends a release, is let. Null: nobody is asked. */
function askerOf({ holder }, { plan, warm }) {
    return plan.rollback || warm !== null ? null : `action: rollback, ${holder}`;
}
/** Users are where they were wanted when this run began: going on would lead them one version further back. Null: they are not. */
function endedMeanwhile({ past }, { plan }) {
    const end = past.find(({ release }) => release === plan.release);
    if (end === undefined || (0,release_history/* hasMoved */.Q2)(end) !== plan.rollback)
        return null;
    const why = end.reason === null ? '' : `: ${end.reason}`;
    const reason = `The run that was at work on release ${plan.release} has brought users there${why}`;
    return { ...deploy/* NOTHING */.K$, outcome: 'rolled-back', plan, candidateHash: end.candidateHash, reason };
}
async function wishIn(request, parts, book) {
    const { api, namespace } = parts;
    const versions = await (request.knativeService === null
        ? (0,engine_versions/* readVersions */.q2)(api, namespace, request.deployment)
        : (0,knative_versions/* readRevisions */.p)(api, namespace, request.knativeService));
    const nothing = { goal: null, stableHash: null, candidateHash: null };
    if (versions === null)
        return nothing;
    const { open } = book;
    const history = (0,engine_versions/* historyOf */.om)((0,workload_kinds/* subjectOf */.et)(request).title, book, versions);
    if (open === null)
        return versions.running === null ? nothing : { ...nothing, goal: (0,release_history/* goalOf */.ZZ)(request.to, history) };
    const { plan, warm } = open;
    const hashes = { stableHash: versions.known(plan.stable.hash), candidateHash: versions.candidateOf(plan) };
    // Taking back what is in progress leads to what users had before, whatever came before that.
    if (request.to === null && warm === null && !plan.rollback)
        return { goal: { is: 'running', told: 'what users had before' }, ...hashes };
    return { goal: (0,release_history/* goalOf */.ZZ)(request.to, history), ...hashes };
}
/** Ends what is on record. Null: it has ended, and what is wanted is another version. */
async function endOpen(request, parts, book, { goal, stableHash, candidateHash }, lacking) {
    const { open } = book;
    const { plan, warm } = open;
    const stable = stableHash ?? plan.stable.hash;
    const wanted = goal?.is === 'version' ? goal.version.hash : stable;
    if (warm !== null && goal?.is === 'running') {
        parts.teller.fact(`users have ${goal.told} already, and the old version is kept warm: nothing to do`);
        return { ...deploy/* NOTHING */.K$, outcome: 'unchanged' };
    }
    if (wanted === stable)
        return await flip(parts, book, lacking);
    const misfit = warm === null ? (0,promote/* missingCommand */.c$)(request, plan) : null;
    if (misfit !== null)
        throw new refusal/* Refused */.Lw([misfit]);
    // An earlier rollback may have come as far as to have all users where they are wanted.
    const isThere = plan.rollback && wanted === candidateHash;
    let left = book;
    if (warm !== null) {
        const finished = await (0,finish_release/* finishRelease */.pp)(parts, book, request.timeout);
        return finished.ended.ending.outcome === 'promoted' ? null : (0,deploy/* finishedResult */.wK)(parts, open, finished);
    }
    if (isThere) {
        const { finished, book: found } = await (0,finish_release/* endRollback */.Ee)(parts, book, request.timeout);
        if (finished !== null)
            return (0,deploy/* finishedResult */.wK)(parts, open, finished);
        left = found;
    }
    parts.teller.phase('Take back an unfinished release');
    parts.teller.fact(`found ${(0,take_back/* describeOpen */.u)(open)} unfinished; it is taken back first`);
    const { ended } = await (0,take_back/* takeBack */.z)(parts, left, { cause: 'resumed', reason: 'a rollback found it unfinished' });
    return ended.ending.outcome === 'failed' ? (0,unfinished/* stuck */.lX)(open, ended) : null;
}
/** What is wanted is what users had before the release on record: that one is taken back. */
function isFlip({ open: { plan } }, { goal, stableHash }) {
    return goal?.is !== 'version' || goal.version.hash === (stableHash ?? plan.stable.hash);
}
/** Stable is there still: traffic, and then the candidate's pods go. */
async function flip(parts, book, lacking) {
    const { api, clock, teller, namespace, run } = parts;
    const { plan, warm } = book.open;
    const reason = `A person asked for it (action: rollback${run.actor === null ? '' : `, ${run.actor}`}).`;
    const turn = { cause: 'wanted-back', reason };
    teller.phase('Roll back');
    teller.fact(`takes back ${(0,take_back/* describeOpen */.u)(book.open)}`);
    let next = book;
    if (warm !== null) {
        // Nobody takes back what is kept warm: from here on every run does.
        const open = { ...book.open, warm: null, turned: { at: clock.now(), ...turn } };
        next = { ...(await (0,record_store/* writeBook */.xk)(api, namespace, (0,workload_kinds/* keyOf */.TN)(plan), { ...book, open }, 'note why it goes back')), open };
    }
    const { ended } = await (0,take_back/* takeBack */.z)(parts, next, turn, lacking);
    // Of a rollback, too, that is taken back itself: that was wanted now.
    return { ...(0,deploy/* resultOf */.Bg)(plan, ended), outcome: ended.ending.outcome };
}
function foreseen({ open }, wish) {
    const { plan, warm } = open;
    const { goal, candidateHash } = wish;
    const isAgain = plan.rollback && warm === null && goal?.is === 'version' && goal.version.hash === candidateHash;
    const what = isAgain
        ? `brings users to where the unfinished release ${plan.release} was to bring them`
        : warm === null
            ? `takes ${(0,knative_plan/* isKnative */.v)(plan) ? plan.knative.name : plan.deployment.name} back from the unfinished release ${plan.release}`
            : isFlip({ open }, wish)
                ? `takes users back to the old version of release ${plan.release}, which is kept warm, in one step`
                : `finishes release ${plan.release}, whose old version is kept warm, first`;
    return {
        ...deploy/* NOTHING */.K$,
        outcome: 'unchanged',
        plan,
        reason: `dry run: nothing was changed; a run without dry-run ${what}.`,
    };
}

// EXTERNAL MODULE: ./lib/engine/status.js + 3 modules
var engine_status = __webpack_require__(7907);
;// CONCATENATED MODULE: ./lib/engine/operations.js














const OPERATIONS = {
    deploy: deploy/* deploy */.gg,
    promote: promote/* promote */.pt,
    abort: abort,
    rollback: rollback,
    resume: resume/* resume */.U,
    finish: finish,
    status: engine_status/* status */.h,
    plan: plan,
    role: role,
};
/** Does what input `action` says. Throws what the operation throws, but for what comes of a namespace that is being deleted. */
async function operate(request, parts) {
    try {
        return await OPERATIONS[request.action](request, parts);
    }
    catch (error) {
        const lost = saysOfCluster(error) ? (0,lost_namespace/* lostNamespace */.m5)(parts.api, parts.namespace) : null;
        // A refusal has words of its own for a namespace that never was.
        if (lost === null || (lost.is === 'gone' && error instanceof refusal/* Refused */.Lw))
            throw error;
        return (0,deploy/* withoutNamespace */.m1)(lost);
    }
}
/** It says something about the user's cluster, and nothing about our code. */
function saysOfCluster(error) {
    return [refusal/* Refused */.Lw, errors/* ConnectionError */.Rc, lease/* LockHeld */.BG, record_store/* RecordError */.W1, record_store/* RecordConflict */.MI, errors/* ApiError */.hD, errors/* UnknownOutcome */.Bt].some((kind) => error instanceof kind);
}

// EXTERNAL MODULE: ./lib/action/operations.js
var operations = __webpack_require__(1270);
// EXTERNAL MODULE: ./lib/action/server-address.js
var server_address = __webpack_require__(6634);
// EXTERNAL MODULE: ./lib/metrics/source.js
var metrics_source = __webpack_require__(2216);
;// CONCATENATED MODULE: ./lib/checks/alertmanager.js




/** Milliseconds for one answer. */
const DEADLINE = 10_000;
/** Bytes of an answer; the filters leave a few alerts, each of about a kilobyte. */
const LONGEST_ANSWER = 4_194_304;
/** Input `alertmanager`: its API v2, alerts that are active and neither silenced nor inhibited. */
function alertmanagerAlerts(address, ports) {
    const name = `Alertmanager at ${(0,server_address/* formatServerAddress */.fE)(address)}`;
    return {
        name,
        async firing(selector, signal) {
            const path = `/api/v2/alerts?${queryOf(selector)}`;
            const problem = (found) => new metrics_source/* MetricsError */.k(`${name} was asked for ${selector.line} (GET ${path}); ${found}. Check input alertmanager.`);
            try {
                const { status, body } = await get(address, path, ports, signal);
                if (status !== 200)
                    throw problem(`the answer was HTTP ${status}: ${body.replaceAll(/\s+/g, ' ').slice(0, 200)}`);
                const alerts = parsed(body);
                if (alerts === null)
                    throw problem('the answer was no list of alerts');
                return alerts;
            }
            catch (error) {
                signal.throwIfAborted();
                if (error instanceof metrics_source/* MetricsError */.k)
                    throw error;
                throw problem(error instanceof outside/* OutsideError */.C ? error.message : (0,errors/* describeCause */.V$)(error));
            }
        },
    };
}
function get(address, path, { api, outside }, signal) {
    if (address.kind === 'service') {
        const { namespace, service, port } = address;
        const proxy = `/api/v1/namespaces/${namespace}/services/${service}:${port}/proxy${path}`;
        return api.text(proxy, {}, { deadline: DEADLINE, signal });
    }
    const { url, basic } = address;
    const authorization = basic === null
        ? {}
        : { authorization: `Basic ${Buffer.from(`${basic.user}:${basic.password}`).toString('base64')}` };
    return outside.request({
        method: 'GET',
        url: `${url}${path}`,
        headers: { accept: 'application/json', ...authorization },
        body: null,
        timeoutMs: DEADLINE,
        longestBytes: LONGEST_ANSWER,
        signal,
    });
}
function queryOf({ matchers }) {
    const query = new URLSearchParams({ active: 'true', silenced: 'false', inhibited: 'false' });
    for (const matcher of matchers)
        query.append('filter', written(matcher));
    return query.toString();
}
function written({ label, operator, value }) {
    return `${label}${operator}"${value.replaceAll(/[\\"]/g, (character) => `\\${character}`).replaceAll('\n', '\\n')}"`;
}
/** Null: this is no answer of an Alertmanager's. */
function parsed(body) {
    let value;
    try {
        value = JSON.parse(body);
    }
    catch {
        return null;
    }
    if (!Array.isArray(value))
        return null;
    const alerts = value.map(alertOf);
    return alerts.every((alert) => alert !== null)
        ? alerts.filter(({ state }) => state !== 'suppressed').map(({ alert }) => alert)
        : null;
}
function alertOf(value) {
    if (!isRecord(value) || !isRecord(value.labels) || !isRecord(value.status))
        return null;
    const since = Date.parse(String(value.startsAt));
    if (Number.isNaN(since))
        return null;
    const annotations = isRecord(value.annotations) ? value.annotations : {};
    return {
        state: String(value.status.state),
        alert: { labels: texts(value.labels), annotations: texts(annotations), since },
    };
}
function isRecord(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}
function texts(record) {
    return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, String(value)]));
}

// EXTERNAL MODULE: ./lib/action/alert-lines.js
var alert_lines = __webpack_require__(234);
// EXTERNAL MODULE: ./lib/action/words.js
var words = __webpack_require__(3247);
;// CONCATENATED MODULE: ./lib/checks/alerts.js



/** Prometheus knows of no silences. */
function prometheusAlerts(prometheus) {
    return {
        name: prometheus.name,
        firing: async (_, signal) => (await prometheus.alerts(signal))
            .filter(({ state }) => state === 'firing')
            .map(({ labels, annotations, activeAt }) => ({ labels, annotations, since: activeAt })),
    };
}
/**
 * Input `alerts` as gates, in the order of its lines.
 * @param since epoch ms; alerts that began before then say nothing about the candidate. Null: all that fire count.
 */
function alertGates(selectors, source, since) {
    return selectors.map((selector) => ({
        name: selector.line,
        kind: 'alert',
        async look(signal) {
            try {
                const firing = await source.firing(selector, signal);
                return judged(selector, source.name, firing, since);
            }
            catch (error) {
                signal.throwIfAborted();
                if (!(error instanceof metrics_source/* MetricsError */.k))
                    throw error;
                return { verdict: 'inconclusive', detail: `whether ${selector.line} fires is not known: ${error.message}` };
            }
        },
    }));
}
function judged({ line, matchers }, source, firing, since) {
    const meant = firing.filter(({ labels }) => (0,alert_lines/* fits */.lA)(labels, matchers));
    const counted = meant.filter((alert) => since === null || alert.since >= since);
    const [first] = counted.toSorted((a, b) => a.since - b.since);
    if (first !== undefined) {
        const more = counted.length === 1 ? '' : ` and ${counted.length - 1} more`;
        return { verdict: 'unhealthy', detail: `${described(first)}${more} (${source})` };
    }
    const older = meant.length === 0
        ? ''
        : `; ${meant.length} that began before the release ${meant.length === 1 ? 'does' : 'do'} not count`;
    return { verdict: 'healthy', detail: `nothing that fits ${line} fires${older} (${source})` };
}
/** `HighErrorRate{severity="critical"} fires since 2026-11-21T13:01:02Z: High error rate detected`. */
function described({ labels, annotations, since }) {
    const { alertname = 'an alert', ...others } = labels;
    const pairs = Object.entries(others).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
    const text = annotations.summary ?? annotations.description ?? annotations.message;
    const time = new Date(since).toISOString().replace(/\.\d+Z$/, 'Z');
    return `${alertname}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} fires since ${time}${text === undefined ? '' : `: ${text}`}`;
}
/**
 * What to warn of before the release: a name that no rule has would never fire. Nothing where the rules cannot be read, which is for
 * the looks to say.
 */
async function unknownAlerts(selectors, prometheus, signal) {
    const named = selectors.flatMap(({ alert }) => (alert === null ? [] : [alert]));
    if (named.length === 0 || prometheus.alertNames === undefined)
        return [];
    let names;
    try {
        names = await prometheus.alertNames(signal);
    }
    catch (error) {
        signal.throwIfAborted();
        if (error instanceof metrics_source/* MetricsError */.k)
            return [];
        throw error;
    }
    return named
        .filter((name) => !names.includes(name))
        .map((name) => `Input alerts names ${name}, and ${prometheus.name} has no rule for such an alert: it will never fire.${(0,words/* didYouMean */.au)((0,words/* nearest */.pA)(name, names))}`);
}

// EXTERNAL MODULE: ./lib/action/threshold-lines.js + 2 modules
var threshold_lines = __webpack_require__(121);
;// CONCATENATED MODULE: ./lib/checks/thresholds.js



/** Input `thresholds` as gates, in the order of its lines. Each remembers since when it has not held. */
function thresholdGates(thresholds, names, { prometheus, clock }) {
    return thresholds.map((threshold) => {
        const query = filledIn(threshold.query, names);
        let missedSince = null;
        return {
            name: threshold.line,
            kind: 'threshold',
            async look(signal) {
                const found = await measure(prometheus, query, signal);
                if (typeof found === 'string') {
                    // Nobody knows what it was meanwhile, so no time counts against the candidate.
                    missedSince = null;
                    return { verdict: 'inconclusive', detail: `${threshold.name}: ${found}; asked ${prometheus.name}: ${query}` };
                }
                const now = clock.now();
                missedSince = holds(threshold, found) ? null : (missedSince ?? now);
                return thresholds_judged(threshold, query, found, missedSince === null ? null : now - missedSince);
            },
        };
    });
}
/** The query with its variables filled in, fit to stand between double or single quotes. */
function filledIn(query, names) {
    const values = {
        namespace: names.namespace,
        deployment: names.deployment,
        stable: names.stableHash,
        candidate: names.candidateHash,
        service: names.service,
        candidate_service: names.candidateService,
    };
    return query.replaceAll(threshold_lines/* QUERY_VARIABLE */.sZ, (whole, name) => name in values ? escaped(values[name]) : whole);
}
function escaped(value) {
    return value.replaceAll(/[\\"'`]/g, (character) => `\\${character}`).replaceAll('\n', '\\n');
}
/** The one number that the query gives, or what there was instead of it. Rejects only with the signal's reason. */
async function measure(prometheus, query, signal) {
    let answer;
    try {
        answer = await prometheus.query(query, signal);
    }
    catch (error) {
        signal.throwIfAborted();
        if (error instanceof metrics_source/* MetricsError */.k)
            return error.message;
        throw error;
    }
    const values = answer.type === 'scalar' ? [answer.value] : answer.samples.map(({ value }) => value);
    const [value] = values;
    if (answer.type === 'vector' && answer.samples.length > 1)
        return severalSeries(answer.samples);
    if (value === undefined)
        return 'wanted one number, found no data';
    return Number.isNaN(value) ? 'wanted one number, found NaN (mostly a division of nothing by nothing)' : value;
}
const SHOWN_SERIES = 3;
function severalSeries(samples) {
    const shown = samples.slice(0, SHOWN_SERIES).map(({ labels }) => {
        const { __name__: name = '', ...others } = labels;
        const pairs = Object.entries(others).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
        return `${name}{${pairs.join(',')}}`;
    });
    const more = samples.length > SHOWN_SERIES ? ', …' : '';
    return `wanted one number, found ${samples.length} series (${shown.join(', ')}${more}); make one of them with sum(), max() or another aggregation`;
}
const HOLDS = {
    '<': (value, bound) => value < bound,
    '<=': (value, bound) => value <= bound,
    '>': (value, bound) => value > bound,
    '>=': (value, bound) => value >= bound,
    '==': (value, bound) => value === bound,
    '!=': (value, bound) => value !== bound,
};
function holds({ comparison, bound }, value) {
    return HOLDS[comparison](value, bound);
}
/** `missedFor`: milliseconds for which it has not held; null: it holds. */
function thresholds_judged(threshold, query, value, missedFor) {
    const { name, comparison, bound, patience } = threshold;
    const wanted = `${comparison} ${bound}`;
    const look = (verdict, detail) => ({ verdict, detail: `${name}: ${detail}` });
    if (missedFor === null)
        return look('healthy', `${value}, wanted ${wanted}`);
    const said = `${value}, wanted ${wanted}`;
    if (missedFor >= patience) {
        const time = patience === 0 ? '' : `, for ${(0,duration/* formatDuration */.a)(missedFor)} now`;
        return look('unhealthy', `${said}${time}; asked: ${query}`);
    }
    return look('inconclusive', `${said}, for ${(0,duration/* formatDuration */.a)(missedFor)} now; unhealthy after ${(0,duration/* formatDuration */.a)(patience)}; asked: ${query}`);
}

;// CONCATENATED MODULE: ./lib/checks/watched-gates.js



/**
 * Inputs `thresholds` and `alerts` as gates, in this order. Made once for a release: a threshold remembers since when it has not held.
 * @param startedAt epoch ms at which the release began
 */
function watchedGates({ thresholds, alerts, alertsSince, alertmanager }, names, startedAt, ports) {
    const { prometheus, clock } = ports;
    const source = alertSource(alertmanager, ports);
    return [
        ...(prometheus === null ? [] : thresholdGates(thresholds, names, { prometheus, clock })),
        ...(source === null ? [] : alertGates(alerts, source, alertsSince === 'any' ? null : startedAt)),
    ];
}
/** Alertmanager, where there is one, knows what is silenced; Prometheus does not. */
function alertSource(alertmanager, ports) {
    if (alertmanager !== null)
        return alertmanagerAlerts(alertmanager, ports);
    return ports.prometheus === null ? null : prometheusAlerts(ports.prometheus);
}
/** What to warn of before the release begins. Rejects only with the signal's reason. */
async function gateWarnings({ alerts }, prometheus, signal) {
    return prometheus === null ? [] : unknownAlerts(alerts, prometheus, signal);
}

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(3024);
// EXTERNAL MODULE: external "node:tls"
var external_node_tls_ = __webpack_require__(1692);
// EXTERNAL MODULE: ./lib/cluster/proxy-environment.js
var proxy_environment = __webpack_require__(2326);
// EXTERNAL MODULE: external "node:timers/promises"
var promises_ = __webpack_require__(8500);
// EXTERNAL MODULE: ./lib/cluster/api-server-refusal.js
var api_server_refusal = __webpack_require__(8745);
// EXTERNAL MODULE: ./lib/metrics/prometheus-answers.js
var prometheus_answers = __webpack_require__(875);
;// CONCATENATED MODULE: ./lib/metrics/prometheus.js





/** Bytes: some 40,000 series. A query that gives more is not one of counters by pod. */
const prometheus_LONGEST_ANSWER = 8 * 1024 * 1024;
const prometheus_DEADLINE = 10_000;
const TRIES = 4;
/** Milliseconds before the second try, doubled for each further one. */
const PAUSE = 200;
const LONGEST_QUOTE = 300;
/** A Prometheus, or what speaks its HTTP API (Thanos, Mimir, VictoriaMetrics). */
class Prometheus {
    name;
    #send;
    #options;
    #warned = new Set();
    constructor(send, options) {
        this.name = options.name;
        this.#send = send;
        this.#options = options;
    }
    async query(promql, signal) {
        const asked = `the query ${oneLine(promql)}`;
        const answer = (0,prometheus_answers/* parseQueryData */.O0)(await this.#ask('/api/v1/query', new URLSearchParams({ query: promql }), asked, signal));
        if (typeof answer === 'string')
            throw this.#error(asked, answer, 'Correct the query.');
        return answer;
    }
    async alerts(signal) {
        const asked = 'its alerts (/api/v1/alerts)';
        const alerts = (0,prometheus_answers/* parseAlertsData */.xl)(await this.#ask('/api/v1/alerts', new URLSearchParams(), asked, signal));
        if (typeof alerts === 'string')
            throw this.#error(asked, alerts, WHAT_IS_IT);
        return alerts;
    }
    /** The `data` of a successful answer. */
    async #ask(path, query, asked, signal) {
        const { deadline = prometheus_DEADLINE } = this.#options;
        const end = AbortSignal.timeout(deadline);
        const both = AbortSignal.any([signal, end]);
        for (let tried = 1;; tried += 1) {
            const pause = PAUSE * 2 ** (tried - 1);
            const response = await this.#send(path, query, both).catch((error) => {
                signal.throwIfAborted();
                return { failure: end.aborted ? `no answer within ${deadline / 1000} s` : (0,errors/* describeCause */.V$)(error) };
            });
            const mayTryAgain = async (ms) => tried < TRIES && (await isOver((0,promises_.setTimeout)(ms, undefined, { signal: both })));
            if ('failure' in response) {
                if (await mayTryAgain(pause))
                    continue;
                signal.throwIfAborted();
                throw this.#error(asked, response.failure, 'Check that this runner can reach it, and input prometheus.');
            }
            const answer = (0,prometheus_answers/* parseAnswer */.Wp)(response.body);
            if (isPassing(response, answer) && (await mayTryAgain(response.retryAfter ?? pause)))
                continue;
            signal.throwIfAborted();
            return this.#data(response, answer, asked);
        }
    }
    #data(response, answer, asked) {
        const { status, body, whole } = response;
        if (!whole)
            throw this.#error(asked, `an answer of more than ${prometheus_LONGEST_ANSWER / 1024 / 1024} MiB`, 'Make the query narrower.');
        if (answer.status === 'success') {
            for (const warning of answer.warnings)
                this.#tell(warning);
            return answer.data;
        }
        if (answer.status === 'error')
            throw this.#error(asked, `HTTP ${status}, ${answer.type}: ${answer.error}`, ADVICE[answer.type] ?? WHAT_IS_IT);
        const refusal = (0,api_server_refusal/* apiServerRefusal */.y)(status, body);
        if (refusal !== null)
            throw this.#error(asked, `HTTP ${status} from the API server: ${refusal}`, this.#options.access);
        const found = `HTTP ${status}${body.trim() === '' ? '' : `: ${body}`}`;
        if (status === 401 || status === 403)
            throw this.#error(asked, found, this.#options.access);
        throw this.#error(asked, status === 200 ? `no JSON: ${body}` : found, WHAT_IS_IT);
    }
    #tell(warning) {
        if (this.#warned.has(warning) || this.#warned.size >= 20)
            return;
        this.#warned.add(warning);
        this.#options.warn(this.#clean(`${this.name} says: ${oneLine(warning)}`));
    }
    #error(asked, found, advice) {
        return new metrics_source/* MetricsError */.k(this.#clean(`Wanted ${asked} from ${this.name}; found ${oneLine(found)}. ${advice}`));
    }
    #clean(text) {
        return this.#options.secrets
            .filter((secret) => secret !== '')
            .reduce((cleaned, secret) => cleaned.replaceAll(secret, '***'), text);
    }
}
const WHAT_IS_IT = 'Check that input prometheus is the address of a Prometheus, with its path if it has one.';
const ADVICE = {
    bad_data: 'Correct the query.',
    execution: 'Correct the query, or make it narrower.',
    timeout: 'Make the query narrower: Prometheus gave it up.',
    canceled: 'Make the query narrower: Prometheus gave it up.',
    too_many_requests: 'Prometheus is busy; make ticks longer.',
    unavailable: 'Prometheus cannot answer at the moment.',
};
/** What may be over in a moment. A 503 with an error of Prometheus' own is a query that was given up. */
function isPassing({ status }, answer) {
    if (status === 429)
        return true;
    if (answer.status === 'error')
        return answer.type === 'unavailable' || answer.type === 'internal';
    return status === 502 || status === 503 || status === 504;
}
/** False: it was cut short. */
function isOver(pause) {
    return pause.then(() => true, () => false);
}
function oneLine(text) {
    const line = text.replaceAll(/\s+/g, ' ').trim();
    return line.length <= LONGEST_QUOTE ? line : `${line.slice(0, LONGEST_QUOTE - 1)}…`;
}

;// CONCATENATED MODULE: ./lib/metrics/connect-prometheus.js








/** @throws {MetricsError} when the certificates to trust cannot be read */
function connectPrometheus(target, ports) {
    return target.kind === 'url' ? byUrl(target, ports) : byService(target, ports);
}
const NAMED = /-----BEGIN [A-Z ]*CERTIFICATE-----/;
function byUrl(target, { env, warn, deadline }) {
    const dispatcher = poolFor(target, env);
    const headers = { ...plain(target.headers), ...authorizationOf(target.auth) };
    const send = async (path, query, signal) => {
        const response = await (0,undici/* request */.Em)(`${target.url}${path}?${query}`, {
            method: 'GET',
            headers: { accept: 'application/json', 'user-agent': cluster_api/* USER_AGENT */._O, ...headers },
            dispatcher,
            signal,
        });
        const retryAfter = Number([response.headers['retry-after'] ?? []].flat()[0]);
        const answer = await (0,cluster_api/* firstBytes */.mI)(response.body, prometheus_LONGEST_ANSWER);
        return { status: response.statusCode, ...answer, retryAfter: retryAfter > 0 ? retryAfter * 1000 : null };
    };
    const options = {
        name: `Prometheus at ${target.url}`,
        access: 'Check inputs prometheus-token, prometheus-basic and prometheus-headers.',
        secrets: secretsOf(target),
        warn,
        ...(deadline === undefined ? {} : { deadline }),
    };
    return { prometheus: new Prometheus(send, options), close: () => dispatcher.destroy() };
}
function poolFor(target, env) {
    const tls = target.ca === null ? {} : { ca: [...(0,external_node_tls_.getCACertificates)('default'), certificatesOf(target.ca)] };
    const proxy = (0,proxy_environment/* proxyFor */.i)(target.url, env);
    const common = { connections: 2, allowH2: false, keepAliveTimeout: 30_000 };
    return proxy === null
        ? new undici/* Agent */.g6({ ...common, connect: { ...tls, timeout: 10_000 } })
        : new undici/* ProxyAgent */.kT({ ...common, uri: proxy, requestTls: tls });
}
function certificatesOf(ca) {
    let text = ca.value;
    try {
        if (ca.kind === 'path')
            text = (0,external_node_fs_.readFileSync)(ca.value, 'utf8');
    }
    catch (error) {
        throw new metrics_source/* MetricsError */.k(`Wanted certificates from ${ca.value} (input prometheus-ca); it cannot be read: ${(0,errors/* describeCause */.V$)(error)}. Give the path of a PEM file, or its content.`);
    }
    if (NAMED.test(text))
        return text;
    throw new metrics_source/* MetricsError */.k(`Wanted certificates from ${ca.kind === 'path' ? ca.value : 'the content of input prometheus-ca'}; found none in PEM. It must have a line -----BEGIN CERTIFICATE-----.`);
}
function byService(target, { api, warn, deadline }) {
    const { namespace, service, port, scheme, path } = target;
    const named = `${scheme === 'https' ? 'https:' : ''}${service}:${port}`;
    const base = `/api/v1/namespaces/${namespace}/services/${named}/proxy${path}`;
    const send = (asked, query, signal) => api.text(`${base}${asked}`, Object.fromEntries(query), {
        signal,
        over: 'metrics',
        most: prometheus_LONGEST_ANSWER,
        headers: plain(target.headers),
        ...(deadline === undefined ? {} : { deadline }),
    });
    const options = {
        name: `Prometheus at ${namespace}/${named}${path} (through the API server)`,
        access: `Check that the Service has ready pods, and that your user may get services/proxy in namespace ${namespace}.`,
        secrets: target.headers.map(({ value }) => value),
        warn,
        ...(deadline === undefined ? {} : { deadline }),
    };
    return { prometheus: new Prometheus(send, options), close: () => Promise.resolve() };
}
function authorizationOf(auth) {
    if (auth === null)
        return {};
    const value = auth.kind === 'bearer' ? `Bearer ${auth.token}` : `Basic ${basicOf(auth)}`;
    return { authorization: value };
}
function basicOf({ user, password }) {
    return Buffer.from(`${user}:${password}`).toString('base64');
}
function secretsOf({ auth, headers }) {
    const own = auth === null ? [] : auth.kind === 'bearer' ? [auth.token] : [auth.password, basicOf(auth)];
    return [...own, ...headers.map(({ value }) => value)];
}
function plain(headers) {
    return Object.fromEntries(headers.map(({ name, value }) => [name.toLowerCase(), value]));
}

// EXTERNAL MODULE: ./lib/metrics/prepare.js + 5 modules
var prepare = __webpack_require__(3511);
// EXTERNAL MODULE: ./lib/metrics/prepared.js + 2 modules
var prepared = __webpack_require__(5086);
;// CONCATENATED MODULE: ./lib/measures.js









/** What a request wants to have measured, and how it is reached, wired; null: nothing. `close` when the release is over. */
function measuresOf(request, ports) {
    const isAsked = request.metrics !== null ||
        request.thresholds.length > 0 ||
        request.alerts.length > 0 ||
        request.judging.restarts === 'compare';
    // Whoever promotes goes on as it was begun, and may not have to say anything.
    const { action } = request;
    if (action === 'abort' || action === 'status' || action === 'role' || ((0,operations/* namesVersion */.H7)(action) && !isAsked))
        return { measures: null, close: () => Promise.resolve() };
    let connected = null;
    const prometheus = () => {
        const target = request.metrics?.prometheus ?? null;
        if (target === null)
            return null;
        connected ??= refusing(() => connectPrometheus(target, ports));
        return connected.prometheus;
    };
    const sourcePorts = () => ({ ...ports, prometheus: prometheus() });
    return {
        measures: {
            async prepare(app) {
                await checkPermissions(request, ports);
                for (const warning of await gateWarnings(request, prometheus(), ports.signal))
                    ports.warn(warning);
                const gates = { thresholds: request.thresholds.length > 0, alerts: request.alerts.length > 0 };
                if (request.metrics === null || !countsAnything(request.metrics))
                    return { metrics: null, notes: [], gates };
                if (app === null)
                    throw new refusal/* Refused */.Lw([{ message: UNCOUNTED }]);
                const preparation = await (0,prepare/* prepareMetrics */.V2)(request.metrics, app, sourcePorts(), ports.signal);
                if (!preparation.ok)
                    throw new refusal/* Refused */.Lw(preparation.findings);
                return { metrics: preparation.prepared, notes: preparation.prepared.notes, gates };
            },
            begin(kept, startedAt) {
                const untold = ['thresholds', 'alerts'].filter((of) => kept.gates[of] && request[of].length === 0);
                if (untold.length > 0)
                    throw new refusal/* Refused */.Lw([
                        {
                            message: `This release is watched by ${untold.join(' and ')}, and this run was not given them. Give input ${untold.join(' and ')} again, with prometheus or alertmanager.`,
                        },
                    ]);
                const source = kept.metrics === null ? null : refusing(() => sourceOf(kept.metrics, sourcePorts()));
                const gatePorts = { ...ports, prometheus: prometheus() };
                return { source, gates: (tracks) => watchedGates(request, namesOf(tracks), startedAt, gatePorts) };
            },
        },
        close: async () => connected?.close(),
    };
}
/** Thresholds and alerts alone need a Prometheus, too, and no counters. */
function countsAnything({ judge, probe }) {
    return judge.kind !== 'none' || probe !== null;
}
const UNCOUNTED = 'Counters are compared by the pods of a Deployment, and the pods of a Knative Service come and go as Knative likes. Use metrics: none with prometheus (thresholds and alerts are looked at all the same), and leave probe out.';
function sourceOf(metrics, ports) {
    return metrics === null ? null : (0,prepared/* counterSource */.G)(metrics, ports);
}
/** What cannot be reached as configured is a finding: nothing was written yet. */
function refusing(make) {
    try {
        return make();
    }
    catch (error) {
        if (error instanceof metrics_source/* MetricsError */.k)
            throw new refusal/* Refused */.Lw([{ message: error.message }]);
        throw error;
    }
}
async function checkPermissions(request, { api, namespace }) {
    const needed = (0,needed_permissions/* measuresPermissions */.c)(request).map(({ permission, ...of }) => ({
        permission,
        namespace: of.namespace ?? namespace,
    }));
    const findings = [];
    for (const place of new Set(needed.map((each) => each.namespace))) {
        const wanted = needed.filter((each) => each.namespace === place).map(({ permission }) => permission);
        const missing = await (0,permissions/* missingPermissions */.HR)(api, place, wanted);
        if (missing.length === 0)
            continue;
        const list = missing.map(({ verb, resource }) => `${verb} ${resource}`).join(', ');
        findings.push({
            message: `To read counters and alerts, the user of the kubeconfig lacks permissions in namespace ${place}: ${list}. Bind a Role with them to it.`,
            attachment: (0,permissions/* missingRoleFor */.WJ)(place, missing),
        });
    }
    if (findings.length > 0)
        throw new refusal/* Refused */.Lw(findings);
}
/** The names that queries of a release's gates may say. */
function namesOf(tracks) {
    return {
        namespace: tracks.namespace,
        deployment: tracks.deployment,
        service: tracks.service.name,
        candidateService: tracks.candidateService,
        stableHash: tracks.stable.hash,
        candidateHash: tracks.candidate?.hash ?? '',
    };
}

// EXTERNAL MODULE: ./lib/report/log.js
var log = __webpack_require__(9820);
;// CONCATENATED MODULE: ./lib/step.js





















/** One run of the step: connects, deploys, and tells the runner and the user what came of it, whatever that is. */
async function step(request, run, runner) {
    const teller = (0,log/* createTeller */.L)({ out: (line) => runner.say(line), clock: clock/* systemClock */.m });
    const helm = new engine_helm/* Helm */.f();
    const reporter = new action_reporter/* Reporter */.a(request, run, teller, clock/* systemClock */.m, runner);
    obeySignals(runner, helm, reporter, request.onCancel);
    reporter.secrets.push(...(0,secrets/* secretsIn */.V)((name) => runner.input(name).trim()));
    let connection = null;
    try {
        connection = await connectionFor(request, runner.env, (secret) => {
            runner.mask(secret);
            reporter.secrets.push(secret);
        });
        reporter.namespace = request.cluster.namespace ?? connection.namespace;
        const api = new cluster_api/* Api */.jI(connection, (message) => teller.warning(`The API server says: ${message}`));
        reporter.requests = () => api.requests;
        const result = await deployWith(request, run, api, reporter, teller, helm, runner);
        if (!(await reporter.tell(result, result.findings)))
            runner.fail();
    }
    catch (error) {
        const findings = findingsOf(error, helm);
        if (findings === null)
            throw error;
        if (!(await reporter.tell(step_refusal(helm, findings), findings)))
            runner.fail();
    }
    finally {
        teller.end();
        await connection?.close();
    }
}
/** A Role can be told without a cluster; what does need one says so. */
function connectionFor({ action, cluster }, env, onSecret) {
    const connecting = (0,connection/* connect */.N)(cluster, env, onSecret);
    return action === 'role' ? connecting.catch(unconnected) : connecting;
}
/** Those in which the candidate is never checked. */
const UNCHECKED = ['abort', 'finish', 'status', 'role'];
async function deployWith(request, run, api, reporter, teller, helm, runner) {
    const holder = `${run.url ?? `a run on ${(0,external_node_os_.hostname)()}`} (${(0,external_node_crypto_.randomBytes)(3).toString('hex')})`;
    const namespace = reporter.namespace ?? 'default';
    const { env } = runner;
    const kubeconfig = (0,private_kubeconfig/* privateKubeconfig */.t)(request, env, (folder) => runner.saveState('private', folder));
    const outsideServers = (0,outside/* outside */.q)(env);
    const over = new AbortController();
    const { measures, close } = measuresOf(request, {
        api,
        clock: clock/* systemClock */.m,
        env,
        outside: outsideServers,
        namespace,
        warn: (message) => teller.warning(message),
        signal: AbortSignal.any([helm.signal, over.signal]),
    });
    const checks = [];
    try {
        const job = request.job === null || UNCHECKED.includes(request.action) ? null : await readJob(request.job, runner);
        const parts = {
            api,
            clock: clock/* systemClock */.m,
            teller,
            helm,
            run,
            namespace,
            holder,
            job,
            check: (context, deadline, signal) => {
                const checking = (0,run_checks/* runChecks */.JT)({ ...request, job }, { ...context, kubeconfig: kubeconfig.path }, checkPorts(api, namespace, teller, outsideServers, env), deadline, AbortSignal.any([signal, over.signal]));
                checks.push(checking);
                return checking;
            },
            routerCommand: (0,router_command/* routerCommandOf */.C)(request, {
                clock: clock/* systemClock */.m,
                env,
                kubeconfig: kubeconfig.path,
                onLine: (input, line) => teller.foreign(input, [line]),
                // For post, if this process is killed while the command runs.
                onProcess: (pid) => runner.saveState('command', String(pid ?? '')),
            }),
            measures,
            onLock: (release) => {
                const unfinished = { release, namespace, subject: (0,workload_kinds/* subjectOf */.et)(request).key, holder };
                runner.saveState('unfinished', JSON.stringify(unfinished));
            },
            onBegin: (plan) => reporter.tellBeginning(plan),
        };
        const result = await operate(request, parts);
        if (result.left !== 'unfinished')
            runner.saveState('unfinished', '');
        return result;
    }
    finally {
        over.abort();
        // A Job that runs is removed when its check was given up: the connection has to last until then.
        await Promise.allSettled(checks);
        await close();
        await outsideServers.close();
        kubeconfig.remove();
    }
}
function checkPorts(api, namespace, teller, outsideServers, env) {
    return {
        clock: clock/* systemClock */.m,
        env,
        onLine: (line) => teller.foreign('smoke-command', [line]),
        proxy: (0,service_proxy/* serviceProxy */.u)(api, namespace),
        outside: outsideServers,
        delivery: external_node_crypto_.randomUUID,
        job: {
            api,
            clock: clock/* systemClock */.m,
            onWrite: (write) => teller.wrote(write),
            onFact: (text) => teller.fact(text),
            onLines: (lines) => teller.foreign('job', lines),
            suffix: () => (0,external_node_crypto_.randomBytes)(2).toString('hex'),
        },
    };
}
async function readJob(source, { env, process }) {
    try {
        return await (0,job_manifest/* readJobManifest */.li)(source, env.GITHUB_WORKSPACE ?? process.cwd());
    }
    catch (error) {
        if (error instanceof job_manifest/* JobUnfit */.s4)
            throw new refusal/* Refused */.Lw([{ message: error.message }]);
        throw error;
    }
}
/**
 * The runner cancels with SIGINT, SIGTERM 7.5 s later (on Windows: Ctrl+C, which Node calls SIGINT, and Ctrl+Break, SIGBREAK), and kills
 * 2.5 s after that. The first takes traffic back at once; at the second, outputs and summary are written as things stand, and the post
 * step completes the rest.
 */
function obeySignals({ process }, helm, reporter, onCancel) {
    process.on('SIGINT', () => helm.give({ cause: 'cancelled', reason: 'The run was cancelled.', do: onCancel }));
    for (const signal of ['SIGTERM', 'SIGBREAK'])
        process.on(signal, () => {
            if (helm.order === null)
                return helm.give({ cause: 'cancelled', reason: `The run was told to stop (${signal}).`, do: onCancel });
            void reporter.tell(step_refusal(helm, []), []).finally(() => process.exit(1));
        });
}
/** Errors that say something about the user's cluster and not about our code; null: an error of ours. */
function findingsOf(error, helm) {
    if (helm.order !== null)
        return [];
    if (error instanceof refusal/* Refused */.Lw)
        return error.findings;
    return saysOfCluster(error) ? [{ message: error.message }] : null;
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
