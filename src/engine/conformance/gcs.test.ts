import { startGcs } from '../emulators/gcs.ts';
import { conformance } from './suite.ts';

await conformance('Google Cloud Storage', startGcs);
