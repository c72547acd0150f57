import { describe, expect, test } from '@jest/globals';
import { InputErrors } from '../../src/action/input-errors.ts';
import { readRequest } from '../../src/action/inputs.ts';
import { secretsIn } from '../../src/action/secrets.ts';

type Given = Readonly<Record<string, string>>;

async function metrics(given: Given) {
  const all: Given = { deployment: 'web', images: 'web=nginx:2', ...given };
  return (await readRequest((name) => all[name] ?? '')).metrics;
}

/** `input: problem`, line after line. */
async function problems(given: Given): Promise<string[]> {
  const error: unknown = await metrics(given).then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof InputErrors) return error.problems.map(({ input, problem }) => `${input}: ${problem}`);
  throw new Error(`expected InputErrors, got ${String(error)}`);
}

const URL = { prometheus: 'https://prometheus.example.com/' };
const DEFAULTS = { pods: { port: null, path: null, most: 10 }, slow: 'auto', probe: null };

describe('what can be asked for', () => {
  test('nothing', async () => {
    expect(await metrics({})).toBeNull();
    expect(await metrics({ metrics: 'none' })).toBeNull();
  });

  test('a Prometheus is judged by of itself', async () => {
    const prometheus = { kind: 'url', url: 'https://prometheus.example.com', auth: null, headers: [], ca: null };
    expect(await metrics(URL)).toEqual({ ...DEFAULTS, prometheus, judge: { kind: 'auto' } });
    expect(await metrics({ ...URL, metrics: 'none' })).toEqual({ ...DEFAULTS, prometheus, judge: { kind: 'none' } });
    expect(await metrics({ ...URL, metrics: 'linkerd' })).toMatchObject({
      judge: { kind: 'preset', preset: 'linkerd' },
    });
  });

  test.each([
    ['http://prometheus:9090', { kind: 'url', url: 'http://prometheus:9090' }],
    ['https://thanos.example.com/a/b//', { kind: 'url', url: 'https://thanos.example.com/a/b' }],
    ['https://prometheus.example.com/api/v1/query', { kind: 'url', url: 'https://prometheus.example.com' }],
    [
      'monitoring/prometheus-operated:9090',
      {
        kind: 'service',
        namespace: 'monitoring',
        service: 'prometheus-operated',
        port: '9090',
        scheme: 'http',
        path: '',
      },
    ],
    [
      'monitoring/https:prometheus:web/prom/',
      { kind: 'service', namespace: 'monitoring', service: 'prometheus', port: 'web', scheme: 'https', path: '/prom' },
    ],
  ])('prometheus: %s', async (prometheus, wanted) => {
    expect((await metrics({ prometheus }))?.prometheus).toMatchObject(wanted);
  });

  test('what logs in there', async () => {
    expect(await metrics({ ...URL, 'prometheus-token': ' abc \n' })).toMatchObject({
      prometheus: { auth: { kind: 'bearer', token: 'abc' } },
    });
    const more = {
      'prometheus-basic': 'ci:a:b',
      'prometheus-headers': '# tenant\nX-Scope-OrgID: shop\nX-B:c:d',
      'prometheus-ca': './ca.pem',
    };
    expect(await metrics({ ...URL, ...more })).toMatchObject({
      prometheus: {
        auth: { kind: 'basic', user: 'ci', password: 'a:b' },
        headers: [
          { name: 'X-Scope-OrgID', value: 'shop' },
          { name: 'X-B', value: 'c:d' },
        ],
        ca: { kind: 'path', value: './ca.pem' },
      },
    });
    expect(await metrics({ ...URL, 'prometheus-ca': '-----BEGIN CERTIFICATE-----\nMII' })).toMatchObject({
      prometheus: { ca: { kind: 'content' } },
    });
  });

  test('metrics: pods, with ports and names of one’s own', async () => {
    expect(await metrics({ metrics: 'pods' })).toEqual({
      ...DEFAULTS,
      prometheus: null,
      judge: { kind: 'pods', series: null },
    });
    const own = 'pods requests=shop_requests_total label=outcome failed=error|timeout';
    const given = { metrics: own, 'metrics-port': '9102', 'metrics-path': '/stats', 'metrics-pods': '5' };
    expect(await metrics(given)).toMatchObject({
      pods: { port: '9102', path: '/stats', most: 5 },
      judge: {
        series: {
          counter: 'shop_requests_total',
          failed: [{ label: 'outcome', matches: 'error|timeout' }],
          buckets: 'shop_requests_bucket',
          unit: 1000,
        },
      },
    });
    expect(await metrics({ metrics: 'pods requests=a_total buckets=b_bucket unit=ms' })).toMatchObject({
      judge: { series: { failed: [{ label: 'code', matches: '5..' }, {}, {}, {}, {}], buckets: 'b_bucket', unit: 1 } },
    });
  });

  test.each([
    ['auto', 'auto'],
    ['off', 'off'],
    ['500ms', { ms: 500 }],
    ['1s', { ms: 1000 }],
    ['2.5ms', { ms: 2.5 }],
  ])('slow: %s', async (slow, wanted) => {
    expect((await metrics({ ...URL, slow }))?.slow).toEqual(wanted);
  });

  test('a probe', async () => {
    expect(await metrics({ probe: 'GET /healthz' })).toEqual({
      ...DEFAULTS,
      prometheus: null,
      judge: { kind: 'none' },
      probe: { line: 'GET /healthz', path: '/healthz', port: null, scheme: 'http', perSecond: 5 },
    });
    expect((await metrics({ probe: 'GET /a?b=c 20/s port=http scheme=https' }))?.probe).toMatchObject({
      path: '/a?b=c',
      port: 'http',
      scheme: 'https',
      perSecond: 20,
    });
  });

  test('metrics of one’s own', async () => {
    const yaml = [
      '- name: checkout',
      '  total: checkout_total{namespace="$namespace"}',
      '  errors: checkout_total{namespace="$namespace", result="failed"}',
      '  pod: kubernetes_pod_name',
      '- { name: search, buckets: \'search_ms_bucket{pod=~"$pods"}\', slower-than: 500ms, unit: ms }',
    ].join('\n');
    expect((await metrics({ ...URL, metrics: yaml }))?.judge).toEqual({
      kind: 'own',
      metrics: [
        {
          name: 'checkout',
          pod: 'kubernetes_pod_name',
          counts: {
            kind: 'errors',
            total: 'checkout_total{namespace="$namespace"}',
            errors: 'checkout_total{namespace="$namespace", result="failed"}',
          },
        },
        {
          name: 'search',
          pod: 'pod',
          counts: { kind: 'buckets', buckets: 'search_ms_bucket{pod=~"$pods"}', slowerThan: 500, unit: 1 },
        },
      ],
    });
  });
});

