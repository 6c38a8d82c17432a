import { startLocal } from '../emulators/local.ts';
import { conformance } from './suite.ts';

await conformance('a directory', startLocal);
