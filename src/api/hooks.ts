import type { Static } from 'typebox';
import { ExecAction, HttpGetAction, httpFields, TcpSocketAction } from './kubernetes/probe.ts';
import { list, oneOf, optional, struct, text, textList } from './schema.ts';

const HttpPostAction = struct('Sends a POST request; a status from 200 to 399 is success.', {
  ...httpFields,
  body: optional(text('Body of the request; templates such as {{ .Status.Phase }} are filled in.')),
  form: optional(
    list(
      'Form fields to send instead of a body.',
      struct('One field.', { key: optional(text('Name of the field.')), values: optional(textList('Its values.')) }),
    ),
  ),
});

const actions = {
  exec: optional(ExecAction),
  httpGet: optional(HttpGetAction),
  httpPost: optional(HttpPostAction),
  tcpSocket: optional(TcpSocketAction),
  containerName: optional(
    text(
      'Container of the target that exec runs in; when absent the only one, or the one that holds the data. On one machine it means nothing.',
    ),
  ),
};

const oneAction = {
  rules: [
    {
      rule: '[has(self.exec), has(self.httpGet), has(self.httpPost), has(self.tcpSocket)].filter(x, x).size() == 1',
      message: 'give exactly one of exec, httpGet, httpPost, tcpSocket',
    },
  ],
};

export const HookHandler = struct('What is done; the session waits for it.', actions, oneAction);
export type HookHandler = Static<typeof HookHandler>;

const PostBackupHook = struct(
  'Done after the backup, according to executionPolicy.',
  {
    ...actions,
    executionPolicy: oneOf('When it is done.', ['Always', 'OnFailure', 'OnSuccess', 'OnFinalRetryFailure'], { default: 'Always' }),
  },
  oneAction,
);
export type PostBackupHook = Static<typeof PostBackupHook>;

export const BackupHooks = struct('What is done around a backup.', {
  preBackup: optional(HookHandler),
  postBackup: optional(PostBackupHook),
});
export type BackupHooks = Static<typeof BackupHooks>;

const PostRestoreHook = struct(
  'Done after the restore, according to executionPolicy.',
  { ...actions, executionPolicy: oneOf('When it is done.', ['Always', 'OnFailure', 'OnSuccess'], { default: 'Always' }) },
  oneAction,
);

export const RestoreHooks = struct('What is done around a restore.', {
  preRestore: optional(HookHandler),
  postRestore: optional(PostRestoreHook),
});
export type RestoreHooks = Static<typeof RestoreHooks>;
