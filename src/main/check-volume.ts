import { checkDirectory } from '../platform/kubernetes/local-backend/check-directory.ts';

// `stash-check-volume DIRECTORY`: before a `local` backend is served; what it says becomes the condition of the Repository.

const user = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, groups: process.getgroups?.() ?? [] };
const problem = checkDirectory(process.argv[2] ?? '', user);
if (problem !== undefined) process.stderr.write(`${problem}\n`);
process.exitCode = problem === undefined ? 0 : 1;
