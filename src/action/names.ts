import { misunderstood, understood, type Parsed } from './parsed.ts';
import { didYouMean } from './words.ts';

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const LONGEST_LABEL = 63;
/** Kubernetes allows 253; the record of a release is a ConfigMap named `crossfade.<deployment>`. */
const LONGEST_DEPLOYMENT = 253 - 'crossfade.'.length;

/** The name of a namespace, a Service or a container: a DNS-1123 label. */
export function parseLabelName(given: string): Parsed<string> {
  if (isLabelName(given)) return understood(given);
  if (given.length > LONGEST_LABEL)
    return misunderstood(`It has ${given.length} characters and may have ${LONGEST_LABEL} (DNS-1123 label).`);
  return misunderstood(
    `It may have only lower-case letters, digits and "-", and must begin and end with a letter or digit (DNS-1123 label).${likely(given, isLabelName)}`,
  );
}

/** The name of a Deployment: a DNS-1123 subdomain, that is labels joined by dots. */
export function parseDeploymentName(given: string): Parsed<string> {
  if (isDeploymentName(given)) return understood(given);
  if (given.length > LONGEST_DEPLOYMENT)
    return misunderstood(
      `It has ${given.length} characters and may have ${LONGEST_DEPLOYMENT} (a name in Kubernetes has 253, and the release is recorded in "crossfade.<deployment>").`,
    );
  return misunderstood(
    `It may have only lower-case letters, digits, "-" and ".", and each part between dots must begin and end with a letter or digit (DNS-1123 subdomain).${likely(given, isDeploymentName)}`,
  );
}

function isLabelName(text: string): boolean {
  return text.length <= LONGEST_LABEL && LABEL.test(text);
}

function isDeploymentName(text: string): boolean {
  return text.length <= LONGEST_DEPLOYMENT && text.split('.').every((part) => LABEL.test(part));
}

/** People paste `deployment/web`, `svc/web`, `Web` and `my_app`. */
function likely(given: string, fits: (text: string) => boolean): string {
  const name = given
    .slice(given.lastIndexOf('/') + 1)
    .toLowerCase()
    .replaceAll(/[\s_]+/g, '-');
  return didYouMean(fits(name) ? name : null);
}
