/**
 * What the two real tiers run, and what checks the example workflows. `go.mod` in the folders beside this file pins the same versions with every
 * dependency; a new version here needs a `go get` there (zizmor comes from PyPI and needs none).
 */
export const VERSIONS = {
  kubernetes: '1.36.3',
  etcd: '3.6.14',
  kwok: '0.8.0',
  containerd: '2.3.7',
  traefik: '3.7.9',
  actionlint: '1.7.12',
  zizmor: '1.32.0',
} as const;
