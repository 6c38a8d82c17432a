import { Backend } from '../../src/api/backend.ts';
import { BackupTargetStatus, HostBackupStats } from '../../src/api/backup-target-status.ts';
import { Condition, Failure } from '../../src/api/condition.ts';
import { BackupHooks, HookHandler, RestoreHooks } from '../../src/api/hooks.ts';
import { ExecOpStatus } from '../../src/api/invoker-status.ts';
import { EnvFromSource, EnvVar } from '../../src/api/kubernetes/env.ts';
import { LabelSelector } from '../../src/api/kubernetes/label-selector.ts';
import { EmbeddedClaim } from '../../src/api/kubernetes/persistent-volume-claim.ts';
import { Lifecycle, Probe } from '../../src/api/kubernetes/probe.ts';
import { ResourceRequirements } from '../../src/api/kubernetes/resources.ts';
import { Affinity, Toleration, TopologySpreadConstraint } from '../../src/api/kubernetes/scheduling.ts';
import { PodSecurityContext, SecurityContext } from '../../src/api/kubernetes/security-context.ts';
import { Volume, VolumeMount } from '../../src/api/kubernetes/volume.ts';
import { Notification } from '../../src/api/notification.ts';
import { ExecOp, FunctionBinding, TaskBinding } from '../../src/api/operations.ts';
import { PointInTime } from '../../src/api/point-in-time.ts';
import { Progress } from '../../src/api/progress.ts';
import { HostRestoreStats } from '../../src/api/restore-session.ts';
import { RetentionPolicy } from '../../src/api/retention.ts';
import { ContainerRuntimeSettings, RuntimeSettings } from '../../src/api/runtime-settings.ts';
import { BackupTarget, RestoreRule, RestoreTarget } from '../../src/api/target.ts';
import { TaskRef } from '../../src/api/task-ref.ts';
import { TempDir } from '../../src/api/temp-dir.ts';
import { UsagePolicy } from '../../src/api/usage-policy.ts';
import type { SchemaNode } from '../../src/api/validation/schema-node.ts';

/** Types that stand in several kinds: the reference shows each once, on a page of its own, and links to it. */
export const SHARED_TYPES = {
  Affinity,
  Backend,
  BackupHooks,
  BackupTarget,
  BackupTargetStatus,
  Condition,
  ContainerRuntimeSettings,
  EmbeddedClaim,
  EnvFromSource,
  EnvVar,
  ExecOp,
  ExecOpStatus,
  Failure,
  FunctionBinding,
  HookHandler,
  HostBackupStats,
  HostRestoreStats,
  LabelSelector,
  Lifecycle,
  Notification,
  PodSecurityContext,
  PointInTime,
  Probe,
  Progress,
  ResourceRequirements,
  RestoreHooks,
  RestoreRule,
  RestoreTarget,
  RetentionPolicy,
  RuntimeSettings,
  SecurityContext,
  TaskBinding,
  TaskRef,
  TempDir,
  Toleration,
  TopologySpreadConstraint,
  UsagePolicy,
  Volume,
  VolumeMount,
} as unknown as Readonly<Record<string, SchemaNode>>;
