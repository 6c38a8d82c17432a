import { startS3 } from '../emulators/s3.ts';
import { conformance } from './suite.ts';

await conformance('S3', startS3);
