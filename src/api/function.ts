import type { Static } from 'typebox';
import { env, envFrom } from './kubernetes/env.ts';
import { ContainerPort, VolumeDevice } from './kubernetes/probe.ts';
import { ResourceRequirements } from './kubernetes/resources.ts';
import { volumeMounts } from './kubernetes/volume.ts';
import type { Resource } from './object.ts';
import { ContainerRuntimeSettings } from './runtime-settings.ts';
import { flag, list, oneOf, optional, struct, text, textList } from './schema.ts';

const PARAM_TYPES = ['String', 'Integer', 'Boolean', 'Quantity'] as const;
const CAPABILITIES = ['Full', 'Incremental', 'Log', 'Restore', 'Replay', 'Role', 'Proof', 'Check', 'Launch', 'Shutdown'] as const;
export type Capability = (typeof CAPABILITIES)[number];

const ParamDeclaration = struct('A parameter the function takes.', {
  name: text('Its name.', { minLength: 1, maxLength: 63 }),
  type: oneOf('What its value must be.', PARAM_TYPES, { default: 'String' }),
  default: optional(text('Value when none is given.')),
  usage: optional(text('What it does.')),
  required: optional(flag('Whether a value must be given.')),
});

export const FunctionSpec = struct('A program that takes part in backups and restores.', {
  image: optional(
    text(
      'Image it runs in; ${TARGET_IMAGE} is the image of the container that holds the data, ${TARGET_APP_VERSION} the version of the AppBinding that is the target.',
    ),
  ),
  command: optional(textList('The program; the entry point of the image when absent.')),
  args: optional(textList('Its arguments; ${VARIABLES} are filled in.')),
  workingDir: optional(text('Its working directory.')),
  env,
  envFrom,
  resources: optional(ResourceRequirements),
  ports: optional(list('Ports of the container.', ContainerPort)),
  volumeMounts,
  volumeDevices: optional(list('Raw block devices.', VolumeDevice)),
  runtimeSettings: optional(ContainerRuntimeSettings),
  podSecurityPolicyName: optional(text('Ignored: Kubernetes has no pod security policies any more.')),
  params: optional(
    list('Parameters it takes.', ParamDeclaration, {
      maxItems: 64,
      rules: [{ rule: 'self.all(a, self.filter(b, b.name == a.name).size() == 1)', message: 'a parameter may be declared once only' }],
    }),
  ),
  supports: optional(list('What it can do.', oneOf('One capability.', CAPABILITIES), { maxItems: 16 })),
  source: oneOf('What the engine stores when the function says nothing: the stage, or the paths of the target.', ['Stage', 'Paths'], {
    default: 'Stage',
  }),
  fetch: oneOf(
    'Where the engine puts restored data: into a scratch directory for the function, or straight where it belongs.',
    ['Stage', 'Destination'],
    {
      default: 'Stage',
    },
  ),
});
export type FunctionSpec = Static<typeof FunctionSpec>;

export type Function = Resource<FunctionSpec, never>;
