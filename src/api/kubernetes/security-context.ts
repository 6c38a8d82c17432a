import { flag, integer, list, optional, struct, text, textList } from '../schema.ts';

const user = {
  runAsUser: optional(integer('Number of the user.')),
  runAsGroup: optional(integer('Number of the group.')),
  runAsNonRoot: optional(flag('Refuse to run as root.')),
};

const profiles = {
  seccompProfile: optional(
    struct('Seccomp profile.', { type: text('Kind of the profile.'), localhostProfile: optional(text('File of the profile.')) }),
  ),
  appArmorProfile: optional(
    struct('AppArmor profile.', { type: text('Kind of the profile.'), localhostProfile: optional(text('Name of the profile.')) }),
  ),
  seLinuxOptions: optional(
    struct('SELinux labels.', {
      level: optional(text('Level.')),
      role: optional(text('Role.')),
      type: optional(text('Type.')),
      user: optional(text('User.')),
    }),
  ),
  windowsOptions: optional(
    struct('For Windows.', {
      gmsaCredentialSpec: optional(text('Credential spec.')),
      gmsaCredentialSpecName: optional(text('Name of the credential spec.')),
      hostProcess: optional(flag('Run on the host.')),
      runAsUserName: optional(text('Name of the user.')),
    }),
  ),
};

export const PodSecurityContext = struct('Rights of the pod.', {
  ...user,
  ...profiles,
  fsGroup: optional(integer('Group that owns the volumes.')),
  fsGroupChangePolicy: optional(text('When the owner of volumes is changed.')),
  supplementalGroups: optional(list('Further groups.', integer('Number of a group.'))),
  supplementalGroupsPolicy: optional(text('How further groups are found.')),
  seLinuxChangePolicy: optional(text('How SELinux labels are set.')),
  sysctls: optional(list('Kernel parameters.', struct('One parameter.', { name: text('Its name.'), value: text('Its value.') }))),
});

export const SecurityContext = struct('Rights of the container.', {
  ...user,
  ...profiles,
  privileged: optional(flag('All rights of the node.')),
  allowPrivilegeEscalation: optional(flag('Whether it may gain rights.')),
  readOnlyRootFilesystem: optional(flag('Whether its own file system is read-only.')),
  capabilities: optional(struct('Linux capabilities.', { add: optional(textList('Given.')), drop: optional(textList('Taken away.')) })),
  procMount: optional(text('How /proc appears.')),
});
