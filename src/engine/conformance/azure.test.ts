import { startAzure } from '../emulators/azure.ts';
import { conformance } from './suite.ts';

await conformance('Azure', startAzure);
