import { quantity } from '../formats.ts';
import { anything, flag, integer, list, optional, struct, text } from '../schema.ts';
import { EmbeddedClaim } from './persistent-volume-claim.ts';

export const VolumeMount = struct('Where a volume appears.', {
  name: text('Name of the volume.'),
  mountPath: text('Path it appears at.'),
  subPath: optional(text('Directory of the volume that appears there; its root when absent.')),
  subPathExpr: optional(text('The same with environment variables, as $(NAME).')),
  readOnly: optional(flag('Whether it cannot be written there.')),
  recursiveReadOnly: optional(text('Whether that goes for mounts below it too.')),
  mountPropagation: optional(text('Whether mounts made later are seen.')),
});

export const volumeMounts = optional(list('Volumes that hold the data, and where they appear.', VolumeMount));

const items = optional(
  list(
    'Only these keys.',
    struct('One key.', { key: text('The key.'), path: text('File it becomes.'), mode: optional(integer('Mode of the file.')) }),
  ),
);
const defaultMode = optional(integer('Mode of the files.'));
const mayBeMissing = optional(flag('Whether it may be missing.'));
const readOnly = optional(flag('Whether it cannot be written.'));

/** Where a volume's data is. Rare sources are left to Kubernetes to check. */
export const volumeSources = {
  hostPath: optional(
    struct('A directory of the node.', {
      path: text('The directory.'),
      type: optional(text('What must be there, for instance DirectoryOrCreate.')),
    }),
  ),
  emptyDir: optional(
    struct('An empty directory that goes with the pod.', {
      medium: optional(text('Memory, or the disk when absent.')),
      sizeLimit: optional(quantity('Most it may hold.')),
    }),
  ),
  persistentVolumeClaim: optional(struct('A PersistentVolumeClaim.', { claimName: text('Name of the claim.'), readOnly })),
  nfs: optional(struct('An NFS export.', { server: text('Host of the server.'), path: text('The export.'), readOnly })),
  secret: optional(
    struct('Files made of a Secret.', { secretName: optional(text('Name of the Secret.')), items, defaultMode, optional: mayBeMissing }),
  ),
  configMap: optional(
    struct('Files made of a ConfigMap.', { name: optional(text('Name of the ConfigMap.')), items, defaultMode, optional: mayBeMissing }),
  ),
  csi: optional(
    struct('A volume of a CSI driver.', {
      driver: text('Name of the driver.'),
      fsType: optional(text('Type of the file system.')),
      readOnly,
      volumeAttributes: optional(anything('What the driver wants to know.')),
      nodePublishSecretRef: optional(struct('Secret for the driver.', { name: optional(text('Name of the Secret.')) })),
    }),
  ),
  ephemeral: optional(struct('A claim made for the pod.', { volumeClaimTemplate: optional(EmbeddedClaim) })),
  projected: optional(
    struct('Several sources in one directory.', { sources: optional(list('The sources.', anything('One source.'))), defaultMode }),
  ),
  downwardAPI: optional(anything('Fields of the pod as files.')),
  image: optional(anything('An image as a volume.')),
  awsElasticBlockStore: optional(anything('An AWS disk.')),
  azureDisk: optional(anything('An Azure disk.')),
  azureFile: optional(anything('An Azure file share.')),
  cephfs: optional(anything('A CephFS mount.')),
  cinder: optional(anything('An OpenStack volume.')),
  fc: optional(anything('A Fibre Channel volume.')),
  flexVolume: optional(anything('A FlexVolume.')),
  flocker: optional(anything('A Flocker volume.')),
  gcePersistentDisk: optional(anything('A Google Compute Engine disk.')),
  gitRepo: optional(anything('A git repository.')),
  glusterfs: optional(anything('A Gluster mount.')),
  iscsi: optional(anything('An iSCSI volume.')),
  photonPersistentDisk: optional(anything('A Photon disk.')),
  portworxVolume: optional(anything('A Portworx volume.')),
  quobyte: optional(anything('A Quobyte mount.')),
  rbd: optional(anything('A Ceph block device.')),
  scaleIO: optional(anything('A ScaleIO volume.')),
  storageos: optional(anything('A StorageOS volume.')),
  vsphereVolume: optional(anything('A vSphere disk.')),
};

export const Volume = struct('A volume and where its data is.', { name: text('Name of the volume.'), ...volumeSources });
