import type { Request } from '../action/request.ts';
import type { Deployment, Service } from '../cluster/wire.ts';
import { parseLabelName } from '../action/names.ts';
import { chooseService } from '../traffic/discover-service.ts';

/** The live Service of a request, or why there is none that would do. What is named as the candidate Service is not the live one. */
export function liveServiceOf(
  request: Pick<Request, 'service' | 'candidateService'>,
  deployment: Deployment,
  services: readonly Service[],
): ReturnType<typeof chooseService> {
  const chosen = chosenService(request, deployment, services);
  if (!('service' in chosen)) return chosen;
  const name = parseLabelName(candidateNameOf(request, chosen.service));
  if (name.ok) return chosen;
  return {
    findings: [
      {
        message:
          `Wanted to call the candidate Service of ${chosen.service.metadata?.name} by its name and “-candidate”, which is too long. ${name.problem} ` +
          'Give it a name with input candidate-service, for example candidate-service: web-preview.',
      },
    ],
  };
}

function chosenService(
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
