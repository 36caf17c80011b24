import { parseFaultKill } from '../../apps/platform/src/fault-injection.ts';
import { serverFaultPoints } from '../support/story/fault-points.ts';
import { pointsOf } from '../support/story/reachable.ts';

describe('the fault points', () => {
  it('can all be killed at: each is a name that FAULT_KILL takes', () => {
    const points = serverFaultPoints();
    expect(points.length).toBeGreaterThan(80);
    for (const point of points) expect([point, parseFaultKill(`${point}:1`)?.get(point)]).toEqual([point, 1]);
  });

  it('are a campaign’s on files or on S3, but for those that a test is named for', () => {
    const told = new Set((['file', 's3'] as const).flatMap((store) => pointsOf(serverFaultPoints(), store)));
    expect(serverFaultPoints().filter((point) => !told.has(point))).toEqual(['opening.reveal.kept']);
  });
});
