import { startRest } from '../emulators/rest.ts';
import { conformance } from './suite.ts';

await conformance('REST', startRest);
