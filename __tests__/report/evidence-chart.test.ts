import { describe, expect, test } from '@jest/globals';
import type { MeasuredStage } from '../../src/analysis/measured.ts';
import { evidenceChart } from '../../src/report/evidence-chart.ts';
import { judgedMetric } from './stories.ts';

const START = 1_000_000;

/** Evidence of one stage: ln E at each of its ticks, five seconds apart; 8 condemns. */
function stage(name: string, from: number, seconds: number, evidence: readonly number[]): MeasuredStage {
  const startedAt = START + from * 1000;
  const trace = evidence.map((condemn, tick) => ({ at: startedAt + (tick + 1) * 5000, condemn, certify: 0 }));
  const metrics = [judgedMetric({ name: 'errors', threshold: 8, trace })];
  return { name, startedAt, endedAt: startedAt + seconds * 1000, metrics, gates: [] };
}

describe('the picture of the evidence', () => {
  test('rises to the line at which the candidate is condemned', () => {
    const stages = [stage('5 %', 10, 60, [0, 0.5, -1, 0.2]), stage('20 %', 70, 40, [1, 2, 3, 4, 5, 6, 7, 8.1])];
    expect(`\n${evidenceChart(stages, 'errors', START)}\n`).toBe(`
 condemned │····························································▄▄▄█
           │                                                         ▄▄▄████
           │                                                      ██████████
  half way │                                               ▄▄▄▄█████████████
           │                                            ▄▄▄█████████████████
           │      ▄▄▄                                ███████████████████████
           └┬─────────────────────────────────────┬─────────────────────────
            5 % (10s)                             20 % (1m10s)
`);
  });

  test('nothing to draw', () => {
    expect(evidenceChart([], 'errors', START)).toBeNull();
    expect(evidenceChart([stage('5 %', 0, 60, [])], 'errors', START)).toBeNull();
    expect(evidenceChart([stage('5 %', 0, 60, [1])], 'slow', START)).toBeNull();
  });

  test('never wider or higher than its frame, whatever comes', () => {
    const wild = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e9, -5];
    const lines = (evidenceChart([stage('5 %', 0, 60, wild), stage('bake', 60, 0, [])], 'errors', START) ?? '').split(
      '\n',
    );
    expect(lines).toHaveLength(8);
    for (const line of lines.slice(0, 7)) expect([...line].length).toBeLessThanOrEqual(76);
  });
});
