/** How long things take in the simulated node; milliseconds. */
export interface Timings {
  /** From the pod's creation to its node. */
  readonly schedule: number;
  /** From the node to a running container. */
  readonly start: number;
  /** From running to Ready; with the two above this is the 100 ms of the table of test images. */
  readonly ready: number;
  /** From running to Ready for the tag `slow`. */
  readonly slow: number;
  /** From Ready to the trouble of `late-crash` and `unready-later`. */
  readonly trouble: number;
  /** From ErrImagePull to ImagePullBackOff. */
  readonly pullBackOff: number;
  /** From a crash to the first restart, and the first pause in CrashLoopBackOff, which doubles up to `longestBackOff`. */
  readonly restart: number;
  readonly backOff: number;
  readonly longestBackOff: number;
  /** From running to the end of a Job's container. */
  readonly job: number;
  /** From the request to end a pod to its end (less where its terminationGracePeriodSeconds are less). */
  readonly grace: number;
}

export const TIMINGS: Timings = {
  schedule: 10,
  start: 40,
  ready: 50,
  slow: 950,
  trouble: 4000,
  pullBackOff: 200,
  restart: 50,
  backOff: 200,
  longestBackOff: 5000,
  job: 300,
  grace: 300,
};

/** What containers of an image do; milliseconds count from the start of the container. */
export interface Behaviour {
  readonly pullable: boolean;
  /** Null: never Ready. */
  readonly readyAfter: number | null;
  /** Null: stays Ready. */
  readonly unreadyAfter: number | null;
  /** Null: runs on. */
  readonly exit: { readonly after: number; readonly code: number; readonly message: string } | null;
  /** As a Job's container: when it has ended well, unless it exits otherwise; null: never. */
  readonly jobAfter: number | null;
  /** False: nothing listens on its ports. */
  readonly listens: boolean;
}

/** The part of an image's name after the colon; `latest` without one. */
export function tagOf(image: string): string {
  const name = image.slice(image.lastIndexOf('/') + 1);
  const colon = name.indexOf(':');
  return colon < 0 ? 'latest' : name.slice(colon + 1);
}

/** The table of contract/cluster.ts; an unknown tag does what v2 does. `restarts`: how often the container was started again. */
export function behaviourOf(image: string, restarts: number, timings: Timings): Behaviour {
  const well: Behaviour = {
    pullable: true,
    readyAfter: timings.ready,
    unreadyAfter: null,
    exit: null,
    jobAfter: timings.job,
    listens: true,
  };
  const late = timings.ready + timings.trouble;
  switch (tagOf(image)) {
    case 'slow':
      return { ...well, readyAfter: timings.slow, jobAfter: null };
    case 'never-ready':
      return { ...well, readyAfter: null };
    case 'crash':
      return { ...well, readyAfter: null, listens: false, exit: { after: 10, code: 3, message: 'panic: no database' } };
    case 'missing':
      return { ...well, pullable: false };
    case 'late-crash':
      return restarts > 0 ? well : { ...well, exit: { after: late, code: 1, message: 'panic: lost the database' } };
    case 'unready-later':
      return { ...well, unreadyAfter: late };
    default:
      return well;
  }
}
