import type { Request } from '../action/request.ts';
import type { Deployment, Service } from '../cluster/wire.ts';
import { chooseService } from '../traffic/discover-service.ts';

/** The live Service of a request, or why there is none that would do. What is named as the candidate Service is not the live one. */
export function liveServiceOf(
  { service, candidateService }: Pick<Request, 'service' | 'candidateService'>,
  deployment: Deployment,
  services: readonly Service[],
): ReturnType<typeof chooseService> {
  const others = services.filter((item) => item.metadata?.name !== candidateService);
  const among = chooseService(deployment, others, service);
  return 'service' in among ? among : chooseService(deployment, services, service);
}

export function candidateNameOf({ candidateService }: Pick<Request, 'candidateService'>, live: Service): string {
  return candidateService ?? `${live.metadata?.name}-candidate`;
}