describe('what is wrong', () => {
  const OWN = (text: string): Given => ({ ...URL, metrics: `- ${text}` });
  test.each<[string, Given, string[]]>([
    ['ftp', { prometheus: 'ftp://x' }, ['prometheus: Only http:// and https:// are understood.']],
    [
      'a word',
      { prometheus: 'prometheus' },
      ['prometheus: It is neither an address with http:// or https:// nor namespace/service:port.'],
    ],
    ['no host', { prometheus: 'http://' }, ['prometheus: It is not a valid address.']],
    [
      'no port',
      { prometheus: 'monitoring/prometheus' },
      ['prometheus: It is neither an address with http:// or https:// nor namespace/service:port.'],
    ],
    [
      'a bad port',
      { prometheus: 'monitoring/prometheus:0' },
      ['prometheus: "0" is neither the number nor the name of a port.'],
    ],
    [
      'a path with a query',
      { prometheus: 'http://x/?a=b' },
      [
        'prometheus: It must end with the path: what follows "?" or "#" would not be sent. A token belongs into prometheus-token or prometheus-headers.',
      ],
    ],
    [
      'a password in it',
      { prometheus: 'http://u:hunter2@x' },
      ['prometheus: It has a user and a password in it, which would be shown. Give them as prometheus-basic.'],
    ],
    [
      'two logins',
      { ...URL, 'prometheus-token': 'a', 'prometheus-basic': 'b:c' },
      ['prometheus-basic: There is prometheus-token, too.'],
    ],
    [
      'a token with its word',
      { ...URL, 'prometheus-token': 'Bearer abc' },
      ['prometheus-token: It has spaces or characters that a header cannot have.'],
    ],
    ['no user', { ...URL, 'prometheus-basic': 'hunter2' }, ['prometheus-basic: There is no user before a ":".']],
    [
      'headers',
      { ...URL, 'prometheus-headers': 'a\nAuthorization: x\nX:\nHost: y' },
      [
        'prometheus-headers: There is no name before a ":".',
        'prometheus-headers: This header is made of prometheus-token or prometheus-basic.',
        'prometheus-headers: There is no value after the ":".',
        'prometheus-headers: Host is a header of the connection’s own.',
      ],
    ],
    [
      'a login without a Prometheus',
      { 'prometheus-token': 'a', 'prometheus-ca': 'b' },
      [
        'prometheus-token: It has no meaning without prometheus.',
        'prometheus-ca: It has no meaning without prometheus.',
      ],
    ],
    [
      'a login at a Service',
      { prometheus: 'a/b:80', 'prometheus-token': 'x' },
      [
        'prometheus-token: It has no meaning with a Service: the request goes through the API server, which uses that header for its own login.',
      ],
    ],
    [
      'a preset without a Prometheus',
      { metrics: 'istio' },
      ['metrics: It needs a Prometheus, and input prometheus is not given.'],
    ],
    [
      'a preset that there is not',
      { ...URL, metrics: 'isto' },
      ['metrics: It is not one of the accepted words. Did you mean istio?'],
    ],
    [
      'ports without pods',
      { ...URL, 'metrics-port': '80', 'metrics-path': '/m' },
      [
        'metrics-port: It has no meaning without metrics: pods.',
        'metrics-path: It has no meaning without metrics: pods.',
      ],
    ],
    [
      'bad numbers',
      { metrics: 'pods', 'metrics-port': '70000', 'metrics-path': 'm', 'metrics-pods': '0' },
      [
        'metrics-port: It is neither a number from 1 to 65535 nor the name of a port.',
        'metrics-path: It must begin with "/" and have no spaces.',
        'metrics-pods: It is not such a number.',
      ],
    ],
    [
      'options of pods',
      { metrics: 'pods label=x' },
      ['metrics: requests= is missing: the name of the counter of all requests.'],
    ],
    [
      'an option that there is not',
      { metrics: 'pods a=b' },
      ['metrics: "a=b" is not an option; there are requests=, label=, failed=, buckets=, unit=.'],
    ],
    [
      'a regular expression',
      { metrics: 'pods requests=a failed=(' },
      ['metrics: failed="(" is not a regular expression.'],
    ],
    ['slow of nothing', { slow: '1s' }, ['slow: There is nothing that would be slow: no metrics and no probe.']],
    ['slow', { ...URL, slow: '0s' }, ['slow: Every request takes longer than no time.']],
    ['a fast probe', { probe: 'GET / 21/s' }, ['probe: The rate must be from 1/s to 20/s.']],
    ['a probe that writes', { probe: 'POST /' }, ['probe: It must begin with GET, and "POST" is not.']],
    ['a probe of nothing', { probe: 'GET' }, ['probe: A path that begins with "/" must follow GET.']],
    ['a probe with too much', { probe: 'GET / often' }, ['probe: "often" is no rate such as 5/s.']],
    [
      'no YAML',
      { ...URL, metrics: '- {a' },
      [expect.stringContaining('metrics: It is not valid YAML: ') as unknown as string],
    ],
    ['no list', { ...URL, metrics: 'a: b' }, ['metrics: It is no list of metrics.']],
    [
      'a key that there is not',
      OWN('{ name: a, totl: b }'),
      [
        'metrics: Metric 1: "totl" is no key; there are name, total, errors, buckets, slower-than, unit, pod. Did you mean total?',
      ],
    ],
    [
      'a name that is taken',
      OWN('{ name: errors, total: b, errors: c }'),
      ['metrics: Metric 1: the name errors is taken: it is one of errors, slow, probe, probe-slow, restarts.'],
    ],
    ['no errors', OWN('{ name: a, total: b }'), ['metrics: Metric 1: total and errors are wanted, or buckets.']],
    [
      'a rate',
      OWN('{ name: a, total: "sum(rate(b[5m]))", errors: c }'),
      [
        'metrics: Metric 1: total must give counters as they are; increments are taken of them later. Leave rate() out.',
      ],
    ],
    [
      'a variable that there is not',
      OWN(`{ name: a, total: 'b{x="$pod"}', errors: c }`),
      [
        'metrics: Metric 1: total names $pod; there are $namespace, $deployment, $stable, $candidate, $service, $candidate_service, $pods.',
      ],
    ],
    [
      'a variable outside of quotes',
      OWN(`{ name: a, total: 'b{x=$stable}', errors: c }`),
      ['metrics: Metric 1: total has a "$" outside of quotes; variables stand in the values of labels.'],
    ],
    [
      'buckets that are no selector',
      OWN(`{ name: a, buckets: 'sum(b)' }`),
      [
        'metrics: Metric 1: buckets must be a plain selector of the histogram’s series without le, such as checkout_seconds_bucket{namespace="$namespace"}.',
      ],
    ],
    [
      'twice the same name',
      { ...URL, metrics: '- {name: a, total: b, errors: c}\n- {name: a, total: b, errors: c}' },
      ['metrics: Metric 2: another one is called a.'],
    ],
  ])('%s', async (_, given, wanted) => {
    expect(await problems(given)).toEqual(wanted);
  });

  test('no problem shows a secret', async () => {
    const error: unknown = await metrics({
      prometheus: 'http://u:hunter2@x',
      'prometheus-token': 'hunter2 x',
      'prometheus-headers': 'X-Key hunter2',
    }).catch((reason: unknown) => reason);
    expect(String(error)).toContain('3 inputs cannot be used');
    expect(String(error)).not.toContain('hunter2');
  });
});

test('what is masked before anything else', () => {
  const given: Given = {
    kubeconfig: './kubeconfig',
    'prometheus-token': ' abcdef ',
    'prometheus-basic': 'ci:s3cret:x',
    'prometheus-headers': 'X-Scope-OrgID: tenant-7\nX-A: b',
  };
  expect(secretsIn((name) => given[name] ?? '')).toEqual([
    'abcdef',
    'ci:s3cret:x',
    's3cret:x',
    'Y2k6czNjcmV0Ong=',
    'tenant-7',
  ]);
  expect(secretsIn((name) => (name === 'kubeconfig' ? 'a: b\nc: d' : ''))).toEqual(['a: b\nc: d']);
});
