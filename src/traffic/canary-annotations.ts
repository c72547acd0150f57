import { ALL, CannotRoute, type Intent, percent, type Share } from './router.ts';

/*
 * The canary annotations of ingress-nginx: what they can say, what they say of an intent, and what share they mean.
 *
 * Traps, from ingress-nginx' sources:
 * - It drops an annotation whose value has characters that it does not expect and goes on with the rest: a header match with such a
 *   value would match `always` instead. Those are refused here.
 * - `canary-weight-total` below 100 counts as 100.
 */

export const NGINX = 'nginx.ingress.kubernetes.io/';
export const CANARY = `${NGINX}canary`;
const WEIGHT = `${NGINX}canary-weight`;
const TOTAL = `${NGINX}canary-weight-total`;
const HEADER = `${NGINX}canary-by-header`;
const HEADER_VALUE = `${NGINX}canary-by-header-value`;
const HEADER_PATTERN = `${NGINX}canary-by-header-pattern`;
const COOKIE = `${NGINX}canary-by-cookie`;
/** In the order in which a patch changes them. */
export const MANAGED = [CANARY, WEIGHT, TOTAL, HEADER, HEADER_VALUE, HEADER_PATTERN, COOKIE] as const;

/** The only value of a cookie that leads to the canary; `never` keeps away from it, others mean nothing. */
const COOKIE_VALUE = 'always';

/** What ingress-nginx lets through (internal/ingress/annotations/parser/validators.go). */
const BASIC = /^[A-Za-z0-9\-._~/:]+$/;
const PATTERN = /^[A-Za-z0-9\-._~/:^$[\](){}*+?|&=\\]+$/;

/** @throws {CannotRoute} for what annotations cannot say */
export function assertPossible(title: string, { share, headers, cookies, mirror }: Intent): void {
  const cannot = (wanted: string, instead: string): never => {
    throw new CannotRoute(`Wanted ${wanted} through ${title}; ${instead}`);
  };
  if (!(share >= 0 && share <= ALL)) cannot(`a share of ${percent(share)}`, 'a share lies between 0 % and 100 %.');
  if (!Number.isInteger(share)) cannot(`a share of ${percent(share)}`, 'the finest step is 0.01 %.');
  if (mirror !== 0)
    cannot('copies of requests for the candidate', 'canary annotations do not mirror. Do without the mirror.');
  const [header, ...moreHeaders] = headers;
  if (moreHeaders.length > 0)
    cannot(
      `testers by ${headers.length} headers`,
      'canary annotations know one. Leave one, or join values by a regex.',
    );
  if (header !== undefined && !BASIC.test(header.name))
    cannot(`testers by header ${header.name}`, 'ingress-nginx allows letters, digits and - . _ ~ / : in its name.');
  if (header !== undefined && !(header.kind === 'exact' ? BASIC : PATTERN).test(header.value))
    cannot(
      `testers by header ${header.name} with ${header.kind === 'exact' ? 'value' : 'pattern'} ${JSON.stringify(header.value)}`,
      `ingress-nginx drops such a ${header.kind === 'exact' ? 'value' : 'pattern'}, for it allows only letters, digits and - . _ ~ / :${header.kind === 'exact' ? '' : ' ^ $ [ ] ( ) { } * + ? | & = \\'} in it. Use another one.`,
    );
  const [cookie, ...moreCookies] = cookies;
  if (moreCookies.length > 0) cannot(`testers by ${cookies.length} cookies`, 'canary annotations know one. Leave one.');
  if (cookie !== undefined && cookie.value !== COOKIE_VALUE)
    cannot(
      `testers by cookie ${cookie.name}=${cookie.value}`,
      `the canary annotations know one value of a cookie only, ${COOKIE_VALUE}. Use ${cookie.name}=${COOKIE_VALUE}, or a header.`,
    );
  if (cookie !== undefined && !BASIC.test(cookie.name))
    cannot(`testers by cookie ${cookie.name}`, 'ingress-nginx allows letters, digits and - . _ ~ / : in its name.');
}

export function canaryAnnotations({ share, headers, cookies }: Intent): Record<string, string> {
  const [header] = headers;
  const [cookie] = cookies;
  const isPercent = share % 100 === 0;
  return {
    [CANARY]: 'true',
    [WEIGHT]: String(isPercent ? share / 100 : share),
    ...(isPercent ? {} : { [TOTAL]: String(ALL) }),
    ...(header === undefined
      ? {}
      : { [HEADER]: header.name, [header.kind === 'exact' ? HEADER_VALUE : HEADER_PATTERN]: header.value }),
    ...(cookie === undefined ? {} : { [COOKIE]: cookie.name }),
  };
}

/** As ingress-nginx reads them: an absent weight is 0, a total of 100 or less (or none) is 100. */
export function shareOf(annotations: Readonly<Record<string, string>>): Share {
  const weight = Number.parseInt(annotations[WEIGHT] ?? '0', 10) || 0;
  const total = Math.max(100, Number.parseInt(annotations[TOTAL] ?? '100', 10) || 100);
  return Math.round((Math.min(Math.max(weight, 0), total) * ALL) / total);
}

export function namesTesters(annotations: Readonly<Record<string, string>>): boolean {
  return annotations[HEADER] !== undefined || annotations[COOKIE] !== undefined;
}
