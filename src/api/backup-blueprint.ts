import type { Static } from 'typebox';
import { backupTemplateFields, invokerFields, oneScheduleRule } from './backup-configuration.ts';
import { namespaceName } from './formats.ts';
import type { Resource } from './object.ts';
import { repositorySpecFields, repositorySpecRules } from './repository.ts';
import { optional, struct } from './schema.ts';

const { target: _target, ...template } = backupTemplateFields;
const { repository: _repository, repositories: _repositories, driver: _driver, ...invoker } = invokerFields;

export const BackupBlueprintSpec = struct(
  'What is made for each workload, claim or AppBinding whose annotation names this blueprint. In the backend, task, sidecar, restore and verifier, ${TARGET_NAMESPACE}, ${TARGET_KIND}, ${TARGET_NAME} and others are filled in.',
  {
    ...repositorySpecFields,
    backupNamespace: optional(
      namespaceName('Namespace the BackupConfiguration is made in; that of the target when absent. Another one is for AppBindings alone.'),
    ),
    repoNamespace: optional(namespaceName('Namespace the Repository is made in; that of the BackupConfiguration when absent.')),
    ...template,
    ...invoker,
  },
  { rules: [...repositorySpecRules, oneScheduleRule] },
);
export type BackupBlueprintSpec = Static<typeof BackupBlueprintSpec>;

export type BackupBlueprint = Resource<BackupBlueprintSpec, never>;
