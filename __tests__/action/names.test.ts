import { expect, test } from '@jest/globals';
import { parseDeploymentName, parseLabelName } from '../../src/action/names.ts';

test.each(['web', 'a', '0', 'web-2', 'x'.repeat(63)])('parseLabelName(%s)', (value) => {
  expect(parseLabelName(value)).toEqual({ ok: true, value });
});

test.each([
  ['svc/web', 'Did you mean web?'],
  ['My_App', 'Did you mean my-app?'],
  ['web.shop', 'DNS-1123 label'],
  ['-web', 'begin and end'],
  ['web-', 'begin and end'],
  ['x'.repeat(64), '64 characters and may have 63'],
])('parseLabelName refuses %s', (given, problem) => {
  expect(parseLabelName(given)).toEqual({ ok: false, problem: expect.stringContaining(problem) });
});

test.each(['web', 'web.v2', 'x'.repeat(243)])('parseDeploymentName(%s)', (value) => {
  expect(parseDeploymentName(value)).toEqual({ ok: true, value });
});

test.each([
  ['deployment/web', 'Did you mean web?'],
  ['deployment.apps/web', 'Did you mean web?'],
  ['Web', 'Did you mean web?'],
  ['web..v2', 'DNS-1123 subdomain'],
  ['web.', 'DNS-1123 subdomain'],
  ['x'.repeat(244), '244 characters and may have 243'],
])('parseDeploymentName refuses %s', (given, problem) => {
  expect(parseDeploymentName(given)).toEqual({ ok: false, problem: expect.stringContaining(problem) });
});
