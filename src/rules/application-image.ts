import type { AppBinding } from '../api/app-binding.ts';
import { StashError } from '../errors/error.ts';
import type { FunctionContainer } from './function-container.ts';

/** In the image of a function: what the AppBinding that is backed up says of its version. */
const VERSION = '${TARGET_APP_VERSION}';

/**
 * The container with the version filled into its image. Throws Invalid where nobody says the version, and for a target that is no
 * AppBinding: what needs the tools of a server in their own image reaches it over the network, in a Job.
 */
export function withVersion(
  path: string,
  program: FunctionContainer | undefined,
  targetKind: string,
  application: AppBinding | undefined,
): FunctionContainer | undefined {
  if (program?.image?.includes(VERSION) !== true) return program;
  const functions = program.functions.join(', ');
  if (targetKind !== 'AppBinding')
    throw new StashError('Invalid', `${path}: ${functions} reaches a server over the network; the target is a ${targetKind}`, {
      remedy: 'Name the AppBinding as the target.',
    });
  const version = application?.spec.version ?? '';
  if (!/^\w[\w.-]{0,127}$/.test(version))
    throw new StashError(
      'Invalid',
      `${path}: ${functions} runs in the image ${program.image}, and the version of the AppBinding is "${version}"`,
      { remedy: 'Set spec.version of the AppBinding to the version of its server, for instance "10.11".' },
    );
  return { ...program, image: program.image.replaceAll(VERSION, version) };
}
