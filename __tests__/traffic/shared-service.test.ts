import { expect, test } from '@jest/globals';
import type { EndpointSlice } from '../../src/cluster/wire.ts';
import type { Track } from '../../src/release/observation.ts';
import { sharedServiceFindings } from '../../src/traffic/shared-service.ts';

const SERVICE = { metadata: { name: 'web' } };
const TRACK: Track = {
  hash: 'aaa',
  size: 1,
  refused: null,
  pods: [{ name: 'web-aaa-1', ready: true, terminating: false, restarts: 0, unreadyContainer: null, sign: null }],
};

function slice(of: string, pods: readonly string[], ready = true): EndpointSlice {
  return {
    addressType: 'IPv4',
    metadata: { labels: { 'kubernetes.io/service-name': of } },
    endpoints: pods.map((name) => ({
      addresses: ['10.0.0.1'],
      conditions: { ready },
      targetRef: { kind: 'Pod', name },
    })),
  };
}

function messagesOf(...slices: EndpointSlice[]): string[] {
  const of = { deployment: 'web', tracks: [TRACK] };
  return sharedServiceFindings(SERVICE, slices, of).map(({ message }) => message);
}

test('a Service that sends users to this Deployment’s pods alone is not shared', () => {
  expect(messagesOf(slice('web', ['web-aaa-1']), slice('other', ['spot-bbb-1']))).toEqual([]);
});

test('a pod of ours that was deleted by force a moment ago is nobody else’s', () => {
  expect(messagesOf(slice('web', ['web-aaa-1', 'web-aaa-2']))).toEqual([]);
});

test('pods of others are no matter until they are Ready', () => {
  expect(messagesOf(slice('web', ['web-aaa-1']), slice('web', ['spot-bbb-1'], false))).toEqual([]);
});

test('pods of others are counted once, and some of them named', () => {
  const others = ['spot-b-4', 'spot-b-2', 'spot-b-3', 'spot-b-1'];
  expect(messagesOf(slice('web', ['web-aaa-1', ...others]), slice('web', others))).toEqual([
    expect.stringMatching(
      /^Service web sends users to 4 pods that are not of Deployment web: spot-b-1, spot-b-2, spot-b-3 and 1 more\. While .* would have no users\. Give Deployment web a Service of its own/,
    ),
  ]);
});
