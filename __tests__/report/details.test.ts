import { expect, test } from '@jest/globals';
import { tellDetails } from '../../src/report/details.ts';
import type { Story } from '../../src/report/story.ts';
import { CRASHED, PROMOTED, REFUSED } from './stories.ts';

function told(story: Story): string[] {
  const lines: string[] = [];
  tellDetails(
    {
      fact: (text) => lines.push(text),
      foreign: (title, foreign) => lines.push(`${title}: ${foreign.length} lines, first: ${foreign[0]}`),
    },
    story,
  );
  return lines;
}

test('signs, log and events of a sick version', () => {
  expect(told(CRASHED)).toEqual([
    ...(CRASHED.diagnosis?.signs ?? []),
    'last lines of container web in pod web-5f4d7c9b8-x2x4z: 5 lines, first: web 2.1.0 starting',
    expect.stringMatching(/^newest events: 3 lines, first: Warning BackOff/),
  ]);
});

test('findings, each with what puts it right', () => {
  expect(told(REFUSED)).toEqual([
    REFUSED.findings[0]?.message,
    'to apply as it stands: 12 lines, first: apiVersion: rbac.authorization.k8s.io/v1',
    REFUSED.findings[1]?.message,
  ]);
});

test('nothing of a good release', () => {
  expect(told(PROMOTED)).toEqual([]);
});
