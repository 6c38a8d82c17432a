import { startSftp } from '../emulators/sftp.ts';
import { conformance } from './suite.ts';

await conformance('SFTP', startSftp);
