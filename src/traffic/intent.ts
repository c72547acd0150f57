import { type Intent, percent, type RoutedApp } from './router.ts';

/*
 * What is wanted of a route, for a person.
 */

export function hasTesters({ headers, cookies }: Pick<Intent, 'headers' | 'cookies'>): boolean {
  return headers.length + cookies.length > 0;
}

/** `25 % of users, and testers to Service web-candidate`: of routes that cannot mirror. */
export function wishOf(wanted: Intent, { candidate }: RoutedApp): string {
  return `${percent(wanted.share)} of users${hasTesters(wanted) ? ', and testers' : ''} to Service ${candidate}`;
}
