import { FailureError } from '../../model/failure.ts';

/** The refusal of a kubeconfig for what `field` (its path, or `''` for the whole) holds; `why` says what to do. */
export const kubeconfigRefusal = (field: string, why: string): FailureError =>
  new FailureError({
    remedy: 'give-up',
    reason: 'KubeconfigRefused',
    message: `the kubeconfig is refused: ${field === '' ? 'it' : `\`${field}\``} ${why}`,
  });
