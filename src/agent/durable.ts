export { renameDurable, writeDurable } from '../process/durable.ts';
