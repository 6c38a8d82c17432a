import { flag, list, optional, struct, text } from '../schema.ts';

const selectKey = (what: string) =>
  optional(
    struct(`A key of a ${what} in the same namespace.`, {
      name: optional(text(`Name of the ${what}.`)),
      key: text('The key.'),
      optional: optional(flag('Whether it may be missing.')),
    }),
  );

export const EnvVar = struct('One environment variable.', {
  name: text('Name of the variable.'),
  value: optional(text('Its value, always a text: quote numbers and booleans.')),
  valueFrom: optional(
    struct('Where its value is taken from.', {
      fieldRef: optional(
        struct('A field of the pod.', { apiVersion: optional(text('Version of the pod API.')), fieldPath: text('Path of the field.') }),
      ),
      resourceFieldRef: optional(
        struct('A resource of the container.', {
          containerName: optional(text('Name of the container.')),
          resource: text('The resource, for instance limits.cpu.'),
          divisor: optional(text('Unit of the value.')),
        }),
      ),
      configMapKeyRef: selectKey('ConfigMap'),
      secretKeyRef: selectKey('Secret'),
    }),
  ),
});

const envSource = (what: string) =>
  optional(
    struct(`All keys of a ${what}.`, {
      name: optional(text(`Name of the ${what}.`)),
      optional: optional(flag('Whether it may be missing.')),
    }),
  );

export const EnvFromSource = struct('Many environment variables at once.', {
  prefix: optional(text('Put before each name.')),
  configMapRef: envSource('ConfigMap'),
  secretRef: envSource('Secret'),
});

export const env = optional(list('Environment variables.', EnvVar));
export const envFrom = optional(list('Environment variables from ConfigMaps and Secrets.', EnvFromSource));
