import { intOrString } from '../formats.ts';
import { integer, list, oneOf, optional, struct, text, textList } from '../schema.ts';

const HttpHeader = struct('One header of the request.', { name: text('Name of the header.'), value: text('Value of the header.') });

export const httpFields = {
  host: optional(text('Host to connect to; the pod itself (on one machine 127.0.0.1) when absent.')),
  path: optional(text('Path of the request.')),
  port: intOrString('Port: a number, or the name of a port of the container.'),
  scheme: optional(oneOf('HTTP when absent.', ['HTTP', 'HTTPS'])),
  httpHeaders: optional(list('Further headers.', HttpHeader)),
};

export const ExecAction = struct('Runs a command; exit status 0 is success.', {
  command: optional(textList('The command and its arguments; no shell is involved unless named here.')),
});

export const HttpGetAction = struct('Sends a GET request; a status from 200 to 399 is success.', httpFields);

export const TcpSocketAction = struct('Opens a connection; that it opens is success.', {
  host: optional(text('Host to connect to; the pod itself (on one machine 127.0.0.1) when absent.')),
  port: intOrString('Port: a number, or the name of a port of the container.'),
});

const probeActions = {
  exec: optional(ExecAction),
  httpGet: optional(HttpGetAction),
  tcpSocket: optional(TcpSocketAction),
};

const seconds = (description: string) => optional(integer(description, { minimum: 0 }));

export const Probe = struct('A check of the container.', {
  ...probeActions,
  grpc: optional(
    struct('Calls the gRPC health service.', { port: integer('Port of the service.'), service: optional(text('Name of the service.')) }),
  ),
  initialDelaySeconds: seconds('Seconds from the start of the container to the first check.'),
  timeoutSeconds: seconds('Seconds until a check fails.'),
  periodSeconds: seconds('Seconds between checks.'),
  successThreshold: optional(integer('Successes in a row that are needed after a failure.')),
  failureThreshold: optional(integer('Failures in a row that are needed after a success.')),
  terminationGracePeriodSeconds: seconds('Seconds the container has to end after a failure.'),
});

const LifecycleHandler = struct('What is done.', {
  ...probeActions,
  sleep: optional(struct('Waits.', { seconds: integer('Seconds to wait.') })),
});

export const Lifecycle = struct('What is done when the container starts and before it is stopped.', {
  postStart: optional(LifecycleHandler),
  preStop: optional(LifecycleHandler),
  stopSignal: optional(text('Signal that stops the container.')),
});

export const ContainerPort = struct('A port of the container.', {
  containerPort: integer('Number of the port.', { minimum: 1, maximum: 65535 }),
  name: optional(text('Name of the port.')),
  protocol: optional(oneOf('TCP when absent.', ['TCP', 'UDP', 'SCTP'])),
  hostIP: optional(text('Address of the node to bind to.')),
  hostPort: optional(integer('Port of the node.')),
});

export const VolumeDevice = struct('A raw block device.', {
  name: text('Name of the volume.'),
  devicePath: text('Where it appears in the container.'),
});
